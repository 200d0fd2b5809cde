//! Annotations of pods and templates that the server looks into. Knows no field.

use k8s_openapi::api::core::v1::{PodSpec, Toleration};

use super::profiles::{APP_ARMOR_ANNOTATION, SECCOMP_ANNOTATION, SECCOMP_POD_ANNOTATION};
use super::tolerations::validate_tolerations;
use super::volume_sources::validate_local_descending_path;
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, quote};
use crate::kube::object::Labels;

const MIRROR: &str = "kubernetes.io/config.mirror";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// `ValidatePodSpecificAnnotations`
pub fn validate_pod_specific_annotations(annotations: Option<&Labels>, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(annotations) = annotations.filter(|annotations| !annotations.is_empty()) else { return };
    if let Some(value) = annotations.get(MIRROR).filter(|_| spec.node_name.as_deref().unwrap_or_default().is_empty()) {
        cx.errors.invalid(&path.key(MIRROR), value, "must set spec.nodeName if mirror pod annotation is set");
    }
    if let Some(value) = annotations.get(TOLERATIONS).filter(|value| !value.is_empty()) {
        match serde_json::from_str::<Vec<Toleration>>(value) {
            Ok(tolerations) => validate_tolerations(&tolerations, &path.child(TOLERATIONS), cx),
            Err(error) => cx.errors.invalid(path, TOLERATIONS, &not_tolerations(value, &error)),
        }
    }
    if let Some(value) = annotations.get(DELETION_COST).filter(|value| !is_deletion_cost(value)) {
        cx.errors.invalid(&path.key(DELETION_COST), value, "must be a 32bit integer");
    }
    if let Some(profile) = annotations.get(SECCOMP_POD_ANNOTATION) {
        validate_seccomp(profile, &path.child(SECCOMP_POD_ANNOTATION), cx);
    }
    for (key, profile) in annotations.iter().filter(|(key, _)| key.starts_with(SECCOMP_ANNOTATION)) {
        validate_seccomp(profile, &path.child(key), cx);
    }
    validate_app_armor(annotations, spec, path, cx);
}

/// What Go's `json.Unmarshal` says.
fn not_tolerations(text: &str, error: &serde_json::Error) -> String {
    let other = |kind: &str| format!("json: cannot unmarshal {kind} into Go value of type []core.Toleration");
    match text.trim_start().chars().next() {
        None => return "unexpected end of JSON input".to_owned(),
        Some(first) if !first.is_ascii_digit() && !"{[\"-tfn".contains(first) => {
            let first = first.escape_default();
            return format!("invalid character '{first}' looking for beginning of value");
        }
        Some(_) => {}
    }
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Bool(_)) => other("bool"),
        Ok(serde_json::Value::Number(_)) => other("number"),
        Ok(serde_json::Value::String(_)) => other("string"),
        Ok(serde_json::Value::Object(_)) => other("object"),
        _ => error.to_string(),
    }
}

/// `GetDeletionCostFromPodAnnotations`: a plus sign and leading zeros are refused.
fn is_deletion_cost(value: &str) -> bool {
    (value == "0" || value.starts_with(['-', '1', '2', '3', '4', '5', '6', '7', '8', '9'])) && value.parse::<i32>().is_ok()
}

/// `ValidateSeccompProfile`
fn validate_seccomp(profile: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    match profile {
        "runtime/default" | "docker/default" | "unconfined" => {}
        profile => match profile.strip_prefix("localhost/") {
            Some(file) => validate_local_descending_path(file, path, cx),
            None => cx.errors.invalid(path, profile, "must be a valid seccomp profile"),
        },
    }
}

/// `ValidateAppArmorPodAnnotations`
fn validate_app_armor(annotations: &Labels, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    for (key, profile) in annotations {
        let Some(container) = key.strip_prefix(APP_ARMOR_ANNOTATION) else { continue };
        let names = spec.containers.iter().chain(spec.init_containers.iter().flatten()).map(|container| container.name.as_str());
        let mut names = names.chain(spec.ephemeral_containers.iter().flatten().map(|container| container.name.as_str()));
        if !names.any(|name| name == container) {
            cx.errors.invalid(&path.key(key), container, "container not found");
        }
        let known = matches!(profile.as_str(), "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/");
        if !known {
            cx.errors.invalid(&path.key(key), profile, &format!("invalid AppArmor profile name: {}", quote(profile)));
        }
    }
}
