//! The ways to a Service: paths hop by hop, and what stands before it. Knows no pod.

use serde::Serialize;

/// The way from a start to a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Path {
    /// `pod`, `node`, `outside`, `outside/ADDRESS`, `NS/KIND/NAME`.
    pub from: String,
    /// The Service's port.
    pub port: PathPort,
    /// What becomes of a connection.
    pub verdict: Verdict,
    /// Allowed: the policies with a rule for it; blocked: those that isolate the blocking end.
    pub policies: Vec<String>,
    /// `egress`, `ingress` (NetworkPolicies), `address` (none leads there), `source-ranges` (of the load balancer).
    pub blocked_at: Vec<&'static str>,
    /// The hops in order.
    pub hops: Vec<Hop>,
    /// Whether the pod sees the client's address; none where it depends.
    pub client_address_kept: Option<bool>,
    /// `answered`, or what the client sees instead.
    pub client_sees: String,
    /// Why, where it is not answered for certain.
    pub why: Option<String>,
}

/// A port of a Service, as a path names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PathPort {
    /// Its name.
    pub name: Option<String>,
    /// Its number.
    pub port: i32,
    /// Its protocol.
    pub protocol: String,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It reaches a pod.
    Allowed,
    /// It stops on the way.
    Blocked,
    /// Some endpoints answer, others don't.
    Partial,
    /// The files don't say.
    #[default]
    Unknown,
    /// Nobody is there to answer.
    NoEndpoints,
}

impl Verdict {
    /// As the contract writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
            Self::NoEndpoints => "no-endpoints",
        }
    }
}

/// One step of the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// `dns`, `load-balancer`, `ingress`, `node`, `proxy`, `policy`, `pod`.
    pub at: &'static str,
    /// What happens there.
    pub what: String,
    /// The packet's source when it leaves.
    pub source: Option<String>,
    /// The packet's destination when it leaves.
    pub destination: Option<String>,
}

/// An Ingress or a route that sends to a Service: a way in from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Front {
    /// `Ingress`, `HTTPRoute` …
    pub kind: String,
    /// As written.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The host names that it takes; empty where it takes all.
    pub hosts: Vec<String>,
    /// The paths, or what else of a request it looks at; empty where it takes all.
    pub paths: Vec<String>,
    /// The port of the Service that it names.
    pub port: Option<String>,
    /// The Service's port that this is; none where it has no such port.
    pub leads_to: Option<i32>,
    /// Who carries the traffic: a class, a Gateway and its listener.
    pub through: String,
    /// Why nothing comes this way, where that is certain.
    pub broken: Option<String>,
}

/// What becomes of a `type: LoadBalancer`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Balancer {
    /// Whose, as `--provider` names it; none where nothing tells.
    pub provider: Option<String>,
    /// How that is known, where the provider was not given.
    pub known_by: Option<String>,
    /// What it becomes.
    pub becomes: String,
    /// What EXTERNAL-IP shows.
    pub address: String,
    /// When EXTERNAL-IP stays `<pending>`.
    pub pending: Option<String>,
    /// Where it sends: `node-port`, `balancer-address`, `host-port`, `pod`, `cluster-ip`,
    /// `nowhere`, `unknown`.
    pub sends_to: &'static str,
    /// The same in words.
    pub targets: String,
    /// Whom it asks whether a node can take traffic.
    pub health: String,
    /// Which address the pod sees.
    pub source: String,
    /// Whether the balancer itself leaves the client's address as it is; none where that depends.
    pub keeps_client_address: Option<bool>,
}

/// How connections from outside spread, for the pods per node that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// `Local` or `Cluster`.
    pub policy: String,
    /// The nodes in the order given.
    pub nodes: Vec<NodeShare>,
    /// What is assumed, and what follows.
    pub says: String,
}

/// A node's part of the connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeShare {
    /// Its pods.
    pub pods: u32,
    /// Of all connections, as `50 %`.
    pub share: String,
    /// Of each of its pods.
    pub each_pod: String,
    /// Whether load balancers may send to it.
    pub healthy: bool,
}
