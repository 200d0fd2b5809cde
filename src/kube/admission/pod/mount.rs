//! Volume mounts and block devices of a container. Knows of volumes only their names and whether they are claims.

use k8s_openapi::api::core::v1::{Container, Volume, VolumeMount};

use super::volume_sources::{has_backsteps, validate_local_descending_path};
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::maps::{Map, Set};
use crate::kube::version::Change;

const PROPAGATIONS: &[&str] = &["Bidirectional", "HostToContainer", "None"];
const RECURSIVE_READ_ONLY: &[&str] = &["Disabled", "Enabled", "IfPossible"];

/// The volumes that are right, by name.
pub type Volumes<'a> = Map<&'a str, Source<'a>>;

/// What a mount needs to know of a volume.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A volume of the pod spec.
    Volume(&'a Volume),
    /// The claim that a StatefulSet makes for each pod.
    Claim,
}

impl Source<'_> {
    fn is_claim(self) -> bool {
        match self {
            Self::Volume(volume) => volume.persistent_volume_claim.is_some() || volume.ephemeral.is_some(),
            Self::Claim => true,
        }
    }

    fn is_image(self) -> bool {
        matches!(self, Self::Volume(volume) if volume.image.is_some())
    }
}

/// `ValidateVolumeMounts`: the paths of `subPath` and what follows lack the index.
pub fn validate_volume_mounts(container: &Container, volumes: &Volumes<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let mounts = container.volume_mounts.as_deref().unwrap_or_default();
    let mut mount_paths = Set::with_capacity_and_hasher(mounts.len(), Default::default());
    let devices = container.volume_devices.as_deref().unwrap_or_default();
    let device_names: Set<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    // The last device of a name stands for all of that name, as in the map that upstream makes.
    let by_name: Map<&str, &str> = devices.iter().map(|device| (device.name.as_str(), device.device_path.as_str())).collect();
    let device_paths: Set<&str> = by_name.into_values().collect();
    for (i, mount) in mounts.iter().enumerate() {
        let indexed = path.index(i);
        if mount.name.is_empty() {
            cx.errors.required(&indexed.child("name"), "");
        }
        if !volumes.contains_key(mount.name.as_str()) {
            cx.errors.not_found(&indexed.child("name"), &mount.name);
        }
        if mount.mount_path.is_empty() {
            cx.errors.required(&indexed.child("mountPath"), "");
        }
        if !mount_paths.insert(mount.mount_path.as_str()) {
            cx.errors.invalid(&indexed.child("mountPath"), &mount.mount_path, "must be unique");
        }
        if device_names.contains(mount.name.as_str()) {
            cx.errors.invalid(&indexed.child("name"), &mount.name, "must not already exist in volumeDevices");
        }
        if device_paths.contains(mount.mount_path.as_str()) {
            let detail = "must not already exist as a path in volumeDevices";
            cx.errors.invalid(&indexed.child("mountPath"), &mount.mount_path, detail);
        }
        validate_sub_paths(mount, volumes, path, &indexed, cx);
        validate_mount_propagation(mount, container, &path.child("mountPropagation"), cx);
        validate_recursive_read_only(mount, &path.child("recursiveReadOnly"), cx);
    }
}

fn validate_sub_paths(mount: &VolumeMount, volumes: &Volumes<'_>, path: &Path<'_>, indexed: &Path<'_>, cx: &mut Context<'_>) {
    let (sub_path, expression) = (mount.sub_path.as_deref().unwrap_or_default(), mount.sub_path_expr.as_deref().unwrap_or_default());
    if !cx.has(Change::ImageVolumeSubPaths) && volumes.get(mount.name.as_str()).is_some_and(|source| source.is_image()) {
        for (field, value) in [("subPath", sub_path), ("subPathExpr", expression)] {
            if !value.is_empty() {
                cx.errors.invalid(&indexed.child(field), value, "not allowed in image volume sources");
            }
        }
    }
    if !sub_path.is_empty() {
        validate_local_descending_path(sub_path, &path.child("subPath"), cx);
    }
    if !expression.is_empty() {
        if !sub_path.is_empty() {
            cx.errors.invalid(&indexed.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
        }
        validate_local_descending_path(expression, &path.child("subPathExpr"), cx);
    }
}

/// `validateMountPropagation`
fn validate_mount_propagation(mount: &VolumeMount, container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(propagation) = mount.mount_propagation.as_deref() else { return };
    if !PROPAGATIONS.contains(&propagation) {
        cx.errors.not_supported(path, propagation, PROPAGATIONS);
    }
    let privileged = container.security_context.as_ref().is_some_and(|context| context.privileged == Some(true));
    if propagation == "Bidirectional" && !privileged {
        cx.errors.forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
    }
}

/// `validateMountRecursiveReadOnly`
fn validate_recursive_read_only(mount: &VolumeMount, path: &Path<'_>, cx: &mut Context<'_>) {
    match mount.recursive_read_only.as_deref() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.read_only != Some(true) {
                cx.errors.forbidden(path, "may only be specified when readOnly is true");
            }
            if mount.mount_propagation.as_deref().is_some_and(|propagation| propagation != "None") {
                cx.errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(other) => cx.errors.not_supported(path, other, RECURSIVE_READ_ONLY),
    }
}

/// `ValidateVolumeDevices`
pub fn validate_volume_devices(container: &Container, volumes: &Volumes<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(devices) = container.volume_devices.as_deref().filter(|devices| !devices.is_empty()) else { return };
    let (mut paths, mut names) = (Set::default(), Set::default());
    let mounts = container.volume_mounts.iter().flatten();
    let mounts: Map<&str, &str> = mounts.map(|mount| (mount.name.as_str(), mount.mount_path.as_str())).collect();
    let mount_paths: Set<&str> = mounts.values().copied().collect();
    for (i, device) in devices.iter().enumerate() {
        let indexed = path.index(i);
        let (name_path, device_path) = (indexed.child("name"), indexed.child("devicePath"));
        let (name, at) = (device.name.as_str(), device.device_path.as_str());
        if name.is_empty() {
            cx.errors.required(&name_path, "");
        }
        if names.contains(name) {
            cx.errors.invalid(&name_path, name, "must be unique");
        }
        match volumes.get(name) {
            Some(source) if !source.is_claim() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                cx.errors.invalid(&name_path, name, detail);
            }
            Some(_) => {}
            None => cx.errors.not_found(&name_path, name),
        }
        if at.is_empty() {
            cx.errors.required(&device_path, "");
        }
        if paths.contains(at) {
            cx.errors.invalid(&device_path, at, "must be unique");
        }
        if has_backsteps(at) {
            cx.errors.invalid(&device_path, at, "can not contain backsteps ('..')");
        } else {
            paths.insert(at);
        }
        if mounts.contains_key(name) {
            cx.errors.invalid(&name_path, name, "must not already exist in volumeMounts");
        }
        if mount_paths.contains(at) {
            cx.errors.invalid(&device_path, at, "must not already exist as a path in volumeMounts");
        }
        if !name.is_empty() {
            names.insert(name);
        }
    }
}
