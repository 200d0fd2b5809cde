//! What the server accepts with a warning in pods and templates: `pkg/api/pod/warnings.go`. Refuses nothing.

use k8s_openapi::api::core::v1::{Container, ContainerPort, NodeSelectorTerm, PodAffinityTerm, PodSpec, Volume, WeightedPodAffinityTerm};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::profiles::{APP_ARMOR_ANNOTATION, SECCOMP_ANNOTATION, SECCOMP_POD_ANNOTATION, app_armor_field_for};
use super::resources::{ResourceList, fractional};
use super::{claim, container, overlaps};
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, quote};
use crate::kube::admission::ip::warn_for_ip;
use crate::kube::admission::syntax;
use crate::kube::maps::{Map, Set};
use crate::kube::object::Labels;
use crate::kube::version::Change;

const NULL_SELECTOR: &str = "a null labelSelector results in matching no pod";
const SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

/// The server sends some 4,000 characters of warnings at most; comparing every port with every other ends long after that.
const MOST_WARNINGS: usize = 1000;

/// Labels of nodes that have a newer name, with the version that began to say so.
const DEPRECATED_NODE_LABELS: &[(&str, &str, bool)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead", false),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead", false),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead", false),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead", false),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead", false),
    ("app.kubernetes.io/created-by", "deprecated since v1.9", true),
    ("scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead", true),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead", true),
];

const DEPRECATED_ANNOTATIONS: &[(&str, &str)] = &[
    ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];

/// Where the warnings of a pod (no path) or a template point.
#[derive(Clone, Copy)]
struct At<'a> {
    metadata: Path<'a>,
    spec: Path<'a>,
    template: bool,
}

/// `GetWarningsForPod`
pub fn warn_about_pod(meta: &ObjectMeta, spec: &PodSpec, cx: &mut Context<'_>) {
    let at = At { metadata: Path::root("metadata"), spec: Path::root("spec"), template: false };
    warn(meta.annotations.as_ref(), spec, at, cx);
}

/// `GetWarningsForPodTemplate`
pub fn warn_about_template(annotations: Option<&Labels>, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    warn(annotations, spec, At { metadata: path.child("metadata"), spec: path.child("spec"), template: true }, cx);
}

/// `warningsForPodSpecAndMeta`
fn warn(annotations: Option<&Labels>, spec: &PodSpec, at: At<'_>, cx: &mut Context<'_>) {
    let path = &at.spec;
    warn_about_node_labels(spec, path, cx);
    warn_about_spread(spec, path, cx);
    let annotations_path = at.metadata.child("annotations");
    for (key, text) in DEPRECATED_ANNOTATIONS {
        if annotations.is_some_and(|annotations| annotations.contains_key(*key)) {
            cx.warn_at(&annotations_path.key(key), text);
        }
    }
    let volumes = spec.volumes.as_deref().unwrap_or_default();
    let volumes_path = path.child("volumes");
    for (i, volume) in volumes.iter().enumerate() {
        warn_about_volume(volume, &volumes_path.index(i), cx);
    }
    if cx.has(Change::OverlappingPathWarnings) {
        overlaps::warn_about_overlapping_paths(volumes, cx);
    }
    warn_about_duplicates(spec, path, cx);
    warn_about_fractions(spec.overhead.as_ref(), &path.child("overhead"), cx);
    let has_profile = spec.security_context.as_ref().is_some_and(|context| context.seccomp_profile.is_some());
    if !has_profile && annotations.is_some_and(|annotations| annotations.contains_key(SECCOMP_POD_ANNOTATION)) {
        cx.warn_at(&annotations_path.key(SECCOMP_POD_ANNOTATION), SECCOMP);
    }
    container::visit(spec, path, |container, path| {
        if let Some(annotations) = annotations.filter(|annotations| !annotations.is_empty()) {
            warn_about_container_annotations(container, annotations, spec, at, cx);
        }
        warn_about_container_fractions(container, path, cx);
        warn_about_env(container, path, cx);
    });
    warn_about_ports(spec, path, cx);
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        let text = "must be >= 0; negative values are invalid and will be treated as 1";
        cx.warn_at(&path.child("terminationGracePeriodSeconds"), text);
    }
    if cx.has(Change::MorePodWarnings) {
        warn_about_pod_affinity(spec, path, cx);
    }
    if cx.has(Change::IpWarningWording) {
        warn_about_addresses(spec, path, cx);
    }
}

/// `GetNodeLabelDeprecatedMessage`
fn deprecated_node_label(key: &str, cx: &Context<'_>) -> Option<&'static str> {
    let newer = cx.has(Change::MoreNodeLabelWarnings);
    DEPRECATED_NODE_LABELS.iter().find(|(label, _, late)| *label == key && (newer || !late)).map(|(_, text, _)| *text)
}

fn warn_about_node_labels(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let selector = path.child("nodeSelector");
    for key in spec.node_selector.iter().flat_map(|selector| selector.keys()) {
        if let Some(text) = deprecated_node_label(key, cx) {
            cx.warn_at(&selector.key(key), text);
        }
    }
    let Some(affinity) = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref()) else { return };
    let affinity_path = path.child("affinity");
    let node = affinity_path.child("nodeAffinity");
    if let Some(required) = &affinity.required_during_scheduling_ignored_during_execution {
        let required_path = node.child("requiredDuringSchedulingIgnoredDuringExecution");
        let terms = required_path.child("nodeSelectorTerms");
        for (i, term) in required.node_selector_terms.iter().enumerate() {
            warn_about_node_selector_term(term, false, &terms.index(i), cx);
        }
    }
    let preferred = node.child("preferredDuringSchedulingIgnoredDuringExecution");
    let values = cx.has(Change::NodeAffinityValues);
    for (i, term) in affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten().enumerate() {
        warn_about_node_selector_term(&term.preference, values, &preferred.index(i).child("preference"), cx);
    }
}

/// `GetWarningsForNodeSelectorTerm`
fn warn_about_node_selector_term(term: &NodeSelectorTerm, check_values: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    let expressions = path.child("matchExpressions");
    for (i, expression) in term.match_expressions.iter().flatten().enumerate() {
        let path = expressions.index(i);
        if let Some(text) = deprecated_node_label(&expression.key, cx) {
            cx.warn_at(&path.child("key"), &format!("{} is {text}", expression.key));
        }
        if check_values {
            let values = path.child("values");
            for (j, value) in expression.values.iter().flatten().enumerate() {
                for fault in syntax::label_value(value, cx.version) {
                    cx.warn_at(&values.index(j), &format!("{value} is invalid, {fault}"));
                }
            }
        }
    }
}

fn warn_about_spread(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let constraints = path.child("topologySpreadConstraints");
    for (i, constraint) in spec.topology_spread_constraints.iter().flatten().enumerate() {
        let path = constraints.index(i);
        if let Some(text) = deprecated_node_label(&constraint.topology_key, cx) {
            cx.warn_at(&path.child("topologyKey"), &format!("{} is {text}", constraint.topology_key));
        }
        if constraint.label_selector.is_none() && cx.has(Change::MorePodWarnings) {
            cx.warn_at(&path.child("labelSelector"), NULL_SELECTOR);
        }
    }
}

fn warn_about_volume(volume: &Volume, path: &Path<'_>, cx: &mut Context<'_>) {
    let git_repo =
        if cx.has(Change::GitRepoDisabled) { "deprecated in v1.11, and disabled by default in v1.33+" } else { "deprecated in v1.11" };
    let old = [
        ("photonPersistentDisk", volume.photon_persistent_disk.is_some(), "deprecated in v1.11, non-functional in v1.16+"),
        ("gitRepo", volume.git_repo.is_some(), git_repo),
        ("scaleIO", volume.scale_io.is_some(), "deprecated in v1.16, non-functional in v1.22+"),
        ("flocker", volume.flocker.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("storageOS", volume.storageos.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("quobyte", volume.quobyte.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
        ("glusterfs", volume.glusterfs.is_some(), "deprecated in v1.25, non-functional in v1.26+"),
    ];
    for (field, _, text) in old.into_iter().filter(|(_, used, _)| *used) {
        cx.warn_at(&path.child(field), text);
    }
    if let Some(template) = volume.ephemeral.as_ref().and_then(|ephemeral| ephemeral.volume_claim_template.as_ref()) {
        let path = path.child("ephemeral");
        let path = path.child("volumeClaimTemplate");
        claim::warn_about_claim_spec(&template.spec, &path.child("spec"), cx);
    }
    if cx.has(Change::MorePodWarnings) {
        for (field, used) in [("cephfs", volume.cephfs.is_some()), ("rbd", volume.rbd.is_some())] {
            if used {
                cx.warn_at(&path.child(field), "deprecated in v1.28, non-functional in v1.31+");
            }
        }
    }
}

fn warn_about_duplicates(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut seen = Set::default();
    let aliases = path.child("hostAliases");
    for (i, alias) in spec.host_aliases.iter().flatten().enumerate() {
        if !seen.insert(alias.ip.as_str()) {
            cx.warn_at(&aliases.index(i).child("ip"), &format!("duplicate ip {}", quote(&alias.ip)));
        }
    }
    seen.clear();
    let secrets = path.child("imagePullSecrets");
    for (i, secret) in spec.image_pull_secrets.iter().flatten().enumerate() {
        if !seen.insert(secret.name.as_str()) {
            cx.warn_at(&secrets.index(i).child("name"), &format!("duplicate name {}", quote(&secret.name)));
        }
    }
    for (i, _) in spec.image_pull_secrets.iter().flatten().enumerate().filter(|(_, secret)| secret.name.is_empty()) {
        cx.warn_at(&secrets.index(i).child("name"), "invalid empty name \"\"");
    }
    if !cx.has(Change::MorePodWarnings) {
        seen.clear();
        let volumes = path.child("volumes");
        for (i, volume) in spec.volumes.iter().flatten().enumerate() {
            if !seen.insert(volume.name.as_str()) {
                cx.warn_at(&volumes.index(i).child("name"), &format!("duplicate name {}", quote(&volume.name)));
            }
        }
    }
}

fn warn_about_fractions(list: Option<&ResourceList>, path: &Path<'_>, cx: &mut Context<'_>) {
    for name in ["memory", "ephemeral-storage"] {
        warn_about_fraction(list, name, path, cx);
    }
}

fn warn_about_fraction(list: Option<&ResourceList>, name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(amount) = fractional(list, name) {
        let text = format!("fractional byte value {} is invalid, must be an integer", quote(&amount.to_string()));
        cx.warn_at(&path.key(name), &text);
    }
}

fn warn_about_container_fractions(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(resources) = &container.resources else { return };
    let path = path.child("resources");
    for name in ["memory", "ephemeral-storage"] {
        for (field, list) in [("limits", &resources.limits), ("requests", &resources.requests)] {
            warn_about_fraction(list.as_ref(), name, &path.child(field), cx);
        }
    }
}

fn warn_about_container_annotations(container: &Container, annotations: &Labels, spec: &PodSpec, at: At<'_>, cx: &mut Context<'_>) {
    let path = at.metadata.child("annotations");
    let context = container.security_context.as_ref();
    let key = format!("{SECCOMP_ANNOTATION}{}", container.name);
    if context.is_none_or(|context| context.seccomp_profile.is_none()) && annotations.contains_key(&key) {
        cx.warn_at(&path.key(&key), SECCOMP);
    }
    if !at.template || !cx.has(Change::AppArmorFields) || context.is_some_and(|context| context.app_armor_profile.is_some()) {
        return;
    }
    let key = format!("{APP_ARMOR_ANNOTATION}{}", container.name);
    let Some(annotation) = annotations.get(&key) else { return };
    let of_pod = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
    let told =
        of_pod.is_some_and(|of_pod| !cx.has(Change::AppArmorWarningCompares) || app_armor_field_for(annotation).as_ref() == Some(of_pod));
    if !told {
        cx.warn_at(&path.key(&key), "deprecated since v1.30; use the \"appArmorProfile\" field instead");
    }
}

/// A variable that is set twice, unless the second value builds on the first.
fn warn_about_env(container: &Container, path: &Path<'_>, cx: &mut Context<'_>) {
    let env = container.env.as_deref().unwrap_or_default();
    if env.len() < 2 {
        return;
    }
    let mut names = Set::with_capacity_and_hasher(env.len(), Default::default());
    let path = path.child("env");
    for (i, var) in env.iter().enumerate() {
        if names.insert(var.name.as_str()) {
            continue;
        }
        if !cx.has(Change::MorePodWarnings) {
            cx.warn_at(&path.index(i).child("name"), &format!("duplicate name {}", quote(&var.name)));
            continue;
        }
        let (value, reference) = (var.value.as_deref().unwrap_or_default(), format!("$({})", var.name));
        if var.value_from.is_some() || value == reference || !value.contains(&reference) {
            let end = if cx.has(Change::HiddenEnvWording) { ", which may be dropped when using apply" } else { "" };
            cx.warn_at(&path.index(i), &format!("hides previous definition of {}{end}", quote(&var.name)));
        }
    }
}

/// Where a port was seen: the list of containers, the container, the port.
type Place = (&'static str, usize, usize);

fn ports<'a>(spec: &'a PodSpec) -> impl Iterator<Item = (Place, &'a ContainerPort)> {
    let of = |list: &'static str, i: usize, ports: &'a Option<Vec<ContainerPort>>| {
        ports.iter().flatten().enumerate().map(move |(j, port)| ((list, i, j), port))
    };
    let init = spec.init_containers.iter().flatten().enumerate().flat_map(move |(i, container)| of("initContainers", i, &container.ports));
    let regular = spec.containers.iter().enumerate().flat_map(move |(i, container)| of("containers", i, &container.ports));
    let ephemeral = spec.ephemeral_containers.iter().flatten().enumerate();
    init.chain(regular).chain(ephemeral.flat_map(move |(i, container)| of("ephemeralContainers", i, &container.ports)))
}

fn at_port((list, container, port): Place, path: &Path<'_>) -> String {
    format!("{path}.{list}[{container}].ports[{port}]")
}

fn warn_about_ports(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut by_number: Map<(i32, &str), Vec<(Place, &ContainerPort)>> = Map::default();
    for (place, port) in ports(spec) {
        let (host_ip, host_port) = (port.host_ip.as_deref().unwrap_or_default(), port.host_port.unwrap_or_default());
        let protocol = port.protocol.as_deref().unwrap_or_default();
        if !cx.has(Change::MorePodWarnings) {
            continue;
        }
        if !host_ip.is_empty() && host_port == 0 {
            let shown = format!(
                "{{Name:{} HostPort:{host_port} ContainerPort:{} Protocol:{protocol} HostIP:{host_ip}}}",
                port.name.as_deref().unwrap_or_default(),
                port.container_port
            );
            cx.warn(format!("{}: hostIP set without hostPort: {shown}", at_port(place, path)));
        }
        let others = by_number.entry((port.container_port, protocol)).or_default();
        for (other_place, other) in others.iter() {
            if cx.warnings.len() > MOST_WARNINGS {
                break;
            }
            let (other_ip, other_port) = (other.host_ip.as_deref().unwrap_or_default(), other.host_port.unwrap_or_default());
            let how = if host_ip == other_ip && host_port == other_port {
                "duplicate port definition"
            } else if host_port == 0 || other_port == 0 {
                "overlapping port definition"
            } else if host_port == other_port && host_ip.is_empty() != other_ip.is_empty() {
                "dangerously ambiguous port definition"
            } else {
                continue;
            };
            cx.warn(format!("{}: {how} with {}", at_port(place, path), at_port(*other_place, path)));
        }
        others.push((place, port));
    }
    if cx.has(Change::PortNameWarnings) {
        warn_about_port_names(spec, path, cx);
    }
}

fn warn_about_port_names(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut names: Map<&str, Place> = Map::default();
    for (place, port) in ports(spec) {
        let Some(name) = port.name.as_deref().filter(|name| !name.is_empty()) else { continue };
        if let Some(other) = names.get(name) {
            let (name, other) = (quote(name), at_port(*other, path));
            let text = format!("duplicate port name {name} with {other}, services and probes that select ports by name will use {other}");
            cx.warn(format!("{}: {text}", at_port(place, path)));
        } else {
            names.insert(name, place);
        }
    }
}

fn warn_about_pod_affinity(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(affinity) = &spec.affinity else { return };
    let path = path.child("affinity");
    if let Some(pod) = &affinity.pod_affinity {
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        warn_about_terms(required.as_deref(), preferred.as_deref(), &path.child("podAffinity"), cx);
    }
    if let Some(pod) = &affinity.pod_anti_affinity {
        let (required, preferred) =
            (&pod.required_during_scheduling_ignored_during_execution, &pod.preferred_during_scheduling_ignored_during_execution);
        warn_about_terms(required.as_deref(), preferred.as_deref(), &path.child("podAntiAffinity"), cx);
    }
}

fn warn_about_terms(
    required: Option<&[PodAffinityTerm]>,
    preferred: Option<&[WeightedPodAffinityTerm]>,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    let required_path = path.child("requiredDuringSchedulingIgnoredDuringExecution");
    for (i, _) in required.unwrap_or_default().iter().enumerate().filter(|(_, term)| term.label_selector.is_none()) {
        cx.warn_at(&required_path.index(i).child("labelSelector"), NULL_SELECTOR);
    }
    let preferred_path = path.child("preferredDuringSchedulingIgnoredDuringExecution");
    for (i, term) in preferred.unwrap_or_default().iter().enumerate() {
        if term.pod_affinity_term.label_selector.is_none() {
            let term = preferred_path.index(i);
            cx.warn_at(&term.child("podAffinityTerm").child("labelSelector"), NULL_SELECTOR);
        }
    }
}

fn warn_about_addresses(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let config = path.child("dnsConfig");
    let nameservers = config.child("nameservers");
    let given = spec.dns_config.as_ref().and_then(|config| config.nameservers.as_deref()).unwrap_or_default();
    for (i, nameserver) in given.iter().enumerate() {
        warn_for_ip(nameserver, &nameservers.index(i), cx);
    }
    let aliases = path.child("hostAliases");
    for (i, alias) in spec.host_aliases.iter().flatten().enumerate() {
        warn_for_ip(&alias.ip, &aliases.index(i).child("ip"), cx);
    }
}
