//! A selector whose pods exist in another namespace only, where a Service can't see them.

use crate::finding::{Confidence, Edit, Finding};
use crate::kube::dangling::{self, Cause, Sort};
use crate::kube::place::scalar;
use crate::kube::world::{Distance, Match, Namespaces, title};
use crate::kube::{Object, World, meant};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.dangles(object) != Some(Sort::OtherNamespace) {
        return;
    }
    let Some(Cause::OtherNamespace(found)) = dangling::cause(world, object) else { return };
    let Some(nearest) = found.iter().min_by_key(|found| (found.distance, found.namespaces)) else { return };
    let workload = nearest.object;
    let (mine, theirs) = (world.namespace(object), world.namespace(workload));
    let message = format!("Service `{}` is in namespace `{mine}`, the pods it selects are in `{theirs}`", object.name());
    let place = |it: &Object<'_>| if it.namespace().is_some() { it.at("metadata.namespace").span() } else { it.title() };
    let finding = Finding::new(confidence(world, object, nearest), message)
        .field("metadata.namespace")
        .label(place(object), "a Service selects pods of its own namespace only, so this one has no endpoints")
        .label(place(workload), format!("{} makes them in `{theirs}`", title(&workload.reference)));
    let finding = match (object.namespace(), workload.namespace()) {
        (Some(mine), None) => finding.help(format!("set `namespace: {mine}` on {} too, or apply all with `-n {mine}`", world.told(workload))),
        (None, Some(theirs)) => finding.help(format!("set `namespace: {theirs}` on the Service too, or apply all with `-n {theirs}`")),
        _ => finding.help("put both into one namespace; to reach a Service from another one, call it by `name.namespace`"),
    };
    out.push(match moved(object, workload, world) {
        Some((title, edit)) => finding.unsafe_fix(title, vec![edit]),
        None => finding,
    });
}

/// Names the namespace where none is written; where two are, the Service goes to its pods.
fn moved(object: &Object<'_>, workload: &Object<'_>, world: &World<'_>) -> Option<(String, Edit)> {
    let add = |to: &Object<'_>, namespace: &str| to.at("metadata.name").insert_before(world.source(to)?, &format!("namespace: {}", scalar(namespace)));
    Some(match (object.namespace(), workload.namespace()) {
        (Some(mine), None) => (format!("set `namespace: {mine}` on {}", world.told(workload)), add(workload, mine)?),
        (None, Some(theirs)) => (format!("set `namespace: {theirs}` on the Service"), add(object, theirs)?),
        (Some(_), Some(theirs)) => (format!("put the Service into `{theirs}`"), object.at("metadata.namespace").replace(theirs)?),
        (None, None) => return None,
    })
}

/// Two written namespaces in one file can't be mended by how the file is applied; a missing one can. Pods that have a
/// Service in their own namespace already are the less likely to be meant by this one.
fn confidence(world: &World<'_>, object: &Object<'_>, nearest: &Match<'_, '_>) -> Confidence {
    let open = world.changed_later(object) || world.unrendered_beside(object) || world.kustomize.is_in(world.directories.of(object.span.file));
    let taken = world.services_taking(nearest.object).iter().any(|service| service.id != object.id && world.namespaces(service, nearest.object) == Namespaces::Same);
    let is_apart = nearest.namespaces == Namespaces::Different || meant::is_apart(world, object, nearest.object);
    match (nearest.namespaces, nearest.distance) {
        _ if open => Confidence::Possible,
        (Namespaces::Different, Distance::SameFile) if taken => Confidence::Likely,
        (Namespaces::Different, Distance::SameFile) => Confidence::Certain,
        (Namespaces::Different, Distance::SameDirectory) | (Namespaces::OneSide, Distance::SameFile) if !taken && is_apart => Confidence::Likely,
        _ => Confidence::Possible,
    }
}
