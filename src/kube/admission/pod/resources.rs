//! Requests and limits of containers, and a pod's overhead. Knows nothing of what a node has.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use k8s_openapi::api::core::v1::{ResourceClaim, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;

use super::spec::ResourceClaims;
use crate::kube::Version;
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, quote};
use crate::kube::admission::quantity::Quantity;
use crate::kube::admission::syntax;
use crate::kube::maps::Set;

/// Names and amounts.
pub type ResourceList = BTreeMap<String, Text>;

const NOT_NEGATIVE: &str = "must be greater than or equal to 0";
const NOT_AN_INTEGER: &str = "must be an integer";
/// `IsIntegerResourceName`
const INTEGER_RESOURCES: &[&str] = &[
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
/// `IsStandardResourceName` but for huge pages.
const STANDARD_RESOURCES: &[&str] = &[
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];
const POD_RESOURCES: &[&str] = &["cpu", "memory"];

/// Reads an amount; what can't be read has been refused before.
pub fn quantity(text: &Text) -> Quantity {
    Quantity::parse(&text.0).unwrap_or(Quantity::ZERO)
}

/// Whether the resource is huge pages of some size.
pub fn is_huge_pages(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// `IsNativeResource`
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// `IsOvercommitAllowed`
pub fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !is_huge_pages(name)
}

/// Which names a list of resources may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Container,
    Pod,
}

/// `ValidateContainerResourceRequirements`
pub fn validate_container_resources(all: &ResourceRequirements, claims: &ResourceClaims<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_requirements(all.limits.as_ref(), all.requests.as_ref(), Names::Container, path, cx);
    validate_claim_names(all.claims.as_deref().unwrap_or_default(), claims, &path.child("claims"), cx);
}

/// `validatePodResourceRequirements`
pub fn validate_pod_resources(all: &ResourceRequirements, claims: &ResourceClaims<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_requirements(all.limits.as_ref(), all.requests.as_ref(), Names::Pod, path, cx);
    validate_claim_names(all.claims.as_deref().unwrap_or_default(), claims, &path.child("claims"), cx);
}

/// `validateOverhead`
pub fn validate_overhead(overhead: &ResourceList, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_requirements(Some(overhead), None, Names::Container, path, cx);
}

/// `validateResourceRequirements`
fn validate_requirements(
    limits: Option<&ResourceList>,
    requests: Option<&ResourceList>,
    names: Names,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    let (limits_path, requests_path) = (path.child("limits"), path.child("requests"));
    let (mut huge_pages, mut compute) = (false, false);
    let mut note = |name: &str| {
        huge_pages |= is_huge_pages(name);
        compute |= matches!(name, "cpu" | "memory");
    };
    for (name, amount) in limits.into_iter().flatten() {
        note(name);
        validate_amount(name, quantity(amount), names, &limits_path.key(name), cx);
    }
    for (name, amount) in requests.into_iter().flatten() {
        note(name);
        let (path, amount) = (requests_path.key(name), quantity(amount));
        validate_resource_name(name, names, &path, cx);
        validate_resource_quantity(name, amount, &path, cx);
        let overcommit = is_overcommit_allowed(name);
        match limits.and_then(|limits| limits.get(name)).map(quantity) {
            Some(limit) if amount != limit && !overcommit => {
                let detail = format!("must be equal to {name} limit of {limit}");
                cx.errors.invalid(&requests_path, &amount.to_string(), &detail);
            }
            Some(limit) if amount > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                cx.errors.invalid(&requests_path, &amount.to_string(), &detail);
            }
            None if !overcommit => cx.errors.required(&limits_path, "Limit must be set for non overcommitable resources"),
            _ => {}
        }
        validate_huge_pages(name, amount, &path, cx);
    }
    if huge_pages && !compute {
        cx.errors.forbidden(path, "HugePages require cpu or memory");
    }
}

fn validate_amount(name: &str, amount: Quantity, names: Names, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_resource_name(name, names, path, cx);
    validate_resource_quantity(name, amount, path, cx);
    validate_huge_pages(name, amount, path, cx);
}

/// `validateResourceQuantityHugePageValue`
fn validate_huge_pages(name: &str, amount: Quantity, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(size) = name.strip_prefix("hugepages-") else { return };
    let divisible = Quantity::parse(size).is_ok_and(|size| size.nano > 0 && size.is_whole() && amount.value() % size.value() == 0);
    if !divisible {
        let shown = amount.to_string();
        cx.errors.invalid(path, &shown, &format!("{shown} is not positive integer multiple of {name}"));
    }
}

/// `ValidateResourceQuantityValue`
pub fn validate_resource_quantity(name: &str, amount: Quantity, path: &Path<'_>, cx: &mut Context<'_>) {
    if amount.nano < 0 {
        cx.errors.invalid(path, &amount.to_string(), NOT_NEGATIVE);
    }
    if amount.milli_value() % 1000 != 0 && (INTEGER_RESOURCES.contains(&name) || is_extended(name, cx.version)) {
        let shown = cx.errors.structure(|| quote(&amount.to_string()), || amount.to_string());
        cx.errors.invalid(path, shown, NOT_AN_INTEGER);
    }
}

/// `IsExtendedResourceName`
fn is_extended(name: &str, version: Version) -> bool {
    !is_native(name) && !name.starts_with("requests.") && syntax::qualified_name(&format!("requests.{name}"), version).is_empty()
}

/// `validateContainerResourceName`, `validatePodResourceName`
fn validate_resource_name(name: &str, names: Names, path: &Path<'_>, cx: &mut Context<'_>) {
    let before = cx.errors.len();
    cx.errors.invalid_each(path, name, &syntax::qualified_name(name, cx.version));
    let standard = || STANDARD_RESOURCES.contains(&name) || is_huge_pages(name) || name.starts_with("requests.hugepages-");
    if cx.errors.len() == before && !name.contains('/') && !standard() {
        cx.errors.invalid(path, name, "must be a standard resource type or fully qualified");
    }
    match names {
        Names::Container if matches!(name, "cpu" | "memory" | "ephemeral-storage") || is_huge_pages(name) => {}
        Names::Container if !name.contains('/') => cx.errors.invalid(path, name, "must be a standard resource for containers"),
        Names::Container if !is_native(name) && !is_extended(name, cx.version) => {
            cx.errors.invalid(path, name, "doesn't follow extended resource name standard");
        }
        Names::Pod if cx.errors.len() == before && !POD_RESOURCES.contains(&name) && !is_huge_pages(name) => {
            cx.errors.not_supported(path, name, &["cpu", "hugepages-", "memory"]);
        }
        _ => {}
    }
}

/// `validateResourceClaimNames`
fn validate_claim_names(claims: &[ResourceClaim], known: &ResourceClaims<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut whole: Set<&str> = Set::default();
    let mut requests: Set<(&str, &str)> = Set::default();
    let mut with_requests: Set<&str> = Set::default();
    for (i, claim) in claims.iter().enumerate() {
        let (path, name) = (path.index(i), claim.name.as_str());
        if name.is_empty() {
            cx.errors.required(&path, "");
            continue;
        }
        let request = claim.request.as_deref().unwrap_or_default();
        if whole.contains(name) {
            cx.errors.duplicate(&path, name);
        } else if request.is_empty() {
            if with_requests.contains(name) {
                cx.errors.duplicate(&path, name);
            }
            whole.insert(name);
        } else {
            cx.errors.invalid_each(&path.child("request"), request, &syntax::dns1123_label(request));
            if !requests.insert((name, request)) {
                cx.errors.duplicate(&path, &format!("{name}/{request}"));
            }
            with_requests.insert(name);
        }
        if known.names().binary_search(&name).is_err() {
            let detail = if known.names().is_empty() {
                "must be one of the names in pod.spec.resourceClaims which is empty".to_owned()
            } else {
                format!("must be one of the names in pod.spec.resourceClaims: {}", known.names().join(", "))
            };
            cx.errors.not_found_because(&path, name, &detail);
        }
    }
}

/// Amounts as they are stored: in canonical form, and rounded up to a thousandth as `SetDefaults_ResourceList` does.
pub fn round_up(list: Option<&mut ResourceList>) {
    for amount in list.into_iter().flat_map(BTreeMap::values_mut) {
        if let Ok(parsed) = Quantity::parse(&amount.0) {
            store(parsed.rounded_to_milli().unwrap_or(parsed), amount);
        }
    }
}

/// An amount as it is stored: in canonical form.
pub fn canonical(amount: &mut Text) {
    if let Ok(parsed) = Quantity::parse(&amount.0) {
        store(parsed, amount);
    }
}

fn store(amount: Quantity, text: &mut Text) {
    if write!(Same(&text.0), "{amount}").is_err() {
        text.0 = amount.to_string();
    }
}

/// Compares what is written to it with a text.
struct Same<'t>(&'t str);

impl fmt::Write for Same<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// A fractional number of bytes, which the server only warns about.
pub fn fractional(list: Option<&ResourceList>, name: &str) -> Option<Quantity> {
    let amount = quantity(list?.get(name)?);
    (amount.milli_value() % 1000 != 0).then_some(amount)
}

/// Whether pod-level resources know the name at all.
pub fn is_pod_level(name: &str) -> bool {
    POD_RESOURCES.contains(&name) || is_huge_pages(name)
}
