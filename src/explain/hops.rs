//! The steps of a path in words, with the packet's source and destination at each. Knows no verdict but what it is told.

use k8s_openapi::api::core::v1::ServicePort;

use super::addresses::{BALANCER, CLIENT, For, nth, with_port};
use super::model::{self, Hop, Verdict};
use super::path::{Subject, Target};
use super::slices::answers;
use super::start::Start;
use crate::kube::endpoints::{self, Backend, Ready};
use crate::kube::profile::IpFamily;

/// Whose kube-proxy decides for what comes from outside.
const ENTERED: &str = "the node that got the packet";
/// The made-up address of a client pod, after those of all others.
const CLIENT_POD: u32 = 239;

/// Adds the hops of a path.
pub fn add(subject: &Subject<'_, '_, '_>, port: &ServicePort, from: &Start, targets: &[Target<'_, '_, '_>], path: &mut model::Path) {
    let unknown = path.verdict == Verdict::Unknown;
    let mut way = Way { subject, port, targets, unknown, hops: Vec::new(), source: String::new() };
    if endpoints::is_external(subject.service) {
        way.alias();
        path.hops = way.hops;
        return;
    }
    match from {
        Start::Outside(address) => way.outside(address.map_or_else(|| CLIENT.to_owned(), |address| address.to_string())),
        Start::Node => way.node(),
        Start::Pod => way.pod(nth(For::Pod, CLIENT_POD, IpFamily::V4)),
        Start::Workload { namespace, kind, name } => {
            let named = subject.scene.world.named(kind, name, subject.object);
            let client = named.into_iter().find(|object| subject.scene.world.namespace(object) == namespace);
            way.pod(client.map_or_else(|| nth(For::Pod, CLIENT_POD, IpFamily::V4), |client| subject.scene.pod_ip(client, 0, IpFamily::V4)));
        }
    }
    if !targets.is_empty() && path.blocked_at != ["address"] {
        way.policy(path);
        way.arrive(path);
    }
    path.hops = way.hops;
}

struct Way<'p, 'a, 'w, 's> {
    subject: &'p Subject<'a, 'w, 's>,
    port: &'p ServicePort,
    targets: &'p [Target<'p, 'w, 's>],
    /// Whether the files may lack who answers.
    unknown: bool,
    hops: Vec<Hop>,
    /// The packet's source so far.
    source: String,
}

impl Way<'_, '_, '_, '_> {
    fn hop(&mut self, at: &'static str, what: String, destination: Option<String>) {
        let source = (!self.source.is_empty()).then(|| self.source.clone());
        self.hops.push(Hop { at, what, source, destination });
    }

    fn alias(&mut self) {
        let target = self.subject.service.spec.as_ref().and_then(|spec| spec.external_name.as_deref()).unwrap_or_default();
        self.hop("dns", format!("the name is an alias (CNAME) of `{target}`: the client asks for that name next"), Some(target.to_owned()));
        self.hop(
            "node",
            "the client connects on its own: no port is mapped, and a server that looks at the Host header or TLS name sees the Service's name".into(),
            None,
        );
    }

    fn spec(&self) -> Option<&k8s_openapi::api::core::v1::ServiceSpec> {
        self.subject.service.spec.as_ref()
    }

    fn pod(&mut self, address: String) {
        self.source = address;
        let name = self.subject.object.name().to_owned();
        match self.subject.cluster_ip {
            Some(cluster_ip) => {
                self.hop("dns", format!("`{name}` resolves to the cluster IP {cluster_ip}, endpoints or not"), None);
                let to = with_port(cluster_ip, self.port.port);
                self.proxy(&to, "the client's node");
            }
            None => self.headless(&name),
        }
    }

    fn headless(&mut self, name: &str) {
        let Some(target) = self.targets.first() else {
            self.hop("dns", format!("`{name}` has no address: a headless Service without ready endpoints does not resolve"), None);
            return;
        };
        let to = with_port(&self.address_of(target), target.port);
        self.hop("dns", format!("`{name}` resolves to the addresses of the ready endpoints; the client picks one"), None);
        let dials = if target.port == self.port.port {
            "the client connects to the pod itself: no kube-proxy, no port mapping".to_owned()
        } else {
            format!(
                "the client connects to the pod itself: nothing maps {} to {}, so it must dial {}",
                self.port.port, target.port, target.port
            )
        };
        self.hop("node", dials, Some(to));
    }

    fn node(&mut self) {
        self.source = nth(For::Node, 0, IpFamily::V4);
        match self.subject.cluster_ip {
            Some(cluster_ip) => {
                let what = format!("a node does not ask the cluster's DNS: use the address, {cluster_ip}");
                self.hop("dns", what, None);
                let to = with_port(cluster_ip, self.port.port);
                self.proxy(&to, "this node");
            }
            None => {
                let name = self.subject.object.name().to_owned();
                self.headless(&name);
            }
        }
    }

    fn outside(&mut self, client: String) {
        self.source = client;
        let type_ = self.spec().and_then(|spec| spec.type_.clone()).unwrap_or_default();
        let node = nth(For::Node, 0, IpFamily::V4);
        let node_port = self.port.node_port.filter(|port| *port != 0);
        let told_port = node_port.map_or_else(|| "the node port the cluster allots".to_owned(), |port| format!("node port {port}"));
        let to_node = node_port.map_or_else(|| format!("{node}:<node port>"), |port| with_port(&node, port));
        match type_.as_str() {
            "LoadBalancer" => {
                let given = self.balancer().unwrap_or_else(|| BALANCER.to_owned());
                let to = with_port(&given, self.port.port);
                self.hop("load-balancer", format!("the load balancer listens on {to}, if something in the cluster makes one"), Some(to));
                let allocates = self.spec().and_then(|spec| spec.allocate_load_balancer_node_ports) != Some(false);
                if allocates {
                    self.hop(
                        "node",
                        format!("it sends to {told_port} of a node (or straight to the pods, where the provider can)"),
                        Some(to_node.clone()),
                    );
                }
                self.enter(&to_node);
            }
            "NodePort" => {
                self.hop("node", format!("every node listens on {told_port}, also those without a pod"), Some(to_node.clone()));
                self.enter(&to_node);
            }
            _ if self.subject.is_external() => {
                let ip = self.spec().and_then(|spec| spec.external_ips.as_ref()?.first().cloned()).unwrap_or_default();
                let to = with_port(&ip, self.port.port);
                self.hop("node", format!("packets to the external IP {ip} must be routed to a node by your network"), Some(to.clone()));
                self.enter(&to);
            }
            _ => {
                let ingresses = self.subject.scene.ingresses(self.subject.object);
                let Some(ingress) = ingresses.first() else {
                    let cluster_ip = self.subject.cluster_ip.map_or_else(|| "no address".to_owned(), |ip| format!("cluster IP {ip}"));
                    self.hop(
                        "node",
                        format!("no address of this Service is known outside: its {cluster_ip} exists inside the cluster only"),
                        None,
                    );
                    return;
                };
                self.hop(
                    "ingress",
                    format!("Ingress `{}` names this Service: its controller takes the request and makes a new one", ingress.name()),
                    None,
                );
                self.source = "ingress controller".into();
                if let Some(target) = self.targets.first() {
                    let to = with_port(&self.address_of(target), target.port);
                    self.hop("proxy", "most controllers send to the pods themselves, past kube-proxy".into(), Some(to));
                }
            }
        }
    }

    fn balancer(&self) -> Option<String> {
        let status = self.subject.object.service()?.status.as_ref()?.load_balancer.as_ref()?;
        status.ingress.as_ref()?.iter().find_map(|ingress| ingress.ip.clone().or_else(|| ingress.hostname.clone()))
    }

    /// From a node's port to an endpoint.
    fn enter(&mut self, to: &str) {
        let local = self.spec().and_then(|spec| spec.external_traffic_policy.as_deref()) == Some("Local");
        if local {
            self.hop(
                "node",
                "externalTrafficPolicy Local: this node uses its own pods only; a node without a ready one drops the packet (a time-out)"
                    .into(),
                None,
            );
        }
        self.proxy(to, ENTERED);
        if !local && !self.targets.is_empty() {
            self.source = nth(For::Node, 0, IpFamily::V4);
            let destination = self.targets.first().map(|target| with_port(&self.address_of(target), target.port));
            self.hop(
                "node",
                "externalTrafficPolicy Cluster: the node puts its own address in place of the client's, so that the answer comes back through it".into(),
                destination,
            );
        }
    }

    /// kube-proxy's decision.
    fn proxy(&mut self, to: &str, whose: &str) {
        let Some(target) = self.targets.first() else {
            let what = if self.unknown {
                format!("kube-proxy on {whose} sends it to one of the pods with the selected labels; the files show none")
            } else {
                format!("kube-proxy on {whose} knows no endpoint for this port and rejects the packet")
            };
            self.hop("proxy", what, Some(to.to_owned()));
            return;
        };
        let chosen = with_port(&self.address_of(target), target.port);
        let spec = self.spec();
        let entering = whose == ENTERED;
        let own = entering && spec.and_then(|spec| spec.external_traffic_policy.as_deref()) == Some("Local")
            || !entering && spec.and_then(|spec| spec.internal_traffic_policy.as_deref()) == Some("Local");
        let choice = match odds(self.targets) {
            _ if own => "picks one of this node's own endpoints at random for each connection (no round robin)".to_owned(),
            Some(1) => "sends it to the only endpoint".to_owned(),
            Some(n) => format!("picks one of {n} endpoints at random for each connection (1/{n} each, no round robin)"),
            None => "picks one endpoint at random for each connection (no round robin)".to_owned(),
        };
        let mut what = format!("kube-proxy on {whose} takes {to}, {choice} and rewrites the destination");
        if spec.and_then(|spec| spec.session_affinity.as_deref()) == Some("ClientIP") {
            let seconds =
                spec.and_then(|spec| spec.session_affinity_config.as_ref()?.client_ip.as_ref()?.timeout_seconds).unwrap_or(10_800);
            what += &format!(
                "; sessionAffinity ClientIP: the same source address gets the same endpoint until {seconds} s pass without a connection"
            );
        }
        if own && !entering {
            what += "; internalTrafficPolicy Local: where its node has no endpoint the packet is dropped (a time-out)";
        }
        if let Some(distribution) = spec.and_then(|spec| spec.traffic_distribution.as_deref()) {
            what += &format!("; trafficDistribution {distribution}: near endpoints first, where every ready one has a hint");
        }
        self.hop("proxy", what, Some(chosen));
    }

    fn policy(&mut self, path: &model::Path) {
        let names = path.policies.join(", ");
        let what = match path.verdict {
            Verdict::Blocked => format!("dropped at {}: isolated by NetworkPolicy {names}, and no rule lets this in", ends(path)),
            Verdict::Partial => format!("for some of the pods dropped at {}: isolated by NetworkPolicy {names}", ends(path)),
            Verdict::Allowed if !names.is_empty() => format!("NetworkPolicy {names} lets it pass"),
            _ => return,
        };
        self.hop("policy", format!("{what} (where the network plugin enforces policies)"), None);
    }

    fn arrive(&mut self, path: &model::Path) {
        if path.verdict == Verdict::Blocked {
            return;
        }
        let Some(target) = self.targets.first() else { return };
        let destination = with_port(&self.address_of(target), target.port);
        let what = match &target.endpoint.backend {
            Backend::Address(address) => {
                format!("{address} is written by hand: whether something listens there on {} only you know", target.port)
            }
            Backend::Pods(pods) => {
                let container = answers(pods.spec, Some(target.port)).map_or_else(String::new, |it| format!(", container `{}`", it.name));
                let ready = match target.endpoint.ready {
                    Ready::Probe => "it gets traffic while its readiness probe answers",
                    Ready::Always => "it gets traffic even when it is not ready (publishNotReadyAddresses)",
                    _ => "without a readiness probe it gets traffic as soon as its containers run",
                };
                format!("a pod of {} `{}`{container}, port {}; {ready}", pods.owner.kind(), pods.owner.name(), target.port)
            }
        };
        self.hop("pod", what, Some(destination));
    }

    fn address_of(&self, target: &Target<'_, '_, '_>) -> String {
        match &target.endpoint.backend {
            Backend::Address(address) => address.clone(),
            Backend::Pods(pods) => {
                let n = pods.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
                self.subject.scene.pod_ip(pods.made_from, n, IpFamily::V4)
            }
        }
    }
}

fn ends(path: &model::Path) -> String {
    let told: Vec<_> =
        path.blocked_at.iter().map(|end| if *end == "egress" { "the client (egress)" } else { "the pod (ingress)" }).collect();
    told.join(" and ")
}

/// How many endpoints there are to choose from; none where it depends on the nodes.
#[must_use]
pub fn odds(targets: &[Target<'_, '_, '_>]) -> Option<u32> {
    targets.iter().try_fold(0_u32, |sum, target| Some(sum.saturating_add(target.endpoint.count?)))
}
