//! The EndpointSlices of a Service as the controllers would write them from the files. Knows no address of a pod.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Service, ServicePort};

use super::pods::{Idle, Pods};
use super::{by_hand, selector};
use crate::kube::admission::Validate;
use crate::kube::object::{Object, ObjectId};
use crate::kube::profile::IpFamily;
use crate::kube::world::{Distance, Match, Namespaces};
use crate::kube::{Decoded, Profile, Typed, World, labels, ports, verdict};

/// Workloads behind one Service that are looked at; more than any real Service has.
const MOST_WORKLOADS: usize = 250;
/// Members of one workload that are listed one by one: as many as the controller puts in a slice.
const MOST_MEMBERS: u32 = 100;

/// One EndpointSlice, or several of the same ports.
#[derive(Clone, Debug)]
pub struct Slice<'w, 's> {
    /// `IPv4`, `IPv6` or `FQDN`.
    pub address_type: String,
    /// Its ports; empty where no port of the Service leads anywhere in these pods.
    pub ports: Vec<SlicePort>,
    /// Who answers.
    pub endpoints: Vec<Endpoint<'w, 's>>,
    /// Who writes it.
    pub origin: Origin,
}

/// Who writes a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The EndpointSlice controller, from the Service's selector.
    Controller,
    /// The mirroring controller, from this Endpoints object.
    Mirrored(ObjectId),
    /// The files themselves hold it.
    ByHand(ObjectId),
}

/// A port of a slice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlicePort {
    /// Empty where it has none.
    pub name: String,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// None means all ports, which kube-proxy does not take.
    pub port: Option<i32>,
    /// As the Service says.
    pub app_protocol: Option<String>,
}

/// Pods, or an address, that a slice lists.
#[derive(Clone, Debug)]
pub struct Endpoint<'w, 's> {
    /// What answers.
    pub backend: Backend<'w, 's>,
    /// How many pods these are; none for one a node.
    pub count: Option<u32>,
    /// The name that DNS gives it under the Service's.
    pub hostname: Option<String>,
    /// When traffic is sent to it.
    pub ready: Ready,
    /// Its node, where the slice says so.
    pub node: Option<String>,
    /// The zones, then the nodes, that are meant to use it.
    pub hints: (Vec<String>, Vec<String>),
    /// Whether it answers, ready or on its way out.
    pub serving: bool,
    /// Whether it is on its way out.
    pub terminating: bool,
}

/// What an endpoint is.
#[derive(Clone, Debug)]
pub enum Backend<'w, 's> {
    /// Pods of a workload of the files.
    Pods(Pods<'w, 's>),
    /// An address written by hand.
    Address(String),
}

/// When an endpoint counts as ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// As soon as its containers run.
    Running,
    /// When its readiness probe, or its readiness gates, say so.
    Probe,
    /// Always: the Service publishes addresses that are not ready.
    Always,
    /// It is written as ready.
    Written,
    /// It is written as not ready.
    Not,
}

/// What the files make of a Service's endpoints.
#[derive(Clone, Debug, Default)]
pub struct Built<'w, 's> {
    /// The slices; the controller's empty placeholder is left out.
    pub slices: Vec<Slice<'w, 's>>,
    /// Workloads whose labels the selector takes and that make no pods, with why.
    pub idle: Vec<(&'w Object<'s>, Idle)>,
    /// Workloads whose pods the selector may take: only the running cluster knows these labels.
    pub unknown: Vec<&'w Object<'s>>,
    /// Workloads with the selected labels so far from the Service that they may be another application's.
    pub far: Vec<&'w Object<'s>>,
    /// Workloads that would be behind it if `kubectl -n` put both into one namespace.
    pub maybe: Vec<&'w Object<'s>>,
}

/// A Service as the API server answers it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// As it is stored: defaults filled in, families chosen; without its unknown fields where it is refused for these, and as
    /// it is written where it is refused all the same. Ports and addresses that the cluster picks for itself are left out: no
    /// file tells them.
    pub stored: Service,
    /// The server's words, where it refuses the Service as kubectl sends it.
    pub refused: Option<String>,
}

/// What the API server makes of a Service of the files; none for another object.
#[must_use]
pub fn answered(object: &Object<'_>, profile: &Profile) -> Option<Answered> {
    let written = object.service()?;
    let strict = verdict::of(object, profile, Validate::Strict, true);
    let refused = strict.verdict.is_refused().then_some(strict.verdict.message);
    let stored = if refused.is_some() { verdict::of(object, profile, Validate::Ignore, true).stored } else { strict.stored };
    let stored = match stored {
        Some(Decoded::Service(service)) => as_files_tell(*service, written),
        _ => written.clone(),
    };
    Some(Answered { stored, refused })
}

/// A stored Service without what the cluster picked for it.
fn as_files_tell(mut service: Service, written: &Service) -> Service {
    let written = written.spec.as_ref();
    if let Some(spec) = &mut service.spec {
        spec.health_check_node_port = written.and_then(|spec| spec.health_check_node_port);
        let told: Vec<&String> = written.into_iter().flat_map(|spec| spec.cluster_ips.iter().flatten().chain(&spec.cluster_ip)).collect();
        if let Some(ips) = &mut spec.cluster_ips {
            ips.retain(|ip| told.contains(&ip));
        }
        spec.cluster_ip = spec.cluster_ip.take().filter(|ip| told.contains(&ip));
        spec.cluster_ips = spec.cluster_ips.take().filter(|ips| !ips.is_empty());
        let before = written.into_iter().flat_map(|spec| spec.ports.iter().flatten());
        for (port, before) in spec.ports.iter_mut().flatten().zip(before) {
            port.node_port = before.node_port;
        }
    }
    service
}

/// The families of a stored Service.
#[must_use]
pub fn families(service: &Service, profile: &Profile) -> Vec<IpFamily> {
    let written: Vec<IpFamily> = service
        .spec
        .iter()
        .flat_map(|spec| spec.ip_families.iter().flatten())
        .filter_map(|family| match family.as_str() {
            "IPv4" => Some(IpFamily::V4),
            "IPv6" => Some(IpFamily::V6),
            _ => None,
        })
        .collect();
    if written.is_empty() { profile.ip_families.first().copied().into_iter().collect() } else { written }
}

/// Builds the slices of a Service of the files.
#[must_use]
pub fn build<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>, service: &Service) -> Built<'w, 's> {
    let mut built = Built::default();
    if super::is_external(service) {
        return built;
    }
    if selector(service).is_some() {
        selected(world, object, service, &mut built);
    }
    by_hand::slices(world, object, service, &mut built.slices);
    built
}

/// `k8s.io/endpointslice/reconciler.go:reconcileByAddressType`: pods of equal resolved ports share a slice.
fn selected<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>, service: &Service, built: &mut Built<'w, 's>) {
    let Some(selector) = selector(service) else { return };
    let mut found = world.selected(object);
    // Where the files of a folder can't all be meant, those of the Service's own file are.
    let home = |found: &Match<'_, '_>| found.distance == Distance::SameFile && found.namespaces == Namespaces::Same;
    if world.among_alternatives(object) && found.iter().any(home) {
        found.retain(home);
    }
    let adopters = adopters(&found, world);
    let mut groups: BTreeMap<Vec<SlicePort>, Vec<Endpoint<'w, 's>>> = BTreeMap::new();
    for found in found.into_iter().take(MOST_WORKLOADS) {
        match found.namespaces {
            Namespaces::Same if found.distance >= Distance::Far && !in_one_build(world, object, found.object) => {
                built.far.push(found.object);
                continue;
            }
            Namespaces::Same => {}
            Namespaces::OneSide => {
                built.maybe.push(found.object);
                continue;
            }
            Namespaces::Different => continue,
        }
        let pods = match Pods::of(found.object, &world.profile) {
            Ok(pods) => pods,
            Err(why) => {
                built.idle.push((found.object, why));
                continue;
            }
        };
        let Some(mut pods) = pods.selected(selector) else {
            let missing = |key: &String| !found.template.labels.is_some_and(|labels| labels.contains_key(key));
            if selector.keys().filter(|key| missing(key)).all(|key| hashed(found.object.kind(), key)) {
                built.unknown.push(found.object);
            }
            continue;
        };
        if found.object.kind() == "Pod"
            && let Some(owner) = adopters.iter().find(|adopter| adopts(adopter, &pods))
        {
            pods.owner = owner;
        }
        let ports = resolve(service, &pods, world);
        groups.entry(ports).or_default().extend(endpoints(pods, service));
    }
    let families = families(service, &world.profile);
    for family in families.into_iter().filter(|family| world.profile.ip_families.contains(family)) {
        let address_type = if family == IpFamily::V4 { "IPv4" } else { "IPv6" };
        built.slices.extend(groups.iter().map(|(ports, endpoints)| Slice {
            address_type: address_type.to_owned(),
            ports: ports.clone(),
            endpoints: endpoints.clone(),
            origin: Origin::Controller,
        }));
    }
}

/// Whether one kustomization builds both, however far apart they stand.
fn in_one_build(world: &World<'_>, a: &Object<'_>, b: &Object<'_>) -> bool {
    let [a, b] = [a, b].map(|object| world.directories.of(object.span.file));
    world.kustomize.are_built_together(a, b)
}

/// Whether a controller gives its pods this label with a value that no file tells.
fn hashed(kind: &str, key: &str) -> bool {
    let ordinal = [labels::POD_NAME, "apps.kubernetes.io/pod-index", "job-name", "batch.kubernetes.io/job-name"];
    labels::added_by_controller(kind, key) && !ordinal.contains(&key)
}

/// The workloads that take bare Pods over: those with a selector of their own and no hash in it.
fn adopters<'w, 's>(found: &[Match<'w, 's>], world: &'w World<'s>) -> Vec<&'w Object<'s>> {
    let Some(pod) = found.iter().find(|found| found.object.kind() == "Pod") else { return Vec::new() };
    let mut adopters = Vec::new();
    for kind in ["ReplicationController", "ReplicaSet"] {
        adopters.extend(world.of_kind(kind, pod.object, Distance::Near));
    }
    adopters
}

/// Whether a controller takes these bare pods over (`pkg/controller/controller_ref_manager.go:ClaimPods`).
fn adopts(adopter: &Object<'_>, pods: &Pods<'_, '_>) -> bool {
    let same_namespace = adopter.namespace() == pods.owner.namespace();
    same_namespace
        && match &adopter.typed {
            Some(Typed::ReplicationController(it)) => {
                let template = it.template.as_ref().and_then(|it| it.labels.as_ref());
                let selector = it.selector.as_ref().filter(|selector| !selector.is_empty()).or(template);
                selector.is_some_and(|selector| labels::has_all(Some(&pods.labels), selector))
            }
            Some(Typed::ReplicaSet(it)) => labels::selects(&it.selector, Some(&pods.labels)),
            _ => false,
        }
}

/// The ports of a Service that lead somewhere in these pods (`k8s.io/endpointslice/utils.go:getEndpointPorts`).
fn resolve(service: &Service, pods: &Pods<'_, '_>, world: &World<'_>) -> Vec<SlicePort> {
    let wanted = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let mut ports: Vec<_> = wanted.filter_map(|port| lead(port, pods, world.profile.version)).collect();
    ports.sort();
    ports
}

fn lead(port: &ServicePort, pods: &Pods<'_, '_>, version: crate::kube::Version) -> Option<SlicePort> {
    let protocol = ports::protocol(port.protocol.as_deref());
    let number = ports::find(pods.spec, &ports::target(port), protocol, version)?;
    Some(SlicePort {
        name: port.name.clone().unwrap_or_default(),
        protocol: protocol.to_owned(),
        port: Some(number),
        app_protocol: port.app_protocol.clone(),
    })
}

fn endpoints<'w, 's>(pods: Pods<'w, 's>, service: &Service) -> Vec<Endpoint<'w, 's>> {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    let publish = service.spec.as_ref().and_then(|spec| spec.publish_not_ready_addresses) == Some(true);
    let ready = if publish { Ready::Always } else { readiness(&pods) };
    let endpoint = |pods: Pods<'w, 's>, hostname: Option<String>, count: Option<u32>| Endpoint {
        node: pods.spec.node_name.clone().filter(|node| !node.is_empty()),
        backend: Backend::Pods(pods),
        count,
        hostname,
        ready,
        hints: (Vec::new(), Vec::new()),
        serving: true,
        terminating: false,
    };
    let ordinals = pods.ordinals.clone().filter(|ordinals| u32::try_from(ordinals.len()).is_ok_and(|len| 0 < len && len <= MOST_MEMBERS));
    let named = ordinals.filter(|ordinals| pods.hostname(Some(ordinals.start), name).is_some());
    match named {
        Some(ordinals) if pods.owner.kind() == "StatefulSet" => ordinals
            .map(|ordinal| {
                let member = Pods { ordinals: Some(ordinal..ordinal + 1), count: Some(1), ..pods.clone() };
                let hostname = member.hostname(Some(ordinal), name);
                endpoint(member, hostname, Some(1))
            })
            .collect(),
        _ => {
            let hostname = pods.hostname(None, name);
            let count = pods.count;
            vec![endpoint(pods, hostname, count)]
        }
    }
}

fn readiness(pods: &Pods<'_, '_>) -> Ready {
    let runs = ports::containers(pods.spec).filter(|placed| placed.role != ports::Role::Init);
    let probed = runs.filter(|placed| placed.container.readiness_probe.is_some()).count() > 0;
    let gated = pods.spec.has_readiness_gates;
    if probed || gated { Ready::Probe } else { Ready::Running }
}

impl Ready {
    /// As the JSON contract names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Probe => "probe",
            Self::Always => "always",
            Self::Written => "ready",
            Self::Not => "not-ready",
        }
    }
}

impl Endpoint<'_, '_> {
    /// Whether traffic can reach it at some time: it is not written as not ready, and there is at least one pod.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.ready != Ready::Not && self.count != Some(0)
    }
}
