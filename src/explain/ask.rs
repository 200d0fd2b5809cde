//! The few questions that files can't answer and that decide a case, each with the command that answers it. Knows no cluster.

use super::environment;
use super::model::{Ask, Endpoint, Name, Service, Slice, Verdict};
use crate::kube::variables::prefix;

/// Questions that are asked of one Service: more nobody reads.
const FEW: usize = 4;

/// The questions for a Service, most likely first.
#[must_use]
pub fn questions(service: &Service, namespace: &str) -> Vec<Ask> {
    let mut asks = Asks { service, namespace, asks: Vec::new() };
    if service.type_ == "ExternalName" {
        asks.alias();
        return asks.asks;
    }
    let dead = service.paths.iter().all(|path| path.verdict == Verdict::NoEndpoints) && !service.paths.is_empty();
    let listed = service.endpoint_slices.iter().any(|slice| !slice.endpoints.is_empty());
    if !listed {
        asks.who_makes_the_pods();
    }
    if dead {
        return asks.asks;
    }
    if service.paths.iter().any(|path| path.verdict == Verdict::Blocked && !path.policies.is_empty()) {
        asks.policies();
    }
    match service.type_.as_str() {
        "LoadBalancer" if service.balancer.as_ref().is_none_or(|balancer| balancer.sends_to != "nowhere") => asks.balancer(),
        "LoadBalancer" | "NodePort" => asks.node_port(),
        _ => {}
    }
    if service.type_ == "ClusterIP" && service.fronts.is_empty() {
        asks.where_from();
    }
    asks.front();
    asks.listens();
    asks.readiness();
    if service.type_ == "NodePort" {
        asks.where_from();
    }
    asks.policies();
    asks.own_node();
    asks.own_resolver();
    asks.variable();
    asks.asks
}

/// The endpoints that take traffic.
fn live(service: &Service) -> impl Iterator<Item = (&Slice, &Endpoint)> {
    let all = service.endpoint_slices.iter().flat_map(|slice| slice.endpoints.iter().map(move |endpoint| (slice, endpoint)));
    all.filter(|(_, endpoint)| endpoint.serves())
}

struct Asks<'m> {
    service: &'m Service,
    namespace: &'m str,
    asks: Vec<Ask>,
}

impl Asks<'_> {
    fn ask(&mut self, question: impl Into<String>, command: String) {
        self.asks.push(Ask { question: question.into(), command });
    }

    fn alias(&mut self) {
        let run = format!("kubectl run ask --rm -it --restart=Never -n {} --image=busybox:1.36 --", self.namespace);
        match self.service.dns.first().and_then(Name::literal) {
            Some(address) => self.ask(
                format!("has {address} a name in DNS? Then externalName takes that; else it takes a Service without selector and an EndpointSlice that lists {address}"),
                format!("nslookup {address}"),
            ),
            None => self.ask(
                "does the other name resolve, and does its server accept this Service's name in the Host header and the TLS handshake?",
                format!("{run} nslookup {}", self.service.name),
            ),
        }
    }

    fn who_makes_the_pods(&mut self) {
        let namespace = self.namespace;
        let Some(selector) = &self.service.selector else {
            let slices = format!("kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={}", self.service.name);
            self.ask("does something in the cluster write its EndpointSlice?", slices);
            return;
        };
        let pairs: Vec<_> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let pods = format!("kubectl get pods -n {namespace} -l '{}' -o wide", pairs.join(","));
        self.ask("are there pods with these labels in the cluster, made by something that these files don't hold?", pods);
    }

    fn balancer(&mut self) {
        let name = &self.service.name;
        let known = self.service.balancer.as_ref().is_some_and(|balancer| balancer.provider.is_some());
        let watch = format!("kubectl describe service -n {} {name}", self.namespace);
        let local = self.service.balancer.as_ref().is_some_and(|balancer| balancer.health.contains("healthCheckNodePort"));
        if known {
            self.ask("has it got its address, or is EXTERNAL-IP <pending>? The events say why", watch);
        } else {
            self.ask(
                "who gives out load-balancer addresses here: a cloud controller, MetalLB, k3s, `minikube tunnel`? Without one EXTERNAL-IP stays <pending>",
                watch,
            );
        }
        if local {
            let command = format!(
                "kubectl get service -n {} {name} -o jsonpath='{{.spec.healthCheckNodePort}}'; curl http://NODE-ADDRESS:THAT-PORT/healthz",
                self.namespace
            );
            self.ask("may the balancer ask the nodes for their health (a firewall in between)?", command);
        }
    }

    fn node_port(&mut self) {
        let port =
            self.service.ports.iter().find_map(|port| port.node_port).map_or_else(|| "NODE-PORT".to_owned(), |port| port.to_string());
        self.ask(
            "may the client reach this port of the node (cloud firewall, security group, firewalld)? Where the nodes are containers (kind, k3d, minikube's Docker driver) it can't: use a tunnel or a port mapping",
            format!("nc -vz -w 3 NODE-ADDRESS {port}; on minikube: minikube service -n {} {} --url", self.namespace, self.service.name),
        );
    }

    fn where_from(&mut self) {
        let port = self.service.ports.first().map_or(0, |port| port.port);
        let (name, namespace) = (&self.service.name, self.namespace);
        let question = if self.service.type_ != "ClusterIP" {
            "where does the client run? The name works in pods only, not on a node or a laptop: from there use a node's address and the node port"
        } else if self.service.headless {
            "where does the client run? The name works in the cluster's pods only, not on a laptop and not on a node"
        } else if self.service.selector.is_none() {
            "where does the client run? Outside of pods and nodes it takes a NodePort, a LoadBalancer or an Ingress; `kubectl port-forward` needs a selector"
        } else {
            "where does the client run? Outside of pods and nodes it takes a NodePort, a LoadBalancer, an Ingress or, for a trial, `kubectl port-forward`"
        };
        // `kubectl port-forward` looks for a pod by the selector.
        let command = match self.service.selector {
            Some(_) => format!(
                "kubectl port-forward -n {namespace} service/{name} 8080:{port}   # to the target port of one pod that kubectl picks, past the cluster IP"
            ),
            None => format!("kubectl run ask --rm -it --restart=Never -n {namespace} --image=busybox:1.36 -- nc -vz -w 3 {name} {port}"),
        };
        self.ask(question, command);
    }

    fn front(&mut self) {
        let Some(front) = self.service.fronts.iter().find(|front| front.broken.is_none()) else { return };
        let host = front.hosts.first().map_or("HOST", String::as_str).to_owned();
        let namespace = front.namespace.as_deref().unwrap_or(self.namespace);
        let kind = front.kind.to_lowercase();
        let question = format!("does {host} lead to the controller's address, and has a controller taken up this {}?", front.kind);
        let command =
            format!("kubectl get {kind} -n {namespace} {} -o wide; curl -v --connect-to ::CONTROLLER-ADDRESS: http://{host}/", front.name);
        self.ask(question, command);
    }

    fn listens(&mut self) {
        let Some((slice, endpoint)) = live(self.service).next() else { return };
        let Some(port) = slice.ports.iter().find_map(|port| port.port) else { return };
        let namespace = self.namespace;
        let Some((kind, workload)) = endpoint.kind.as_ref().zip(endpoint.name.as_ref()) else {
            let address = endpoint.address.clone().unwrap_or_default();
            self.ask(
                format!("does something listen on {port} at {address}, and may the nodes reach it?"),
                format!("kubectl run ask --rm -it --restart=Never -n {namespace} --image=busybox:1.36 -- nc -vz -w 3 {address} {port}"),
            );
            return;
        };
        let program = endpoint.image.as_ref().map_or_else(|| "the program".to_owned(), |image| format!("the program of image {image}"));
        let container = endpoint.container.as_ref().map_or_else(String::new, |container| format!(" -c {container}"));
        let udp = slice.ports.first().is_some_and(|port| port.protocol == "UDP");
        self.ask(
            format!("does {program} really listen on {port}, on 0.0.0.0 and not on 127.0.0.1 alone? Nothing in these files can tell"),
            format!(
                "kubectl exec -n {namespace} {}/{workload}{container} -- netstat -l{}n",
                kind.to_lowercase(),
                if udp { "u" } else { "t" }
            ),
        );
    }

    fn readiness(&mut self) {
        if live(self.service).any(|(_, endpoint)| endpoint.ready == "probe") {
            let command = format!(
                "kubectl get endpointslices -n {} -l kubernetes.io/service-name={} -o yaml | grep -A3 conditions",
                self.namespace, self.service.name
            );
            self.ask("does the readiness probe pass? Pods that fail it are no endpoints", command);
        }
    }

    fn policies(&mut self) {
        let asked = self.asks.iter().any(|ask| ask.question.contains("NetworkPolicies"));
        if !asked && self.service.paths.iter().any(|path| !path.policies.is_empty()) {
            self.ask(
                "does the network plugin enforce NetworkPolicies at all? Flannel alone does not, Calico and Cilium do",
                "kubectl get daemonsets -n kube-system".into(),
            );
        }
    }

    fn own_node(&mut self) {
        let many = live(self.service).count() > 1 || live(self.service).any(|(_, it)| it.replicas.is_none_or(|replicas| replicas > 1));
        let through_nodes = matches!(self.service.type_.as_str(), "NodePort" | "LoadBalancer");
        let pods = live(self.service).any(|(_, endpoint)| endpoint.kind.is_some());
        if self.asks.len() < FEW && pods && (many || through_nodes) {
            self.ask(
                "does it work on the pod's own node only? Then it is the pod network between nodes (VXLAN, security groups), not the Service",
                format!("kubectl get pods -n {} -o wide   # then call each from a pod on another node", self.namespace),
            );
        }
    }

    fn own_resolver(&mut self) {
        let Some(caller) = self.service.callers.first() else { return };
        let mut parts = caller.workload.split('/');
        let (namespace, kind, name) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.ask(
            format!("{kind} {name} is told to call it: does its program resolve names by the pod's resolver? One with a resolver of its own (nginx `resolver`, Docker's 127.0.0.11 in the image) does not find Services"),
            format!("kubectl exec -n {namespace} {}/{name} -- cat /etc/resolv.conf", kind.to_lowercase()),
        );
    }

    fn variable(&mut self) {
        let Some((ip, port)) = self.service.cluster_ips.first().zip(self.service.ports.first()) else { return };
        // It is seldom the cause, and more than three questions are asked of a hard case only.
        if self.asks.len() + 1 >= FEW {
            return;
        }
        let variable = format!("{}_PORT", prefix(&self.service.name));
        let value = environment::url(&ip.address, port);
        self.ask(
            format!(
                "does a program here read {variable} as its own setting? Pods get {variable}={value}: rename the Service, or set enableServiceLinks: false in the pod"
            ),
            format!("kubectl exec -n {} POD -- env | grep ^{variable}", self.namespace),
        );
    }
}
