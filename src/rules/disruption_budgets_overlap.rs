//! Two PodDisruptionBudgets over the same pods.

use crate::finding::{Confidence, Finding};
use crate::kube::object::ObjectId;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, Typed, World, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let mine = taken(object, world);
    if mine.is_empty() || world.among_alternatives(object) {
        return;
    }
    let others = world.of_kind("PodDisruptionBudget", object, Distance::SameDirectory);
    let others = others.into_iter().filter(|it| it.id < object.id && it.name() != object.name() && world.namespaces(object, it) == Namespaces::Same);
    let both = others.filter_map(|other| Some((other, *taken(other, world).iter().find(|id| mine.contains(id))?))).next();
    let Some((other, workload)) = both.and_then(|(other, id)| Some((other, world.object(id)?))) else { return };
    let open = world.changed_later(object) || world.changed_later(other) || world.changed_later(workload);
    out.push(
        Finding::new(
            if open { Confidence::Possible } else { Confidence::Likely },
            format!("PodDisruptionBudgets `{}` and `{}` are both for the pods of {}", other.name(), object.name(), world.told(workload)),
        )
        .field("spec.selector")
        .label(object.at("spec.selector").span(), "a pod with two budgets can't be evicted: `kubectl drain` and node upgrades wait for ever")
        .label(other.at("spec.selector").span(), format!("selected by {} too", world.told(other)))
        .help("keep one of them for these pods"),
    );
}

/// The workloads beside a budget whose pods it is for.
fn taken(object: &Object<'_>, world: &World<'_>) -> Vec<ObjectId> {
    let Some(Typed::PodDisruptionBudget(budget)) = &object.typed else { return Vec::new() };
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let Some(selector) = selector.filter(|selector| !world.kustomize.is_patch(object.span.file) && !pods::unknown(selector)) else { return Vec::new() };
    let found = pods::taken(world, object, selector).into_iter();
    let beside = found.filter(|it| world.namespaces(object, it) == Namespaces::Same && world.distance(object, it) <= Distance::SameDirectory);
    beside.map(|it| it.id).collect()
}
