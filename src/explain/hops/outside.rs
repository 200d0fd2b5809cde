//! The steps from a client outside to a node or a pod. Knows no client of the cluster.

use super::{Way, odds};
use crate::explain::addresses::{self, For, nth, with_port};

/// Whose kube-proxy decides for what comes from outside.
pub(super) const ENTERED: &str = "the node that got the packet";

impl Way<'_, '_, '_, '_> {
    pub(super) fn outside(&mut self, client: String, turned_away: Option<&str>) {
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
        self.hop("load-balancer", format!("the load balancer{whose} listens{made}"), Some(to));
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
                "externalTrafficPolicy Cluster: the node puts its own address in place of the client's (SNAT, masquerade), to get the answer".into(),
                destination,
            );
        }
    }
}

fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}
