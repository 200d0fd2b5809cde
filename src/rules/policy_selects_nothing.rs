//! A NetworkPolicy whose `podSelector` takes no pod of the files, by a slip.

use crate::finding::{Confidence, Finding};
use crate::kube::near::Miss;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, isolation, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(selector) = isolation::spec(world, object).and_then(|spec| spec.pod_selector.as_ref()) else { return };
    if selector.match_labels.as_ref().is_none_or(|pairs| pairs.is_empty()) || pods::unknown(selector) {
        return;
    }
    let taken = pods::taken(world, object, selector);
    if taken.iter().any(|it| world.namespaces(object, it) != Namespaces::Different && !is_apart(object, it, world)) {
        return;
    }
    let open = world.changed_later(object) || world.unrendered_beside(object);
    let message = format!("NetworkPolicy `{}` is for pods that are not there: it protects nothing", object.name());
    let field = "spec.podSelector";
    let finding = |close: bool| {
        Finding::new(if close && !open { Confidence::Likely } else { Confidence::Possible }, message.clone())
            .field(field)
            .label(object.at(field).span(), "no pod of its namespace has these labels")
    };
    if let Some(workload) = taken.first() {
        let theirs = world.namespace(workload);
        let close = world.distance(object, workload) <= Distance::SameDirectory;
        let place = if workload.namespace().is_some() { workload.at("metadata.namespace").span() } else { workload.title() };
        let help = match object.namespace() {
            Some(mine) => format!("a policy counts for its own namespace, `{mine}`; move it to `{theirs}`"),
            None => format!("write `namespace: {theirs}` at the policy's metadata: it counts for its own namespace"),
        };
        out.push(finding(close).label(place, format!("{} makes such pods in namespace `{theirs}`", world.told(workload))).help(help));
    } else if let Some(near) = pods::nearly(world, object, selector) {
        let it = near.object;
        let there = |key: &str| it.template().map(|template| it.at(&template.field(&format!("metadata.labels[{key}]"))).span()).unwrap_or_default();
        let (span, label) = match near.misses.first() {
            Some(Miss::Value { key, value }) => (there(key), format!("the pods of {} have `{key}: {value}`", world.told(it))),
            Some(Miss::Key { key, .. }) => (there(key), format!("the pods of {} have the value under `{key}`", world.told(it))),
            _ => (it.title(), format!("{} has it itself: its pods don't inherit it", world.told(it))),
        };
        out.push(finding(true).label(span, label).help("select labels that the pods have"));
    }
}

/// Whether one of the two writes its namespace and the other, in the same file, none: only `kubectl -n` with that very
/// namespace brings them together.
fn is_apart(object: &Object<'_>, workload: &Object<'_>, world: &World<'_>) -> bool {
    let in_one = world.distance(object, workload) == Distance::SameFile;
    in_one && world.namespaces(object, workload) == Namespaces::OneSide && !world.kustomize.is_in(world.directories.of(object.span.file))
}
