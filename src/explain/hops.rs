//! The steps of a path in words, with the packet's source and destination at each. Knows no verdict but what it is told.

use k8s_openapi::api::core::v1::ServicePort;

use super::addresses::{self, For, nth, with_port};
use super::model::{self, Hop, Verdict};
use super::path::{Subject, Target};
use super::slices::answers;
use super::start::Start;
use crate::kube::endpoints::{self, Backend, Ready};

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
    let family = subject.family();
    let ranges = (path.blocked_at == ["source-ranges"]).then(|| subject.source_ranges(from).unwrap_or_default().join(", "));
    match from {
        Start::Outside(address) => {
            way.outside(address.map_or_else(|| addresses::client(family).to_owned(), |address| address.to_string()), ranges.as_deref())
        }
        Start::Node => way.node(),
        Start::Pod => way.pod(nth(For::Pod, CLIENT_POD, family)),
        Start::Workload { namespace, kind, name } => {
            let named = subject.scene.world.named(kind, name, subject.object);
            let client = named.into_iter().find(|object| subject.scene.world.namespace(object) == namespace);
            way.pod(client.map_or_else(|| nth(For::Pod, CLIENT_POD, family), |client| subject.scene.pod_ip(client, 0, family)));
        }
    }
    if !targets.is_empty() && path.blocked_at != ["address"] && ranges.is_none() {
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
                self.hop("dns", format!("`{name}` is the cluster IP {cluster_ip}, endpoints or not"), None);
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
        let name = if self.source == nth(For::Node, 0, self.subject.family()) { "the name" } else { name };
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
        self.source = nth(For::Node, 0, self.subject.family());
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

    fn outside(&mut self, client: String, turned_away: Option<&str>) {
        self.source = client;
        let type_ = self.spec().and_then(|spec| spec.type_.clone()).unwrap_or_default();
        let node = nth(For::Node, 0, self.subject.family());
        let node_port = self.port.node_port.filter(|port| *port != 0);
        let told_port = node_port.map_or_else(|| "the node port the cluster allots".to_owned(), |port| format!("node port {port}"));
        let to_node = node_port.map_or_else(
            || if node.contains(':') { format!("[{node}]:<node port>") } else { format!("{node}:<node port>") },
            |port| with_port(&node, port),
        );
        match type_.as_str() {
            "LoadBalancer" => self.balanced(&told_port, &to_node, turned_away),
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
            _ => self.fronted(),
        }
    }

    /// By an Ingress or a route, if one leads here.
    fn fronted(&mut self) {
        let Some(front) = self.subject.fronts_to(self.port).next() else {
            let address = self
                .subject
                .cluster_ip
                .map_or_else(|| "it has no cluster IP".to_owned(), |ip| format!("its cluster IP {ip} exists inside the cluster only"));
            if self.subject.fronts.is_empty() {
                self.hop("node", format!("no address of this Service is known outside: {address}"), None);
            } else {
                self.hop("node", format!("what stands in front of it does not lead to this port, and {address}"), None);
            }
            return;
        };
        let asked = match front.hosts.as_slice() {
            [] => "any host name that leads to the controller's address".to_owned(),
            hosts => format!("{}, which your own DNS must lead to the controller's address", hosts.join(", ")),
        };
        self.hop("dns", format!("the client asks for {asked}"), None);
        let paths = if front.paths.is_empty() { String::new() } else { format!(" for {}", front.paths.join(", ")) };
        let at = if front.kind == "Ingress" { "ingress" } else { "gateway" };
        let (kind, name) = (front.kind.clone(), front.name.clone());
        let ends = match kind.as_str() {
            "TLSRoute" | "TCPRoute" | "UDPRoute" => "takes the connection and makes a new one",
            _ => "takes the request, ends the connection and makes a new one",
        };
        self.hop(at, format!("{kind} `{name}`{paths}: {} {ends}", front.through), None);
        self.source = "the controller".into();
        if let Some(target) = self.targets.first() {
            let to = with_port(&self.address_of(target), target.port);
            self.hop(
                "proxy",
                "most controllers read the EndpointSlices and send to a pod themselves, past the cluster IP and kube-proxy".into(),
                Some(to),
            );
        }
    }

    /// By a load balancer.
    fn balanced(&mut self, told_port: &str, to_node: &str, turned_away: Option<&str>) {
        let given = self.balancer().unwrap_or_else(|| addresses::balancer(self.subject.family()).to_owned());
        let to = with_port(&given, self.port.port);
        let Some(balancer) = self.subject.balancer else { return };
        if let Some(ranges) = turned_away {
            let what = format!("the load balancer listens on {to}, for clients of {ranges} (loadBalancerSourceRanges) and no others");
            self.hop("load-balancer", what, Some(to));
            self.hop(
                "node",
                "dropped: by kube-proxy where the packet comes with the balancer's address, else by the balancer itself".into(),
                None,
            );
            return;
        }
        let whose = balancer.provider.as_deref().map_or_else(String::new, |provider| format!(" ({provider})"));
        match balancer.sends_to {
            "nowhere" => {
                self.hop("load-balancer", format!("{}: EXTERNAL-IP stays <pending>", balancer.becomes), None);
                self.hop("node", format!("what is left is {told_port} of any node"), Some(to_node.to_owned()));
                self.enter(to_node);
                return;
            }
            "pod" => {
                self.hop(
                    "load-balancer",
                    format!("the load balancer{whose} listens on {to} and sends to a pod itself: {}", balancer.targets),
                    Some(to),
                );
                if balancer.keeps_client_address == Some(false) {
                    self.source = "the balancer".into();
                }
                return;
            }
            "balancer-address" => {
                self.hop(
                    "load-balancer",
                    format!("the load balancer{whose} listens on {to} and hands the packet to a node as it is"),
                    Some(to.clone()),
                );
                self.hop("node", "kube-proxy on that node knows the balancer's address: no node port is crossed".into(), Some(to.clone()));
                self.enter(&to);
                return;
            }
            "host-port" => {
                let node = with_port(&nth(For::Node, 0, self.subject.family()), self.port.port);
                self.hop(
                    "load-balancer",
                    format!("ServiceLB{whose} holds host port {} of the nodes: the client connects to a node", self.port.port),
                    Some(node.clone()),
                );
                self.enter(&node);
                return;
            }
            "cluster-ip" => {
                let cluster_ip = self.subject.cluster_ip.map_or_else(String::new, |ip| with_port(ip, self.port.port));
                self.hop(
                    "load-balancer",
                    format!("{}{whose}: the packet is led to the cluster IP", balancer.becomes),
                    Some(cluster_ip.clone()),
                );
                self.source = "the tunnel or proxy".into();
                self.proxy(&cluster_ip, "the node that it comes by");
                return;
            }
            _ => {}
        }
        let made = match balancer.provider.as_deref() {
            None => ", if something in the cluster makes one",
            Some("kind") => ", if cloud-provider-kind runs",
            _ => "",
        };
        self.hop("load-balancer", format!("the load balancer{whose} listens on {to}{made}"), Some(to));
        if balancer.keeps_client_address == Some(false) {
            self.source = "the balancer".into();
        }
        let allocates = self.spec().and_then(|spec| spec.allocate_load_balancer_node_ports) != Some(false);
        if allocates {
            let or = if balancer.provider.is_none() { " (or straight to the pods, where the provider can)" } else { "" };
            self.hop("node", format!("it sends to a node, to {told_port}{or}"), Some(to_node.to_owned()));
        }
        self.enter(to_node);
    }

    fn balancer(&self) -> Option<String> {
        let status = self.subject.object.service()?.status.as_ref()?.load_balancer.as_ref()?;
        status.ingress.as_ref()?.iter().find_map(|ingress| ingress.ip.clone().or_else(|| ingress.hostname.clone()))
    }

    /// From a node's port to an endpoint.
    fn enter(&mut self, to: &str) {
        let local = self.spec().and_then(|spec| spec.external_traffic_policy.as_deref()) == Some("Local");
        if local {
            let most =
                odds(self.targets).map_or_else(String::new, |n| format!("; {n} pod{} serve at most {n} node{}", plural(n), plural(n)));
            let health = if self.subject.balancer.is_some_and(|balancer| balancer.sends_to != "nowhere") {
                ", and fails the balancer's health check (healthCheckNodePort)"
            } else {
                ""
            };
            self.hop(
                "node",
                format!(
                    "externalTrafficPolicy Local: this node uses its own pods only, no second hop; a node without a ready one drops the packet (a time-out){health}{most}"
                ),
                None,
            );
        }
        self.proxy(to, ENTERED);
        if !local && !self.targets.is_empty() {
            self.source = nth(For::Node, 0, self.subject.family());
            let destination = self.targets.first().map(|target| with_port(&self.address_of(target), target.port));
            self.hop(
                "node",
                "externalTrafficPolicy Cluster: the node puts its own address in place of the client's (SNAT, masquerade), so that the answer comes back through it".into(),
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
            _ if own => "one of that node's own endpoints, at random for each connection (no round robin)".to_owned(),
            Some(1) => "the only endpoint".to_owned(),
            Some(n) => format!("one of {n} endpoints, at random for each connection (1/{n} each, no round robin)"),
            None => "one endpoint, at random for each connection (no round robin)".to_owned(),
        };
        let mut what = format!("kube-proxy's rules on {whose} send {to} on to {choice}");
        if spec.and_then(|spec| spec.session_affinity.as_deref()) == Some("ClientIP") {
            let seconds =
                spec.and_then(|spec| spec.session_affinity_config.as_ref()?.client_ip.as_ref()?.timeout_seconds).unwrap_or(10_800);
            what += &format!(
                "; sessionAffinity ClientIP: the same source address gets the same endpoint of this Service until {seconds} s pass without a connection (clients behind one SNAT count as one)"
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
        let seen = match self.targets.first() {
            Some(target) if target.port != self.port.port => {
                format!("; policies see the pod's port, {}, never the Service's {}", target.port, self.port.port)
            }
            _ => String::new(),
        };
        let what = match path.verdict {
            Verdict::Unknown if path.why.is_some() => "whether a NetworkPolicy lets it pass the files don't say".into(),
            Verdict::Blocked => format!("dropped at {}: isolated by NetworkPolicy {names}, and no rule lets this in{seen}", ends(path)),
            Verdict::Partial => format!("for some of the pods dropped at {}: isolated by NetworkPolicy {names}", ends(path)),
            Verdict::Allowed if !names.is_empty() => format!("NetworkPolicy {names} lets it pass"),
            _ => return,
        };
        self.hop("policy", format!("{what} (where the network plugin enforces policies: flannel alone does not)"), None);
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
                    Ready::Probe => "traffic comes while its readiness probe passes",
                    Ready::Always => "traffic comes even when it is not ready (publishNotReadyAddresses)",
                    _ => "no readiness probe, so traffic comes as soon as its containers run",
                };
                format!("{} `{}`{container}, port {}; {ready}", pods.owner.kind(), pods.owner.name(), target.port)
            }
        };
        self.hop("pod", what, Some(destination));
    }

    fn address_of(&self, target: &Target<'_, '_, '_>) -> String {
        match &target.endpoint.backend {
            Backend::Address(address) => address.clone(),
            Backend::Pods(pods) => {
                let n = pods.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
                self.subject.scene.pod_ip(pods.made_from, n, self.subject.family())
            }
        }
    }
}

fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
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
