//! `ValidatePodSpec`, and the checks of the fields that a pod spec holds itself. Knows nothing of where the spec is kept.

use k8s_openapi::api::core::v1::{Container, HostAlias, PodReadinessGate, PodResourceClaim, PodSchedulingGate, PodSpec};

use super::{Owner, affinity, container, dns, env, pod_level_resources, resources, security, spread, tolerations, volume, windows};
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, json_quote, quote};
use crate::kube::admission::ip::validate_ip_for_legacy_field;
use crate::kube::admission::labels::validate_labels;
use crate::kube::admission::syntax;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const RESTART_POLICIES: &[&str] = &["Always", "OnFailure", "Never"];
const PREEMPTION_POLICIES: &[&str] = &["PreemptLowerPriority", "Never"];

/// `ValidatePodSpec`
pub fn validate_pod_spec(spec: &PodSpec, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let volumes = volume::validate_volumes(spec, owner, &path.child("volumes"), cx);
    let claims = ResourceClaims::of(spec);
    validate_pod_resource_claims(spec, owner, &path.child("resourceClaims"), cx);
    let pod = container::PodView { spec, volumes: &volumes, claims: &claims };
    container::validate_containers(&pod, &path.child("containers"), cx);
    container::validate_init_containers(&pod, &path.child("initContainers"), cx);
    container::validate_ephemeral_containers(&pod, &path.child("ephemeralContainers"), cx);
    if cx.has(Change::PodLevelResources) {
        pod_level_resources::validate_pod_resources(spec, &claims, path, cx);
    }
    if cx.has(Change::HostPortsLeftToPods) {
        validate_host_network_deps(spec, owner, path, cx);
    }
    validate_restart_policy(spec.restart_policy.as_deref().unwrap_or_default(), &path.child("restartPolicy"), cx);
    dns::validate_dns_policy(spec.dns_policy.as_deref().unwrap_or_default(), &path.child("dnsPolicy"), cx);
    validate_labels(spec.node_selector.as_ref(), &path.child("nodeSelector"), cx);
    security::validate_pod_security_context(spec, path, cx);
    affinity::validate_affinity(spec.affinity.as_ref(), &path.child("affinity"), cx);
    dns::validate_dns_config(spec, &path.child("dnsConfig"), cx);
    validate_readiness_gates(spec.readiness_gates.as_deref().unwrap_or_default(), &path.child("readinessGates"), cx);
    validate_scheduling_gates(spec.scheduling_gates.as_deref().unwrap_or_default(), &path.child("schedulingGates"), cx);
    let constraints = spec.topology_spread_constraints.as_deref().unwrap_or_default();
    spread::validate_topology_spread_constraints(constraints, &path.child("topologySpreadConstraints"), cx);
    windows::validate_host_process_pod(spec, path, cx);
    validate_host_users(spec, path, cx);
    validate_hostname_override(spec, path, cx);
    let names =
        [("serviceAccountName", super::defaults::service_account_name(spec)), ("nodeName", spec.node_name.as_deref().unwrap_or_default())];
    for (field, name) in names {
        if !name.is_empty() {
            cx.errors.invalid_each(&path.child(field), name, &syntax::dns1123_subdomain(name));
        }
    }
    if let Some(seconds) = spec.active_deadline_seconds {
        for fault in syntax::in_range(seconds, 1, i64::from(i32::MAX)) {
            cx.errors.invalid(&path.child("activeDeadlineSeconds"), seconds, &fault);
        }
    }
    if owner.claims.is_none() {
        for (field, label) in [("hostname", &spec.hostname), ("subdomain", &spec.subdomain)] {
            let label = label.as_deref().unwrap_or_default();
            if !label.is_empty() {
                cx.errors.invalid_each(&path.child(field), label, &syntax::dns1123_label(label));
            }
        }
    }
    tolerations::validate_tolerations(spec.tolerations.as_deref().unwrap_or_default(), &path.child("tolerations"), cx);
    validate_host_aliases(spec.host_aliases.as_deref().unwrap_or_default(), &path.child("hostAliases"), cx);
    let class = spec.priority_class_name.as_deref().unwrap_or_default();
    if !class.is_empty() {
        cx.errors.invalid_each(&path.child("priorityClassName"), class, &syntax::dns1123_subdomain(class));
    }
    if let Some(class) = &spec.runtime_class_name {
        cx.errors.invalid_each(&path.child("runtimeClassName"), class, &syntax::dns1123_subdomain(class));
    }
    match spec.preemption_policy.as_deref() {
        Some("") => cx.errors.required(&path.child("preemptionPolicy"), ""),
        Some(policy) if !PREEMPTION_POLICIES.contains(&policy) => {
            cx.errors.not_supported(&path.child("preemptionPolicy"), policy, PREEMPTION_POLICIES);
        }
        _ => {}
    }
    if let Some(overhead) = &spec.overhead {
        resources::validate_overhead(overhead, &path.child("overhead"), cx);
    }
    windows::validate_os(spec, path, cx);
    if cx.has(Change::EnvFilesField) {
        env::validate_file_key_ref_volumes(spec, owner, path, cx);
    }
}

/// The checks that real pods get and templates are spared.
pub fn validate_only_for_pods(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if super::defaults::service_account_name(spec).is_empty() {
        let volumes = path.child("volumes");
        for (i, volume) in spec.volumes.iter().flatten().enumerate() {
            let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
            for (j, _) in sources.enumerate().filter(|(_, source)| source.service_account_token.is_some()) {
                let (volume, detail) = (volumes.index(i), "must not be specified when serviceAccountName is not set");
                let sources = volume.child("projected");
                cx.errors.forbidden(&sources.child("sources").index(j).child("serviceAccountToken"), detail);
            }
        }
    }
    for (field, containers) in [("containers", Some(&spec.containers)), ("initContainers", spec.init_containers.as_ref())] {
        let path = path.child(field);
        for (i, container) in containers.into_iter().flatten().enumerate() {
            validate_container_only_for_pods(container, &path.index(i), cx);
        }
    }
}

/// `validateContainerOnlyForPod`
pub fn validate_container_only_for_pods(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let image = container.image.as_deref().unwrap_or_default();
    if image.trim() != image {
        cx.errors.invalid(&path.child("image"), image, "must not have leading or trailing whitespace");
    }
}

/// The names that `resources.claims` of containers may refer to.
pub struct ResourceClaims<'a>(Vec<&'a str>);

impl<'a> ResourceClaims<'a> {
    fn of(spec: &'a PodSpec) -> Self {
        let names = spec.resource_claims.iter().flatten().map(|claim| claim.name.as_str());
        let mut names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// In order.
    pub fn names(&self) -> &[&'a str] {
        &self.0
    }
}

/// `validatePodResourceClaims`
fn validate_pod_resource_claims(spec: &PodSpec, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut names = Set::default();
    let mirror = owner.meta.and_then(|meta| meta.annotations.as_ref()).is_some_and(|all| all.contains_key("kubernetes.io/config.mirror"));
    for (i, claim) in spec.resource_claims.iter().flatten().enumerate() {
        if mirror {
            cx.errors.forbidden(&Path::root(""), "static pods do not support resource claims");
            continue;
        }
        validate_pod_resource_claim(claim, &mut names, &path.index(i), cx);
    }
}

fn validate_pod_resource_claim<'a>(claim: &'a PodResourceClaim, names: &mut Set<&'a str>, path: &Path<'_>, cx: &mut Context<'_>) {
    if claim.name.is_empty() {
        cx.errors.required(&path.child("name"), "");
    } else if names.insert(&claim.name) {
        cx.errors.invalid_each(&path.child("name"), &claim.name, &syntax::dns1123_label(&claim.name));
    } else {
        cx.errors.duplicate(&path.child("name"), &claim.name);
    }
    let detail = match (&claim.resource_claim_name, &claim.resource_claim_template_name) {
        (Some(_), Some(_)) => "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
        (None, None) => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
        _ => "",
    };
    if !detail.is_empty() {
        let json = |value: &Option<String>| value.as_deref().map_or("null".into(), json_quote);
        let shown = cx.errors.structure(
            || {
                let (name, template) = (json(&claim.resource_claim_name), json(&claim.resource_claim_template_name));
                let own = json_quote(&claim.name);
                format!("{{\"Name\":{own},\"ResourceClaimName\":{name},\"ResourceClaimTemplateName\":{template}}}")
            },
            || format!("core.PodResourceClaim{{Name:{}}}", quote(&claim.name)),
        );
        cx.errors.invalid(path, shown, detail);
    }
    let references =
        [("resourceClaimName", &claim.resource_claim_name), ("resourceClaimTemplateName", &claim.resource_claim_template_name)];
    for (field, name) in references {
        if let Some(name) = name {
            cx.errors.invalid_each(&path.child(field), name, &syntax::dns1123_subdomain(name));
        }
    }
}

/// `validatePodHostNetworkDeps`: a template may leave host ports open, a pod had them filled in.
fn validate_host_network_deps(spec: &PodSpec, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.host_network != Some(true) {
        return;
    }
    let path = path.child("containers");
    for (i, container) in spec.containers.iter().enumerate() {
        for (j, port) in container.ports.iter().flatten().enumerate() {
            let host_port = port.host_port.unwrap_or_default();
            if (owner.is_pod() || host_port != 0) && host_port != port.container_port {
                let container = path.index(i);
                let detail = "must match `containerPort` when `hostNetwork` is true";
                cx.errors.invalid(&container.child("ports").index(j).child("hostPort"), host_port, detail);
            }
        }
    }
}

/// `validateRestartPolicy`
fn validate_restart_policy(policy: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if policy.is_empty() {
        cx.errors.required(path, "");
    } else if !RESTART_POLICIES.contains(&policy) {
        cx.errors.not_supported(path, policy, RESTART_POLICIES);
    }
}

/// `validateReadinessGates`
fn validate_readiness_gates(gates: &[PodReadinessGate], path: &Path<'_>, cx: &mut Context<'_>) {
    for (i, gate) in gates.iter().enumerate() {
        let faults = syntax::qualified_name(&gate.condition_type, cx.version);
        cx.errors.invalid_each(&path.index(i).child("conditionType"), &gate.condition_type, &faults);
    }
}

/// `validateSchedulingGates`
fn validate_scheduling_gates(gates: &[PodSchedulingGate], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut seen = Set::default();
    for (i, gate) in gates.iter().enumerate() {
        cx.errors.invalid_each(&path.index(i), &gate.name, &syntax::qualified_name(&gate.name, cx.version));
        if !seen.insert(&gate.name) {
            cx.errors.duplicate(&path.index(i), &gate.name);
        }
    }
}

/// `ValidateHostAliases`
fn validate_host_aliases(aliases: &[HostAlias], path: &Path<'_>, cx: &mut Context<'_>) {
    let indexed = cx.has(Change::HostAliasesIndexed);
    for (i, alias) in aliases.iter().enumerate() {
        let path = if indexed { path.index(i) } else { *path };
        validate_ip_for_legacy_field(&alias.ip, &path.child("ip"), cx);
        let path = path.child("hostnames");
        for (j, hostname) in alias.hostnames.iter().flatten().enumerate() {
            let faults = syntax::dns1123_subdomain(hostname);
            cx.errors.invalid_each(&if indexed { path.index(j) } else { path }, hostname, &faults);
        }
    }
}

/// `validateHostUsers`
fn validate_host_users(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.host_users != Some(false) {
        return;
    }
    let since_34 = cx.has(Change::HostUsersWording);
    let detail = if since_34 { "when `hostUsers` is false" } else { "when `pod.Spec.HostUsers` is false" };
    for (field, value) in [("hostNetwork", spec.host_network), ("HostPID", spec.host_pid), ("HostIPC", spec.host_ipc)] {
        if value == Some(true) {
            cx.errors.forbidden(&path.child(field), detail);
        }
    }
    if since_34 {
        container::visit(spec, path, |container, path| {
            if container.volume_devices.as_ref().is_some_and(|devices| !devices.is_empty()) {
                cx.errors.forbidden(&path.child("volumeDevices"), detail);
            }
        });
    }
}

/// `validatePodHostName`
fn validate_hostname_override(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(hostname) = &spec.hostname_override else { return };
    let path = path.child("hostnameOverride");
    if spec.set_hostname_as_fqdn == Some(true) {
        cx.errors.forbidden(&path, "may not be specified when setHostnameAsFQDN is true");
    }
    if spec.host_network == Some(true) {
        cx.errors.forbidden(&path, "may not be specified when hostNetwork is true");
    }
    if hostname.len() > 64 {
        cx.errors.too_long(&path, 64);
    }
    cx.errors.invalid_each(&path, hostname, &syntax::dns1123_subdomain(hostname));
}
