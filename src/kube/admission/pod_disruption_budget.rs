//! PodDisruptionBudgets as the API server validates them. Knows no pod.

use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};

use super::Context;
use super::field::{Path, Shown};
use super::int_or_percent::{is_not_more_than_100_percent, validate_positive_int_or_percent};
use super::labels::validate_label_selector;
use super::metadata::{name_is_path_segment, validate_object_meta_at};

/// Judges a PodDisruptionBudget on create. Its own validation leaves `metadata` out, so any name that fits a URL will do.
pub fn admit(budget: &mut PodDisruptionBudget, cx: &mut Context<'_>) {
    budget.metadata.generation = Some(1);
    budget.status = None;
    if let Some(spec) = &budget.spec {
        validate_pod_disruption_budget_spec(spec, &Path::root("spec"), cx);
    }
    if cx.errors.is_empty() {
        validate_object_meta_at(&budget.metadata, true, name_is_path_segment, &Path::root("metadata"), cx);
    }
}

/// `ValidatePodDisruptionBudgetSpec`
pub fn validate_pod_disruption_budget_spec(spec: &PodDisruptionBudgetSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.min_available.is_some() && spec.max_unavailable.is_some() {
        let shown = shown_spec(spec);
        cx.errors.invalid(path, shown, "minAvailable and maxUnavailable cannot be both set");
    }
    for (name, value) in [("minAvailable", &spec.min_available), ("maxUnavailable", &spec.max_unavailable)] {
        if let Some(value) = value {
            validate_positive_int_or_percent(value, &path.child(name), cx);
            is_not_more_than_100_percent(value, &path.child(name), cx);
        }
    }
    validate_label_selector(spec.selector.as_ref(), &path.child("selector"), cx);
    let policies = ["AlwaysAllow", "IfHealthyBudget"];
    if let Some(policy) = spec.unhealthy_pod_eviction_policy.as_deref().filter(|policy| !policies.contains(policy)) {
        cx.errors.not_supported(&path.child("unhealthyPodEvictionPolicy"), policy, &policies);
    }
}

/// The spec as 1.34 and later print it; earlier ones print addresses in memory, which nobody can foretell.
fn shown_spec<'v>(spec: &PodDisruptionBudgetSpec) -> Shown<'v> {
    fn json<T: serde::Serialize>(value: Option<&T>) -> String {
        value.and_then(|value| serde_json::to_string(value).ok()).unwrap_or_else(|| "null".into())
    }
    Shown::Raw(format!(
        "{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
        json(spec.min_available.as_ref()),
        json(spec.selector.as_ref()),
        json(spec.max_unavailable.as_ref()),
        json(spec.unhealthy_pod_eviction_policy.as_ref()),
    ))
}
