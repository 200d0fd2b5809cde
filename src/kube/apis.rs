//! Kubernetes' own groups, versions and kinds: what is served, what was removed and what takes its place.
//! Knows no custom resource.

use std::sync::LazyLock;

use super::Version;
use super::maps::{Map, Set};
use super::near;

/// The kinds of one apiVersion.
struct Served {
    api_version: &'static str,
    kinds: &'static [&'static str],
}

/// A kind's preferred apiVersion comes first. From `k8s.io/api`, 1.33 to 1.37; off-by-default versions among them.
const SERVED: &[Served] = &[
    Served {
        api_version: "v1",
        kinds: &[
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    },
    Served { api_version: "apps/v1", kinds: &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"] },
    Served { api_version: "batch/v1", kinds: &["CronJob", "Job"] },
    Served { api_version: "autoscaling/v2", kinds: &["HorizontalPodAutoscaler"] },
    Served { api_version: "autoscaling/v1", kinds: &["HorizontalPodAutoscaler", "Scale"] },
    Served { api_version: "networking.k8s.io/v1", kinds: &["Ingress", "IngressClass", "IPAddress", "NetworkPolicy", "ServiceCIDR"] },
    Served { api_version: "discovery.k8s.io/v1", kinds: &["EndpointSlice"] },
    Served { api_version: "policy/v1", kinds: &["Eviction", "PodDisruptionBudget"] },
    Served { api_version: "rbac.authorization.k8s.io/v1", kinds: &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"] },
    Served {
        api_version: "storage.k8s.io/v1",
        kinds: &["CSIDriver", "CSINode", "CSIStorageCapacity", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    },
    Served { api_version: "scheduling.k8s.io/v1", kinds: &["PriorityClass"] },
    Served { api_version: "coordination.k8s.io/v1", kinds: &["Lease"] },
    Served { api_version: "node.k8s.io/v1", kinds: &["RuntimeClass"] },
    Served { api_version: "events.k8s.io/v1", kinds: &["Event"] },
    Served { api_version: "certificates.k8s.io/v1", kinds: &["CertificateSigningRequest", "ClusterTrustBundle", "PodCertificateRequest"] },
    Served {
        api_version: "admissionregistration.k8s.io/v1",
        kinds: &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    },
    Served { api_version: "apiextensions.k8s.io/v1", kinds: &["CustomResourceDefinition"] },
    Served { api_version: "apiregistration.k8s.io/v1", kinds: &["APIService"] },
    Served { api_version: "flowcontrol.apiserver.k8s.io/v1", kinds: &["FlowSchema", "PriorityLevelConfiguration"] },
    Served {
        api_version: "resource.k8s.io/v1",
        kinds: &["DeviceClass", "DeviceTaintRule", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"],
    },
];

/// An apiVersion that servers dropped.
struct Gone {
    api_version: &'static str,
    kinds: &'static [&'static str],
    /// The first minor version without it.
    removed: u8,
    /// What serves the kind now; empty where nothing does.
    instead: &'static str,
}

/// From Kubernetes' deprecated API migration guide; all removed by 1.37.
const GONE: &[Gone] = &[
    Gone { api_version: "extensions/v1beta1", kinds: &["DaemonSet", "Deployment", "ReplicaSet"], removed: 16, instead: "apps/v1" },
    Gone { api_version: "extensions/v1beta1", kinds: &["NetworkPolicy"], removed: 16, instead: "networking.k8s.io/v1" },
    Gone { api_version: "extensions/v1beta1", kinds: &["PodSecurityPolicy"], removed: 16, instead: "" },
    Gone { api_version: "extensions/v1beta1", kinds: &["Ingress"], removed: 22, instead: "networking.k8s.io/v1" },
    Gone { api_version: "apps/v1beta1", kinds: &["Deployment", "StatefulSet"], removed: 16, instead: "apps/v1" },
    Gone {
        api_version: "apps/v1beta2",
        kinds: &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
        removed: 16,
        instead: "apps/v1",
    },
    Gone { api_version: "batch/v2alpha1", kinds: &["CronJob"], removed: 21, instead: "batch/v1" },
    Gone { api_version: "batch/v1beta1", kinds: &["CronJob"], removed: 25, instead: "batch/v1" },
    Gone { api_version: "networking.k8s.io/v1beta1", kinds: &["Ingress", "IngressClass"], removed: 22, instead: "networking.k8s.io/v1" },
    Gone { api_version: "discovery.k8s.io/v1beta1", kinds: &["EndpointSlice"], removed: 25, instead: "discovery.k8s.io/v1" },
    Gone { api_version: "policy/v1beta1", kinds: &["PodDisruptionBudget"], removed: 25, instead: "policy/v1" },
    Gone { api_version: "policy/v1beta1", kinds: &["PodSecurityPolicy"], removed: 25, instead: "" },
    Gone { api_version: "autoscaling/v2beta1", kinds: &["HorizontalPodAutoscaler"], removed: 25, instead: "autoscaling/v2" },
    Gone { api_version: "autoscaling/v2beta2", kinds: &["HorizontalPodAutoscaler"], removed: 26, instead: "autoscaling/v2" },
    Gone { api_version: "rbac.authorization.k8s.io/v1alpha1", kinds: RBAC, removed: 22, instead: "rbac.authorization.k8s.io/v1" },
    Gone { api_version: "rbac.authorization.k8s.io/v1beta1", kinds: RBAC, removed: 22, instead: "rbac.authorization.k8s.io/v1" },
    Gone {
        api_version: "apiextensions.k8s.io/v1beta1",
        kinds: &["CustomResourceDefinition"],
        removed: 22,
        instead: "apiextensions.k8s.io/v1",
    },
    Gone { api_version: "apiregistration.k8s.io/v1beta1", kinds: &["APIService"], removed: 22, instead: "apiregistration.k8s.io/v1" },
    Gone {
        api_version: "admissionregistration.k8s.io/v1beta1",
        kinds: &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        removed: 22,
        instead: "admissionregistration.k8s.io/v1",
    },
    Gone {
        api_version: "certificates.k8s.io/v1beta1",
        kinds: &["CertificateSigningRequest"],
        removed: 22,
        instead: "certificates.k8s.io/v1",
    },
    Gone { api_version: "coordination.k8s.io/v1beta1", kinds: &["Lease"], removed: 22, instead: "coordination.k8s.io/v1" },
    Gone { api_version: "scheduling.k8s.io/v1alpha1", kinds: &["PriorityClass"], removed: 22, instead: "scheduling.k8s.io/v1" },
    Gone { api_version: "scheduling.k8s.io/v1beta1", kinds: &["PriorityClass"], removed: 22, instead: "scheduling.k8s.io/v1" },
    Gone {
        api_version: "storage.k8s.io/v1beta1",
        kinds: &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        removed: 22,
        instead: "storage.k8s.io/v1",
    },
    Gone { api_version: "storage.k8s.io/v1beta1", kinds: &["CSIStorageCapacity"], removed: 27, instead: "storage.k8s.io/v1" },
    Gone { api_version: "events.k8s.io/v1beta1", kinds: &["Event"], removed: 25, instead: "events.k8s.io/v1" },
    Gone { api_version: "node.k8s.io/v1beta1", kinds: &["RuntimeClass"], removed: 25, instead: "node.k8s.io/v1" },
    Gone { api_version: "flowcontrol.apiserver.k8s.io/v1beta1", kinds: FLOW, removed: 26, instead: "flowcontrol.apiserver.k8s.io/v1" },
    Gone { api_version: "flowcontrol.apiserver.k8s.io/v1beta2", kinds: FLOW, removed: 29, instead: "flowcontrol.apiserver.k8s.io/v1" },
    Gone { api_version: "flowcontrol.apiserver.k8s.io/v1beta3", kinds: FLOW, removed: 32, instead: "flowcontrol.apiserver.k8s.io/v1" },
];

const RBAC: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];

/// That an apiVersion is not served any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The first minor version without it.
    pub since: u8,
    /// The apiVersion that serves the kind now, if any does.
    pub instead: Option<&'static str>,
}

/// The group of an apiVersion; empty for `v1`.
#[must_use]
pub fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether an apiVersion is of a group.
#[must_use]
pub fn is_of(api_version: &str, group: &str) -> bool {
    match group {
        "" => !api_version.contains('/'),
        _ => api_version.strip_prefix(group).is_some_and(|version| version.starts_with('/')),
    }
}

/// Whether a group is Kubernetes' own.
#[must_use]
pub fn is_built_in(group: &str) -> bool {
    static GROUPS: LazyLock<Set<&str>> =
        LazyLock::new(|| SERVED.iter().map(|served| self::group(served.api_version)).chain(["extensions"]).collect());
    GROUPS.contains(group)
}

/// Whether the pair is served by some version of Kubernetes, or was.
#[must_use]
pub fn is_known(api_version: &str, kind: &str) -> bool {
    SERVED.iter().any(|served| served.api_version == api_version && served.kinds.contains(&kind))
        || GONE.iter().any(|gone| gone.api_version == api_version && gone.kinds.contains(&kind))
}

/// Whether a server of this version has dropped the pair.
#[must_use]
pub fn removed(api_version: &str, kind: &str, version: Version) -> Option<Removed> {
    let gone = GONE.iter().find(|gone| gone.api_version == api_version && gone.kinds.contains(&kind))?;
    (version.minor >= gone.removed)
        .then(|| Removed { since: gone.removed, instead: Some(gone.instead).filter(|instead| !instead.is_empty()) })
}

/// The apiVersion that serves a kind, the preferred one first.
#[must_use]
pub fn home(kind: &str) -> Option<&'static str> {
    static HOMES: LazyLock<Map<&str, &str>> = LazyLock::new(|| {
        let all = SERVED.iter().rev().flat_map(|served| served.kinds.iter().map(|kind| (*kind, served.api_version)));
        all.collect()
    });
    HOMES.get(kind).copied()
}

/// A kind by its name, in whatever group.
#[must_use]
pub fn named(kind: &str) -> Option<&'static str> {
    SERVED.iter().flat_map(|served| served.kinds.iter().copied()).find(|known| *known == kind)
}

/// The kinds of a group.
pub fn kinds_of(group: &str) -> impl Iterator<Item = &'static str> {
    let served = SERVED.iter().filter(move |served| is_of(served.api_version, group));
    served.flat_map(|served| served.kinds.iter().copied())
}

/// Whether any version of the group has the kind.
#[must_use]
pub fn has(group: &str, kind: &str) -> bool {
    kinds_of(group).any(|known| known == kind) || GONE.iter().any(|gone| is_of(gone.api_version, group) && gone.kinds.contains(&kind))
}

/// The kind of any built-in group that a slip may have been meant for: of this group first.
#[must_use]
pub fn kind_like(group: &str, kind: &str) -> Option<&'static str> {
    let short = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(kind)).map(|(_, long)| *long);
    let everywhere = || near::did_you_mean(kind, SERVED.iter().flat_map(|served| served.kinds.iter().copied()));
    near::did_you_mean(kind, kinds_of(group)).or(short).or_else(everywhere)
}

/// kubectl's short names of the kinds at hand, which are no kinds.
const SHORT: &[(&str, &str)] = &[
    ("po", "Pod"),
    ("svc", "Service"),
    ("ep", "Endpoints"),
    ("cm", "ConfigMap"),
    ("ns", "Namespace"),
    ("rc", "ReplicationController"),
    ("deploy", "Deployment"),
    ("sts", "StatefulSet"),
    ("ds", "DaemonSet"),
    ("rs", "ReplicaSet"),
    ("cj", "CronJob"),
    ("ing", "Ingress"),
    ("netpol", "NetworkPolicy"),
    ("pdb", "PodDisruptionBudget"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("sa", "ServiceAccount"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_said_with_its_heir() {
        let at = |minor| Version { minor };
        assert_eq!(removed("extensions/v1beta1", "Ingress", at(30)), Some(Removed { since: 22, instead: Some("networking.k8s.io/v1") }));
        assert_eq!(removed("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", at(31)), None);
        assert_eq!(removed("networking.k8s.io/v1", "Ingress", at(37)), None);
    }

    #[test]
    fn kinds_are_known_by_group() {
        assert!(is_known("apps/v1", "Deployment") && !is_known("v1", "Deployment"));
        assert_eq!(home("Deployment"), Some("apps/v1"));
        assert!(!is_built_in("serving.knative.dev") && !is_built_in("gateway.networking.k8s.io"));
        for (group, slip, kind) in
            [("", "pod", "Pod"), ("", "Services", "Service"), ("apps", "Deploymnet", "Deployment"), ("", "svc", "Service")]
        {
            assert_eq!(kind_like(group, slip), Some(kind));
        }
        assert_eq!(kind_like("", "Config"), None);
    }
}
