//! Tolerations. Knows no taint.

use k8s_openapi::api::core::v1::Toleration;

use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::labels::validate_label_name;
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `ValidateTolerations`
pub fn validate_tolerations(tolerations: &[Toleration], path: &Path<'_>, cx: &mut Context<'_>) {
    for (i, toleration) in tolerations.iter().enumerate() {
        validate_toleration(toleration, &path.index(i), cx);
    }
}

fn validate_toleration(toleration: &Toleration, path: &Path<'_>, cx: &mut Context<'_>) {
    let (key, operator) = (toleration.key.as_deref().unwrap_or_default(), toleration.operator.as_deref().unwrap_or_default());
    let (value, effect) = (toleration.value.as_deref().unwrap_or_default(), toleration.effect.as_deref().unwrap_or_default());
    if !key.is_empty() {
        validate_label_name(key, &path.child("key"), cx);
    } else if operator != "Exists" {
        let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        cx.errors.invalid(&path.child("operator"), operator, detail);
    }
    if toleration.toleration_seconds.is_some() && effect != "NoExecute" {
        cx.errors.invalid(&path.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    let operator_path = path.child("operator");
    match operator {
        "" | "Equal" => {
            let faults = syntax::label_value(value, cx.version);
            if !faults.is_empty() {
                cx.errors.invalid(&operator_path, value, &faults.join(";"));
            }
        }
        "Exists" => {
            if !value.is_empty() {
                cx.errors.invalid(&operator_path, value, "value must be empty when `operator` is 'Exists'");
            }
        }
        "Lt" | "Gt" if cx.has(Change::TolerationComparisonNamed) => {
            cx.errors.not_supported(&operator_path, operator, &["Equal", "Exists", "Lt", "Gt"]);
        }
        _ => cx.errors.not_supported(&operator_path, operator, &["Equal", "Exists"]),
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        cx.errors.not_supported(&path.child("effect"), effect, EFFECTS);
    }
}
