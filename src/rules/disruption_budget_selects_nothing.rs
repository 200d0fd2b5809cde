//! A PodDisruptionBudget that protects no pod of the files.

use crate::finding::{Confidence, Finding};
use crate::kube::near::Miss;
use crate::kube::world::Distance;
use crate::kube::{Object, Typed, World, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::PodDisruptionBudget(budget)) = &object.typed else { return };
    if world.kustomize.is_patch(object.span.file) || world.kustomize.may_complete(world.source(object).map_or("", |source| &source.path)) {
        return;
    }
    let spec = budget.spec.as_ref();
    let Some(selector) = spec.and_then(|spec| spec.selector.as_ref()) else {
        out.push(no_selector(object));
        return;
    };
    let all = selector.match_labels.as_ref().is_none_or(|it| it.is_empty()) && selector.match_expressions.as_ref().is_none_or(|it| it.is_empty());
    if all || pods::unknown(selector) {
        return;
    }
    let taken = pods::taken(world, object, selector);
    if !pods::within(world, object, None, taken.clone()).is_empty() {
        return;
    }
    let open = world.changed_later(object) || world.unrendered_beside(object);
    let sure = if open { Confidence::Possible } else { Confidence::Likely };
    let message = format!("PodDisruptionBudget `{}` protects no pod of these files", object.name());
    let finding = |sure| Finding::new(sure, message.clone()).field("spec.selector").label(object.at("spec.selector").span(), "no pod has these labels");
    if let Some(workload) = taken.first() {
        let close = world.distance(object, workload) <= Distance::SameDirectory;
        let theirs = world.namespace(workload);
        out.push(
            finding(if close { sure } else { Confidence::Possible })
                .label(workload.at("metadata.namespace").span(), format!("{} makes such pods in namespace `{theirs}`", world.told(workload)))
                .help(format!("a budget counts for its own namespace, `{}`; move it to `{theirs}`", world.namespace(object))),
        );
    } else if let Some(near) = pods::nearly(world, object, selector) {
        let it = near.object;
        let field = |key: &str| it.template().map_or_else(String::new, |template| template.field(&format!("metadata.labels[{key}]")));
        let (there, label) = match near.misses.first() {
            Some(Miss::Value { key, value }) => (field(key), format!("the pods of {} have `{key}: {value}`", world.told(it))),
            Some(Miss::Key { key, .. }) => (field(key), format!("the pods of {} have the value under `{key}`", world.told(it))),
            _ => (String::new(), format!("{} has it itself: its pods don't inherit it", world.told(it))),
        };
        let span = if there.is_empty() { it.title() } else { it.at(&there).span() };
        out.push(finding(sure).label(span, label).help("select labels that the pods have"));
    } else {
        out.push(finding(Confidence::Possible).help("check it together with the files of its workload; if something else makes the pods, all is well"));
    }
}

fn no_selector(object: &Object<'_>) -> Finding {
    Finding::likely(format!("PodDisruptionBudget `{}` has no selector: it protects nothing", object.name()))
        .field("spec.selector")
        .label(object.at("spec.selector").span(), "without a selector it takes no pod; an empty one, `{}`, takes all")
        .help("select the labels of the pods")
}
