//! ReplicaSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetSpec};

use super::Context;
use super::field::Path;
use super::labels::selector_is_empty;
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::pod;
use super::workload::{
    POD_NAMES, given, is_usable, show_selector, validate_not_negative, validate_running_template, validate_selector,
    validate_selector_matches,
};

/// Fills in and judges a ReplicaSet on create.
pub fn admit(object: &mut ReplicaSet, cx: &mut Context<'_>) {
    let spec = &mut object.spec;
    spec.replicas.get_or_insert(1);
    let template = spec.template.get_or_insert_default();
    pod::default_template(template, cx);
    object.status = None;
    pod::prepare_template(template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_subdomain, cx);
    let path = Path::root("spec");
    validate_spec(spec, &path, cx);
    pod::warn_about_name(&object.metadata, POD_NAMES, cx);
    if let Some(template) = &mut spec.template {
        pod::warn_about_template(template, &path.child("template"), cx);
        pod::omit_empty(template, cx);
    }
    pod::omit(&mut spec.min_ready_seconds);
}

/// `ValidateReplicaSetSpec`, which speaks of deployments where it means itself.
fn validate_spec(spec: &ReplicaSetSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_not_negative(spec.replicas.map(i64::from), &path.child("replicas"), cx);
    validate_not_negative(spec.min_ready_seconds.map(i64::from), &path.child("minReadySeconds"), cx);
    let selector_path = path.child("selector");
    let selector = given(&spec.selector, &selector_path, cx);
    validate_selector(selector, "deployment", &selector_path, cx);
    if !is_usable(selector, cx) {
        let shown = show_selector(&spec.selector, cx);
        cx.errors.invalid(&selector_path, shown, "invalid label selector");
        return;
    }
    let (Some(template), path) = (&spec.template, path.child("template")) else { return };
    if selector.is_none_or(|selector| !selector_is_empty(selector)) {
        validate_selector_matches(selector, template, &path, cx);
    }
    validate_running_template(template, spec.replicas, "ReplicaSet", &path, cx);
}
