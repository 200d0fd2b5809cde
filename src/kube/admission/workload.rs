//! What the kinds that make pods share: selectors against template labels, counts, percentages, and how their values are printed in errors.
//! Knows no kind.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::{Path, Shown, json_quote, quote};
use super::int_or_percent::percent_value;
use super::labels::{selector_is_empty, selector_matches, validate_label_selector};
use super::pod;
use super::syntax;
use crate::kube::object::Labels;
use crate::kube::version::Change;

const NOT_NEGATIVE: &str = "must be greater than or equal to 0";
/// What a pod's warning about its name calls the places where the name turns up.
pub const POD_NAMES: &str = "Pod names and hostnames";

/// `ValidateNonnegativeField`
pub fn validate_not_negative(number: Option<i64>, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(number) = number.filter(|number| *number < 0) {
        cx.errors.invalid(path, number, NOT_NEGATIVE);
    }
}

/// A template's labels.
#[must_use]
pub fn template_labels(template: &PodTemplateSpec) -> Option<&Labels> {
    template.metadata.as_ref()?.labels.as_ref()
}

/// A selector, if there is one: the typed content reads none and `{}` alike.
#[must_use]
pub fn given<'s>(selector: &'s LabelSelector, path: &Path<'_>, cx: &Context<'_>) -> Option<&'s LabelSelector> {
    (*selector != LabelSelector::default() || cx.is_written(path)).then_some(selector)
}

/// A selector that must be there and must not be empty.
pub fn validate_selector(selector: Option<&LabelSelector>, kind: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(selector) = selector else {
        cx.errors.required(path, "");
        return;
    };
    validate_label_selector(Some(selector), path, cx);
    refuse_empty_selector(selector, kind, path, cx);
}

/// The error that a selector without requirements would choose everything.
pub fn refuse_empty_selector(selector: &LabelSelector, kind: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if selector_is_empty(selector) {
        let shown = show_selector(selector, cx);
        cx.errors.invalid(path, shown, &format!("empty selector is invalid for {kind}"));
    }
}

/// Whether `LabelSelectorAsSelector` can make something of it.
#[must_use]
pub fn is_usable(selector: Option<&LabelSelector>, cx: &Context<'_>) -> bool {
    let Some(selector) = selector else { return true };
    let right =
        |key: &str, value: &str| syntax::qualified_name(key, cx.version).is_empty() && syntax::label_value(value, cx.version).is_empty();
    let labels = selector.match_labels.iter().flatten().all(|(key, value)| right(key, value));
    labels
        && selector.match_expressions.iter().flatten().all(|requirement| {
            let values = requirement.values.as_deref().unwrap_or_default();
            let count = match requirement.operator.as_str() {
                "In" | "NotIn" => !values.is_empty(),
                "Exists" | "DoesNotExist" => values.is_empty(),
                _ => false,
            };
            count && right(&requirement.key, "") && values.iter().all(|value| right("a", value))
        })
}

/// The error that a selector does not choose the template's own pods; an absent selector chooses none.
pub fn validate_selector_matches(selector: Option<&LabelSelector>, template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let labels = template_labels(template);
    if !selector.is_some_and(|selector| selector_matches(selector, labels)) {
        mismatch(labels, path, cx);
    }
}

/// The same error, told at the template's labels.
pub fn mismatch(labels: Option<&Labels>, path: &Path<'_>, cx: &mut Context<'_>) {
    let shown = show_labels(labels, cx);
    let metadata = path.child("metadata");
    cx.errors.invalid(&metadata.child("labels"), shown, "`selector` does not match template `labels`");
}

/// `ValidatePodTemplateSpecForReplicaSet` and its likes: pods that are kept running, as many as `replicas` says.
pub fn validate_running_template(template: &PodTemplateSpec, replicas: Option<i32>, kind: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    pod::validate_pod_template_spec(template, path, cx);
    if replicas.is_none_or(|replicas| replicas > 1) && !cx.has(Change::SharedGceDisks) {
        validate_read_only_disks(template, path, cx);
    }
    validate_keeps_running(template, kind, path, cx);
}

/// `ValidateReadOnlyPersistentDisks`
fn validate_read_only_disks(template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let spec_path = path.child("spec");
    let path = spec_path.child("volumes");
    for (i, volume) in template.spec.iter().flat_map(|spec| spec.volumes.iter().flatten()).enumerate() {
        if volume.gce_persistent_disk.as_ref().is_some_and(|disk| disk.read_only != Some(true)) {
            let volume = path.index(i);
            let disk = volume.child("gcePersistentDisk");
            let detail = "must be true for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only";
            cx.errors.invalid(&disk.child("readOnly"), false, detail);
        }
    }
}

/// Pods that are kept running must be restarted, and have no deadline.
pub fn validate_keeps_running(template: &PodTemplateSpec, kind: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(spec) = &template.spec else { return };
    let path = path.child("spec");
    let policy = spec.restart_policy.as_deref().unwrap_or_default();
    if policy != "Always" {
        cx.errors.not_supported(&path.child("restartPolicy"), policy, &["Always"]);
    }
    if spec.active_deadline_seconds.is_some() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        cx.errors.forbidden(&path.child("activeDeadlineSeconds"), &detail);
    }
}

/// Labels as an error prints them.
#[must_use]
pub fn show_labels<'v>(labels: Option<&Labels>, cx: &Context<'_>) -> Shown<'v> {
    cx.errors.structure(|| labels_json(labels), || labels_go(labels))
}

fn labels_json(labels: Option<&Labels>) -> String {
    let Some(labels) = labels else { return "null".into() };
    let entries: Vec<String> = labels.iter().map(|(key, value)| format!("{}:{}", json_quote(key), json_quote(value))).collect();
    format!("{{{}}}", entries.join(","))
}

fn labels_go(labels: Option<&Labels>) -> String {
    let Some(labels) = labels else { return "map[string]string(nil)".into() };
    let entries: Vec<String> = labels.iter().map(|(key, value)| format!("{}:{}", quote(key), quote(value))).collect();
    format!("map[string]string{{{}}}", entries.join(", "))
}

/// A selector as an error prints it.
#[must_use]
pub fn show_selector<'v>(selector: &LabelSelector, cx: &Context<'_>) -> Shown<'v> {
    cx.errors.structure(|| selector_json(selector), || selector_go(selector))
}

fn selector_json(selector: &LabelSelector) -> String {
    let mut parts = Vec::new();
    if let Some(labels) = selector.match_labels.as_ref().filter(|labels| !labels.is_empty()) {
        parts.push(format!("\"matchLabels\":{}", labels_json(Some(labels))));
    }
    let requirements = selector.match_expressions.as_deref().unwrap_or_default();
    if !requirements.is_empty() {
        let each: Vec<String> = requirements
            .iter()
            .map(|requirement| {
                let mut text = format!("{{\"key\":{},\"operator\":{}", json_quote(&requirement.key), json_quote(&requirement.operator));
                let values = requirement.values.as_deref().unwrap_or_default();
                if !values.is_empty() {
                    let values: Vec<String> = values.iter().map(|value| json_quote(value)).collect();
                    text.push_str(&format!(",\"values\":[{}]", values.join(",")));
                }
                text + "}"
            })
            .collect();
        parts.push(format!("\"matchExpressions\":[{}]", each.join(",")));
    }
    format!("{{{}}}", parts.join(","))
}

fn selector_go(selector: &LabelSelector) -> String {
    let requirements = match &selector.match_expressions {
        None => "[]v1.LabelSelectorRequirement(nil)".to_owned(),
        Some(requirements) => {
            let each: Vec<String> = requirements
                .iter()
                .map(|requirement| {
                    let values = match &requirement.values {
                        None => "[]string(nil)".to_owned(),
                        Some(values) => format!("[]string{{{}}}", values.iter().map(|value| quote(value)).collect::<Vec<_>>().join(", ")),
                    };
                    let (key, operator) = (quote(&requirement.key), quote(&requirement.operator));
                    format!("v1.LabelSelectorRequirement{{Key:{key}, Operator:{operator}, Values:{values}}}")
                })
                .collect();
            format!("[]v1.LabelSelectorRequirement{{{}}}", each.join(", "))
        }
    };
    format!("v1.LabelSelector{{MatchLabels:{}, MatchExpressions:{requirements}}}", labels_go(selector.match_labels.as_ref()))
}

/// `getIntOrPercentValue`: a text that is neither counts as the number it is, or as nothing.
#[must_use]
pub fn int_or_percent(value: &IntOrString) -> u64 {
    match (percent_value(value), value) {
        (Some(percent), _) => percent,
        (None, IntOrString::Int(number)) => u64::from(number.unsigned_abs()),
        (None, IntOrString::String(text)) => text.parse::<i64>().map_or(0, i64::unsigned_abs),
    }
}
