//! What each kind of volume source needs, and the rules for paths inside volumes. Knows no volume's name.

use k8s_openapi::api::core::v1::{
    AzureDiskVolumeSource, CSIVolumeSource, CinderVolumeSource, ConfigMapVolumeSource, EmptyDirVolumeSource, FCVolumeSource,
    FlexVolumeSource, FlockerVolumeSource, GitRepoVolumeSource, HostPathVolumeSource, ISCSIVolumeSource, KeyToPath, NFSVolumeSource,
    QuobyteVolumeSource, RBDVolumeSource, ScaleIOVolumeSource, SecretVolumeSource, StorageOSVolumeSource,
};

use super::resources::quantity;
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const FILE_MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";
const PARTITION: &str = "must be between 1 and 255, inclusive";
const HOST_PATH_TYPES: &[&str] = &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Fields that may not be empty.
pub fn require(fields: &[(&str, &String)], path: &Path<'_>, cx: &mut Context<'_>) {
    for (field, _) in fields.iter().filter(|(_, value)| value.is_empty()) {
        cx.errors.required(&path.child(field), "");
    }
}

/// A list that may not be empty.
pub fn require_any(list: &[String], field: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if list.is_empty() {
        cx.errors.required(&path.child(field), "");
    }
}

fn require_secret_name(name: Option<&String>, path: &Path<'_>, cx: &mut Context<'_>) {
    if name.is_some_and(String::is_empty) {
        cx.errors.required(&path.child("secretRef").child("name"), "");
    }
}

/// `validateVolumeSource`, `emptyDir`
pub fn validate_empty_dir(source: &EmptyDirVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    if source.size_limit.as_ref().is_some_and(|limit| quantity(limit).nano < 0) {
        cx.errors.forbidden(&path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
    }
}

/// `validateHostPathVolumeSource`
pub fn validate_host_path(source: &HostPathVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    if source.path.is_empty() {
        cx.errors.required(&path.child("path"), "");
        return;
    }
    validate_path_no_backsteps(&source.path, &path.child("path"), cx);
    if let Some(kind) = source.type_.as_deref().filter(|kind| !HOST_PATH_TYPES.contains(kind)) {
        cx.errors.not_supported(&path.child("type"), kind, HOST_PATH_TYPES);
    }
}

/// `validateGitRepoVolumeSource`
pub fn validate_git_repo(source: &GitRepoVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("repository", &source.repository)], path, cx);
    validate_local_descending_path(source.directory.as_deref().unwrap_or_default(), &path.child("directory"), cx);
}

/// `validateGCEPersistentDiskVolumeSource`, `validateAWSElasticBlockStoreVolumeSource`
pub fn validate_partitioned_disk(field: &str, id: &String, partition: Option<i32>, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[(field, id)], path, cx);
    if let Some(partition) = partition.filter(|partition| !(0..=255).contains(partition)) {
        cx.errors.invalid(&path.child("partition"), partition, PARTITION);
    }
}

/// `validateSecretVolumeSource`
pub fn validate_secret(source: &SecretVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    if source.secret_name.as_deref().unwrap_or_default().is_empty() {
        cx.errors.required(&path.child("secretName"), "");
    }
    validate_mode(source.default_mode, &path.child("defaultMode"), cx);
    validate_items(source.items.as_deref().unwrap_or_default(), path, cx);
}

/// `validateConfigMapVolumeSource`
pub fn validate_config_map(source: &ConfigMapVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("name", &source.name)], path, cx);
    validate_mode(source.default_mode, &path.child("defaultMode"), cx);
    validate_items(source.items.as_deref().unwrap_or_default(), path, cx);
}

fn validate_items(items: &[KeyToPath], path: &Path<'_>, cx: &mut Context<'_>) {
    let path = path.child("items");
    for (i, item) in items.iter().enumerate() {
        validate_key_to_path(item, &path.index(i), cx);
    }
}

/// A file mode in octal.
pub fn validate_mode(mode: Option<i32>, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(mode) = mode.filter(|mode| !(0..=0o777).contains(mode)) {
        cx.errors.invalid(path, mode, FILE_MODE);
    }
}

/// `validateKeyToPath`
pub fn validate_key_to_path(item: &KeyToPath, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("key", &item.key), ("path", &item.path)], path, cx);
    validate_local_non_reserved_path(&item.path, &path.child("path"), cx);
    validate_mode(item.mode, &path.child("mode"), cx);
}

/// `validateNFSVolumeSource`
pub fn validate_nfs(source: &NFSVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("server", &source.server), ("path", &source.path)], path, cx);
    if !source.path.starts_with('/') {
        cx.errors.invalid(&path.child("path"), &source.path, "must be an absolute path");
    }
}

/// `validateISCSIVolumeSource`
pub fn validate_iscsi(source: &ISCSIVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("targetPortal", &source.target_portal), ("iqn", &source.iqn)], path, cx);
    if !source.iqn.is_empty() {
        validate_iscsi_name(&source.iqn, &path.child("iqn"), cx);
    }
    for fault in syntax::in_range(i64::from(source.lun), 0, 255) {
        cx.errors.invalid(&path.child("lun"), source.lun, &fault);
    }
    let chap = source.chap_auth_discovery == Some(true) || source.chap_auth_session == Some(true);
    if chap && source.secret_ref.is_none() {
        cx.errors.required(&path.child("secretRef"), "");
    }
    if let Some(initiator) = &source.initiator_name {
        validate_iscsi_name(initiator, &path.child("initiatorname"), cx);
    }
}

fn validate_iscsi_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let alphanumeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fixed = |rest: &str, length: usize| rest.chars().count() == length + 1 && rest.get(rest.len() - length..).is_some_and(alphanumeric);
    let valid = if let Some(rest) = name.strip_prefix("iqn") {
        is_iqn(rest)
    } else if let Some(rest) = name.strip_prefix("eui") {
        fixed(rest, 16)
    } else if let Some(rest) = name.strip_prefix("naa") {
        fixed(rest, 32)
    } else {
        cx.errors.invalid(path, name, "must be valid format starting with iqn, eui, or naa");
        return;
    };
    if !valid {
        cx.errors.invalid(path, name, "must be valid format");
    }
}

/// After `iqn`: `.2001-04.com.example:disk`
fn is_iqn(rest: &str) -> bool {
    let digits = |text: Option<&str>| text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let date = rest.get(..1) == Some(".") && digits(rest.get(1..5)) && rest.get(5..6) == Some("-") && digits(rest.get(6..8));
    let Some((authority, target)) = rest.get(9..).and_then(|rest| rest.split_once(':')) else { return false };
    let authority = !authority.is_empty() && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let barred = |c: char| matches!(c, ',' | ';' | '*' | '&' | '$' | '|' | ' ' | '\t' | '\n' | '\r' | '\x0c');
    date && rest.get(8..9) == Some(".") && authority && !target.is_empty() && !target.contains(barred)
}

/// `validateFlockerVolumeSource`
pub fn validate_flocker(source: &FlockerVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    let name = source.dataset_name.as_deref().unwrap_or_default();
    let uuid = source.dataset_uuid.as_deref().unwrap_or_default();
    if name.is_empty() && uuid.is_empty() {
        cx.errors.required(path, "one of datasetName and datasetUUID is required");
    }
    if !name.is_empty() && !uuid.is_empty() {
        cx.errors.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously");
    }
    if name.contains('/') {
        cx.errors.invalid(&path.child("datasetName"), name, "must not contain '/'");
    }
}

/// `validateRBDVolumeSource`
pub fn validate_rbd(source: &RBDVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require_any(&source.monitors, "monitors", path, cx);
    require(&[("image", &source.image)], path, cx);
}

/// `validateCinderVolumeSource`
pub fn validate_cinder(source: &CinderVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("volumeID", &source.volume_id)], path, cx);
    require_secret_name(source.secret_ref.as_ref().map(|secret| &secret.name), path, cx);
}

/// `validateQuobyteVolumeSource`
pub fn validate_quobyte(source: &QuobyteVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    let detail = "must be a host:port pair or multiple pairs separated by commas";
    if source.registry.is_empty() {
        cx.errors.required(&path.child("registry"), detail);
    } else if source.tenant.as_deref().unwrap_or_default().len() >= 65 {
        cx.errors.required(&path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters");
    } else {
        for _ in source.registry.split(',').filter(|pair| !is_host_port(pair)) {
            cx.errors.invalid(&path.child("registry"), &source.registry, detail);
        }
    }
    require(&[("volume", &source.volume)], path, cx);
}

/// Whether Go's `net.SplitHostPort` takes it.
fn is_host_port(pair: &str) -> bool {
    let Some((host, port)) = pair.rsplit_once(':') else { return false };
    let (host, bracketed) = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => (host, true),
        None => (host, false),
    };
    !host.contains(['[', ']']) && !port.contains(['[', ']']) && (bracketed || !host.contains(':'))
}

/// `validateFCVolumeSource`
pub fn validate_fc(source: &FCVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    let (wwns, wwids) = (source.target_wwns.as_deref().unwrap_or_default(), source.wwids.as_deref().unwrap_or_default());
    let wwns_path = path.child("targetWWNs");
    if wwns.is_empty() && wwids.is_empty() {
        cx.errors.required(&wwns_path, "must specify either targetWWNs or wwids, but not both");
    }
    if !wwns.is_empty() && !wwids.is_empty() {
        let shown = cx.errors.list("string", Some(wwns));
        cx.errors.invalid(&wwns_path, shown, "targetWWNs and wwids can not be specified simultaneously");
    }
    if !wwns.is_empty() {
        match source.lun {
            None => cx.errors.required(&path.child("lun"), "lun is required if targetWWNs is specified"),
            Some(lun) => {
                for fault in syntax::in_range(i64::from(lun), 0, 255) {
                    cx.errors.invalid(&path.child("lun"), lun, &fault);
                }
            }
        }
    }
}

/// `validateFlexVolumeSource`
pub fn validate_flex_volume(source: &FlexVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("driver", &source.driver)], path, cx);
    let path = path.child("options");
    for key in source.options.iter().flat_map(|options| options.keys()) {
        let namespace = format!(".{}", key.split_once('/').map_or(key.as_str(), |(namespace, _)| namespace).to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            cx.errors.invalid(&path.key(key), key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }
}

/// `validateAzureDisk`
pub fn validate_azure_disk(source: &AzureDiskVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("diskName", &source.disk_name), ("diskURI", &source.disk_uri)], path, cx);
    let modes: &[&str] = &["None", "ReadOnly", "ReadWrite"];
    if let Some(mode) = source.caching_mode.as_deref().filter(|mode| !modes.contains(mode)) {
        cx.errors.not_supported(&path.child("cachingMode"), mode, modes);
    }
    let kinds: &[&str] = &["Dedicated", "Managed", "Shared"];
    let Some(kind) = source.kind.as_deref() else { return };
    if !kinds.contains(&kind) {
        cx.errors.not_supported(&path.child("kind"), kind, kinds);
    }
    let (start, form) = if kind == "Managed" {
        ("/subscriptions/", "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}")
    } else {
        ("https://", "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd")
    };
    if !source.disk_uri.starts_with(start) {
        cx.errors.not_supported(&path.child("diskURI"), &source.disk_uri, &[form]);
    }
}

/// `validateStorageOSVolumeSource`
pub fn validate_storage_os(source: &StorageOSVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    match source.volume_name.as_deref().unwrap_or_default() {
        "" => cx.errors.required(&path.child("volumeName"), ""),
        name => cx.errors.invalid_each(&path.child("volumeName"), name, &syntax::dns1123_label(name)),
    }
    let namespace = source.volume_namespace.as_deref().unwrap_or_default();
    if !namespace.is_empty() {
        cx.errors.invalid_each(&path.child("volumeNamespace"), namespace, &syntax::dns1123_label(namespace));
    }
    require_secret_name(source.secret_ref.as_ref().map(|secret| &secret.name), path, cx);
}

/// `validateScaleIOVolumeSource`
pub fn validate_scale_io(source: &ScaleIOVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    require(&[("gateway", &source.gateway), ("system", &source.system)], path, cx);
    if source.volume_name.as_deref().unwrap_or_default().is_empty() {
        cx.errors.required(&path.child("volumeName"), "");
    }
}

/// `validateCSIVolumeSource`
pub fn validate_csi(source: &CSIVolumeSource, path: &Path<'_>, cx: &mut Context<'_>) {
    let driver_path = path.child("driver");
    if source.driver.is_empty() {
        cx.errors.required(&driver_path, "");
    }
    if !source.driver.is_empty() || !cx.has(Change::CsiDriverRequiredAlone) {
        if source.driver.len() > 63 {
            cx.errors.too_long(&driver_path, 63);
        }
        cx.errors.invalid_each(&driver_path, &source.driver, &syntax::dns1123_subdomain(&source.driver.to_lowercase()));
    }
    match source.node_publish_secret_ref.as_ref().map(|secret| secret.name.as_str()) {
        Some("") => cx.errors.required(&path.child("nodePublishSecretRef").child("name"), ""),
        Some(name) => cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_subdomain(name)),
        None => {}
    }
}

/// Whether `..` is a part of the path.
pub fn has_backsteps(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// `validatePathNoBacksteps`
pub fn validate_path_no_backsteps(target: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if has_backsteps(target) {
        cx.errors.invalid(path, target, "must not contain '..'");
    }
}

/// `validateLocalDescendingPath`
pub fn validate_local_descending_path(target: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if target.starts_with('/') {
        cx.errors.invalid(path, target, "must be a relative path");
    }
    validate_path_no_backsteps(target, path, cx);
}

/// `ValidateLocalNonReservedPath`
pub fn validate_local_non_reserved_path(target: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_local_descending_path(target, path, cx);
    if target.starts_with("..") && !target.starts_with("../") {
        cx.errors.invalid(path, target, "must not start with '..'");
    }
}
