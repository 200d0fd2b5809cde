//! What a Service has behind it: ports, slices, chains. Knows no client.

use serde::Serialize;

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
