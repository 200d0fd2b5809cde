//! Pods as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};

use super::Context;
use super::field::Path;

/// Fills in and judges a Pod on create.
pub fn admit(object: &mut Pod, cx: &mut Context<'_>) {
    let _ = (object, cx);
}

/// `ValidatePodTemplateSpec`
pub fn validate_pod_template_spec(template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let _ = (template, path, cx);
}
