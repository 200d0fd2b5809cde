//! ReplicationControllers as the API server defaults and validates them. Knows nothing of places in files.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ReplicationController, ReplicationControllerSpec};

use super::Context;
use super::field::Path;
use super::metadata::validate_object_meta;
use super::pod;
use super::syntax::{self, Faults};
use super::workload::{POD_NAMES, mismatch, template_labels, validate_not_negative, validate_running_template};
use crate::kube::Version;
use crate::kube::object::Labels;
use crate::kube::version::Change;

/// Fills in and judges a ReplicationController on create.
pub fn admit(object: &mut ReplicationController, cx: &mut Context<'_>) {
    default(object, cx);
    object.status = None;
    let spec = object.spec.get_or_insert_default();
    if let Some(template) = &mut spec.template {
        pod::prepare_template(template, cx);
    }
    validate_object_meta(&object.metadata, true, name_is_long_name, cx);
    let path = Path::root("spec");
    validate_spec(spec, &path, cx);
    pod::warn_about_name(&object.metadata, POD_NAMES, cx);
    if let Some(template) = &mut spec.template {
        pod::warn_about_template(template, &path.child("template"), cx);
        pod::omit_empty(template, cx);
    }
    pod::omit(&mut spec.min_ready_seconds);
}

/// `validate.LongName`, which since 1.35 counts bytes where every other kind counts characters.
fn name_is_long_name(name: &str, version: Version) -> Faults {
    let mut faults = syntax::dns1123_subdomain(name);
    if version.has(Change::LongNameInBytes) {
        for fault in &mut faults {
            if fault.starts_with("must be no more than") {
                *fault = fault.replace("characters", "bytes").into();
            }
        }
    }
    faults
}

/// `SetDefaults_ReplicationController`: the template's labels stand in for the selector and for the object's own labels.
fn default(object: &mut ReplicationController, cx: &Context<'_>) {
    let spec = object.spec.get_or_insert_default();
    let is_empty = |labels: &Option<Labels>| labels.as_ref().is_none_or(BTreeMap::is_empty);
    if let Some(labels) = spec.template.as_ref().and_then(template_labels).cloned() {
        if is_empty(&object.metadata.labels) {
            object.metadata.labels = Some(labels.clone());
        }
        if is_empty(&spec.selector) {
            spec.selector = Some(labels);
        }
    }
    spec.replicas.get_or_insert(1);
    if let Some(template) = &mut spec.template {
        pod::default_template(template, cx);
    }
}

/// `ValidateReplicationControllerSpec`
fn validate_spec(spec: &ReplicationControllerSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_not_negative(spec.min_ready_seconds.map(i64::from), &path.child("minReadySeconds"), cx);
    let selector = spec.selector.as_ref().filter(|selector| !selector.is_empty());
    if selector.is_none() {
        cx.errors.required(&path.child("selector"), "");
    }
    validate_not_negative(spec.replicas.map(i64::from), &path.child("replicas"), cx);
    let path = path.child("template");
    let Some(template) = &spec.template else {
        cx.errors.required(&path, "");
        return;
    };
    let labels = template_labels(template);
    let chosen = |(key, value): (&String, &String)| labels.is_some_and(|labels| labels.get(key) == Some(value));
    if !selector.into_iter().flatten().all(chosen) {
        mismatch(labels, &path, cx);
    }
    validate_running_template(template, spec.replicas, "ReplicationController", &path, cx);
}
