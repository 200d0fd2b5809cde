//! Slices that come from hand-written objects: EndpointSlices as they are, Endpoints as the mirroring controller copies them.
//! Knows no pods.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EndpointAddress, Endpoints, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;

use super::slice::{Backend, Endpoint, Origin, Ready, Slice, SlicePort};
use crate::kube::admission::Validate;
use crate::kube::admission::ip::{family, parse_sloppy};
use crate::kube::object::Object;
use crate::kube::profile::IpFamily;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Typed, World, ports, verdict};

/// Addresses of one subset that are mirrored (`--mirroring-max-endpoints-per-subset`).
const MOST_MIRRORED: usize = 1000;
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

/// Adds the slices that hand-written objects give a Service.
pub fn slices<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>, service: &Service, into: &mut Vec<Slice<'w, 's>>) {
    let name = object.name();
    let has_selector = super::selector(service).is_some();
    for found in nearest(world, object, world.slices_of(name, object)) {
        let Some(Typed::EndpointSlice(slice)) = &found.typed else { continue };
        if !deleted(slice, has_selector) && accepted(world, found) {
            into.push(written(found, slice));
        }
    }
    if has_selector {
        return;
    }
    for found in nearest(world, object, world.named("Endpoints", name, object)).into_iter().take(1) {
        let Some(Typed::Endpoints(endpoints)) = &found.typed else { continue };
        if mirrored(endpoints) && accepted(world, found) {
            mirror(found, endpoints, into);
        }
    }
}

/// Those in the Service's namespace; far ones only where there are no others.
fn nearest<'w, 's>(world: &World<'s>, service: &Object<'_>, mut found: Vec<&'w Object<'s>>) -> Vec<&'w Object<'s>> {
    found.retain(|found| world.namespaces(service, found) == Namespaces::Same);
    if found.iter().any(|found| world.distance(service, found) < Distance::Far) {
        found.retain(|found| world.distance(service, found) < Distance::Far);
    }
    found
}

fn accepted(world: &World<'_>, object: &Object<'_>) -> bool {
    if object.accepted {
        return true;
    }
    let answer = verdict::of(object, &world.profile, Validate::Ignore, false).verdict;
    !answer.is_refused() || answer.message.starts_with("namespaces ")
}

/// Whether a controller takes the slice for its own and removes it: the EndpointSlice controller does so for a Service with
/// a selector (`endpointslice_controller.go:syncService`), the mirroring controller for any.
fn deleted(slice: &EndpointSlice, has_selector: bool) -> bool {
    let managed_by = slice.metadata.labels.as_ref().and_then(|labels| labels.get(MANAGED_BY)).map(String::as_str);
    match managed_by {
        Some("endpointslice-controller.k8s.io") => has_selector,
        Some("endpointslicemirroring-controller.k8s.io") => true,
        _ => false,
    }
}

fn written<'w, 's>(object: &Object<'s>, slice: &EndpointSlice) -> Slice<'w, 's> {
    let ports = slice.ports.iter().flatten().map(|port| SlicePort {
        name: port.name.clone().unwrap_or_default(),
        protocol: ports::protocol(port.protocol.as_deref()).to_owned(),
        port: port.port,
        app_protocol: port.app_protocol.clone(),
    });
    let endpoints = slice.endpoints.iter().flatten().filter_map(|endpoint| {
        let conditions = endpoint.conditions.as_ref();
        let terminating = conditions.and_then(|it| it.terminating) == Some(true);
        // What says nothing is ready (`pkg/proxy/endpointslicecache.go`).
        let ready = conditions.and_then(|it| it.ready).unwrap_or(true);
        let hints = endpoint.hints.as_ref();
        Some(Endpoint {
            backend: Backend::Address(endpoint.addresses.first()?.clone()),
            count: Some(1),
            hostname: endpoint.hostname.clone(),
            ready: if ready { Ready::Written } else { Ready::Not },
            node: endpoint.node_name.clone(),
            hints: (
                hints.iter().flat_map(|hints| hints.for_zones.iter().flatten()).map(|zone| zone.name.clone()).collect(),
                hints.iter().flat_map(|hints| hints.for_nodes.iter().flatten()).map(|node| node.name.clone()).collect(),
            ),
            serving: conditions.and_then(|it| it.serving).unwrap_or(true),
            terminating,
        })
    });
    Slice {
        address_type: slice.address_type.clone(),
        ports: ports.collect(),
        endpoints: endpoints.collect(),
        origin: Origin::ByHand(object.id),
    }
}

/// Whether the mirroring controller copies the object (`endpointslicemirroring_controller.go:shouldMirror`).
fn mirrored(endpoints: &Endpoints) -> bool {
    let metadata = &endpoints.metadata;
    let skip = metadata.labels.as_ref().and_then(|labels| labels.get("endpointslice.kubernetes.io/skip-mirror"));
    let leader = metadata.annotations.as_ref().is_some_and(|it| it.contains_key("control-plane.alpha.kubernetes.io/leader"));
    skip.map(String::as_str) != Some("true") && !leader
}

/// One slice for each set of ports and family; addresses that are not ready are copied as such.
fn mirror<'w, 's>(object: &Object<'s>, endpoints: &Endpoints, into: &mut Vec<Slice<'w, 's>>) {
    let mut groups: BTreeMap<(bool, Vec<SlicePort>), Vec<Endpoint<'w, 's>>> = BTreeMap::new();
    for subset in endpoints.subsets.iter().flatten() {
        let mut ports: Vec<_> = subset
            .ports
            .iter()
            .flatten()
            .map(|port| SlicePort {
                name: port.name.clone().unwrap_or_default(),
                protocol: ports::protocol(port.protocol.as_deref()).to_owned(),
                port: Some(port.port),
                app_protocol: port.app_protocol.clone(),
            })
            .collect();
        ports.sort();
        let ready = subset.addresses.iter().flatten().map(|address| (address, Ready::Written));
        let not_ready = subset.not_ready_addresses.iter().flatten().map(|address| (address, Ready::Not));
        for (address, ready) in ready.chain(not_ready).take(MOST_MIRRORED) {
            let Some(ip) = parse_sloppy(&address.ip) else { continue };
            let is_v6 = family(ip) == IpFamily::V6;
            groups.entry((is_v6, ports.clone())).or_default().push(copied(address, ready));
        }
    }
    into.extend(groups.into_iter().map(|((is_v6, ports), endpoints)| Slice {
        address_type: if is_v6 { "IPv6" } else { "IPv4" }.to_owned(),
        ports,
        endpoints,
        origin: Origin::Mirrored(object.id),
    }));
}

fn copied<'w, 's>(address: &EndpointAddress, ready: Ready) -> Endpoint<'w, 's> {
    Endpoint {
        backend: Backend::Address(address.ip.clone()),
        count: Some(1),
        hostname: address.hostname.clone().filter(|name| !name.is_empty()),
        ready,
        node: address.node_name.clone(),
        hints: (Vec::new(), Vec::new()),
        serving: ready == Ready::Written,
        terminating: false,
    }
}
