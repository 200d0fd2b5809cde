//! Labels, annotations and label selectors: their validation and what a selector matches. Knows no kind.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::Context;
use super::field::Path;
use super::syntax;
use crate::kube::object::Labels;

const ANNOTATIONS_SIZE_LIMIT: usize = 256 * 1024;

/// `ValidateLabels`: the path is the map's, never a key's.
pub fn validate_labels(labels: Option<&Labels>, path: &Path<'_>, cx: &mut Context<'_>) {
    for (key, value) in labels.into_iter().flatten() {
        validate_label_name(key, path, cx);
        cx.errors.invalid_each(path, value, &syntax::label_value(value, cx.version));
    }
}

/// `ValidateLabelName`
pub fn validate_label_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    cx.errors.invalid_each(path, name, &syntax::qualified_name(name, cx.version));
}

/// `ValidateAnnotations`: keys are checked in lower case; the size of all counts.
pub fn validate_annotations(annotations: Option<&Labels>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(annotations) = annotations else { return };
    for key in annotations.keys() {
        let faults = if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            syntax::qualified_name(&key.to_lowercase(), cx.version)
        } else {
            syntax::qualified_name(key, cx.version)
        };
        cx.errors.invalid_each(path, key, &faults);
    }
    if annotations.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() > ANNOTATIONS_SIZE_LIMIT {
        cx.errors.too_long(path, ANNOTATIONS_SIZE_LIMIT);
    }
}

/// `ValidateLabelSelector`
pub fn validate_label_selector(selector: Option<&LabelSelector>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(selector) = selector else { return };
    validate_labels(selector.match_labels.as_ref(), &path.child("matchLabels"), cx);
    let path = path.child("matchExpressions");
    for (i, requirement) in selector.match_expressions.iter().flatten().enumerate() {
        validate_label_selector_requirement(requirement, &path.index(i), cx);
    }
}

fn validate_label_selector_requirement(requirement: &LabelSelectorRequirement, path: &Path<'_>, cx: &mut Context<'_>) {
    let values = requirement.values.as_deref().unwrap_or_default();
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            cx.errors.required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            cx.errors.forbidden(&path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        operator => cx.errors.invalid(&path.child("operator"), operator, "not a valid selector operator"),
    }
    validate_label_name(&requirement.key, &path.child("key"), cx);
    for (i, value) in values.iter().enumerate() {
        cx.errors.invalid_each(&path.child("values").index(i), value, &syntax::label_value(value, cx.version));
    }
}

/// Whether a selector has no requirement at all.
#[must_use]
pub fn selector_is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(BTreeMap::is_empty) && selector.match_expressions.as_ref().is_none_or(Vec::is_empty)
}

/// Whether labels satisfy a selector; one without requirements matches everything.
#[must_use]
pub fn selector_matches(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let label = |key: &str| labels.and_then(|labels| labels.get(key));
    let exact = selector.match_labels.iter().flatten().all(|(key, value)| label(key) == Some(value));
    exact
        && selector.match_expressions.iter().flatten().all(|requirement| {
            let is_listed = |value: &String| requirement.values.iter().flatten().any(|listed| listed == value);
            match requirement.operator.as_str() {
                "In" => label(&requirement.key).is_some_and(is_listed),
                "NotIn" => !label(&requirement.key).is_some_and(is_listed),
                "Exists" => label(&requirement.key).is_some(),
                "DoesNotExist" => label(&requirement.key).is_none(),
                _ => false,
            }
        })
}
