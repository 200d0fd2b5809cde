//! The ways of all Services as one graph: what mermaid and dot draw. Knows no syntax.

use std::collections::{HashMap, HashSet};

use crate::explain::model::{Endpoint, Front, Hop, Path, Service, Verdict};

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Where traffic starts.
    Start,
    /// What passes requests on: a load balancer, an Ingress, a route.
    Front,
    /// A DNS name.
    Name,
    /// An address with its port.
    Address,
    /// kube-proxy's decision.
    Rule,
    /// NetworkPolicies.
    Policy,
    /// Those who answer.
    Pods,
    /// What the client sees where nobody answers.
    Nobody,
}

/// Something on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands for.
    pub shape: Shape,
    /// Its lines, most telling first, as they stand in the files.
    pub lines: Vec<String>,
    /// The Service it belongs to; none for what several share.
    pub group: Option<usize>,
}

/// What becomes of traffic along an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It goes on.
    Flows,
    /// It goes on to some of them.
    Partly,
    /// It stops.
    Stops,
    /// The files don't say.
    Unknown,
}

/// A step from one node to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// A node's place.
    pub from: usize,
    /// Another's.
    pub to: usize,
    /// What becomes of the traffic.
    pub fate: Fate,
}

/// The whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The Services' titles.
    pub groups: Vec<String>,
    /// The nodes, in the order in which they are met.
    pub nodes: Vec<Node>,
    /// The edges, each once.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// Draws Services.
    #[must_use]
    pub fn of(services: &[Service]) -> Self {
        let mut drawing = Drawing::default();
        for service in services {
            let group = drawing.graph.groups.len();
            drawing.graph.groups.push(title(service));
            for path in &service.paths {
                drawing.path(group, service, path);
            }
            if service.paths.is_empty() {
                drawing.node(Shape::Name, Some(group), &[&dns_name(service)]);
            }
        }
        drawing.graph
    }
}

#[derive(Default)]
struct Drawing {
    graph: Graph,
    nodes: HashMap<(Option<usize>, Vec<String>), usize>,
    edges: HashSet<Edge>,
}

impl Drawing {
    fn node(&mut self, shape: Shape, group: Option<usize>, lines: &[&str]) -> usize {
        let lines: Vec<String> = lines.iter().filter(|line| !line.is_empty()).map(|line| (*line).to_owned()).collect();
        let nodes = &mut self.graph.nodes;
        *self.nodes.entry((group, lines.clone())).or_insert_with(|| {
            nodes.push(Node { shape, lines, group });
            nodes.len() - 1
        })
    }

    fn edge(&mut self, from: usize, to: usize, fate: Fate) {
        let edge = Edge { from, to, fate };
        if from != to && self.edges.insert(edge) {
            self.graph.edges.push(edge);
        }
    }

    fn step(&mut self, at: &mut Vec<usize>, to: &[usize], fate: Fate) {
        for from in at.iter() {
            for to in to {
                self.edge(*from, *to, fate);
            }
        }
        *at = to.to_vec();
    }

    fn path(&mut self, group: usize, service: &Service, path: &Path) {
        let own = Some(group);
        let mut at = vec![self.node(Shape::Start, None, &[&start(&path.from)])];
        let (mut decided, mut stopped) = (false, false);
        for hop in &path.hops {
            match hop.at {
                "dns" if path.from == "node" || path.from.starts_with("outside") => {}
                "dns" => {
                    let name = self.node(Shape::Name, own, &[&dns_name(service)]);
                    self.step(&mut at, &[name], Fate::Flows);
                }
                "load-balancer" => {
                    let balancer = self.node(Shape::Front, own, &["load balancer", destination(hop)]);
                    self.step(&mut at, &[balancer], Fate::Flows);
                }
                "ingress" | "gateway" => {
                    let fronts: Vec<usize> = fronts_to(service, path).map(|front| self.front(front)).collect();
                    self.step(&mut at, &fronts, Fate::Flows);
                }
                "node" if !decided && hop.destination.is_some() && !service.headless => {
                    let allotted = if destination(hop).ends_with('>') { format!("for port {}", path.port.port) } else { String::new() };
                    let node = self.node(Shape::Address, own, &["any node", destination(hop), &allotted]);
                    self.step(&mut at, &[node], Fate::Flows);
                }
                "proxy" if !path.hops.iter().any(|hop| matches!(hop.at, "ingress" | "gateway")) => {
                    let inside = !path.hops.iter().any(|hop| matches!(hop.at, "load-balancer" | "node") && hop.destination.is_some())
                        || !path.from.starts_with("outside");
                    if let Some(ip) = service.cluster_ips.first().filter(|_| inside && !decided) {
                        let address = self.node(Shape::Address, own, &["cluster IP", &with_port(&ip.address, path.port.port)]);
                        self.step(&mut at, &[address], Fate::Flows);
                    }
                    decided = true;
                    let rule = self.node(Shape::Rule, own, &["kube-proxy", &rule(service, path)]);
                    self.step(&mut at, &[rule], Fate::Flows);
                }
                "policy" => {
                    stopped = path.verdict == Verdict::Blocked;
                    let policy = self.node(Shape::Policy, own, &["NetworkPolicy", &path.policies.join(", ")]);
                    self.step(&mut at, &[policy], Fate::Flows);
                }
                _ => {}
            }
        }
        self.end(group, service, path, &mut at, stopped);
    }

    fn front(&mut self, front: &Front) -> usize {
        let name = in_namespace(front.namespace.as_deref(), &front.name);
        self.node(Shape::Front, None, &[&format!("{} {name}", front.kind), &front.hosts.join(", ")])
    }

    fn end(&mut self, group: usize, service: &Service, path: &Path, at: &mut Vec<usize>, stopped: bool) {
        let fate = match path.verdict {
            Verdict::Allowed => Fate::Flows,
            Verdict::Partial => Fate::Partly,
            Verdict::Blocked | Verdict::NoEndpoints => Fate::Stops,
            Verdict::Unknown => Fate::Unknown,
        };
        if service.type_ == "ExternalName" {
            let target = service.dns.first().map(|name| name.answer.clone()).unwrap_or_default();
            let target = self.node(Shape::Address, None, &["another name", &target]);
            return self.step(at, &[target], Fate::Unknown);
        }
        let targets = targets(service, path);
        if targets.is_empty() || path.verdict == Verdict::Blocked && !stopped {
            let sees = if fate == Fate::Unknown {
                "pods that these files don't show".to_owned()
            } else {
                path.client_sees.split(": ").next().unwrap_or_default().replace('`', "")
            };
            let nobody = self.node(Shape::Nobody, Some(group), &[&sees]);
            return self.step(at, &[nobody], fate);
        }
        let pods: Vec<usize> = targets
            .iter()
            .map(|(endpoint, port)| {
                let (who, how_many) = answerer(endpoint);
                self.node(Shape::Pods, None, &[&who, &how_many, &port.map_or_else(String::new, |port| format!("port {port}"))])
            })
            .collect();
        self.step(at, &pods, fate);
    }
}

/// `Service shop/web, NodePort`
#[must_use]
pub fn title(service: &Service) -> String {
    let type_ = if service.headless { "headless" } else { &service.type_ };
    format!("Service {}, {type_}", in_namespace(service.namespace.as_deref(), &service.name))
}

/// `shop/web`, or `web` where no namespace is written.
#[must_use]
pub fn in_namespace(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"))
}

/// A start in words.
#[must_use]
pub fn start(from: &str) -> String {
    match from {
        "pod" => "a pod".to_owned(),
        "node" => "a node".to_owned(),
        "outside" => "a client outside".to_owned(),
        other => match other.strip_prefix("outside/") {
            Some(address) => format!("{address} outside"),
            None => other.to_owned(),
        },
    }
}

/// The endpoints that a path's port leads to, each with the port there.
#[must_use]
pub fn targets<'s>(service: &'s Service, path: &Path) -> Vec<(&'s Endpoint, Option<i32>)> {
    let name = path.port.name.as_deref().unwrap_or_default();
    let family = service.endpoint_slices.iter().map(|slice| slice.address_type.as_str()).find(|family| *family != "FQDN");
    let slices = service.endpoint_slices.iter().filter(|slice| Some(slice.address_type.as_str()) == family);
    slices
        .flat_map(|slice| {
            let joined = slice.ports.iter().find(|port| port.name == name && port.protocol == path.port.protocol);
            let serving = slice.endpoints.iter().filter(|endpoint| endpoint.ready != "not-ready" && endpoint.replicas != Some(0));
            joined.into_iter().flat_map(move |port| serving.clone().map(move |endpoint| (endpoint, port.port)))
        })
        .collect()
}

/// What leads requests to a path's port.
fn fronts_to<'s>(service: &'s Service, path: &Path) -> impl Iterator<Item = &'s Front> {
    let port = path.port.port;
    service.fronts.iter().filter(move |front| front.broken.is_none() && front.leads_to.is_none_or(|leads_to| leads_to == port))
}

/// Who answers, and how many of them.
#[must_use]
pub fn answerer(endpoint: &Endpoint) -> (String, String) {
    if let Some(address) = &endpoint.address {
        return (address.clone(), "written by hand".into());
    }
    let name = in_namespace(endpoint.namespace.as_deref(), endpoint.name.as_deref().unwrap_or_default());
    let how_many = match endpoint.replicas {
        None => "one pod a node".to_owned(),
        Some(1) => "1 pod".to_owned(),
        Some(n) => format!("{n} pods"),
    };
    (format!("{} {name}", endpoint.kind.as_deref().unwrap_or_default()), how_many)
}

fn rule(service: &Service, path: &Path) -> String {
    let count = targets(service, path).iter().try_fold(0_u32, |sum, (endpoint, _)| Some(sum.saturating_add(endpoint.replicas?)));
    let choice = match count {
        Some(0) if path.verdict == Verdict::Unknown => "to one of them",
        Some(0) => "rejects",
        Some(1) => "to the only one",
        Some(n) => &format!("one of {n} at random"),
        None => "one at random",
    };
    format!("{}/{}: {choice}", path.port.port, path.port.protocol)
}

fn dns_name(service: &Service) -> String {
    service.dns.first().map_or_else(|| service.name.clone(), |name| name.name.clone())
}

fn destination(hop: &Hop) -> &str {
    hop.destination.as_deref().unwrap_or_default()
}

fn with_port(address: &str, port: i32) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
