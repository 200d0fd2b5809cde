//! The spec of a PersistentVolumeClaim, in ephemeral volumes and in StatefulSets' claim templates. Knows no volume.

use k8s_openapi::api::core::v1::{EphemeralVolumeSource, PersistentVolumeClaimSpec, TypedLocalObjectReference, TypedObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::resources::{fractional, quantity, round_up, validate_resource_quantity};
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, Shown, quote};
use crate::kube::admission::labels::{validate_annotations, validate_label_selector, validate_labels};
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: &[&str] = &["Block", "Filesystem"];

/// `SetDefaults_PersistentVolumeClaimSpec`, and its amounts.
pub fn default_claim(spec: &mut PersistentVolumeClaimSpec) {
    spec.volume_mode.get_or_insert_with(|| "Filesystem".into());
    if let Some(resources) = &mut spec.resources {
        round_up(resources.limits.as_mut());
        round_up(resources.requests.as_mut());
    }
}

/// `validateEphemeralVolumeSource`
pub fn validate_ephemeral(source: &EphemeralVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    let path = path.child("volumeClaimTemplate");
    let Some(template) = &source.volume_claim_template else {
        cx.errors.required(&path, "");
        return;
    };
    if let Some(meta) = &template.metadata {
        validate_template_meta(meta, &path.child("metadata"), cx);
    }
    validate_claim_spec(&template.spec, &path.child("spec"), cx);
}

/// `ValidateTemplateObjectMeta`: labels and annotations are all that may be set.
fn validate_template_meta(meta: &ObjectMeta, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_annotations(meta.annotations.as_ref(), &path.child("annotations"), cx);
    validate_labels(meta.labels.as_ref(), &path.child("labels"), cx);
    let text = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let set = [
        ("name", text(&meta.name)),
        ("generateName", text(&meta.generate_name)),
        ("namespace", text(&meta.namespace)),
        ("selfLink", text(&meta.self_link)),
        ("uID", text(&meta.uid)),
        ("resourceVersion", text(&meta.resource_version)),
        ("generation", meta.generation.is_some_and(|generation| generation != 0)),
        ("creationTimestamp", meta.creation_timestamp.is_some()),
        ("deletionTimestamp", meta.deletion_timestamp.is_some()),
        ("deletionGracePeriodSeconds", meta.deletion_grace_period_seconds.is_some()),
        ("ownerReferences", meta.owner_references.is_some()),
        ("finalizers", meta.finalizers.is_some()),
        ("managedFields", meta.managed_fields.is_some()),
    ];
    for (field, _) in set.into_iter().filter(|(_, set)| *set) {
        cx.errors.forbidden(&path.child(field), "cannot be set");
    }
}

/// `ValidatePersistentVolumeClaimSpec`
pub fn validate_claim_spec(spec: &PersistentVolumeClaimSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_access_modes(spec.access_modes.as_deref().unwrap_or_default(), spec, path, cx);
    let resources = path.child("resources");
    let storage = resources.key("storage");
    match spec.resources.as_ref().and_then(|resources| resources.requests.as_ref()).and_then(|requests| requests.get("storage")) {
        None => cx.errors.required(&storage, ""),
        Some(amount) => {
            let amount = quantity(amount);
            if amount.nano <= 0 {
                cx.errors.invalid(&storage, &amount.to_string(), "must be greater than zero");
            } else {
                validate_resource_quantity("storage", amount, &storage, cx);
            }
        }
    }
    validate_class(spec.storage_class_name.as_deref(), &path.child("storageClassName"), cx);
    if let Some(mode) = spec.volume_mode.as_deref().filter(|mode| !VOLUME_MODES.contains(mode)) {
        cx.errors.not_supported(&path.child("volumeMode"), mode, VOLUME_MODES);
    }
    validate_data_sources(spec, path, cx);
    if cx.has(Change::VolumeAttributesClass) {
        validate_class(spec.volume_attributes_class_name.as_deref(), &path.child("volumeAttributesClassName"), cx);
    }
}

fn validate_class(class: Option<&str>, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(class) = class.filter(|class| !class.is_empty()) {
        cx.errors.invalid_each(path, class, &syntax::dns1123_subdomain(class));
    }
}

fn validate_access_modes(modes: &[String], spec: &PersistentVolumeClaimSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let modes_path = path.child("accessModes");
    if modes.is_empty() {
        cx.errors.required(&modes_path, "at least 1 access mode is required");
    }
    validate_label_selector(spec.selector.as_ref(), &path.child("selector"), cx);
    for mode in modes.iter().filter(|mode| !ACCESS_MODES.contains(&mode.as_str())) {
        cx.errors.not_supported(&modes_path, mode, ACCESS_MODES);
    }
    let once = |mode: &&String| mode.as_str() == "ReadWriteOncePod";
    let others = modes.iter().filter(|mode| !once(mode) && ACCESS_MODES.contains(&mode.as_str()));
    if modes.iter().any(|mode| once(&mode)) && others.count() > 0 {
        cx.errors.forbidden(&modes_path, "may not use ReadWriteOncePod with other access modes");
    }
}

fn validate_data_sources(spec: &PersistentVolumeClaimSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(source) = &spec.data_source {
        validate_data_source(&source.name, &source.kind, source.api_group.as_deref(), &path.child("dataSource"), cx);
    }
    let Some(reference) = &spec.data_source_ref else { return };
    let reference_path = path.child("dataSourceRef");
    validate_data_source(&reference.name, &reference.kind, reference.api_group.as_deref(), &reference_path, cx);
    let namespace = reference.namespace.as_deref().unwrap_or_default();
    if !namespace.is_empty() {
        cx.errors.invalid_each(&reference_path.child("namespace"), namespace, &syntax::dns1123_label(namespace));
    }
    let Some(source) = &spec.data_source else { return };
    let detail = if !namespace.is_empty() {
        "may not be specified when dataSourceRef.namespace is specified"
    } else if !same_source(source, reference) {
        "must match dataSourceRef"
    } else {
        return;
    };
    // Upstream passes the path in place of a value; as JSON it is an empty object.
    cx.errors.invalid(path, Shown::Raw("{}".into()), detail);
}

fn same_source(source: &TypedLocalObjectReference, reference: &TypedObjectReference) -> bool {
    source.api_group == reference.api_group && source.kind == reference.kind && source.name == reference.name
}

/// `validateDataSource`, `validateDataSourceRef`
fn validate_data_source(name: &str, kind: &str, group: Option<&str>, path: &Path<'_>, cx: &mut Context<'_>) {
    let group = group.unwrap_or_default();
    for (field, value) in [("name", name), ("kind", kind)] {
        if value.is_empty() {
            cx.errors.required(&path.child(field), "");
        }
    }
    if group.is_empty() && kind != "PersistentVolumeClaim" {
        cx.errors.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
    if !group.is_empty() && cx.has(Change::DataSourceGroup) {
        cx.errors.invalid_each(&path.child("apiGroup"), group, &syntax::dns1123_subdomain(group));
    }
}

/// `GetWarningsForPersistentVolumeClaimSpec`
pub fn warn_about_claim_spec(spec: &PersistentVolumeClaimSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(resources) = &spec.resources else { return };
    let path = path.child("resources");
    for (field, list) in [("requests", &resources.requests), ("limits", &resources.limits)] {
        if let Some(amount) = fractional(list.as_ref(), "storage") {
            let text = format!("fractional byte value {} is invalid, must be an integer", quote(&amount.to_string()));
            cx.warn_at(&path.child(field).key("storage"), &text);
        }
    }
}
