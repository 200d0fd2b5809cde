//! A Service's selector that no pod of the files has, though one of them was clearly meant.

use crate::finding::{Confidence, Finding};
use crate::kube::near::{self, Miss, NearMiss};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, endpoints, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(selector) = object.service().and_then(endpoints::selector) else { return };
    let unknown = selector.iter().any(|(key, value)| template::is_placeholder(key) || template::is_placeholder(value));
    if unknown || !world.selected(object, selector).is_empty() {
        return;
    }
    let nearly = near::workloads(world, object, selector);
    if let Some(finding) = nearly.first().map(|nearest| near_miss(object, world, nearest, &nearly)) {
        out.push(finding);
    } else if let Some(namesake) = namesake(object, world) {
        out.push(stale(object, world, namesake));
    }
}

fn near_miss(object: &Object<'_>, world: &World<'_>, nearest: &NearMiss<'_, '_>, all: &[NearMiss<'_, '_>]) -> Finding {
    let it = nearest.object;
    let template = it.template();
    let field = |path: &str| template.map_or_else(String::new, |template| template.field(path));
    let wanted = |key: &str| object.service().and_then(endpoints::selector).and_then(|selector| selector.get(key)).cloned().unwrap_or_default();
    let Some(first) = nearest.misses.first() else { return Finding::possible(String::new()) };
    let (selected, label, there, help, edit) = match first {
        Miss::Value { key, value } => {
            let place = object.at(&format!("spec.selector[{key}]"));
            let there = it.at(&field(&format!("metadata.labels[{key}]"))).span();
            let label = format!("{} labels its pods `{key}: {value}`", title(&it.reference));
            (key.clone(), label, there, format!("select `{key}: {value}`"), place.replace(value).map(|edit| (place.span(), edit)))
        }
        Miss::Key { wanted: key, key: other } => {
            let place = object.at(&format!("spec.selector[{key}]"));
            let there = it.at(&field(&format!("metadata.labels[{other}]"))).key();
            let value = wanted(key);
            let label = format!("{} labels its pods `{other}: {value}`", title(&it.reference));
            let help = format!("select `{other}: {value}`, the label that the pods have");
            (key.clone(), label, there.unwrap_or(it.title()), help, place.rename(other).map(|edit| (edit.span, edit)))
        }
        Miss::OnlyOnWorkload { key } => {
            let there = it.at(&format!("metadata.labels[{key}]")).span();
            let label = format!("{} has the label itself, its pods don't get it from there", title(&it.reference));
            (key.clone(), label, there, format!("add `{key}: {}` to `{}`", wanted(key), field("metadata.labels")), None)
        }
    };
    let path = format!("spec.selector[{selected}]");
    let place = object.at(&path);
    let span = edit.as_ref().map_or(place.span(), |(span, _)| *span);
    let message = format!(
        "selector `{selected}: {}` of Service `{}` matches no pod: no client of it will ever be answered",
        wanted(&selected),
        object.name()
    );
    let confidence = confidence(world, object, nearest, all);
    let finding = Finding::new(confidence, message).field(path).label(span, "no pod has this label").label(there, label).help(help);
    match edit {
        Some((_, edit)) if nearest.misses.len() == 1 => finding.unsafe_fix("select the label that the pods have", vec![edit]),
        _ => finding,
    }
}

/// Certain only next door, where nothing else could make the pods and the workload is nobody else's.
fn confidence(world: &World<'_>, object: &Object<'_>, nearest: &NearMiss<'_, '_>, all: &[NearMiss<'_, '_>]) -> Confidence {
    if world.unrendered_beside(object) {
        return Confidence::Possible;
    }
    let close = nearest.distance <= Distance::SameDirectory;
    let same = world.namespaces(object, nearest.object) == Namespaces::Same;
    let rivals = all.iter().filter(|other| other.misses.len() == nearest.misses.len() && other.distance == nearest.distance).count();
    let taken = nearest.object.template().is_some_and(|template| world.services_taking(nearest.object, &template) > 0);
    if close && same && rivals == 1 && !taken { Confidence::Certain } else { Confidence::Likely }
}

/// The workload of the Service's own name in the same file or directory.
fn namesake<'w, 's>(object: &Object<'_>, world: &'w World<'s>) -> Option<&'w Object<'s>> {
    let beside = world.in_file(object.span.file).filter(|it| it.template().is_some()).chain(world.workloads_beside(object, 64));
    let mut beside = beside.filter(|it| it.name() == object.name() && world.namespaces(object, it) == Namespaces::Same);
    beside.next().filter(|_| !world.unrendered_beside(object))
}

fn stale(object: &Object<'_>, world: &World<'_>, namesake: &Object<'_>) -> Finding {
    let written = namesake.template().and_then(|template| template.labels);
    let written = written.map_or_else(|| "no labels".to_owned(), |labels| world.pairs(labels));
    let path = namesake.template().map_or_else(String::new, |template| template.field("metadata.labels"));
    Finding::likely(format!("Service `{}` selects no pod of these files, not even those of {}", object.name(), title(&namesake.reference)))
        .field("spec.selector")
        .label(object.at("spec.selector").span(), "no pod has these labels")
        .label(namesake.at(&path).span(), format!("its pods have {written}"))
        .help("select labels from the pod template, not from the workload's own `metadata.labels`")
}
