//! Environment variables and where their values come from. Knows no container.

use std::borrow::Cow;

use k8s_openapi::api::core::v1::{
    EnvFromSource, EnvVar, EnvVarSource, FileKeySelector, ObjectFieldSelector, PodSpec, ResourceFieldSelector,
};

use super::{Owner, container, volume_sources};
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::quantity::Quantity;
use crate::kube::admission::syntax;
use crate::kube::maps::Map;
use crate::kube::version::Change;

/// The field paths that an environment variable may refer to.
const ENV_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const OLD_ENV_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.podIP",
    "status.podIPs",
];
/// The field paths that the downward API knows at all.
const KNOWN_FIELDS: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const RESOURCE_FIELDS: &[&str] =
    &["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];
const SIZES: &[&str] = &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

/// `ValidateEnv`
pub fn validate_env(vars: &[EnvVar], path: &Path<'_>, cx: &mut Context<'_>) {
    for (i, var) in vars.iter().enumerate() {
        let path = path.index(i);
        if var.name.is_empty() {
            cx.errors.required(&path.child("name"), "");
        } else {
            cx.errors.invalid_each(&path.child("name"), &var.name, &syntax::env_var_name(&var.name, cx.version));
        }
        if let Some(source) = &var.value_from {
            validate_value_from(source, var.value.as_deref().unwrap_or_default(), &path.child("valueFrom"), cx);
        }
    }
}

/// `validateEnvVarValueFrom`
fn validate_value_from(source: &EnvVarSource, value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut sources = 0;
    if let Some(field) = &source.field_ref {
        sources += 1;
        let path = path.child("fieldRef");
        validate_object_field_selector(field, if cx.has(Change::HostIpsKnown) { ENV_FIELDS } else { OLD_ENV_FIELDS }, &path, cx);
        validate_host_ips(field, &path, cx);
    }
    if let Some(field) = &source.resource_field_ref {
        sources += 1;
        validate_resource_field_selector(field, false, &path.child("resourceFieldRef"), cx);
    }
    if let Some(key) = &source.config_map_key_ref {
        sources += 1;
        validate_key_selector(&key.name, &key.key, &path.child("configMapKeyRef"), cx);
    }
    if let Some(key) = &source.secret_key_ref {
        sources += 1;
        validate_key_selector(&key.name, &key.key, &path.child("secretKeyRef"), cx);
    }
    if let Some(key) = &source.file_key_ref {
        sources += 1;
        validate_file_key_selector(key, &path.child("fileKeyRef"), cx);
    }
    if sources == 0 {
        let detail = if cx.has(Change::EnvFiles) {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        } else {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
        };
        cx.errors.invalid(path, "", detail);
    } else if !value.is_empty() {
        cx.errors.invalid(path, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        cx.errors.invalid(path, "", "may not have more than one field specified at a time");
    }
}

/// `validateDownwardAPIHostIPs`, which only 1.28 has something to say about.
pub fn validate_host_ips(selector: &ObjectFieldSelector, path: &Path<'_>, cx: &mut Context<'_>) {
    if selector.field_path == "status.hostIPs" && cx.has(Change::HostIpsKnown) && !cx.has(Change::HostIps) {
        cx.errors.forbidden(path, "may not be set when feature gate 'PodHostIPs' is not enabled");
    }
}

/// `validateObjectFieldSelector`
pub fn validate_object_field_selector(selector: &ObjectFieldSelector, fields: &[&str], path: &Path<'_>, cx: &mut Context<'_>) {
    let api_version = selector.api_version.as_deref().unwrap_or_default();
    if api_version.is_empty() {
        cx.errors.required(&path.child("apiVersion"), "");
        return;
    }
    if selector.field_path.is_empty() {
        cx.errors.required(&path.child("fieldPath"), "");
        return;
    }
    let field = match convert_field_label(api_version, &selector.field_path, cx.has(Change::HostIpsKnown)) {
        Ok(field) => field,
        Err(fault) => {
            let detail = format!("error converting fieldPath: {fault}");
            cx.errors.invalid(&path.child("fieldPath"), &selector.field_path, &detail);
            return;
        }
    };
    match split_subscript(field) {
        Some(("metadata.annotations", key)) => {
            let key = if key.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(key.to_lowercase()) } else { Cow::Borrowed(key) };
            cx.errors.invalid_each(path, &key, &syntax::qualified_name(&key, cx.version));
        }
        Some((_, key)) => cx.errors.invalid_each(path, key, &syntax::qualified_name(key, cx.version)),
        None if !fields.contains(&field) => cx.errors.not_supported(&path.child("fieldPath"), field, &sorted(fields)),
        None => {}
    }
}

fn sorted<'a>(fields: &[&'a str]) -> Vec<&'a str> {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    fields
}

/// `ConvertDownwardAPIFieldLabel`
fn convert_field_label<'a>(api_version: &str, label: &'a str, host_ips: bool) -> Result<&'a str, String> {
    if api_version != "v1" {
        return Err(format!("unsupported pod version: {api_version}"));
    }
    match (split_subscript(label), label) {
        (Some(("metadata.annotations" | "metadata.labels", _)), label) => Ok(label),
        (Some(_), label) => Err(format!("field label does not support subscript: {label}")),
        (None, "spec.host") => Ok("spec.nodeName"),
        (None, label) if KNOWN_FIELDS.contains(&label) && (host_ips || label != "status.hostIPs") => Ok(label),
        (None, label) => Err(format!("field label not supported: {label}")),
    }
}

/// `SplitMaybeSubscriptedPath`: `metadata.labels['key']`
fn split_subscript(path: &str) -> Option<(&str, &str)> {
    path.strip_suffix("']")?.split_once("['").filter(|(path, _)| !path.is_empty())
}

/// `validateContainerResourceFieldSelector`
pub fn validate_resource_field_selector(selector: &ResourceFieldSelector, volume: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    let resource = selector.resource.as_str();
    let huge_pages = resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
    if volume && selector.container_name.as_deref().unwrap_or_default().is_empty() {
        cx.errors.required(&path.child("containerName"), "");
    } else if resource.is_empty() {
        cx.errors.required(&path.child("resource"), "");
    } else if !huge_pages && !RESOURCE_FIELDS.contains(&resource) {
        cx.errors.not_supported(&path.child("resource"), resource, RESOURCE_FIELDS);
    }
    let divisor = selector.divisor.as_ref().and_then(|divisor| Quantity::parse(&divisor.0).ok());
    let Some(divisor) = divisor.filter(|divisor| divisor.nano != 0).map(|divisor| divisor.to_string()) else { return };
    let size_detail = |what: &str| format!("only divisor's values {} are supported with the {what} resource", SIZES.join(", "));
    let (right, detail) = match resource {
        "limits.cpu" | "requests.cpu" => {
            (matches!(divisor.as_str(), "1m" | "1"), "only divisor's values 1m and 1 are supported with the cpu resource".to_owned())
        }
        "limits.memory" | "requests.memory" => (SIZES.contains(&divisor.as_str()), size_detail("memory")),
        "limits.ephemeral-storage" | "requests.ephemeral-storage" => {
            (SIZES.contains(&divisor.as_str()), size_detail("local ephemeral storage"))
        }
        _ if huge_pages => (SIZES.contains(&divisor.as_str()), size_detail("hugepages")),
        _ => (true, String::new()),
    };
    if !right {
        cx.errors.invalid(&path.child("divisor"), resource, &detail);
    }
}

/// `validateConfigMapKeySelector`, `validateSecretKeySelector`
fn validate_key_selector(name: &str, key: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_subdomain(name));
    if key.is_empty() {
        cx.errors.required(&path.child("key"), "");
    } else {
        cx.errors.invalid_each(&path.child("key"), key, &syntax::config_map_key(key));
    }
}

/// `validateFileKeySelector`
fn validate_file_key_selector(selector: &FileKeySelector, path: &Path<'_>, cx: &mut Context<'_>) {
    let required = [("key", &selector.key), ("volumeName", &selector.volume_name), ("path", &selector.path)];
    for (field, value) in required {
        let path = path.child(field);
        match field {
            _ if value.is_empty() => cx.errors.required(&path, ""),
            "key" => cx.errors.invalid_each(&path, value, &syntax::env_var_name(value, cx.version)),
            "volumeName" => cx.errors.invalid_each(&path, value, &syntax::dns1123_label(value)),
            _ => volume_sources::validate_path_no_backsteps(value, &path, cx),
        }
    }
}

/// `ValidateEnvFrom`: the errors about the number of sources lack the index.
pub fn validate_env_from(sources: &[EnvFromSource], path: &Path<'_>, cx: &mut Context<'_>) {
    for (i, source) in sources.iter().enumerate() {
        let indexed = path.index(i);
        let prefix = source.prefix.as_deref().unwrap_or_default();
        if !prefix.is_empty() {
            cx.errors.invalid_each(&indexed.child("prefix"), prefix, &syntax::env_var_name(prefix, cx.version));
        }
        if let Some(reference) = &source.config_map_ref {
            validate_env_source(&reference.name, &indexed.child("configMapRef"), cx);
        }
        if let Some(reference) = &source.secret_ref {
            validate_env_source(&reference.name, &indexed.child("secretRef"), cx);
        }
        match (&source.config_map_ref, &source.secret_ref) {
            (None, None) => cx.errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"),
            (Some(_), Some(_)) => cx.errors.invalid(path, "", "may not have more than one field specified at a time"),
            _ => {}
        }
    }
}

/// `validateConfigMapEnvSource`, `validateSecretEnvSource`: the name may end in a dash, as one to be completed would.
fn validate_env_source(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if name.is_empty() {
        cx.errors.required(&path.child("name"), "");
    } else {
        cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_subdomain(&syntax::mask_trailing_dash(name)));
    }
}

/// `validateFileKeyRefVolumes`
pub fn validate_file_key_ref_volumes(spec: &PodSpec, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let in_use = |var: &EnvVar| var.value_from.as_ref().is_some_and(|source| source.file_key_ref.is_some());
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let vars = containers.flat_map(|container| container.env.iter().flatten());
    if !vars.chain(spec.ephemeral_containers.iter().flatten().flat_map(|container| container.env.iter().flatten())).any(in_use) {
        return;
    }
    let mut is_empty_dir: Map<&str, bool> = Map::default();
    for volume in spec.volumes.iter().flatten() {
        is_empty_dir.insert(&volume.name, volume.empty_dir.is_some());
    }
    for claim in owner.claims.unwrap_or_default() {
        is_empty_dir.insert(claim.metadata.name.as_deref().unwrap_or_default(), false);
    }
    container::visit(spec, path, |container, path| {
        let path = path.child("env");
        for (i, var) in container.env.iter().flatten().enumerate() {
            let Some(reference) = var.value_from.as_ref().and_then(|source| source.file_key_ref.as_ref()) else { continue };
            let var = path.index(i);
            let source = var.child("valueFrom");
            let path = source.child("fileKeyRef");
            let path = path.child("volumeName");
            match is_empty_dir.get(reference.volume_name.as_str()) {
                None => cx.errors.not_found(&path, &reference.volume_name),
                Some(false) => cx.errors.invalid(&path, &reference.volume_name, "referenced volume must be of type emptyDir"),
                Some(true) => {}
            }
        }
    });
}
