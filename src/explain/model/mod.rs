//! What is said of a Service, as every view and `-o json` tell it. Knows nothing of how it was found out.

mod behind;
mod life;
mod names;
mod verdict;
mod ways;

use std::collections::BTreeMap;

use serde::Serialize;

pub use behind::{Chain, ChainLink, Endpoint, Port, Slice, SlicePort};
pub use life::{Check, Default_, Step};
pub use names::{Address, Asked, Caller, Name, Variable};
pub use verdict::{Ask, Note, State, Summary};
pub use ways::{Balancer, Front, Hop, NodeShare, Path, PathPort, Spread, Verdict};

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

impl Service {
    /// Whether nobody answers at all, so that the cause is all that counts.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.summary.state == State::Refused || !self.paths.is_empty() && self.paths.iter().all(|path| path.verdict == Verdict::NoEndpoints)
    }
}
