//! Node affinity, pod affinity and pod anti-affinity. Knows no node and no other pod.

use k8s_openapi::api::core::v1::{
    Affinity, NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, WeightedPodAffinityTerm,
};

use super::spread::validate_match_label_keys;
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::labels::{validate_label_name, validate_label_selector};
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `validateAffinity`
pub fn validate_affinity(affinity: Option<&Affinity>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(affinity) = affinity else { return };
    if let Some(node) = &affinity.node_affinity {
        validate_node_affinity(node, &path.child("nodeAffinity"), cx);
    }
    if let Some(pod) = &affinity.pod_affinity {
        let path = path.child("podAffinity");
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        validate_pod_affinity(required.as_deref(), preferred.as_deref(), &path, cx);
    }
    if let Some(pod) = &affinity.pod_anti_affinity {
        let path = path.child("podAntiAffinity");
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        validate_pod_affinity(required.as_deref(), preferred.as_deref(), &path, cx);
    }
}

/// `validateNodeAffinity`: label values are judged only where they are required, and only since 1.33.
fn validate_node_affinity(affinity: &NodeAffinity, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(selector) = &affinity.required_during_scheduling_ignored_during_execution {
        let path = path.child(REQUIRED);
        let path = path.child("nodeSelectorTerms");
        if selector.node_selector_terms.is_empty() {
            cx.errors.required(&path, "must have at least one node selector term");
        }
        let values = cx.has(Change::NodeAffinityValues);
        for (i, term) in selector.node_selector_terms.iter().enumerate() {
            validate_node_selector_term(term, values, &path.index(i), cx);
        }
    }
    let path = path.child(PREFERRED);
    for (i, term) in affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten().enumerate() {
        let path = path.index(i);
        validate_weight(term.weight, &path, cx);
        validate_node_selector_term(&term.preference, false, &path.child("preference"), cx);
    }
}

fn validate_weight(weight: i32, path: &Path<'_>, cx: &mut Context<'_>) {
    if !(1..=100).contains(&weight) {
        cx.errors.invalid(&path.child("weight"), weight, "must be in the range 1-100");
    }
}

/// `ValidateNodeSelectorTerm`
fn validate_node_selector_term(term: &NodeSelectorTerm, values: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    let expressions = path.child("matchExpressions");
    for (i, requirement) in term.match_expressions.iter().flatten().enumerate() {
        validate_node_selector_requirement(requirement, values, &expressions.index(i), cx);
    }
    let fields = path.child("matchFields");
    for (i, requirement) in term.match_fields.iter().flatten().enumerate() {
        validate_node_field_selector_requirement(requirement, &fields.index(i), cx);
    }
}

/// `ValidateNodeSelectorRequirement`
fn validate_node_selector_requirement(requirement: &NodeSelectorRequirement, check_values: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    let values = requirement.values.as_deref().unwrap_or_default();
    let values_path = path.child("values");
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            cx.errors.required(&values_path, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            cx.errors.forbidden(&values_path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "Gt" | "Lt" if values.len() != 1 => {
            cx.errors.required(&values_path, "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        operator => cx.errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
    }
    validate_label_name(&requirement.key, &path.child("key"), cx);
    if check_values {
        for (i, value) in values.iter().enumerate() {
            cx.errors.invalid_each(&values_path.index(i), value, &syntax::label_value(value, cx.version));
        }
    }
}

/// `ValidateNodeFieldSelectorRequirement`
fn validate_node_field_selector_requirement(requirement: &NodeSelectorRequirement, path: &Path<'_>, cx: &mut Context<'_>) {
    let values = requirement.values.as_deref().unwrap_or_default();
    let values_path = path.child("values");
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.len() != 1 => {
            cx.errors.required(&values_path, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        "In" | "NotIn" => {}
        operator => cx.errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
    }
    if requirement.key != "metadata.name" {
        cx.errors.invalid(&path.child("key"), &requirement.key, "not a valid field selector key");
        return;
    }
    for (i, value) in values.iter().enumerate() {
        cx.errors.invalid_each(&values_path.index(i), value, &syntax::dns1123_subdomain(value));
    }
}

/// `validatePodAffinity`, `validatePodAntiAffinity`
fn validate_pod_affinity(
    required: Option<&[PodAffinityTerm]>,
    preferred: Option<&[WeightedPodAffinityTerm]>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    let required_path = path.child(REQUIRED);
    for (i, term) in required.unwrap_or_default().iter().enumerate() {
        validate_pod_affinity_term(term, &required_path.index(i), cx);
    }
    let preferred_path = path.child(PREFERRED);
    for (i, term) in preferred.unwrap_or_default().iter().enumerate() {
        let path = preferred_path.index(i);
        validate_weight(term.weight, &path, cx);
        validate_pod_affinity_term(&term.pod_affinity_term, &path.child("podAffinityTerm"), cx);
    }
}

/// `validatePodAffinityTerm`
fn validate_pod_affinity_term(term: &PodAffinityTerm, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_label_selector(term.label_selector.as_ref(), &path.child("labelSelector"), cx);
    validate_label_selector(term.namespace_selector.as_ref(), &path.child("namespaceSelector"), cx);
    for namespace in term.namespaces.iter().flatten() {
        cx.errors.invalid_each(&path.child("namespace"), namespace, &syntax::dns1123_label(namespace));
    }
    if cx.has(Change::MatchLabelKeysInPodAffinity) {
        let mismatch = term.mismatch_label_keys.as_deref().unwrap_or_default();
        let keys = term.match_label_keys.as_deref().unwrap_or_default();
        validate_match_label_keys(keys, mismatch, term.label_selector.as_ref(), path, cx);
    }
    if term.topology_key.is_empty() {
        cx.errors.required(&path.child("topologyKey"), "can not be empty");
    }
    validate_label_name(&term.topology_key, &path.child("topologyKey"), cx);
}
