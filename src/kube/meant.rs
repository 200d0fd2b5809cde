//! The object that a reference by name means, as far as the files tell. Knows no rule and no field.

use super::endpoints;
use super::object::Object;
use super::routes::{self, Reference};
use super::template;
use super::world::{Distance, Namespaces, World};
use crate::finding::Confidence;

/// A name as a reference gives it.
#[derive(Clone, Copy, Debug)]
pub struct Name<'n> {
    /// The group of the kind; empty for the core one.
    pub group: &'n str,
    /// The kind.
    pub kind: &'n str,
    /// The namespace, where the reference names one; else it is the referrer's own.
    pub namespace: Option<&'n str>,
    /// The name.
    pub name: &'n str,
}

/// What a reference finds.
#[derive(Debug)]
pub enum Meant<'w, 's> {
    /// The nearest objects of that name; several where files are alternatives.
    There(Vec<&'w Object<'s>>),
    /// None in that namespace, but one in another.
    Elsewhere(&'w Object<'s>),
    /// None.
    Nowhere,
}

/// Looks a name up. What stands in an unrelated folder is not found.
#[must_use]
pub fn meant<'w, 's>(world: &'w World<'s>, from: &Object<'_>, name: Name<'_>) -> Meant<'w, 's> {
    let is_it = |object: &Object<'_>| super::apis::group(&object.reference.api_version) == name.group;
    let is_the_nearest = |object: &Object<'_>| namespaces(world, from, name.namespace, object) == Namespaces::Same && is_it(object);
    let mut found = world.placed_until(name.kind, name.name, from, Distance::Near, is_the_nearest);
    found.retain(|(.., object)| is_it(object));
    if name.namespace.is_some() {
        for (compared, _, object) in &mut found {
            *compared = namespaces(world, from, name.namespace, object);
        }
        found.sort_by_key(|(namespaces, distance, object)| (*namespaces, *distance, object.id));
    }
    match found.first().copied() {
        None => Meant::Nowhere,
        Some((Namespaces::Different, _, object)) => Meant::Elsewhere(object),
        Some((namespaces, distance, _)) => {
            found.retain(|found| (found.0, found.1) == (namespaces, distance));
            Meant::There(found.into_iter().map(|(_, _, object)| object).collect())
        }
    }
}

/// The Services that a route sends to, each with the reference to it; none of a patch, and none where several may be meant.
#[must_use]
pub fn services_of_route<'w, 's, 'o>(world: &'w World<'s>, route: &'o Object<'_>) -> Vec<(Reference<'o>, &'w Object<'s>)> {
    if world.kustomize.is_patch(route.span.file) {
        return Vec::new();
    }
    let backends = routes::backends(route).into_iter().filter(Reference::is_to_service);
    let meant = backends.filter_map(|backend| match meant(world, route, backend.to()) {
        Meant::There(services) => Some((backend, <[_; 1]>::try_from(services).ok()?)),
        _ => None,
    });
    meant.map(|(backend, [service])| (backend, service)).collect()
}

/// How the namespace that a reference means compares with an object's.
#[must_use]
pub fn namespaces(world: &World<'_>, from: &Object<'_>, namespace: Option<&str>, object: &Object<'_>) -> Namespaces {
    let Some(namespace) = namespace else { return world.namespaces(from, object) };
    if world.namespace(object) == namespace {
        Namespaces::Same
    } else if object.namespace().is_none() || template::is_placeholder(namespace) || world.renames_namespace(object) {
        Namespaces::OneSide
    } else {
        Namespaces::Different
    }
}

/// Whether one of two objects next to each other writes its namespace and the other none, so that only `kubectl -n` with that
/// very namespace brings them together. A kustomization may write it later, and a chart is installed into one.
#[must_use]
pub fn is_apart(world: &World<'_>, a: &Object<'_>, b: &Object<'_>) -> bool {
    let built = |it: &Object<'_>| world.kustomize.is_in(world.directories.of(it.span.file)) || is_of_chart(it);
    let beside = world.distance(a, b) <= Distance::SameDirectory && world.namespaces(a, b) == Namespaces::OneSide;
    beside && !built(a) && !built(b)
}

/// Whether an object says that a chart made it.
fn is_of_chart(object: &Object<'_>) -> bool {
    let labels = object.labels();
    labels.into_iter().flatten().any(|(key, value)| {
        matches!(key.as_str(), "helm.sh/chart" | "chart")
            || matches!(key.as_str(), "app.kubernetes.io/managed-by" | "heritage") && value == "Helm"
    })
}

/// How sure it is that a fault of the object that is meant is one on the cluster, too: certain for the one next door that
/// nothing is yet to change.
#[must_use]
pub fn sure(world: &World<'_>, from: &Object<'_>, namespace: Option<&str>, object: &Object<'_>) -> Confidence {
    let distance = world.distance(from, object);
    let external = object.service().is_some_and(endpoints::is_external);
    if external || namespaces(world, from, namespace, object) != Namespaces::Same {
        return Confidence::Possible;
    }
    let changed = world.changed_later(from) || world.changed_later(object) || !world.patches_of(object).is_empty();
    let apart = distance > Distance::SameFile && world.among_alternatives(from);
    if changed || apart || distance == Distance::Near { Confidence::Likely } else { Confidence::Certain }
}
