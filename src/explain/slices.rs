//! The slices of the model, from those the controllers would build. Knows no port of a Service.

use super::model;
use super::readiness;
use crate::kube::endpoints::{Backend, Endpoint, Origin, Slice};
use crate::kube::pod_spec::{Container, PodSpec};
use crate::kube::ports::{self, Role};

/// A slice as the contract tells it.
#[must_use]
pub fn told(slice: &Slice<'_, '_>) -> model::Slice {
    let ports = slice.ports.iter().map(|port| model::SlicePort {
        name: port.name.clone(),
        port: port.port,
        protocol: port.protocol.clone(),
        app_protocol: port.app_protocol.clone(),
    });
    let first = slice.ports.iter().find_map(|port| port.port);
    model::Slice {
        address_type: slice.address_type.clone(),
        managed_by: match slice.origin {
            Origin::Controller => "endpointslice-controller",
            Origin::Mirrored(_) => "endpointslicemirroring-controller",
            Origin::ByHand(_) => "files",
        },
        ports: ports.collect(),
        endpoints: slice.endpoints.iter().map(|endpoint| endpoint_told(endpoint, first)).collect(),
    }
}

fn endpoint_told(endpoint: &Endpoint<'_, '_>, port: Option<i32>) -> model::Endpoint {
    let told = model::Endpoint {
        replicas: endpoint.count,
        hostname: endpoint.hostname.clone(),
        ready: if readiness::never(endpoint).is_some() { "never" } else { endpoint.ready.name() },
        ..model::Endpoint::default()
    };
    match &endpoint.backend {
        Backend::Address(address) => model::Endpoint { address: Some(address.clone()), ..told },
        Backend::Pods(pods) => model::Endpoint {
            kind: Some(pods.owner.kind().to_owned()),
            namespace: pods.owner.namespace().map(str::to_owned),
            name: Some(pods.owner.name().to_owned()),
            container: answers(pods.spec, port).map(|container| container.name.clone()),
            image: answers(pods.spec, port).and_then(|container| container.image.clone()),
            ..told
        },
    }
}

/// The container that declares a port, or the only one there is.
#[must_use]
pub fn answers(spec: &PodSpec, port: Option<i32>) -> Option<&Container> {
    let declares = ports::declared(spec).find(|(placed, _, declared)| placed.role != Role::Init && Some(declared.container_port) == port);
    let only = || match spec.containers.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    declares.map(|(placed, ..)| placed.container).or_else(only)
}
