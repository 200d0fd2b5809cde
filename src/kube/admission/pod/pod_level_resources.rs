//! Requests and limits of a pod as a whole, against those of its containers. Knows no container's other fields.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;

use super::resources::{
    ResourceList, is_huge_pages, is_overcommit_allowed, is_pod_level, quantity, validate_pod_resources as validate_lists,
};
use super::spec::ResourceClaims;
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::quantity::Quantity;

/// Sums by resource.
type Sums<'a> = BTreeMap<&'a str, Quantity>;

/// `AggregateContainerRequests`, `AggregateContainerLimits`: sidecars count all along, other init containers one at a time.
fn aggregate<'a>(spec: &'a PodSpec, list: fn(&Container) -> Option<&ResourceList>) -> Sums<'a> {
    let mut sums = Sums::new();
    for container in &spec.containers {
        add(&mut sums, list(container));
    }
    let (mut sidecars, mut most) = (Sums::new(), Sums::new());
    for container in spec.init_containers.iter().flatten() {
        let own = list(container);
        if container.restart_policy.as_deref() == Some("Always") {
            add(&mut sums, own);
            add(&mut sidecars, own);
            raise(&mut most, &sidecars);
        } else {
            let mut with_sidecars = sidecars.clone();
            add(&mut with_sidecars, own);
            raise(&mut most, &with_sidecars);
        }
    }
    raise(&mut sums, &most);
    sums
}

fn add<'a>(sums: &mut Sums<'a>, list: Option<&'a ResourceList>) {
    for (name, amount) in list.into_iter().flatten() {
        let amount = quantity(amount);
        sums.entry(name).and_modify(|sum| *sum = sum.plus(amount)).or_insert(amount);
    }
}

fn raise<'a>(sums: &mut Sums<'a>, others: &Sums<'a>) {
    for (name, amount) in others {
        sums.entry(name).and_modify(|sum| *sum = (*sum).max(*amount)).or_insert(*amount);
    }
}

fn requests(container: &Container) -> Option<&ResourceList> {
    container.resources.as_ref()?.requests.as_ref()
}

fn limits(container: &Container) -> Option<&ResourceList> {
    container.resources.as_ref()?.limits.as_ref()
}

/// `defaultHugePagePodLimits`, then `defaultPodRequests`.
pub fn default_pod_level_resources(spec: &mut PodSpec) {
    let Some(resources) = &spec.resources else { return };
    let is_empty = |list: &Option<ResourceList>| list.as_ref().is_none_or(BTreeMap::is_empty);
    let mut pod_limits = resources.limits.clone().unwrap_or_default();
    if !(is_empty(&resources.limits) && is_empty(&resources.requests)) {
        for (name, amount) in aggregate(spec, limits).into_iter().filter(|(name, _)| is_huge_pages(name)) {
            let requested = resources.requests.as_ref().is_some_and(|requests| requests.contains_key(name));
            if !requested {
                pod_limits.entry(name.to_owned()).or_insert_with(|| Text(amount.to_string()));
            }
        }
    }
    let mut pod_requests = resources.requests.clone().unwrap_or_default();
    if !pod_limits.is_empty() {
        for (name, amount) in aggregate(spec, requests).into_iter().filter(|(name, _)| is_pod_level(name) && is_overcommit_allowed(name)) {
            pod_requests.entry(name.to_owned()).or_insert_with(|| Text(amount.to_string()));
        }
        for (name, amount) in pod_limits.iter().filter(|(name, _)| is_pod_level(name)) {
            pod_requests.entry(name.clone()).or_insert_with(|| amount.clone());
        }
    }
    if let Some(resources) = &mut spec.resources {
        if !pod_limits.is_empty() {
            resources.limits = Some(pod_limits);
        }
        if !pod_requests.is_empty() {
            resources.requests = Some(pod_requests);
        }
    }
}

/// `validatePodResources`
pub fn validate_pod_resources(spec: &PodSpec, claims: &ResourceClaims<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(resources) = &spec.resources else { return };
    let path = path.child("resources");
    if spec.os.as_ref().is_some_and(|os| os.name == "windows") {
        cx.errors.forbidden(&path, "may not be set for a windows pod");
        return;
    }
    if resources.claims.is_some() {
        cx.errors.forbidden(&path.child("claims"), "claims may not be set for Resources at pod-level");
    }
    validate_lists(resources, claims, &path, cx);
    validate_consistency(spec, resources.requests.as_ref(), resources.limits.as_ref(), &path, cx);
}

/// `validatePodResourceConsistency`
fn validate_consistency(
    spec: &PodSpec,
    pod_requests: Option<&ResourceList>,
    pod_limits: Option<&ResourceList>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    let of_pod = |list: Option<&ResourceList>, name: &str| list.and_then(|list| list.get(name)).map(quantity);
    for (name, sum) in aggregate(spec, requests) {
        if let Some(own) = of_pod(pod_requests, name).filter(|own| sum > *own) {
            let detail = format!("must be greater than or equal to aggregate container requests of {sum}");
            cx.errors.invalid(&path.child("requests").key(name), &own.to_string(), &detail);
        }
    }
    for (name, sum) in aggregate(spec, limits).into_iter().filter(|(name, _)| is_huge_pages(name)) {
        if let Some(own) = of_pod(pod_limits, name).filter(|own| sum > *own) {
            let detail = format!("must be greater than or equal to aggregate container limits of {sum}");
            cx.errors.invalid(&path.child("limits").key(name), &own.to_string(), &detail);
        }
    }
    let containers = path.child("containers");
    for (i, container) in spec.containers.iter().enumerate() {
        for (name, amount) in limits(container).into_iter().flatten() {
            let amount = quantity(amount);
            if let Some(own) = of_pod(pod_limits, name).filter(|own| amount > *own) {
                let container = containers.index(i);
                let detail = format!("must be less than or equal to pod limits of {own}");
                cx.errors.invalid(&container.key(name).child("limits"), &amount.to_string(), &detail);
            }
        }
    }
}
