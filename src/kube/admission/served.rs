//! Which built-in groups, versions and kinds an API server serves by default. Knows no object.

use super::gateway;
use crate::kube::{Version, apis};

/// Whether a kind is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// By a built-in group.
    Yes {
        /// Whether its objects live in namespaces.
        namespaced: bool,
    },
    /// The group is built in, but this version of Kubernetes does not serve that kind in that version of it.
    No,
    /// No built-in group: a custom resource, of which nothing is known here.
    NotBuiltIn,
}

struct Row {
    group_version: &'static str,
    namespaced: &'static [&'static str],
    cluster: &'static [&'static str],
    /// First and last minor version that serve it.
    versions: (u8, u8),
}

const fn row(
    group_version: &'static str,
    namespaced: &'static [&'static str],
    cluster: &'static [&'static str],
    versions: (u8, u8),
) -> Row {
    Row { group_version, namespaced, cluster, versions }
}

const ALWAYS: (u8, u8) = (0, u8::MAX);

const fn since(minor: u8) -> (u8, u8) {
    (minor, u8::MAX)
}

/// What the documentation's API reference of each version lists, beta APIs left out that are off by default
/// (all that came after 1.24). Source: kubernetes.io, "Deprecated API Migration Guide" and the release notes of each version.
const ROWS: &[Row] = &[
    row(
        "v1",
        &[
            "Pod",
            "Service",
            "Endpoints",
            "ReplicationController",
            "ConfigMap",
            "Secret",
            "ServiceAccount",
            "PersistentVolumeClaim",
            "Event",
            "LimitRange",
            "ResourceQuota",
            "PodTemplate",
            "Binding",
        ],
        &["Namespace", "Node", "PersistentVolume", "ComponentStatus"],
        ALWAYS,
    ),
    row("apps/v1", &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ControllerRevision"], &[], ALWAYS),
    row("batch/v1", &["Job", "CronJob"], &[], ALWAYS),
    row("autoscaling/v1", &["HorizontalPodAutoscaler"], &[], ALWAYS),
    row("autoscaling/v2", &["HorizontalPodAutoscaler"], &[], ALWAYS),
    row("networking.k8s.io/v1", &["Ingress", "NetworkPolicy"], &["IngressClass"], ALWAYS),
    row("networking.k8s.io/v1", &[], &["IPAddress", "ServiceCIDR"], since(33)),
    row("policy/v1", &["PodDisruptionBudget"], &[], ALWAYS),
    row("discovery.k8s.io/v1", &["EndpointSlice"], &[], ALWAYS),
    row("rbac.authorization.k8s.io/v1", &["Role", "RoleBinding"], &["ClusterRole", "ClusterRoleBinding"], ALWAYS),
    row("storage.k8s.io/v1", &["CSIStorageCapacity"], &["StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"], ALWAYS),
    row("storage.k8s.io/v1", &[], &["VolumeAttributesClass"], since(34)),
    row("scheduling.k8s.io/v1", &[], &["PriorityClass"], ALWAYS),
    row("node.k8s.io/v1", &[], &["RuntimeClass"], ALWAYS),
    row("coordination.k8s.io/v1", &["Lease"], &[], ALWAYS),
    row("events.k8s.io/v1", &["Event"], &[], ALWAYS),
    row("certificates.k8s.io/v1", &[], &["CertificateSigningRequest"], ALWAYS),
    row("admissionregistration.k8s.io/v1", &[], &["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"], ALWAYS),
    row("admissionregistration.k8s.io/v1", &[], &["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"], since(30)),
    row("admissionregistration.k8s.io/v1", &[], &["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"], since(36)),
    row("apiextensions.k8s.io/v1", &[], &["CustomResourceDefinition"], ALWAYS),
    row("apiregistration.k8s.io/v1", &[], &["APIService"], ALWAYS),
    row("authentication.k8s.io/v1", &[], &["TokenReview"], ALWAYS),
    row("authentication.k8s.io/v1", &[], &["SelfSubjectReview"], since(28)),
    row(
        "authorization.k8s.io/v1",
        &["LocalSubjectAccessReview"],
        &["SubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview"],
        ALWAYS,
    ),
    row("flowcontrol.apiserver.k8s.io/v1", &[], &["FlowSchema", "PriorityLevelConfiguration"], since(29)),
    row("flowcontrol.apiserver.k8s.io/v1beta3", &[], &["FlowSchema", "PriorityLevelConfiguration"], (26, 31)),
    row("flowcontrol.apiserver.k8s.io/v1beta2", &[], &["FlowSchema", "PriorityLevelConfiguration"], (23, 28)),
    row("resource.k8s.io/v1", &["ResourceClaim", "ResourceClaimTemplate"], &["DeviceClass", "ResourceSlice"], since(34)),
];

/// Groups that Kubernetes itself had once or has, but that no row is for.
const EMPTY_GROUPS: &[&str] = &["extensions", "internal.apiserver.k8s.io", "storagemigration.k8s.io"];

/// The group of an apiVersion; the core group's is empty.
#[must_use]
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a version of Kubernetes serves a kind; the Gateway API's as if its CRDs were installed.
#[must_use]
pub fn served(api_version: &str, kind: &str, version: Version) -> Served {
    if gateway::is_gateway_api(api_version) {
        let custom = gateway::kind(api_version, kind).filter(|custom| custom.is_served(api_version));
        return custom.map_or(Served::No, |custom| Served::Yes { namespaced: custom.namespaced });
    }
    let rows = ROWS.iter().filter(|row| row.group_version == api_version);
    for row in rows.filter(|row| (row.versions.0..=row.versions.1).contains(&version.minor)) {
        if row.namespaced.contains(&kind) {
            return Served::Yes { namespaced: true };
        }
        if row.cluster.contains(&kind) {
            return Served::Yes { namespaced: false };
        }
    }
    let group = group_of(api_version);
    if EMPTY_GROUPS.contains(&group) || ROWS.iter().any(|row| apis::is_of(row.group_version, group)) {
        Served::No
    } else {
        Served::NotBuiltIn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_group_version_and_kind() {
        let at = |api_version, kind, minor| served(api_version, kind, Version { minor });
        assert_eq!(at("v1", "Service", 27), Served::Yes { namespaced: true });
        assert_eq!(at("networking.k8s.io/v1", "IngressClass", 36), Served::Yes { namespaced: false });
        assert_eq!(at("networking.k8s.io/v1", "ServiceCIDR", 32), Served::No);
        assert_eq!(at("networking.k8s.io/v1", "ServiceCIDR", 33), Served::Yes { namespaced: false });
        assert_eq!(at("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 32), Served::No);
        for (api_version, kind) in
            [("apps/v1", "Service"), ("v2", "Service"), ("apps", "Deployment"), ("extensions/v1beta1", "Ingress"), ("policy/v1beta1", "X")]
        {
            assert_eq!(at(api_version, kind, 36), Served::No, "{api_version} {kind}");
        }
        for api_version in ["serving.knative.dev/v1", "core/v1", "networking/v1"] {
            assert_eq!(at(api_version, "Service", 36), Served::NotBuiltIn, "{api_version}");
        }
    }
}
