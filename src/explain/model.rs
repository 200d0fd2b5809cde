//! What is said of a Service, as every view and `-o json` tell it. Knows nothing of how it was found out.

use std::collections::BTreeMap;

use serde::Serialize;

/// The contract of `explain -o json`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Of the contract.
    pub version: u32,
    /// Of the cluster it is told for: `1.36`.
    pub kubernetes_version: String,
    /// In the order of files and documents.
    pub services: Vec<Service>,
}

/// One Service.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The file.
    pub path: String,
    /// The document in it, from 0.
    pub document: u32,
    /// The item of a List.
    pub item: Option<u32>,
    /// As written.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    #[serde(rename = "type")]
    pub type_: String,
    /// Whether it has no cluster IP.
    pub headless: bool,
    /// The API server's words, where it refuses the Service.
    pub refused: Option<String>,
    /// The selector in force.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its cluster IPs; made up from documentation ranges where the files give none.
    pub cluster_ips: Vec<Address>,
    /// Names that lead to it.
    pub dns: Vec<Name>,
    /// Variables that containers started after it get.
    pub env: Vec<Variable>,
    /// What the API server fills in.
    pub defaults: Vec<Default_>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// The slices that would be built.
    pub endpoint_slices: Vec<Slice>,
    /// The way to each port from each start.
    pub paths: Vec<Path>,
    /// What files can't answer, most likely first.
    pub ask: Vec<Ask>,
    /// What is not known, and what would settle it.
    pub unknowns: Vec<String>,
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The address.
    pub address: String,
    /// Whether it is made up.
    pub made_up: bool,
}

/// A DNS name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The name, whole.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, `SRV`, `PTR`.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// What it answers, in words.
    pub answer: String,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A field that the API server fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Default_ {
    /// Its path.
    pub field: String,
    /// What it becomes.
    pub value: String,
}

/// A port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Port {
    /// Its name.
    pub name: Option<String>,
    /// Its protocol.
    pub protocol: String,
    /// Its number.
    pub port: i32,
    /// Where it sends: a name or a number.
    pub target_port: String,
    /// The port on every node, where one is written.
    pub node_port: Option<i32>,
    /// As written.
    pub app_protocol: Option<String>,
}

/// An EndpointSlice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slice {
    /// `IPv4`, `IPv6`, `FQDN`.
    pub address_type: String,
    /// Who writes it: `endpointslice-controller`, `endpointslicemirroring-controller`, or `files`.
    pub managed_by: &'static str,
    /// Its ports.
    pub ports: Vec<SlicePort>,
    /// Who answers.
    pub endpoints: Vec<Endpoint>,
}

/// A port of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlicePort {
    /// Empty where it has none.
    pub name: String,
    /// The pod's port.
    pub port: Option<i32>,
    /// Its protocol.
    pub protocol: String,
    /// As the Service says.
    pub app_protocol: Option<String>,
}

/// Pods of a workload, or an address written by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The workload's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The workload's namespace, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The workload's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address, where it was written by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How many pods; none for one a node.
    pub replicas: Option<u32>,
    /// The container that declares the port, or the only one.
    pub container: Option<String>,
    /// The name that DNS gives it under the Service's.
    pub hostname: Option<String>,
    /// `probe`, `running`, `always`, `ready`, `not-ready`.
    pub ready: &'static str,
}

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
    /// `egress`, `ingress`.
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

/// A question that only a look at the cluster answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// What answers it.
    pub command: String,
}
