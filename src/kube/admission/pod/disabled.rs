//! Fields whose feature gate is off by default: the server drops them before it looks. `dropDisabledFields` in `pkg/api/pod/util.go`.
//! Judges nothing.

use k8s_openapi::api::core::v1::{Container, Lifecycle, LifecycleHandler, PodSpec};

use super::container::visit_mut;
use crate::kube::Version;
use crate::kube::maps::Set;
use crate::kube::version::Change;

/// Drops what the version does not take. Gates that no version has on by default drop their fields always.
pub fn drop_disabled_fields(spec: &mut PodSpec, version: Version) {
    spec.scheduling_group = None;
    if !version.has(Change::UserNamespaces) {
        spec.host_users = None;
    }
    if !version.has(Change::PodLevelResources) {
        spec.resources = None;
    }
    if !version.has(Change::HostnameOverride) {
        spec.hostname_override = None;
    }
    if !version.has(Change::ResourceClaims) {
        spec.resource_claims = None;
    }
    if let Some(context) = &mut spec.security_context {
        if !version.has(Change::SupplementalGroupsPolicy) {
            context.supplemental_groups_policy = None;
        }
        if !version.has(Change::SeLinuxChangePolicy) {
            context.se_linux_change_policy = None;
        }
        if !version.has(Change::AppArmorFields) {
            context.app_armor_profile = None;
        }
    }
    for source in
        spec.volumes.iter_mut().flatten().filter_map(|volume| volume.projected.as_mut()).flat_map(|all| all.sources.iter_mut().flatten())
    {
        source.cluster_trust_bundle = None;
        source.pod_certificate = None;
    }
    if !version.has(Change::MatchLabelKeysInPodAffinity) {
        drop_pod_affinity_label_keys(spec);
    }
    drop_image_volumes(spec, version);
    visit_mut(spec, |container| drop_of_container(container, version));
    if !version.has(Change::Sidecars) {
        for container in spec.init_containers.iter_mut().flatten() {
            container.restart_policy = None;
        }
    }
}

fn drop_of_container(container: &mut Container, version: Version) {
    if !version.has(Change::InPlaceResize) {
        container.resize_policy = None;
    }
    if !version.has(Change::ContainerRestartRules) {
        container.restart_policy_rules = None;
    }
    if !version.has(Change::ResourceClaims)
        && let Some(resources) = &mut container.resources
    {
        resources.claims = None;
    }
    if let Some(context) = &mut container.security_context {
        if !version.has(Change::ProcMount) {
            context.proc_mount = None;
        }
        if !version.has(Change::AppArmorFields) {
            context.app_armor_profile = None;
        }
    }
    for mount in container.volume_mounts.iter_mut().flatten() {
        if !version.has(Change::RecursiveReadOnly) {
            mount.recursive_read_only = None;
        }
    }
    if !version.has(Change::EnvFiles) {
        for source in container.env.iter_mut().flatten().filter_map(|var| var.value_from.as_mut()) {
            source.file_key_ref = None;
        }
    }
    drop_of_lifecycle(&mut container.lifecycle, version);
}

/// Stop signals are off everywhere; sleeping came on in 1.30. A hook and a lifecycle that are left empty by that go too.
fn drop_of_lifecycle(lifecycle: &mut Option<Lifecycle>, version: Version) {
    let Some(inner) = lifecycle else { return };
    let had_signal = inner.stop_signal.take().is_some();
    let mut slept = false;
    if !version.has(Change::SleepAction) {
        for hook in [&mut inner.post_start, &mut inner.pre_stop] {
            if hook.as_ref().is_some_and(|hook| hook.sleep.is_some()) {
                slept = true;
                let rest = hook.take().map(|hook| LifecycleHandler { sleep: None, ..hook });
                *hook = rest.filter(|rest| *rest != LifecycleHandler::default());
            }
        }
    }
    if (had_signal || slept) && inner.pre_stop.is_none() && inner.post_start.is_none() {
        *lifecycle = None;
    }
}

fn drop_pod_affinity_label_keys(spec: &mut PodSpec) {
    let Some(affinity) = &mut spec.affinity else { return };
    let pod = affinity.pod_affinity.as_mut().map(|pod| {
        (&mut pod.required_during_scheduling_ignored_during_execution, &mut pod.preferred_during_scheduling_ignored_during_execution)
    });
    let anti = affinity.pod_anti_affinity.as_mut().map(|pod| {
        (&mut pod.required_during_scheduling_ignored_during_execution, &mut pod.preferred_during_scheduling_ignored_during_execution)
    });
    for (required, preferred) in pod.into_iter().chain(anti) {
        let preferred = preferred.iter_mut().flatten().map(|weighted| &mut weighted.pod_affinity_term);
        for term in required.iter_mut().flatten().chain(preferred) {
            term.match_label_keys = None;
            term.mismatch_label_keys = None;
        }
    }
}

/// `dropImageVolumes`, with the mounts that use them.
fn drop_image_volumes(spec: &mut PodSpec, version: Version) {
    if version.has(Change::ImageVolumes) || !version.has(Change::ImageVolumeField) {
        return;
    }
    let images = spec.volumes.iter().flatten().filter(|volume| volume.image.is_some());
    let names: Set<String> = images.map(|volume| volume.name.clone()).collect();
    if names.is_empty() {
        return;
    }
    if let Some(volumes) = &mut spec.volumes {
        volumes.retain(|volume| volume.image.is_none());
    }
    visit_mut(spec, |container| {
        if let Some(mounts) = &mut container.volume_mounts {
            mounts.retain(|mount| !names.contains(&mount.name));
        }
    });
}
