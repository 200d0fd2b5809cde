//! The endpoints that the controllers would build. Knows Services and pods, and no rule.

mod by_hand;
pub mod pods;
pub mod slice;

use k8s_openapi::api::core::v1::{Endpoints, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;

use super::object::Labels;
use super::ports;

pub use pods::{Idle, Pods};
pub use slice::{Backend, Endpoint, Origin, Ready, Slice, SlicePort, build};

/// The selector in force: an empty one is none, and an ExternalName Service has none
/// (`pkg/controller/endpointslice/endpointslice_controller.go:syncService`).
#[must_use]
pub fn selector(service: &Service) -> Option<&Labels> {
    let spec = service.spec.as_ref()?;
    let external = spec.type_.as_deref() == Some("ExternalName");
    spec.selector.as_ref().filter(|selector| !external && !selector.is_empty())
}

/// Whether the Service's endpoints are written by hand: it has no selector and is no ExternalName Service.
#[must_use]
pub fn hand_made(service: &Service) -> bool {
    selector(service).is_none() && !is_external(service)
}

/// Whether it is an alias in DNS and no more.
#[must_use]
pub fn is_external(service: &Service) -> bool {
    service.spec.as_ref().and_then(|spec| spec.type_.as_deref()) == Some("ExternalName")
}

/// Whether it has no cluster IP, so that DNS answers with the pods' own addresses.
#[must_use]
pub fn is_headless(service: &Service) -> bool {
    let address = service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref());
    address == Some("None") && !is_external(service)
}

/// A port by which kube-proxy joins a Service with endpoints: name and protocol, the number plays no part
/// (`pkg/proxy/endpointslicecache.go`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JoinPort {
    /// Empty where the port has no name.
    pub name: String,
    /// `TCP` where none is written.
    pub protocol: String,
}

impl JoinPort {
    /// A port's name and protocol as joins compare them.
    #[must_use]
    pub fn new(name: Option<&str>, protocol: Option<&str>) -> Self {
        Self { name: name.unwrap_or_default().to_owned(), protocol: ports::protocol(protocol).to_owned() }
    }
}

/// The ports of a Service, as endpoints must name them.
#[must_use]
pub fn service_ports(service: &Service) -> Vec<(JoinPort, i32)> {
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    ports.map(|port| (JoinPort::new(port.name.as_deref(), port.protocol.as_deref()), port.port)).collect()
}

/// The ports of Endpoints, with the path of each.
#[must_use]
pub fn endpoints_ports(endpoints: &Endpoints) -> Vec<(JoinPort, i32, String)> {
    let subsets = endpoints.subsets.iter().flatten().enumerate();
    let ports = subsets.flat_map(|(subset, it)| it.ports.iter().flatten().enumerate().map(move |(index, port)| (subset, index, port)));
    ports
        .map(|(subset, index, port)| {
            let join = JoinPort::new(port.name.as_deref(), port.protocol.as_deref());
            (join, port.port, format!("subsets[{subset}].ports[{index}]"))
        })
        .collect()
}

/// The ports of an EndpointSlice, with the path of each.
#[must_use]
pub fn slice_ports(slice: &EndpointSlice) -> Vec<(JoinPort, i32, String)> {
    let ports = slice.ports.iter().flatten().enumerate();
    ports
        .map(|(index, port)| {
            let join = JoinPort::new(port.name.as_deref(), port.protocol.as_deref());
            (join, port.port.unwrap_or(0), format!("ports[{index}]"))
        })
        .collect()
}
