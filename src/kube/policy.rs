//! What NetworkPolicies say of a connection: allowed, blocked, or not to be known from files. Knows no Service.
//!
//! Three values all the way: a namespace without an object may have more labels, a block of addresses may or may not take
//! pods, and a pod on its node's network is undefined.

use std::collections::HashMap;
use std::net::IpAddr;

use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::admission::ip::Cidr;
use super::object::{Labels, Object};
use super::pod_spec::PodSpec;
use super::ports::{self, Role};
use super::{Typed, World, labels};

/// The label that the API server puts on every namespace (1.22 and later).
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub enum End<'p> {
    /// A pod.
    Pod(Pod<'p>),
    /// Some pod of this namespace, its labels not known.
    AnyPod(&'p str),
    /// A node.
    Node,
    /// An address that is no pod's.
    Address(IpAddr),
}

/// A pod, as far as policies look at it.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'p> {
    /// Its namespace.
    pub namespace: &'p str,
    /// Its labels.
    pub labels: &'p Labels,
    /// Its spec.
    pub spec: &'p PodSpec,
}

/// The end at which a policy acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// At the client.
    Egress,
    /// At the endpoint.
    Ingress,
}

impl Direction {
    /// `egress`, `ingress`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Egress => "egress",
            Self::Ingress => "ingress",
        }
    }
}

/// Why files can't say whether a policy lets a connection pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A block of addresses against a pod: network plugins differ.
    BlockAgainstPod,
    /// A namespace's labels are not in the files.
    NamespaceLabels,
    /// The pod's own labels are not given.
    PodLabels,
    /// A pod on its node's network is undefined.
    HostNetwork,
    /// A node's traffic: its own pods always take it, others may not.
    Node,
    /// A port's name that only a sidecar declares.
    SidecarPort,
}

/// What policies say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It passes. The policies have a rule for it; none where no end is isolated.
    Allowed(Vec<String>),
    /// It does not: these policies isolate the blocking ends.
    Blocked(Vec<String>, Vec<Direction>),
    /// The files don't say.
    Unknown(Vec<Doubt>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Maybe(Doubt),
}

impl Truth {
    fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Maybe(doubt) => {
                if other() == Self::No {
                    Self::No
                } else {
                    Self::Maybe(doubt)
                }
            }
        }
    }

    fn any(all: impl Iterator<Item = Self>) -> Self {
        let mut found = Self::No;
        for truth in all {
            match truth {
                Self::Yes => return Self::Yes,
                Self::Maybe(doubt) => found = Self::Maybe(doubt),
                Self::No => {}
            }
        }
        found
    }
}

/// All policies of the files by namespace, and the namespaces' labels.
#[derive(Debug, Default)]
pub struct Policies<'w> {
    by_namespace: HashMap<&'w str, Local<'w>>,
    namespaces: HashMap<&'w str, Option<&'w Labels>>,
}

/// The policies of one namespace, in the order of the files.
#[derive(Debug, Default)]
struct Local<'w> {
    all: Vec<(&'w str, &'w NetworkPolicy)>,
    /// Those that take only pods with this label, by their place among all.
    by_label: HashMap<(&'w str, &'w str), Vec<usize>>,
    /// The others.
    wide: Vec<usize>,
}

impl<'w> Local<'w> {
    fn add(&mut self, name: &'w str, policy: &'w NetworkPolicy) {
        let at = self.all.len();
        self.all.push((name, policy));
        let selector = policy.spec.as_ref().and_then(|spec| spec.pod_selector.as_ref());
        match selector.and_then(|selector| selector.match_labels.as_ref()).and_then(|pairs| pairs.first_key_value()) {
            Some((key, value)) => self.by_label.entry((key, value)).or_default().push(at),
            None => self.wide.push(at),
        }
    }

    /// Those that may take a pod with these labels, in their order.
    fn about(&self, labels: &Labels) -> Vec<(&'w str, &'w NetworkPolicy)> {
        let labelled = labels.iter().filter_map(|(key, value)| self.by_label.get(&(key.as_str(), value.as_str())));
        let mut places: Vec<usize> = labelled.flatten().chain(&self.wide).copied().collect();
        places.sort_unstable();
        places.into_iter().filter_map(|at| self.all.get(at).copied()).collect()
    }
}

/// The other end of a connection, with what both ends agree on.
struct Call<'p> {
    other: End<'p>,
    destination: End<'p>,
    port: i32,
    protocol: &'p str,
}

impl<'w> Policies<'w> {
    /// Gathers them.
    #[must_use]
    pub fn new(world: &'w World<'_>) -> Self {
        let mut policies = Self::default();
        for object in world.objects().iter().filter(|object| !world.kustomize.is_patch(object.span.file)) {
            policies.add(object, world.namespace(object));
        }
        policies
    }

    /// Takes up a policy as one of this namespace, or a namespace's labels; passes over anything else.
    pub fn add(&mut self, object: &'w Object<'_>, namespace: &'w str) {
        match &object.typed {
            Some(Typed::NetworkPolicy(policy)) => self.by_namespace.entry(namespace).or_default().add(object.name(), policy),
            Some(Typed::Namespace(namespace)) => {
                self.namespaces.insert(object.name(), namespace.metadata.labels.as_ref());
            }
            _ => {}
        }
    }

    /// Whether there are none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_namespace.is_empty()
    }

    /// The policies that isolate a pod in a direction, as `namespace/name`.
    #[must_use]
    pub fn isolating(&self, pod: Pod<'_>, direction: Direction) -> Vec<String> {
        self.of(pod, direction).map(|(name, _)| format!("{}/{name}", pod.namespace)).collect()
    }

    fn of<'a>(&'a self, pod: Pod<'a>, direction: Direction) -> impl Iterator<Item = (&'a str, &'a NetworkPolicy)> {
        let local = self.by_namespace.get(pod.namespace);
        local.map(|local| local.about(pod.labels)).unwrap_or_default().into_iter().filter(move |(_, policy)| {
            let Some(spec) = &policy.spec else { return direction == Direction::Ingress };
            let selected = spec.pod_selector.as_ref().is_none_or(|selector| labels::selects(selector, Some(pod.labels)));
            selected && is_in_effect(spec, direction)
        })
    }

    /// Whether a connection passes, at the pod's port and after any translation.
    #[must_use]
    pub fn judge(&self, from: End<'_>, to: End<'_>, port: i32, protocol: &str) -> Answer {
        let (mut by, mut blocked, mut ends, mut doubts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (subject, other, direction) in [(from, to, Direction::Egress), (to, from, Direction::Ingress)] {
            let End::Pod(pod) = subject else { continue };
            let call = Call { other, destination: to, port, protocol };
            let isolating = self.isolating(pod, direction);
            if isolating.is_empty() {
                continue;
            }
            if pod.spec.host_network == Some(true) {
                doubts.push(Doubt::HostNetwork);
                continue;
            }
            if let (End::Node, Direction::Ingress) = (other, direction) {
                doubts.push(Doubt::Node);
                continue;
            }
            let mut allowing = Vec::new();
            let mut doubt = None;
            for (name, policy) in self.of(pod, direction) {
                match self.lets(policy, pod.namespace, direction, &call) {
                    Truth::Yes => allowing.push(format!("{}/{name}", pod.namespace)),
                    Truth::Maybe(why) => doubt = Some(why),
                    Truth::No => {}
                }
            }
            match (allowing.is_empty(), doubt) {
                (false, _) => by.append(&mut allowing),
                (true, Some(why)) => doubts.push(why),
                (true, None) => {
                    blocked.extend(isolating);
                    ends.push(direction);
                }
            }
        }
        if !ends.is_empty() {
            Answer::Blocked(sorted(blocked), ends)
        } else if !doubts.is_empty() {
            Answer::Unknown(sorted(doubts))
        } else {
            Answer::Allowed(sorted(by))
        }
    }

    fn lets(&self, policy: &NetworkPolicy, namespace: &str, direction: Direction, call: &Call<'_>) -> Truth {
        let Some(spec) = &policy.spec else { return Truth::No };
        match direction {
            Direction::Ingress => Truth::any(
                spec.ingress.iter().flatten().map(|rule| self.rule(rule.from.as_deref(), rule.ports.as_deref(), namespace, call)),
            ),
            Direction::Egress => {
                Truth::any(spec.egress.iter().flatten().map(|rule| self.rule(rule.to.as_deref(), rule.ports.as_deref(), namespace, call)))
            }
        }
    }

    fn rule(&self, peers: Option<&[NetworkPolicyPeer]>, ports: Option<&[NetworkPolicyPort]>, namespace: &str, call: &Call<'_>) -> Truth {
        let peers = peers.unwrap_or_default();
        let ports = ports.unwrap_or_default();
        let port = || if ports.is_empty() { Truth::Yes } else { Truth::any(ports.iter().map(|port| takes(port, call))) };
        let peer = if peers.is_empty() { Truth::Yes } else { Truth::any(peers.iter().map(|peer| self.is(peer, namespace, call.other))) };
        peer.and(port)
    }

    /// Whether an end is among a peer's.
    fn is(&self, peer: &NetworkPolicyPeer, own: &str, end: End<'_>) -> Truth {
        if let Some(block) = &peer.ip_block {
            return match end {
                End::Address(address) => Truth::of(holds(block, address)),
                End::Node => Truth::Maybe(Doubt::Node),
                End::Pod(_) | End::AnyPod(_) => Truth::Maybe(Doubt::BlockAgainstPod),
            };
        }
        let (namespace, pod) = match end {
            End::Pod(pod) => (pod.namespace, Some(pod)),
            End::AnyPod(namespace) => (namespace, None),
            End::Node | End::Address(_) => return Truth::No,
        };
        let at_home = match &peer.namespace_selector {
            None => Truth::of(namespace == own),
            Some(selector) => self.namespace_is(selector, namespace),
        };
        let chosen = at_home.and(|| match (&peer.pod_selector, pod) {
            (None, _) => Truth::Yes,
            (Some(selector), Some(pod)) => Truth::of(labels::selects(selector, Some(pod.labels))),
            (Some(selector), None) => {
                if is_empty(selector) {
                    Truth::Yes
                } else {
                    Truth::Maybe(Doubt::PodLabels)
                }
            }
        });
        // Most plugins see such a pod as its node, which no selector takes.
        let on_host = pod.is_some_and(|pod| pod.spec.host_network == Some(true));
        if on_host && chosen != Truth::No { Truth::Maybe(Doubt::HostNetwork) } else { chosen }
    }

    fn namespace_is(&self, selector: &LabelSelector, namespace: &str) -> Truth {
        let object = self.namespaces.get(namespace);
        let mut known = object.copied().flatten().cloned().unwrap_or_default();
        known.insert(NAMESPACE_NAME.to_owned(), namespace.to_owned());
        let sure = |key: &str| object.is_some() || key == NAMESPACE_NAME;
        let pairs = selector.match_labels.iter().flatten();
        let pairs = pairs.map(|(key, value)| match known.get(key) {
            Some(written) => Truth::of(written == value),
            None if sure(key) => Truth::No,
            None => Truth::Maybe(Doubt::NamespaceLabels),
        });
        let expressions = selector.match_expressions.iter().flatten().map(|expression| {
            if !sure(&expression.key) {
                return Truth::Maybe(Doubt::NamespaceLabels);
            }
            let alone = LabelSelector { match_expressions: Some(vec![expression.clone()]), match_labels: None };
            Truth::of(labels::selects(&alone, Some(&known)))
        });
        pairs.chain(expressions).fold(Truth::Yes, |all, one| all.and(|| one))
    }
}

/// Whether a policy isolates its pods in a direction.
#[must_use]
pub fn is_in_effect(spec: &NetworkPolicySpec, direction: Direction) -> bool {
    let types = spec.policy_types.as_deref().unwrap_or_default();
    let egress = spec.egress.as_ref().is_some_and(|rules| !rules.is_empty());
    match direction {
        Direction::Ingress => types.is_empty() || types.iter().any(|written| written == "Ingress"),
        Direction::Egress => types.is_empty() && egress || types.iter().any(|written| written == "Egress"),
    }
}

/// Whether the ports of a rule may take this port of such pods.
#[must_use]
pub fn may_take(ports: &[NetworkPolicyPort], spec: &PodSpec, port: i32, protocol: &str) -> bool {
    let labels = Labels::new();
    let destination = End::Pod(Pod { namespace: "", labels: &labels, spec });
    let call = Call { other: End::Node, destination, port, protocol };
    ports.is_empty() || ports.iter().any(|port| takes(port, &call) != Truth::No)
}

/// Whether a port of a rule takes the destination's: always the pod's port, never the Service's.
fn takes(port: &NetworkPolicyPort, call: &Call<'_>) -> Truth {
    if ports::protocol(port.protocol.as_deref()) != call.protocol {
        return Truth::No;
    }
    match &port.port {
        None => Truth::Yes,
        Some(IntOrString::Int(first)) => Truth::of((*first..=port.end_port.unwrap_or(*first)).contains(&call.port)),
        Some(IntOrString::String(name)) => {
            let End::Pod(pod) = call.destination else { return Truth::No };
            let declares = |role: Role| {
                ports::declared(pod.spec).any(|(placed, _, declared)| {
                    placed.role == role
                        && declared.name.as_ref() == Some(name)
                        && declared.container_port == call.port
                        && ports::protocol(declared.protocol.as_deref()) == call.protocol
                })
            };
            match (declares(Role::Main), declares(Role::Sidecar)) {
                (true, _) => Truth::Yes,
                (false, true) => Truth::Maybe(Doubt::SidecarPort),
                (false, false) => Truth::No,
            }
        }
    }
}

fn holds(block: &IPBlock, address: IpAddr) -> bool {
    let within = |cidr: &String| {
        // Some clusters still hold blocks with bits beyond the prefix: they stand for their network.
        Cidr::parse_sloppy(cidr).is_some_and(|cidr| cidr.contains(address))
    };
    within(&block.cidr) && !block.except.iter().flatten().any(within)
}

fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(|labels| labels.is_empty())
        && selector.match_expressions.as_ref().is_none_or(|expressions| expressions.is_empty())
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort();
    all.dedup();
    all
}
