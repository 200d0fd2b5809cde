//! A Service's selector that no pod of the files has, though one of them was clearly meant.

use crate::finding::{Confidence, Finding};
use crate::kube::dangling::{self, Cause, Sort};
use crate::kube::near::{Miss, NearMiss};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, endpoints, labels};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !matches!(world.dangles(object), Some(Sort::Slip | Sort::OtherLabels)) {
        return;
    }
    match dangling::cause(world, object) {
        Some(Cause::Slip(slips)) => out.extend(slips.first().map(|nearest| slip(object, world, nearest, &slips))),
        Some(Cause::OtherLabels(workload)) => out.push(other_labels(object, world, workload)),
        Some(Cause::OtherNamespace(_) | Cause::Unseen) | None => {}
    }
}

fn wanted(object: &Object<'_>, key: &str) -> String {
    object.service().and_then(endpoints::selector).and_then(|selector| selector.get(key)).cloned().unwrap_or_default()
}

fn slip(object: &Object<'_>, world: &World<'_>, nearest: &NearMiss<'_, '_>, all: &[NearMiss<'_, '_>]) -> Finding {
    let it = nearest.object;
    let template = it.template();
    let field = |path: &str| template.map_or_else(String::new, |template| template.field(path));
    let Some(first) = nearest.misses.first() else { return Finding::possible(String::new()) };
    let (Miss::Value { key, .. } | Miss::Key { wanted: key, .. } | Miss::OnlyOnWorkload { key } | Miss::Absent { key }) = first;
    let path = format!("spec.selector[{key}]");
    let place = object.at(&path);
    let value = wanted(object, key);
    let pods = format!("the pods of {}", world.told(it));
    let alone = world.behind(object).iter().all(|found| found.distance >= Distance::Far);
    let whose = if alone { "no pod" } else { "only pods of another folder" };
    let message = format!("selector `{key}: {value}` of Service `{}` matches {whose}", object.name());
    let finding = Finding::new(confidence(world, object, nearest, all), message).field(&path);
    let says = match first {
        _ if !alone => "the pods beside this Service don't have this label",
        Miss::Key { .. } => "no pod has a label of this key, so the Service has no endpoints",
        _ => "no pod has this label, so the Service has no endpoints",
    };
    let (finding, edit) = match first {
        Miss::Value { value, .. } => {
            let there = it.at(&field(&format!("metadata.labels[{key}]"))).span();
            let finding = finding
                .label(place.span(), says)
                .label(there, format!("{pods} have `{key}: {value}`"))
                .help(format!("select `{key}: {value}`, or give the pods the label that is selected"));
            (finding, place.replace(value))
        }
        Miss::Key { key: other, .. } => {
            let there = it.at(&field(&format!("metadata.labels[{other}]")));
            let finding = finding
                .label(place.key().unwrap_or(place.span()), says)
                .label(there.key().unwrap_or(it.title()), format!("{pods} have `{other}: {value}`"))
                .help(format!("select `{other}: {value}`, the label that the pods have"));
            (finding, place.rename(other))
        }
        Miss::OnlyOnWorkload { .. } => {
            let finding = finding
                .label(place.span(), says)
                .label(it.at(&format!("metadata.labels[{key}]")).span(), format!("{} has it itself: its pods don't inherit it", title(&it.reference)))
                .help(format!("add `{key}: {value}` to `{}` of {}", field("metadata.labels"), world.told(it)));
            (finding, None)
        }
        Miss::Absent { .. } => {
            let labels = field("metadata.labels");
            let finding = finding
                .label(place.span(), says)
                .label(it.at(&labels).span(), format!("{pods} have the selector's other labels, and no `{key}`"))
                .help(format!("add `{key}: {value}` to `{labels}` of {}, or take it out of the selector", world.told(it)));
            (finding, None)
        }
    };
    match edit {
        Some(edit) if nearest.misses.len() == 1 => finding.unsafe_fix("select the label that the pods have", vec![edit]),
        _ => finding,
    }
}

/// Certain only next door, where nothing else could make the pods and the workload is nobody else's.
fn confidence(world: &World<'_>, object: &Object<'_>, nearest: &NearMiss<'_, '_>, all: &[NearMiss<'_, '_>]) -> Confidence {
    let operated = object.service().and_then(endpoints::selector).is_some_and(|it| dangling::made_by_operator(world, object, it));
    let later = nearest.misses.iter().any(|miss| matches!(miss, Miss::Absent { key } if labels::set_at_run_time(key)));
    if world.unrendered_beside(object) || operated || later {
        return Confidence::Possible;
    }
    let next_door = nearest.distance == Distance::SameFile || nearest.distance == Distance::SameDirectory && !world.among_alternatives(object);
    let same = world.namespaces(object, nearest.object) == Namespaces::Same;
    if nearest.vague() {
        let open = world.changed_later(object) || world.changed_later(nearest.object) || !next_door || !same;
        return if open { Confidence::Possible } else { Confidence::Likely };
    }
    let rivals = all.iter().filter(|other| other.misses.len() == nearest.misses.len() && other.distance == nearest.distance).count();
    let free = world.services_taking(nearest.object).is_empty();
    let settled = !world.changed_later(object) && !world.changed_later(nearest.object);
    let settled = settled && !world.selected(object).iter().any(|found| found.namespaces == Namespaces::Same && found.distance < Distance::Far);
    if next_door && same && rivals == 1 && free && settled { Confidence::Certain } else { Confidence::Likely }
}

fn other_labels(object: &Object<'_>, world: &World<'_>, workload: &Object<'_>) -> Finding {
    let template = workload.template();
    let written = template.and_then(|template| template.labels).filter(|labels| !labels.is_empty());
    let path = template.map_or_else(String::new, |template| template.field("metadata.labels"));
    let settled = !world.changed_later(object) && !world.changed_later(workload) && !world.among_alternatives(object);
    let operated = object.service().and_then(endpoints::selector).is_some_and(|it| dangling::made_by_operator(world, object, it));
    let confidence = if settled && !operated { Confidence::Likely } else { Confidence::Possible };
    let message = format!("Service `{}` selects no pod of these files, not even those of {}", object.name(), world.told(workload));
    let has = written.map_or_else(|| "its pods have no labels at all".to_owned(), |labels| format!("its pods have {}", world.pairs(labels)));
    let help = match written {
        Some(_) => format!("select labels from `{path}`; the name and the own labels of a workload play no part"),
        None => format!("give the pods labels at `{path}` and select those"),
    };
    Finding::new(confidence, message)
        .field("spec.selector")
        .label(object.at("spec.selector").span(), "no pod has these labels, so the Service has no endpoints")
        .label(workload.at(&path).span(), has)
        .help(help)
}
