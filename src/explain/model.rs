//! What is said of a Service, as every view and `-o json` tell it. Knows nothing of how it was found out.

use std::collections::BTreeMap;

use serde::Serialize;

/// The contract of `explain -o json`.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Of the contract.
    pub version: u32,
    /// Of the cluster it is told for: `1.36`.
    pub kubernetes_version: String,
    /// In the order of files and documents.
    pub services: Vec<Service>,
    /// What is wrong in the files besides, about nothing that has to do with these Services.
    pub findings: Vec<Note>,
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
    /// Whether it works, in one sentence.
    pub summary: Summary,
    /// What is wrong with it and with what stands behind or before it, the worst first.
    pub findings: Vec<Note>,
    /// The selector in force.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its cluster IPs; made up from documentation ranges where the files give none.
    pub cluster_ips: Vec<Address>,
    /// Names that lead to it.
    pub dns: Vec<Name>,
    /// Who may ask for it by which name.
    pub asked: Vec<Asked>,
    /// What the kubelet puts behind a short name, in the order in which a pod of its namespace tries them.
    pub search_path: Vec<String>,
    /// Variables that containers started after it get.
    pub env: Vec<Variable>,
    /// What the API server fills in.
    pub defaults: Vec<Default_>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// The slices that would be built.
    pub endpoint_slices: Vec<Slice>,
    /// Ingresses and routes that send to it.
    pub fronts: Vec<Front>,
    /// What becomes of its load balancer; none for other types.
    pub balancer: Option<Balancer>,
    /// How connections spread over nodes and pods, where a spread is given.
    pub spread: Option<Spread>,
    /// Containers of the files that are told to call it.
    pub callers: Vec<Caller>,
    /// The chains that kube-proxy's iptables mode makes for each port.
    pub chains: Vec<Chain>,
    /// The way to each port from each start.
    pub paths: Vec<Path>,
    /// Its life from `kubectl apply` to traffic: who writes what, and where to look.
    pub after_apply: Vec<Step>,
    /// What proves it in a live cluster, in the order that finds a fault soonest.
    pub checks: Vec<Check>,
    /// What files can't answer, most likely first.
    pub ask: Vec<Ask>,
    /// What is not known, and what would settle it.
    pub unknowns: Vec<String>,
}

/// Whether a Service works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// As far as the files tell.
    pub state: State,
    /// In one sentence.
    pub says: String,
}

/// Whether a Service works, as far as the files tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Every port is answered.
    Works,
    /// Every port is answered, and something speaks against it.
    Doubtful,
    /// Some ports, some pods or some starts are answered.
    Partly,
    /// Nobody answers, or nothing gets through.
    Broken,
    /// The API server refuses it.
    Refused,
    /// The files don't say.
    #[default]
    Unknown,
}

/// A finding of `check` that has to do with a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The rule's name.
    pub rule: &'static str,
    /// `error`, `warning`, `info`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// Why, and what is to be seen at other places.
    pub why: Vec<String>,
    /// The way out.
    pub help: Option<String>,
    /// What a fix would do.
    pub fix: Option<String>,
    /// `Deployment/web`; none for a file as a whole.
    pub object: Option<String>,
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The column in it, from 1.
    pub column: u32,
}

/// A name by which somebody asks for a Service, and what comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// As a client writes it.
    pub name: String,
    /// Who asks.
    pub by: String,
    /// Whether it leads to the Service.
    pub resolves: bool,
    /// What comes back.
    pub answer: String,
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

/// A container of the files that is told to call a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// `NS/KIND/NAME`, as `--from` takes it.
    pub workload: String,
    /// The field that tells it.
    pub field: String,
    /// The port it calls.
    pub port: i32,
    /// Whether the Service has that port; for a headless one, whether its pods do.
    pub port_fits: bool,
}

/// The iptables chains of a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
    /// What kube-proxy calls the port: `shop/api:http`.
    pub port: String,
    /// `KUBE-SVC-…`
    pub name: String,
    /// What leads there from `KUBE-SERVICES`.
    pub from: String,
    /// The endpoints' chains in order.
    pub endpoints: Vec<ChainLink>,
}

/// An endpoint's chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChainLink {
    /// `KUBE-SEP-…`
    pub name: String,
    /// The chance of the rule that leads there; none for the last rule, which has no condition.
    pub probability: Option<String>,
    /// Where it sends.
    pub to: String,
}

/// One step of a Service's life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Who acts.
    pub who: String,
    /// What it does.
    pub does: String,
    /// The same in a few words, for a sentence of all steps.
    #[serde(skip)]
    pub brief: String,
    /// The command that shows it; empty where none does.
    pub look: String,
}

/// A look at the live cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it proves.
    pub proves: String,
    /// The command.
    pub command: String,
    /// What it means where it fails.
    pub otherwise: String,
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
    /// Its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The name that DNS gives it under the Service's.
    pub hostname: Option<String>,
    /// `probe`, `running`, `always`, `ready`, `not-ready`, `never` (its probe asks for a port that its container lacks).
    pub ready: &'static str,
}

impl Endpoint {
    /// Whether it gets traffic, as far as files tell.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.replicas != Some(0) && !matches!(self.ready, "not-ready" | "never")
    }
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

/// A question that only a look at the cluster answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// What answers it.
    pub command: String,
}
