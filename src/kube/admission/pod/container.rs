//! Containers, init containers and ephemeral containers. Knows nothing of the volumes behind the mounts.

use k8s_openapi::api::core::v1::{Container, ContainerPort, ContainerResizePolicy, ContainerRestartRule, EphemeralContainer, PodSpec};

use super::mount::{self, Volumes};
use super::spec::{ResourceClaims, validate_container_only_for_pods};
use super::{env, probe, resources, security};
use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::syntax;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const PROTOCOLS: &[&str] = &["SCTP", "TCP", "UDP"];
const TERMINATION_MESSAGE_POLICIES: &[&str] = &["File", "FallbackToLogsOnError"];
const RESIZE_RESOURCES: &[&str] = &["cpu", "memory"];
const RESIZE_POLICIES: &[&str] = &["NotRequired", "RestartContainer"];
const RESTART_POLICIES: &[&str] = &["Always", "Never", "OnFailure"];

/// What a container's checks need of its pod.
pub struct PodView<'a> {
    /// The pod spec.
    pub spec: &'a PodSpec,
    /// The volumes that are right.
    pub volumes: &'a Volumes<'a>,
    /// The pod's resource claims.
    pub claims: &'a ResourceClaims<'a>,
}

/// Calls for every container in the server's order: init containers, containers, ephemeral containers.
pub fn visit(spec: &PodSpec, path: &Path<'_>, mut each: impl FnMut(&Container, &Path<'_>)) {
    let init = path.child("initContainers");
    for (i, container) in spec.init_containers.iter().flatten().enumerate() {
        each(container, &init.index(i));
    }
    let regular = path.child("containers");
    for (i, container) in spec.containers.iter().enumerate() {
        each(container, &regular.index(i));
    }
    let ephemeral = path.child("ephemeralContainers");
    for (i, container) in spec.ephemeral_containers.iter().flatten().enumerate() {
        each(&as_container(container), &ephemeral.index(i));
    }
}

/// Calls for every container with the right to change it; ephemeral containers are left out, no pod keeps them on create.
pub fn visit_mut(spec: &mut PodSpec, mut each: impl FnMut(&mut Container)) {
    spec.init_containers.iter_mut().flatten().for_each(&mut each);
    spec.containers.iter_mut().for_each(&mut each);
}

/// `validateContainers`
pub fn validate_containers(pod: &PodView<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let containers = pod.spec.containers.as_slice();
    if containers.is_empty() {
        cx.errors.required(path, "");
        return;
    }
    let mut names = Set::with_capacity_and_hasher(containers.len(), Default::default());
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        validate_common(container, pod, &path, cx);
        if !names.insert(container.name.as_str()) {
            cx.errors.duplicate(&path.child("name"), &container.name);
        }
        probe::validate_lifecycle_and_probes(container, pod.spec, &path, cx);
        if cx.has(Change::ContainerRestartRules) {
            validate_restart_policy(container, &path, cx);
        } else if container.restart_policy.is_some() && cx.has(Change::SidecarField) {
            cx.errors.forbidden(&path.child("restartPolicy"), "may not be set for non-init containers");
        }
    }
    validate_host_port_conflicts(containers, path, cx);
}

/// `validateInitContainers`
pub fn validate_init_containers(pod: &PodView<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(containers) = pod.spec.init_containers.as_deref().filter(|containers| !containers.is_empty()) else { return };
    let mut names: Set<&str> = pod.spec.containers.iter().map(|container| container.name.as_str()).collect();
    let list_path = path;
    for (i, container) in containers.iter().enumerate() {
        let path = path.index(i);
        validate_common(container, pod, &path, cx);
        validate_init_restart_policy(container, &path, cx);
        let sidecar = container.restart_policy.as_deref() == Some("Always");
        if names.contains(container.name.as_str()) {
            cx.errors.duplicate(&path.child("name"), &container.name);
        } else if !container.name.is_empty() {
            names.insert(&container.name);
        }
        // Upstream numbers the one container it passes from 0, whatever its place.
        validate_host_port_conflicts(std::slice::from_ref(container), list_path, cx);
        if sidecar {
            probe::validate_lifecycle_and_probes(container, pod.spec, &path, cx);
        } else {
            forbid_probes(container, &path, cx);
        }
        validate_init_resize_policy(container, sidecar, &path, cx);
    }
}

fn forbid_probes(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let detail = if cx.has(Change::SidecarField) {
        "may not be set for init containers without restartPolicy=Always"
    } else {
        "may not be set for init containers"
    };
    let set = [
        ("lifecycle", container.lifecycle.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
    ];
    for (field, _) in set.into_iter().filter(|(_, set)| *set) {
        cx.errors.forbidden(&path.child(field), detail);
    }
}

fn validate_init_resize_policy(container: &Container, sidecar: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    if sidecar || !cx.has(Change::NoRestartOnResizeOfInitContainers) {
        return;
    }
    let path = path.child("resizePolicy");
    for (i, policy) in container.resize_policy.iter().flatten().enumerate() {
        if policy.restart_policy == "RestartContainer" {
            let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
            cx.errors.invalid(&path.index(i).child("restartPolicy"), &policy.restart_policy, detail);
        }
    }
}

/// `validateInitContainerRestartPolicy`
fn validate_init_restart_policy(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(policy) = container.restart_policy.as_deref() else {
        if cx.has(Change::ContainerRestartRules) && !rules(container).is_empty() {
            cx.errors.required(&path.child("restartPolicy"), "must specify restartPolicy when restart rules are used");
        }
        return;
    };
    match (cx.has(Change::ContainerRestartRules), policy) {
        (true, "Always") if !cx.has(Change::RestartAllContainers) => {
            if !rules(container).is_empty() {
                let detail = "restartPolicyRules are not allowed for init containers with restart policy Always";
                cx.errors.forbidden(&path.child("restartPolicyRules"), detail);
            }
        }
        (true, _) => validate_restart_policy(container, path, cx),
        (false, "Always") => {}
        (false, policy) => cx.errors.not_supported(&path.child("restartPolicy"), policy, &["Always"]),
    }
}

fn rules(container: &Container) -> &[ContainerRestartRule] {
    container.restart_policy_rules.as_deref().unwrap_or_default()
}

/// `validateContainerRestartPolicy`
fn validate_restart_policy(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let rules = rules(container);
    match container.restart_policy.as_deref() {
        None if rules.is_empty() => return,
        None => cx.errors.required(&path.child("restartPolicy"), "must specify restartPolicy when restart rules are used"),
        Some(policy) if !RESTART_POLICIES.contains(&policy) => {
            cx.errors.not_supported(&path.child("restartPolicy"), policy, RESTART_POLICIES);
        }
        Some(_) => {}
    }
    let counted = cx.has(Change::RestartAllContainers);
    let path = path.child("restartPolicyRules");
    if rules.len() > 20 {
        too_many(&path, rules.len(), 20, counted, cx);
    }
    let actions: &[&str] = if counted { &["Restart", "RestartAllContainers"] } else { &["Restart"] };
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        if !actions.contains(&rule.action.as_str()) {
            cx.errors.not_supported(&path.child("action"), &rule.action, actions);
        }
        let path = path.child("exitCodes");
        let Some(codes) = &rule.exit_codes else {
            cx.errors.required(&path, "must be specified");
            continue;
        };
        if !matches!(codes.operator.as_str(), "In" | "NotIn") {
            cx.errors.not_supported(&path.child("operator"), &codes.operator, &["In", "NotIn"]);
        }
        let values = codes.values.as_ref().map_or(0, Vec::len);
        if values > 255 {
            too_many(&path.child("values"), values, 255, counted, cx);
        }
    }
}

/// 1.35 calls a list that is too long a text that is too long.
fn too_many(path: &Path<'_>, actual: usize, max: usize, counted: bool, cx: &mut Context<'_>) {
    if counted {
        cx.errors.too_many(path, actual, max);
    } else {
        cx.errors.too_long(path, max);
    }
}

/// `validateEphemeralContainers`
pub fn validate_ephemeral_containers(pod: &PodView<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(containers) = pod.spec.ephemeral_containers.as_deref().filter(|containers| !containers.is_empty()) else { return };
    let others = pod.spec.containers.iter().chain(pod.spec.init_containers.iter().flatten()).map(|other| other.name.as_str());
    let others: Set<&str> = others.collect();
    let mut names = others.clone();
    for (i, ephemeral) in containers.iter().enumerate() {
        let path = path.index(i);
        let container = as_container(ephemeral);
        validate_common(&container, pod, &path, cx);
        validate_container_only_for_pods(&container, &path, cx);
        if !names.insert(ephemeral.name.as_str()) {
            cx.errors.duplicate(&path.child("name"), &ephemeral.name);
        }
        let target = ephemeral.target_container_name.as_deref().unwrap_or_default();
        if !target.is_empty() && !others.contains(target) {
            cx.errors.not_found(&path.child("targetContainerName"), target);
        }
        forbid_for_ephemeral_containers(&container, &path, cx);
    }
}

/// `validateFieldAllowList`, in the order of the internal type's fields.
fn forbid_for_ephemeral_containers(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let detail = "cannot be set for an Ephemeral Container";
    let resources = container.resources.as_ref();
    let set = [
        ("ports", container.ports.is_some()),
        ("resources", resources.is_some_and(|all| all.limits.is_some() || all.requests.is_some() || all.claims.is_some())),
        ("resizePolicy", container.resize_policy.is_some()),
        ("restartPolicy", container.restart_policy.is_some()),
        ("restartPolicyRules", container.restart_policy_rules.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
        ("lifecycle", container.lifecycle.is_some()),
    ];
    for (field, _) in set.into_iter().filter(|(_, set)| *set) {
        cx.errors.forbidden(&path.child(field), detail);
    }
    let path = path.child("volumeMounts");
    for (i, mount) in container.volume_mounts.iter().flatten().enumerate() {
        for (field, value) in [("subPath", &mount.sub_path), ("subPathExpr", &mount.sub_path_expr)] {
            if !value.as_deref().unwrap_or_default().is_empty() {
                cx.errors.forbidden(&path.index(i).child(field), detail);
            }
        }
    }
}

/// `validateContainerCommon`
fn validate_common(container: &Container, pod: &PodView<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    if container.name.is_empty() {
        cx.errors.required(&path.child("name"), "");
    } else {
        cx.errors.invalid_each(&path.child("name"), &container.name, &syntax::dns1123_label(&container.name));
    }
    if container.image.as_deref().unwrap_or_default().is_empty() {
        cx.errors.required(&path.child("image"), "");
    }
    match container.termination_message_policy.as_deref().unwrap_or_default() {
        "" => cx.errors.required(&path.child("terminationMessagePolicy"), ""),
        policy if !TERMINATION_MESSAGE_POLICIES.contains(&policy) => {
            cx.errors.not_supported(&path.child("terminationMessagePolicy"), policy, TERMINATION_MESSAGE_POLICIES);
        }
        _ => {}
    }
    validate_ports(container.ports.as_deref().unwrap_or_default(), &path.child("ports"), cx);
    env::validate_env(container.env.as_deref().unwrap_or_default(), &path.child("env"), cx);
    env::validate_env_from(container.env_from.as_deref().unwrap_or_default(), &path.child("envFrom"), cx);
    mount::validate_volume_mounts(container, pod.volumes, &path.child("volumeMounts"), cx);
    mount::validate_volume_devices(container, pod.volumes, &path.child("volumeDevices"), cx);
    validate_pull_policy(container.image_pull_policy.as_deref().unwrap_or_default(), &path.child("imagePullPolicy"), cx);
    if let Some(requirements) = &container.resources {
        resources::validate_container_resources(requirements, pod.claims, &path.child("resources"), cx);
    }
    validate_resize_policy(container.resize_policy.as_deref().unwrap_or_default(), pod.spec, &path.child("resizePolicy"), cx);
    if let Some(context) = &container.security_context {
        security::validate_security_context(context, pod.spec, &path.child("securityContext"), cx);
    }
}

/// `validatePullPolicy`
pub fn validate_pull_policy(policy: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if policy.is_empty() {
        cx.errors.required(path, "");
    } else if !PULL_POLICIES.contains(&policy) {
        cx.errors.not_supported(path, policy, PULL_POLICIES);
    }
}

/// `validateContainerPorts`
fn validate_ports(ports: &[ContainerPort], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut names = Set::default();
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        let name = port.name.as_deref().unwrap_or_default();
        if !name.is_empty() {
            let faults = syntax::port_name(name);
            cx.errors.invalid_each(&path.child("name"), name, &faults);
            if faults.is_empty() && !names.insert(name) {
                cx.errors.duplicate(&path.child("name"), name);
            }
        }
        if port.container_port == 0 {
            cx.errors.required(&path.child("containerPort"), "");
        } else {
            validate_port_number(port.container_port, &path.child("containerPort"), cx);
        }
        let host_port = port.host_port.unwrap_or_default();
        if host_port != 0 {
            validate_port_number(host_port, &path.child("hostPort"), cx);
        }
        match port.protocol.as_deref().unwrap_or_default() {
            "" => cx.errors.required(&path.child("protocol"), ""),
            protocol if !PROTOCOLS.contains(&protocol) => cx.errors.not_supported(&path.child("protocol"), protocol, PROTOCOLS),
            _ => {}
        }
    }
}

fn validate_port_number(port: i32, path: &Path<'_>, cx: &mut Context<'_>) {
    for fault in syntax::port_number(i64::from(port)) {
        cx.errors.invalid(path, port, &fault);
    }
}

/// `checkHostPortConflicts`
fn validate_host_port_conflicts(containers: &[Container], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut taken: Set<(&str, &str, i32)> = Set::default();
    for (i, container) in containers.iter().enumerate() {
        for (j, port) in container.ports.iter().flatten().enumerate() {
            let Some(number) = port.host_port.filter(|number| *number != 0) else { continue };
            let (protocol, ip) = (port.protocol.as_deref().unwrap_or_default(), port.host_ip.as_deref().unwrap_or_default());
            if !taken.insert((protocol, ip, number)) {
                let container = path.index(i);
                let shown = format!("{protocol}/{ip}/{number}");
                cx.errors.duplicate(&container.child("ports").index(j).child("hostPort"), &shown);
            }
        }
    }
}

/// `validateResizePolicy`
fn validate_resize_policy(policies: &[ContainerResizePolicy], spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut resources = Set::default();
    for (i, policy) in policies.iter().enumerate() {
        if !resources.insert(policy.resource_name.as_str()) {
            cx.errors.duplicate(&path.index(i), &policy.resource_name);
        }
        for (value, supported) in [(&policy.resource_name, RESIZE_RESOURCES), (&policy.restart_policy, RESIZE_POLICIES)] {
            if value.is_empty() {
                cx.errors.required(path, "");
            } else if !supported.contains(&value.as_str()) {
                cx.errors.not_supported(path, value, supported);
            }
        }
        if spec.restart_policy.as_deref() == Some("Never") && policy.restart_policy != "NotRequired" {
            cx.errors.invalid(path, &policy.restart_policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
        }
    }
}

/// An ephemeral container as the container that it is but for its target.
fn as_container(ephemeral: &EphemeralContainer) -> Container {
    let ephemeral = ephemeral.clone();
    Container {
        args: ephemeral.args,
        command: ephemeral.command,
        env: ephemeral.env,
        env_from: ephemeral.env_from,
        image: ephemeral.image,
        image_pull_policy: ephemeral.image_pull_policy,
        lifecycle: ephemeral.lifecycle,
        liveness_probe: ephemeral.liveness_probe,
        name: ephemeral.name,
        ports: ephemeral.ports,
        readiness_probe: ephemeral.readiness_probe,
        resize_policy: ephemeral.resize_policy,
        resources: ephemeral.resources,
        restart_policy: ephemeral.restart_policy,
        restart_policy_rules: ephemeral.restart_policy_rules,
        security_context: ephemeral.security_context,
        startup_probe: ephemeral.startup_probe,
        stdin: ephemeral.stdin,
        stdin_once: ephemeral.stdin_once,
        termination_message_path: ephemeral.termination_message_path,
        termination_message_policy: ephemeral.termination_message_policy,
        tty: ephemeral.tty,
        volume_devices: ephemeral.volume_devices,
        volume_mounts: ephemeral.volume_mounts,
        working_dir: ephemeral.working_dir,
    }
}
