//! `spec.volumes`: names, and one source each. Knows nothing of what a source holds.

use k8s_openapi::api::core::v1::{PodSpec, Volume};

use super::mount::{Source, Volumes};
use super::{Owner, claim, container, projected, volume_sources as sources};
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, quote};
use crate::kube::admission::syntax;
use crate::kube::maps::Set;

/// `ValidateVolumes`: answers with the volumes that are right. A StatefulSet's claims come first, in place of volumes of the same name.
pub fn validate_volumes<'a>(spec: &'a PodSpec, owner: Owner<'a>, path: &Path<'_>, cx: &mut Context<'_>) -> Volumes<'a> {
    let own = spec.volumes.as_deref().unwrap_or_default();
    let mut volumes = Volumes::with_capacity_and_hasher(own.len(), Default::default());
    let mut claimed: Set<&str> = Set::default();
    for claim in owner.claims.unwrap_or_default() {
        let name = claim.metadata.name.as_deref().unwrap_or_default();
        if !claimed.insert(name) {
            continue;
        }
        let (path, before) = (path.index(claimed.len() - 1), cx.errors.len());
        if name.is_empty() {
            cx.errors.required(&path.child("persistentVolumeClaim").child("claimName"), "");
        }
        validate_name(name, &path, cx);
        if cx.errors.len() == before {
            volumes.insert(name, Source::Claim);
        }
    }
    let created = claims_created_for(own, owner);
    let kept = own.iter().filter(|volume| !claimed.contains(volume.name.as_str()));
    for (i, volume) in kept.enumerate() {
        let (path, before) = (path.index(claimed.len() + i), cx.errors.len());
        validate_volume_source(volume, owner, &path, cx);
        validate_name(&volume.name, &path, cx);
        if volumes.contains_key(volume.name.as_str()) {
            cx.errors.duplicate(&path.child("name"), &volume.name);
        }
        if cx.errors.len() == before {
            volumes.insert(&volume.name, Source::Volume(volume));
        }
        if let Some(claim) = volume.persistent_volume_claim.as_ref().filter(|claim| created.contains(&claim.claim_name)) {
            let detail = "must not reference a PVC that gets created for an ephemeral volume";
            cx.errors.invalid(&path.child("persistentVolumeClaim").child("claimName"), &claim.claim_name, detail);
        }
    }
    volumes
}

fn validate_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if name.is_empty() {
        cx.errors.required(&path.child("name"), "");
    } else {
        cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_label(name));
    }
}

/// The claims that are made for a pod's ephemeral volumes; only a pod with a name has any.
fn claims_created_for(volumes: &[Volume], owner: Owner<'_>) -> Set<String> {
    let Some(pod) = pod_name(owner) else { return Set::default() };
    volumes.iter().filter(|volume| volume.ephemeral.is_some()).map(|volume| format!("{pod}-{}", volume.name)).collect()
}

fn pod_name<'a>(owner: Owner<'a>) -> Option<&'a str> {
    owner.meta.and_then(|meta| meta.name.as_deref()).filter(|name| !name.is_empty())
}

/// Judges a source, unless an earlier one was given.
macro_rules! judge {
    ($number:ident, $cx:ident, $path:ident, $given:expr, $name:literal, |$source:ident, $at:ident| $check:expr) => {
        judge!($number, $cx, $path, $given, $name, $name, |$source, $at| $check)
    };
    ($number:ident, $cx:ident, $path:ident, $given:expr, $forbidden:literal, $name:literal, |$source:ident, $at:ident| $check:expr) => {
        if let Some($source) = &$given {
            if $number > 0 {
                $cx.errors.forbidden(&$path.child($forbidden), "may not specify more than 1 volume type");
            } else {
                $number += 1;
                let $at = &$path.child($name);
                $check;
            }
        }
    };
}

/// `validateVolumeSource`, in its order and with its slips in the paths.
fn validate_volume_source(volume: &Volume, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut n = 0;
    if let Some(directory) = &volume.empty_dir {
        n += 1;
        sources::validate_empty_dir(directory, &path.child("emptyDir"), cx);
    }
    judge!(n, cx, path, volume.host_path, "hostPath", |s, at| sources::validate_host_path(s, at, cx));
    judge!(n, cx, path, volume.git_repo, "gitRepo", |s, at| sources::validate_git_repo(s, at, cx));
    judge!(n, cx, path, volume.gce_persistent_disk, "gcePersistentDisk", "persistentDisk", |s, at| {
        sources::validate_partitioned_disk("pdName", &s.pd_name, s.partition, at, cx)
    });
    judge!(n, cx, path, volume.aws_elastic_block_store, "awsElasticBlockStore", |s, at| {
        sources::validate_partitioned_disk("volumeID", &s.volume_id, s.partition, at, cx)
    });
    judge!(n, cx, path, volume.secret, "secret", |s, at| sources::validate_secret(s, at, cx));
    judge!(n, cx, path, volume.nfs, "nfs", |s, at| sources::validate_nfs(s, at, cx));
    judge!(n, cx, path, volume.iscsi, "iscsi", |s, at| sources::validate_iscsi(s, at, cx));
    if let Some(iscsi) = volume.iscsi.as_ref().filter(|iscsi| iscsi.initiator_name.is_some())
        && volume.name.len() + 1 + iscsi.target_portal.len() > 64
    {
        let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
        cx.errors.invalid(&path.child("name"), &volume.name, detail);
    }
    judge!(n, cx, path, volume.glusterfs, "glusterfs", |s, at| {
        sources::require(&[("endpoints", &s.endpoints), ("path", &s.path)], at, cx)
    });
    judge!(n, cx, path, volume.flocker, "flocker", |s, at| sources::validate_flocker(s, at, cx));
    judge!(n, cx, path, volume.persistent_volume_claim, "persistentVolumeClaim", |s, at| {
        sources::require(&[("claimName", &s.claim_name)], at, cx)
    });
    judge!(n, cx, path, volume.rbd, "rbd", |s, at| sources::validate_rbd(s, at, cx));
    judge!(n, cx, path, volume.cinder, "cinder", |s, at| sources::validate_cinder(s, at, cx));
    judge!(n, cx, path, volume.cephfs, "cephFS", "cephfs", |s, at| sources::require_any(&s.monitors, "monitors", at, cx));
    judge!(n, cx, path, volume.quobyte, "quobyte", |s, at| sources::validate_quobyte(s, at, cx));
    judge!(n, cx, path, volume.downward_api, "downwarAPI", "downwardAPI", |s, at| projected::validate_downward_api(s, at, cx));
    judge!(n, cx, path, volume.fc, "fc", |s, at| sources::validate_fc(s, at, cx));
    judge!(n, cx, path, volume.flex_volume, "flexVolume", |s, at| sources::validate_flex_volume(s, at, cx));
    judge!(n, cx, path, volume.config_map, "configMap", |s, at| sources::validate_config_map(s, at, cx));
    judge!(n, cx, path, volume.azure_file, "azureFile", |s, at| {
        sources::require(&[("secretName", &s.secret_name), ("shareName", &s.share_name)], at, cx)
    });
    judge!(n, cx, path, volume.vsphere_volume, "vsphereVolume", |s, at| { sources::require(&[("volumePath", &s.volume_path)], at, cx) });
    judge!(n, cx, path, volume.photon_persistent_disk, "photonPersistentDisk", |s, at| { sources::require(&[("pdID", &s.pd_id)], at, cx) });
    judge!(n, cx, path, volume.portworx_volume, "portworxVolume", |s, at| { sources::require(&[("volumeID", &s.volume_id)], at, cx) });
    judge!(n, cx, path, volume.azure_disk, "azureDisk", |s, at| sources::validate_azure_disk(s, at, cx));
    judge!(n, cx, path, volume.storageos, "storageos", |s, at| sources::validate_storage_os(s, at, cx));
    judge!(n, cx, path, volume.projected, "projected", |s, at| projected::validate_projected(s, at, cx));
    judge!(n, cx, path, volume.scale_io, "scaleIO", |s, at| sources::validate_scale_io(s, at, cx));
    judge!(n, cx, path, volume.csi, "csi", |s, at| sources::validate_csi(s, at, cx));
    judge!(n, cx, path, volume.ephemeral, "ephemeral", |s, at| {
        claim::validate_ephemeral(s, at, cx);
        validate_created_claim_name(volume, owner, path, cx);
    });
    judge!(n, cx, path, volume.image, "image", |s, at| {
        if owner.is_pod() && s.reference.as_deref().unwrap_or_default().is_empty() {
            cx.errors.required(&at.child("reference"), "");
        }
        container::validate_pull_policy(s.pull_policy.as_deref().unwrap_or_default(), &at.child("pullPolicy"), cx);
    });
    if n == 0 {
        cx.errors.required(path, "must specify a volume type");
    }
}

fn validate_created_claim_name(volume: &Volume, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(pod) = pod_name(owner).filter(|_| !volume.name.is_empty()) else { return };
    let claim = format!("{pod}-{}", volume.name);
    for fault in syntax::dns1123_subdomain(&claim) {
        cx.errors.invalid(&path.child("name"), &volume.name, &format!("PVC name {}: {fault}", quote(&claim)));
    }
}
