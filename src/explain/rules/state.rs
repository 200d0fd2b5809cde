//! What kube-proxy knows of Services and their endpoints, and which endpoints it uses. Knows no rule syntax.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Service, ServicePort};

use super::{Node, written};
use crate::explain::addresses::with_port;
use crate::explain::scene::Scene;
use crate::explain::{Wanted, asked_for};
use crate::kube::admission::ip::{Cidr, family as family_of, parse_sloppy};
use crate::kube::endpoints::slice::{Built, answered, families};
use crate::kube::endpoints::{self, Backend, Endpoint, Ready};
use crate::kube::object::Object;
use crate::kube::profile::IpFamily;
use crate::kube::version::Change;
use crate::kube::{World, ports};

/// Pods of one workload that get a rule each.
const MOST_PODS: u32 = 100;

/// A port of a Service, as rules name and treat it.
#[derive(Clone, Debug)]
pub struct Port {
    /// `namespace/name:port`
    pub name: String,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// The cluster IP.
    pub cluster_ip: String,
    /// The port's number.
    pub port: i32,
    /// The port on every node; none where no file tells it.
    pub node_port: Option<i32>,
    /// Whether the cluster allots a node port that no file tells.
    pub node_port_unknown: bool,
    /// `externalIPs` of this family.
    pub external_ips: Vec<String>,
    /// Addresses of load balancers that keep the destination (`ipMode: VIP`).
    pub balancer_ips: Vec<String>,
    /// `loadBalancerSourceRanges` of this family; empty where all may come.
    pub source_ranges: Vec<String>,
    /// Where load balancers ask for health.
    pub health_check: Option<i32>,
    /// `sessionAffinity: ClientIP`, in seconds.
    pub affinity: Option<i32>,
    /// `internalTrafficPolicy: Local`
    pub internal_local: bool,
    /// `externalTrafficPolicy: Local`
    pub external_local: bool,
    /// What is sent where.
    pub endpoints: Usable,
}

/// An endpoint with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `10.0.0.1`
    pub ip: String,
    /// `8080`
    pub port: i32,
    /// `10.0.0.1:8080`
    pub to: String,
    /// Whether it is on this node.
    pub local: bool,
    ready: bool,
    serving: bool,
    terminating: bool,
    zones: Vec<String>,
    nodes: Vec<String>,
}

/// The endpoints by the policies that use them (`pkg/proxy/topology.go:CategorizeEndpoints`).
#[derive(Clone, Debug, Default)]
pub struct Usable {
    /// For policy Cluster.
    pub cluster: Vec<Address>,
    /// For policy Local.
    pub local: Vec<Address>,
    /// All that this node may send to.
    pub reachable: Vec<Address>,
    /// Whether there are any, here or elsewhere.
    pub any: bool,
    /// Every one that is known, ready or not.
    pub all: Vec<Address>,
}

/// The ports of all Services that kube-proxy handles in a family.
#[must_use]
pub fn ports(world: &World<'_>, wanted: &Wanted, node: &Node, family: IpFamily) -> Vec<Port> {
    let scene = Scene::new(world);
    let mut all = Vec::new();
    for object in world.objects().iter().filter(|object| asked_for(object, wanted)) {
        let Some(service) = answered(object, &world.profile).map(|answer| answer.stored) else { continue };
        // `pkg/proxy/util/utils.go:ShouldSkipService`
        if endpoints::is_headless(&service) || endpoints::is_external(&service) || !families(&service, &world.profile).contains(&family) {
            continue;
        }
        let built = endpoints::build(world, object, &service);
        // Other protocols the API server refuses: they are in no rule, and in no script.
        let proxied = |port: &&ServicePort| matches!(ports::protocol(port.protocol.as_deref()), "TCP" | "UDP" | "SCTP");
        let spec = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten()).filter(proxied);
        all.extend(spec.map(|port| known(&scene, object, &service, port, &built, node, family)));
    }
    all
}

fn known(
    scene: &Scene<'_, '_>,
    object: &Object<'_>,
    service: &Service,
    port: &ServicePort,
    built: &Built<'_, '_>,
    node: &Node,
    family: IpFamily,
) -> Port {
    let spec = service.spec.clone().unwrap_or_default();
    let own = |ip: &&String| parse_sloppy(ip).is_some_and(|ip| family_of(ip) == family);
    let name = port.name.as_deref().filter(|name| !name.is_empty()).map_or_else(String::new, |name| format!(":{name}"));
    let type_ = spec.type_.as_deref().unwrap_or("ClusterIP");
    let stated = spec.cluster_ips.iter().flatten().chain(&spec.cluster_ip).find(own).cloned();
    let status = object.service().and_then(|service| service.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref());
    let balancers = status.into_iter().flatten().filter(|ingress| {
        !scene.world.profile.version.has(Change::BalancerIpMode) || ingress.ip_mode.as_deref().is_none_or(|mode| mode == "VIP")
    });
    let ranges = spec.load_balancer_source_ranges.iter().flatten().filter_map(|range| Cidr::parse_sloppy(range.trim()));
    let ranges: Vec<Cidr> = ranges.filter(|range| range.family() == family).collect();
    let open = ranges.iter().any(|range| range.network().1 == 0);
    let version = scene.world.profile.version;
    let node_port = port.node_port.filter(|port| *port != 0 && type_ != "ClusterIP");
    let allots = spec.allocate_load_balancer_node_ports != Some(false) || type_ == "NodePort";
    let mut known = Port {
        name: format!("{}/{}{name}", scene.world.namespace(object), object.name()),
        protocol: ports::protocol(port.protocol.as_deref()).to_lowercase(),
        cluster_ip: stated.unwrap_or_else(|| scene.cluster_ip(object, family)),
        port: port.port,
        node_port_unknown: node_port.is_none() && matches!(type_, "NodePort" | "LoadBalancer") && allots,
        node_port,
        external_ips: spec.external_ips.iter().flatten().filter(own).cloned().collect(),
        balancer_ips: balancers.filter_map(|ingress| ingress.ip.as_ref()).filter(own).cloned().collect(),
        source_ranges: if open { Vec::new() } else { ranges.into_iter().map(written).collect() },
        health_check: spec.health_check_node_port.filter(|port| *port != 0),
        affinity: (spec.session_affinity.as_deref() == Some("ClientIP"))
            .then(|| spec.session_affinity_config.as_ref().and_then(|it| it.client_ip.as_ref()?.timeout_seconds).unwrap_or(10_800)),
        internal_local: spec.internal_traffic_policy.as_deref() == Some("Local"),
        external_local: spec.external_traffic_policy.as_deref() == Some("Local"),
        endpoints: Usable::default(),
    };
    let heeded = Heeded {
        zones: version.has(Change::HintsWithoutAnnotation) || topology_aware(object),
        nodes: version.has(Change::PreferSameTrafficDistribution),
    };
    let all = joined(scene, port, built, node, family);
    known.endpoints = Usable { all: all.clone(), ..usable(&known, all, node, heeded) };
    known
}

impl Port {
    /// Whether anything outside has an address to go to.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.node_port.is_some() || !self.external_ips.is_empty() || !self.balancer_ips.is_empty()
    }

    /// Whether traffic may go to endpoints on other nodes.
    #[must_use]
    pub fn uses_cluster(&self) -> bool {
        !self.internal_local || self.is_external()
    }

    /// Whether some traffic goes to this node's endpoints only.
    #[must_use]
    pub fn uses_local(&self) -> bool {
        self.internal_local || self.external_local && self.is_external()
    }

    /// Whether anyone answers what comes to the cluster IP.
    #[must_use]
    pub fn has_internal(&self) -> bool {
        self.endpoints.any && (!self.internal_local || !self.endpoints.local.is_empty())
    }

    /// Whether anyone answers what comes from outside.
    #[must_use]
    pub fn has_external(&self) -> bool {
        self.endpoints.any && (!self.external_local || !self.endpoints.local.is_empty())
    }

    /// Whether `loadBalancerSourceRanges` keep anyone out.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        !self.source_ranges.is_empty() && !self.balancer_ips.is_empty()
    }
}

/// The endpoints of a port in the order of their text, each once.
fn joined(scene: &Scene<'_, '_>, port: &ServicePort, built: &Built<'_, '_>, node: &Node, family: IpFamily) -> Vec<Address> {
    let name = port.name.as_deref().unwrap_or_default();
    let protocol = ports::protocol(port.protocol.as_deref());
    let address_type = if family == IpFamily::V4 { "IPv4" } else { "IPv6" };
    let mut found: BTreeMap<String, Address> = BTreeMap::new();
    for slice in built.slices.iter().filter(|slice| slice.address_type == address_type) {
        let numbers = slice.ports.iter().filter(|port| port.name == name && port.protocol == protocol).filter_map(|port| port.port);
        for number in numbers {
            for endpoint in &slice.endpoints {
                for (ip, local) in addresses(scene, endpoint, node, family) {
                    let to = with_port(&ip, number);
                    let address = Address {
                        ip,
                        port: number,
                        to: to.clone(),
                        ready: endpoint.ready != Ready::Not,
                        serving: endpoint.serving,
                        terminating: endpoint.terminating,
                        local,
                        zones: endpoint.hints.0.clone(),
                        nodes: endpoint.hints.1.clone(),
                    };
                    found.insert(to, address);
                }
            }
        }
    }
    found.into_values().collect()
}

/// The addresses of an endpoint, and whether each is on this node. Pods that no file places are taken to be spread: every
/// other one is here.
fn addresses(scene: &Scene<'_, '_>, endpoint: &Endpoint<'_, '_>, node: &Node, family: IpFamily) -> Vec<(String, bool)> {
    let here = endpoint.node.as_ref().map(|name| *name == node.name);
    match &endpoint.backend {
        Backend::Address(address) if parse_sloppy(address).is_none() => Vec::new(),
        Backend::Address(address) => vec![(address.clone(), here.unwrap_or(false))],
        Backend::Pods(pods) => {
            let first = pods.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
            let count = endpoint.count.unwrap_or(1).min(MOST_PODS);
            (first..first.saturating_add(count)).map(|n| (scene.pod_ip(pods.made_from, n, family), here.unwrap_or(n % 2 == 0))).collect()
        }
    }
}

/// Which hints of endpoints a version of kube-proxy heeds.
#[derive(Clone, Copy)]
struct Heeded {
    zones: bool,
    nodes: bool,
}

/// Whether the Service asks for hints to be heeded, as it had to before 1.31 (`pkg/proxy/topology.go:canUseTopology`).
fn topology_aware(object: &Object<'_>) -> bool {
    let annotations = object.annotations();
    let written = |key: &str| annotations.and_then(|them| them.get(key));
    let mode = written("service.kubernetes.io/topology-aware-hints").or_else(|| written("service.kubernetes.io/topology-mode"));
    mode.is_some_and(|mode| !matches!(mode.as_str(), "" | "disabled" | "Disabled"))
}

fn usable(port: &Port, all: Vec<Address>, node: &Node, heeded: Heeded) -> Usable {
    let mut usable = Usable::default();
    let fallback = |address: &&Address| address.serving && address.terminating;
    let (mut hinted, mut terminating) = (false, false);
    if port.uses_cluster() {
        let hints = Hints::of(&all, node, heeded);
        hinted = hints != Hints::None;
        usable.cluster = all.iter().filter(|address| address.ready && hints.take(address, node)).cloned().collect();
        if usable.cluster.is_empty() {
            usable.cluster = all.iter().filter(fallback).cloned().collect();
            terminating = !usable.cluster.is_empty();
        }
        usable.any = !usable.cluster.is_empty();
    }
    if !port.uses_local() {
        usable.reachable.clone_from(&usable.cluster);
        return usable;
    }
    let here = |address: &&Address| address.local;
    usable.local = all.iter().filter(here).filter(|address| address.ready).cloned().collect();
    if usable.local.is_empty() {
        usable.local = all.iter().filter(here).filter(fallback).cloned().collect();
        terminating |= !usable.local.is_empty();
    }
    if !port.uses_cluster() {
        usable.reachable.clone_from(&usable.local);
        usable.any = all.iter().any(|address| address.ready || fallback(&address));
        return usable;
    }
    usable.reachable.clone_from(&usable.cluster);
    if hinted || terminating {
        let more = usable.local.iter().filter(|local| !usable.cluster.contains(local)).cloned().collect::<Vec<_>>();
        usable.reachable.extend(more);
        usable.reachable.sort_by(|a, b| a.to.cmp(&b.to));
    }
    usable
}

/// Whose hints count (`pkg/proxy/topology.go:topologyModeFromHints`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hints {
    None,
    Node,
    Zone,
}

impl Hints {
    fn of(all: &[Address], node: &Node, heeded: Heeded) -> Self {
        let ready = || all.iter().filter(|address| address.ready);
        let for_node =
            heeded.nodes && ready().all(|address| !address.nodes.is_empty()) && ready().any(|address| address.nodes.contains(&node.name));
        if for_node {
            return Self::Node;
        }
        let Some(zone) = node.zone.as_ref().filter(|_| heeded.zones) else { return Self::None };
        let for_zone = ready().all(|address| !address.zones.is_empty()) && ready().any(|address| address.zones.contains(zone));
        if for_zone { Self::Zone } else { Self::None }
    }

    fn take(self, address: &Address, node: &Node) -> bool {
        match self {
            Self::None => true,
            Self::Node => address.nodes.contains(&node.name),
            Self::Zone => node.zone.as_ref().is_some_and(|zone| address.zones.contains(zone)),
        }
    }
}
