//! A PodDisruptionBudget that never lets a pod be evicted.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::Finding;
use crate::kube::scaled::Target;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, Typed, World, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::PodDisruptionBudget(budget)) = &object.typed else { return };
    let Some(spec) = budget.spec.as_ref().filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Some(selector) = spec.selector.as_ref().filter(|selector| !pods::unknown(selector)) else { return };
    let is = |value: &Option<IntOrString>, number: i32, text: &str| match value {
        Some(IntOrString::Int(it)) => *it == number,
        Some(IntOrString::String(it)) => it == text,
        None => false,
    };
    let told = "no pod may ever go: `kubectl drain` and node upgrades wait for ever";
    let message = format!("PodDisruptionBudget `{}` never lets a pod be evicted", object.name());
    if is(&spec.max_unavailable, 0, "0%") {
        out.push(Finding::possible(message).field("spec.maxUnavailable").label(object.at("spec.maxUnavailable").span(), told).help("allow at least 1"));
        return;
    }
    if is(&spec.min_available, -1, "100%") {
        out.push(Finding::possible(message).field("spec.minAvailable").label(object.at("spec.minAvailable").span(), told).help("write `maxUnavailable: 1`"));
        return;
    }
    let Some(IntOrString::Int(least)) = spec.min_available else { return };
    let mut taken = pods::taken(world, object, selector);
    taken.retain(|it| world.namespaces(object, it) == Namespaces::Same);
    let [workload] = taken.as_slice() else { return };
    let Some(replicas) = replicas(workload).filter(|count| *count > 0 && *count <= least) else { return };
    let scaled = ["HorizontalPodAutoscaler", "ScaledObject"].iter().flat_map(|kind| world.of_kind(kind, workload, Distance::Near));
    let scaled = scaled.into_iter().any(|it| Target::of(it).is_some_and(|target| target.name == workload.name()));
    if scaled || world.changed_later(workload) || world.changed_later(object) || world.distance(object, workload) > Distance::SameDirectory {
        return;
    }
    out.push(
        Finding::possible(message)
            .field("spec.minAvailable")
            .label(object.at("spec.minAvailable").span(), told)
            .label(workload.at("spec.replicas").span(), format!("{} makes {replicas}", world.told(workload)))
            .help("write `maxUnavailable: 1`, or run more pods than must be there"),
    );
}

fn replicas(workload: &Object<'_>) -> Option<i32> {
    match &workload.typed {
        Some(Typed::Deployment(it)) => Some(it.replicas.unwrap_or(1)),
        Some(Typed::StatefulSet(it)) => Some(it.replicas.unwrap_or(1)),
        _ => None,
    }
}
