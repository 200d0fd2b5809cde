//! A workload whose selector is missing, empty, or does not take the pods of its own template.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::{Edit, Finding};
use crate::kube::object::Labels;
use crate::kube::world::title;
use crate::kube::{Object, Typed, World};
use crate::source::Source;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(refusal) = refusals::of(object, world, Mistake::WorkloadSelector).next() else { return };
    let labels = object.template().and_then(|template| template.labels).filter(|labels| !labels.is_empty());
    let selector = wanted(object);
    let source = world.source(object);
    out.push(match (selector.is_empty(), labels) {
        (true, labels) if !object.at("spec.selector").found => without_selector(object, &refusal, labels, source),
        (true, _) => refusal
            .finding(format!("the selector of {} is empty", title(&object.reference)))
            .label(object.at("spec.selector").span(), "takes every pod, which is refused")
            .help("select the labels of the pod template"),
        (false, None) => without_labels(object, &refusal, &selector),
        (false, Some(labels)) => different(object, &refusal, &selector, labels),
    });
}

/// The pairs that the workload's own selector asks for, with the paths they are written at.
fn wanted(object: &Object<'_>) -> Vec<(String, String, String)> {
    let (labels, path): (Option<&Labels>, _) = match &object.typed {
        Some(Typed::ReplicationController(it)) => (it.selector.as_ref(), "spec.selector"),
        Some(Typed::Job(it)) => {
            let selector = it.selector.as_ref();
            (selector.and_then(|selector| selector.match_labels.as_ref()), "spec.selector.matchLabels")
        }
        _ => (object.workload_selector().and_then(|selector| selector.match_labels.as_ref()), "spec.selector.matchLabels"),
    };
    labels.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone(), format!("{path}[{key}]"))).collect()
}

fn without_selector(object: &Object<'_>, refusal: &Refusal<'_>, labels: Option<&Labels>, source: Option<&Source>) -> Finding {
    let finding = refusal.finding(format!("{} has no `spec.selector`", title(&object.reference)));
    let finding = finding.label(object.at("spec").span(), format!("{} has to say which pods are its own", refusals::a(object.kind())));
    if matches!(object.kind(), "ReplicationController") {
        return finding.help("add `labels` to `spec.template.metadata`: a selector that is not written takes them");
    }
    let Some(labels) = labels else {
        return finding.help("add `selector.matchLabels` with a label, and the same label to `template.metadata.labels`");
    };
    let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
    let finding = finding.help(format!("add a `selector` whose `matchLabels` are labels of the template: {}", pairs.join(", ")));
    match source.and_then(|source| selector_edit(object, labels, source)) {
        Some(edit) => finding.unsafe_fix("select the labels of the template", vec![edit]),
        None => finding,
    }
}

/// `selector:` before `template:`, with every label that needs no quotes to be text.
fn selector_edit(object: &Object<'_>, labels: &Labels, source: &Source) -> Option<Edit> {
    let place = object.at("spec.template");
    let key = place.found.then(|| place.key()).flatten()?;
    let line = source.line_span(source.line_of(key.start));
    let indent = source.slice(crate::source::Span { end: key.start, ..line });
    if !indent.bytes().all(|c| c == b' ') {
        return None;
    }
    let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("{indent}    {key}: {}", quoted(value))).collect();
    place.insert_before(source, &format!("selector:\n{indent}  matchLabels:\n{}", pairs.join("\n")))
}

/// A value in quotes, unless it is a plain word.
fn quoted(value: &str) -> String {
    let word = value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.len() > 3 && !matches!(value, "true" | "null" | "false");
    if word { value.to_owned() } else { format!("\"{value}\"") }
}

fn without_labels(object: &Object<'_>, refusal: &Refusal<'_>, selector: &[(String, String, String)]) -> Finding {
    let template = object.template();
    let field = |path: &str| template.map_or_else(|| format!("spec.template.{path}"), |template| template.field(path));
    let pairs: Vec<_> = selector.iter().map(|(key, value, _)| format!("`{key}: {value}`")).collect();
    refusal
        .finding(format!("the pods of {} have no labels, so its own selector does not take them", title(&object.reference)))
        .label(object.at(&field("metadata.labels")).span(), "no labels here")
        .label(object.at("spec.selector").span(), format!("asks for {}", pairs.join(", ")))
        .help(format!("add {} to `{}`", pairs.join(", "), field("metadata.labels")))
}

fn different(object: &Object<'_>, refusal: &Refusal<'_>, selector: &[(String, String, String)], labels: &Labels) -> Finding {
    let template = object.template();
    let field = |path: &str| template.map_or_else(|| format!("spec.template.{path}"), |template| template.field(path));
    let what = title(&object.reference);
    let Some((key, value, path)) = selector.iter().find(|(key, value, _)| labels.get(key) != Some(value)) else {
        return refusal
            .finding(format!("the selector of {what} does not take its own pods"))
            .label(object.at("spec.selector").span(), "not met by the labels of the template")
            .label(object.at(&field("metadata.labels")).span(), "the labels")
            .help("make the selector and the labels of the template agree");
    };
    let finding = refusal
        .finding(format!("the selector of {what} does not take its own pods"))
        .label(object.at(path).span(), format!("its pods don't have `{key}: {value}`"));
    match labels.get(key) {
        Some(other) => finding
            .label(object.at(&field(&format!("metadata.labels[{key}]"))).span(), format!("they have `{key}: {other}`"))
            .help("write the same value in both places"),
        None => finding
            .label(object.at(&field("metadata.labels")).span(), format!("no label `{key}` here"))
            .help(format!("add `{key}: {value}` to `{}`", field("metadata.labels"))),
    }
}
