//! The fields of pods and templates that a version of Kubernetes does not know yet. Judges nothing.

use std::fmt::Arguments;

use k8s_openapi::api::core::v1::{Container, PodAffinityTerm, PodSpec};

use crate::kube::Version;

/// Which field, whether it is set, and the first minor version that knows it.
type Field = (&'static str, bool, u8);

fn push(fields: &[Field], path: Arguments<'_>, version: Version, unknown: &mut Vec<String>) {
    for (name, _, _) in fields.iter().filter(|(_, set, since)| *set && version.minor < *since) {
        unknown.push(format!("{path}.{name}"));
    }
}

/// The paths of such fields in a pod spec at `path`.
pub fn newer_fields(spec: &PodSpec, path: &str, version: Version, unknown: &mut Vec<String>) {
    let context = spec.security_context.as_ref();
    let fields = [
        ("evictionResponders", spec.eviction_responders.is_some(), 37),
        ("hostnameOverride", spec.hostname_override.is_some(), 34),
        ("resources", spec.resources.is_some(), 32),
        ("schedulingGroup", spec.scheduling_group.is_some(), 36),
        ("securityContext.appArmorProfile", context.is_some_and(|context| context.app_armor_profile.is_some()), 30),
        ("securityContext.seLinuxChangePolicy", context.is_some_and(|context| context.se_linux_change_policy.is_some()), 32),
        ("securityContext.supplementalGroupsPolicy", context.is_some_and(|context| context.supplemental_groups_policy.is_some()), 31),
    ];
    push(&fields, format_args!("{path}"), version, unknown);
    for (i, volume) in spec.volumes.iter().flatten().enumerate() {
        push(&[("image", volume.image.is_some(), 31)], format_args!("{path}.volumes[{i}]"), version, unknown);
        let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        for (j, source) in sources.enumerate() {
            let fields = [
                ("clusterTrustBundle", source.cluster_trust_bundle.is_some(), 29),
                ("podCertificate", source.pod_certificate.is_some(), 34),
            ];
            push(&fields, format_args!("{path}.volumes[{i}].projected.sources[{j}]"), version, unknown);
        }
    }
    for (list, containers) in [("containers", Some(&spec.containers)), ("initContainers", spec.init_containers.as_ref())] {
        for (i, container) in containers.into_iter().flatten().enumerate() {
            newer_fields_of_container(container, format_args!("{path}.{list}[{i}]"), version, unknown);
        }
    }
    newer_fields_of_affinity(spec, path, version, unknown);
}

fn newer_fields_of_container(container: &Container, path: Arguments<'_>, version: Version, unknown: &mut Vec<String>) {
    let app_armor = container.security_context.as_ref().is_some_and(|context| context.app_armor_profile.is_some());
    let lifecycle = container.lifecycle.as_ref();
    let sleeps = |post_start: bool| {
        let hook = lifecycle.and_then(|lifecycle| if post_start { lifecycle.post_start.as_ref() } else { lifecycle.pre_stop.as_ref() });
        hook.is_some_and(|hook| hook.sleep.is_some())
    };
    let fields = [
        ("lifecycle.postStart.sleep", sleeps(true), 29),
        ("lifecycle.preStop.sleep", sleeps(false), 29),
        ("lifecycle.stopSignal", lifecycle.is_some_and(|lifecycle| lifecycle.stop_signal.is_some()), 33),
        ("restartPolicy", container.restart_policy.is_some(), 28),
        ("restartPolicyRules", container.restart_policy_rules.is_some(), 34),
        ("securityContext.appArmorProfile", app_armor, 30),
    ];
    push(&fields, path, version, unknown);
    for (i, var) in container.env.iter().flatten().enumerate() {
        let file = var.value_from.as_ref().is_some_and(|source| source.file_key_ref.is_some());
        push(&[("valueFrom.fileKeyRef", file, 34)], format_args!("{path}.env[{i}]"), version, unknown);
    }
    for (i, mount) in container.volume_mounts.iter().flatten().enumerate() {
        let fields =
            [("bindMountOptions", mount.bind_mount_options.is_some(), 37), ("recursiveReadOnly", mount.recursive_read_only.is_some(), 30)];
        push(&fields, format_args!("{path}.volumeMounts[{i}]"), version, unknown);
    }
}

fn newer_fields_of_affinity(spec: &PodSpec, path: &str, version: Version, unknown: &mut Vec<String>) {
    let Some(affinity) = &spec.affinity else { return };
    let mut terms: Vec<(String, &PodAffinityTerm)> = Vec::new();
    let pod = affinity.pod_affinity.as_ref().map(|pod| {
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        ("podAffinity", required, preferred)
    });
    let anti = affinity.pod_anti_affinity.as_ref().map(|pod| {
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        ("podAntiAffinity", required, preferred)
    });
    for (name, required, preferred) in pod.into_iter().chain(anti) {
        let path = format!("{path}.affinity.{name}");
        for (i, term) in required.iter().flatten().enumerate() {
            terms.push((format!("{path}.requiredDuringSchedulingIgnoredDuringExecution[{i}]"), term));
        }
        for (i, term) in preferred.iter().flatten().enumerate() {
            terms.push((format!("{path}.preferredDuringSchedulingIgnoredDuringExecution[{i}].podAffinityTerm"), &term.pod_affinity_term));
        }
    }
    for (path, term) in terms {
        let fields =
            [("matchLabelKeys", term.match_label_keys.is_some(), 29), ("mismatchLabelKeys", term.mismatch_label_keys.is_some(), 29)];
        push(&fields, format_args!("{path}"), version, unknown);
    }
}
