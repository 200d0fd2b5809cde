//! The workloads whose pods a label selector takes, and what comes near it. Knows no rule's wording.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::labels;
use super::near::{self, NearMiss};
use super::object::Object;
use super::template;
use super::world::{Distance, Namespaces, World};

/// The workloads that a selector takes, whatever the namespace, none from unrelated folders.
#[must_use]
pub fn taken<'w, 's>(world: &'w World<'s>, from: &Object<'_>, selector: &LabelSelector) -> Vec<&'w Object<'s>> {
    let pair = selector.match_labels.iter().flatten().find(|(key, _)| !labels::added_by_any_controller(key));
    let mut found = match pair {
        Some((key, value)) => world.workloads_with(key, value, from),
        None => world.workloads_near(from, Distance::Near),
    };
    found.retain(|workload| labels::selects(selector, workload.template().and_then(|template| template.labels)));
    found
}

/// Those of some workloads that may be in a namespace: the object's own, or the one named.
#[must_use]
pub fn within<'w, 's>(
    world: &World<'_>,
    from: &Object<'_>,
    namespace: Option<&str>,
    mut workloads: Vec<&'w Object<'s>>,
) -> Vec<&'w Object<'s>> {
    workloads.retain(|it| super::meant::namespaces(world, from, namespace, it) != Namespaces::Different);
    workloads
}

/// Whether it can't be told what a selector takes: it asks for what is yet to be filled in, or what controllers add.
#[must_use]
pub fn unknown(selector: &LabelSelector) -> bool {
    let pairs = || selector.match_labels.iter().flatten();
    let keys = pairs().map(|(key, _)| key).chain(selector.match_expressions.iter().flatten().map(|expression| &expression.key));
    keys.into_iter().any(|key| labels::added_by_any_controller(key) || template::is_placeholder(key))
        || pairs().any(|(_, value)| template::is_placeholder(value))
}

/// The workload that a selector misses by a slip, if there is one.
#[must_use]
pub fn nearly<'w, 's>(world: &'w World<'s>, from: &Object<'_>, selector: &LabelSelector) -> Option<NearMiss<'w, 's>> {
    let pairs = selector.match_labels.as_ref().filter(|pairs| !pairs.is_empty())?;
    let slips = near::workloads(world, from, pairs);
    slips.into_iter().find(|slip| !slip.vague() && slip.distance <= Distance::SameDirectory)
}
