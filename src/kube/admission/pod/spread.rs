//! Topology spread constraints, and the label keys that they and pod affinity match by. Knows no other pod.

use k8s_openapi::api::core::v1::{PodAffinityTerm, PodSpec, TopologySpreadConstraint};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use crate::kube::Version;
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::labels::{validate_label_name, validate_label_selector};
use crate::kube::maps::{Map, Set};
use crate::kube::object::Labels;
use crate::kube::version::Change;

const ACTIONS: &[&str] = &["DoNotSchedule", "ScheduleAnyway"];
const NODE_POLICIES: &[&str] = &["Honor", "Ignore"];
const NOT_POSITIVE: &str = "must be greater than zero";
const NO_SELECTOR: &str = "must not be specified when labelSelector is not set";
const IN_BOTH: &str = "exists in both matchLabelKeys and labelSelector";

/// `validateTopologySpreadConstraints`
pub fn validate_topology_spread_constraints(constraints: &[TopologySpreadConstraint], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut pairs: Map<(&str, &str), usize> = Map::default();
    for constraint in constraints {
        *pairs.entry((&constraint.topology_key, &constraint.when_unsatisfiable)).or_default() += 1;
    }
    for (i, constraint) in constraints.iter().enumerate() {
        let path = path.index(i);
        if constraint.max_skew <= 0 {
            cx.errors.invalid(&path.child("maxSkew"), constraint.max_skew, NOT_POSITIVE);
        }
        if constraint.topology_key.is_empty() {
            cx.errors.required(&path.child("topologyKey"), "can not be empty");
        }
        let action = constraint.when_unsatisfiable.as_str();
        if !ACTIONS.contains(&action) {
            cx.errors.not_supported(&path.child("whenUnsatisfiable"), action, ACTIONS);
        }
        // A constraint that comes again later is told at each place but the last.
        let left = pairs.entry((&constraint.topology_key, action)).or_default();
        *left = left.saturating_sub(1);
        if *left > 0 {
            let shown = format!("{{{}, {action}}}", constraint.topology_key);
            cx.errors.duplicate(&path.child("{topologyKey, whenUnsatisfiable}"), &shown);
        }
        validate_min_domains(constraint.min_domains, action, &path.child("minDomains"), cx);
        for (field, policy) in
            [("nodeAffinityPolicy", &constraint.node_affinity_policy), ("nodeTaintsPolicy", &constraint.node_taints_policy)]
        {
            if let Some(policy) = policy.as_deref().filter(|policy| !NODE_POLICIES.contains(policy)) {
                cx.errors.not_supported(&path.child(field), policy, NODE_POLICIES);
            }
        }
        let keys = constraint.match_label_keys.as_deref().unwrap_or_default();
        if cx.has(Change::SpreadKeysMerged) {
            validate_match_label_keys(keys, &[], constraint.label_selector.as_ref(), &path, cx);
        } else {
            validate_spread_label_keys(keys, constraint.label_selector.as_ref(), &path.child("matchLabelKeys"), cx);
        }
        validate_label_selector(constraint.label_selector.as_ref(), &path.child("labelSelector"), cx);
    }
}

/// `validateMinDomains`
fn validate_min_domains(domains: Option<i32>, action: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(domains) = domains else { return };
    if domains <= 0 {
        cx.errors.invalid(path, domains, NOT_POSITIVE);
    }
    if action != "DoNotSchedule" {
        let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
        cx.errors.invalid(path, domains, &detail);
    }
}

/// `ValidateMatchLabelKeysAndMismatchLabelKeys`: by then the selector holds what the keys stand for.
pub fn validate_match_label_keys(
    keys: &[String],
    mismatch: &[String],
    selector: Option<&LabelSelector>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    for (field, keys) in [("matchLabelKeys", keys), ("mismatchLabelKeys", mismatch)] {
        let path = path.child(field);
        if keys.is_empty() {
            continue;
        }
        if selector.is_none() {
            cx.errors.forbidden(&path, NO_SELECTOR);
            continue;
        }
        for (i, key) in keys.iter().enumerate() {
            validate_label_name(key, &path.index(i), cx);
        }
    }
    if let Some(selector) = selector.filter(|_| !keys.is_empty()) {
        let places: Map<&str, usize> = keys.iter().enumerate().map(|(i, key)| (key.as_str(), i)).collect();
        let mut seen: Set<&str> = selector.match_labels.iter().flatten().map(|(key, _)| key.as_str()).collect();
        for requirement in selector.match_expressions.iter().flatten() {
            let key = requirement.key.as_str();
            if let Some(place) = places.get(key).filter(|_| seen.contains(key)) {
                cx.errors.invalid(&path.index(*place), key, IN_BOTH);
            }
            seen.insert(key);
        }
    }
    let mismatch: Set<&str> = mismatch.iter().map(String::as_str).collect();
    for (i, key) in keys.iter().enumerate().filter(|(_, key)| mismatch.contains(key.as_str())) {
        let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
        cx.errors.invalid(&path.child("matchLabelKeys").index(i), key, detail);
    }
}

/// `ValidateMatchLabelKeysInTopologySpread`, before the keys were merged into the selector.
fn validate_spread_label_keys(keys: &[String], selector: Option<&LabelSelector>, path: &Path<'_>, cx: &mut Context<'_>) {
    if keys.is_empty() {
        return;
    }
    let mut taken: Set<&str> = Set::default();
    match selector {
        None => cx.errors.forbidden(path, NO_SELECTOR),
        Some(selector) => {
            taken.extend(selector.match_labels.iter().flatten().map(|(key, _)| key.as_str()));
            taken.extend(selector.match_expressions.iter().flatten().map(|requirement| requirement.key.as_str()));
        }
    }
    for (i, key) in keys.iter().enumerate() {
        validate_label_name(key, &path.index(i), cx);
        if taken.contains(key.as_str()) {
            cx.errors.invalid(&path.index(i), key, IN_BOTH);
        }
    }
}

/// `mutatePodAffinity` and `mutateTopologySpreadConstraints`: a pod's selectors get what their label keys stand for.
pub fn merge_match_label_keys(spec: &mut PodSpec, labels: Option<&Labels>, version: Version) {
    let Some(labels) = labels else { return };
    if version.has(Change::MatchLabelKeysInPodAffinity)
        && let Some(affinity) = &mut spec.affinity
    {
        if let Some(pod) = &mut affinity.pod_affinity {
            pod.preferred_during_scheduling_ignored_during_execution
                .iter_mut()
                .flatten()
                .for_each(|term| merge_term(&mut term.pod_affinity_term, labels));
            pod.required_during_scheduling_ignored_during_execution.iter_mut().flatten().for_each(|term| merge_term(term, labels));
        }
        if let Some(pod) = &mut affinity.pod_anti_affinity {
            pod.preferred_during_scheduling_ignored_during_execution
                .iter_mut()
                .flatten()
                .for_each(|term| merge_term(&mut term.pod_affinity_term, labels));
            pod.required_during_scheduling_ignored_during_execution.iter_mut().flatten().for_each(|term| merge_term(term, labels));
        }
    }
    if version.has(Change::SpreadKeysMerged) {
        for constraint in spec.topology_spread_constraints.iter_mut().flatten() {
            if let Some(selector) = &mut constraint.label_selector {
                merge_keys(selector, constraint.match_label_keys.as_deref(), "In", labels);
            }
        }
    }
}

fn merge_term(term: &mut PodAffinityTerm, labels: &Labels) {
    if let Some(selector) = &mut term.label_selector {
        merge_keys(selector, term.match_label_keys.as_deref(), "In", labels);
        merge_keys(selector, term.mismatch_label_keys.as_deref(), "NotIn", labels);
    }
}

/// `applyLabelKeysToLabelSelector`
fn merge_keys(selector: &mut LabelSelector, keys: Option<&[String]>, operator: &str, labels: &Labels) {
    for key in keys.unwrap_or_default() {
        if let Some(value) = labels.get(key) {
            let values = Some(vec![value.clone()]);
            let requirement = LabelSelectorRequirement { key: key.clone(), operator: operator.into(), values };
            selector.match_expressions.get_or_insert_default().push(requirement);
        }
    }
}
