//! Projected volumes and the downward API's files. Knows no key of a ConfigMap or Secret.

use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, DownwardAPIVolumeSource, KeyToPath, ProjectedVolumeSource, VolumeProjection};

use super::env::{validate_host_ips, validate_object_field_selector, validate_resource_field_selector};
use super::volume_sources::{validate_key_to_path, validate_local_non_reserved_path, validate_mode};
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const VOLUME_FIELDS: &[&str] = &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
const CONFLICT: &str = "conflicting duplicate paths";

/// `validateDownwardAPIVolumeSource`: the files' errors lack `items[i]`.
pub fn validate_downward_api(source: &DownwardAPIVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_mode(source.default_mode, &path.child("defaultMode"), cx);
    for file in source.items.iter().flatten() {
        validate_downward_api_file(file, path, cx);
    }
}

/// `validateDownwardAPIVolumeFile`
fn validate_downward_api_file(file: &DownwardAPIVolumeFile, path: &Path<'_>, cx: &mut Context<'_>) {
    if file.path.is_empty() {
        cx.errors.required(&path.child("path"), "");
    }
    validate_local_non_reserved_path(&file.path, &path.child("path"), cx);
    match (&file.field_ref, &file.resource_field_ref) {
        (Some(field), resource) => {
            let field_path = path.child("fieldRef");
            validate_object_field_selector(field, VOLUME_FIELDS, &field_path, cx);
            if resource.is_some() {
                cx.errors.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
            validate_host_ips(field, &field_path, cx);
        }
        (None, Some(resource)) => validate_resource_field_selector(resource, true, &path.child("resourceFieldRef"), cx),
        (None, None) => cx.errors.required(path, "one of fieldRef and resourceFieldRef is required"),
    }
    validate_mode(file.mode, &path.child("mode"), cx);
}

/// `validateProjectedVolumeSource`
pub fn validate_projected(source: &ProjectedVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_mode(source.default_mode, &path.child("defaultMode"), cx);
    let mut taken = Set::default();
    let sources = path.child("sources");
    for (i, projection) in source.sources.iter().flatten().enumerate() {
        validate_projection(projection, &mut taken, path, &sources.index(i), cx);
    }
}

/// `validateProjectionSources`, one of them. Cluster trust bundles and pod certificates are dropped before: their gates are off.
fn validate_projection<'a>(
    projection: &'a VolumeProjection,
    taken: &mut Set<&'a str>,
    volume: &Path<'_>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    let mut sources = 0;
    if let Some(secret) = &projection.secret {
        sources += 1;
        validate_keys(&secret.name, secret.items.as_deref().unwrap_or_default(), taken, volume, &path.child("secret"), cx);
    }
    if let Some(config) = &projection.config_map {
        sources += 1;
        validate_keys(&config.name, config.items.as_deref().unwrap_or_default(), taken, volume, &path.child("configMap"), cx);
    }
    if let Some(downward) = &projection.downward_api {
        sources += 1;
        for file in downward.items.iter().flatten() {
            validate_downward_api_file(file, &path.child("downwardAPI"), cx);
            if !file.path.is_empty() && !taken.insert(&file.path) {
                cx.errors.invalid(volume, &file.path, CONFLICT);
            }
        }
    }
    if let Some(token) = &projection.service_account_token {
        sources += 1;
        let token_path = path.child("serviceAccountToken");
        let seconds = token.expiration_seconds.unwrap_or_default();
        if seconds < 600 {
            cx.errors.invalid(&token_path.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
        }
        if seconds > 1 << 32 {
            cx.errors.invalid(&token_path.child("expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds");
        }
        if token.path.is_empty() {
            cx.errors.required(&volume.child("path"), "");
        } else if cx.has(Change::LocalTokenPath) {
            validate_local_non_reserved_path(&token.path, &volume.child("path"), cx);
        }
    }
    if sources > 1 {
        let per_source = cx.has(Change::PerSourceWording);
        let detail =
            if per_source { "may not specify more than 1 volume type per source" } else { "may not specify more than 1 volume type" };
        cx.errors.forbidden(path, detail);
    }
}

fn validate_keys<'a>(
    name: &str,
    items: &'a [KeyToPath],
    taken: &mut Set<&'a str>,
    volume: &Path<'_>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    if name.is_empty() {
        cx.errors.required(&path.child("name"), "");
    }
    let path = path.child("items");
    for (i, item) in items.iter().enumerate() {
        validate_key_to_path(item, &path.index(i), cx);
        if !item.path.is_empty() && !taken.insert(&item.path) {
            cx.errors.invalid(volume, name, CONFLICT);
        }
    }
}
