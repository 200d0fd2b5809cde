//! A route that sends to a port which its Service does not have.

use super::{service_port, unresolved};
use crate::finding::Finding;
use crate::kube::meant::{self, Meant};
use crate::kube::routes::{self, Reference};
use crate::kube::world::title;
use crate::kube::{Object, World, endpoints, ports, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
        let (Some(port), Meant::There(services)) = (backend.port, meant::meant(world, object, backend.to())) else { continue };
        let lacks = |service: &&Object<'_>| {
            let mut all = targets::service_ports(service).peekable();
            let external = service.service().is_some_and(endpoints::is_external);
            all.peek().is_some() && !external && !targets::ports_in_doubt(service) && !all.any(|(_, it)| it.port == port)
        };
        if services.iter().all(lacks) {
            out.extend(services.first().map(|service| missing(object, world, backend, port, service)));
        } else if let [service] = services.as_slice() {
            out.extend(other_protocol(object, world, backend, port, service));
        }
    }
}

fn missing(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>, port: i32, service: &Object<'_>) -> Finding {
    let field = format!("{}.port", backend.field);
    let place = object.at(&field);
    let (help, meant) = service_port::for_number(service, port);
    let sure = meant::sure(world, object, backend.namespace, service);
    let clients = unresolved::clients(object.kind(), &field);
    let message = format!("{} sends to port {port} of {}, which has no such port", title(&object.reference), title(&service.reference));
    let finding = Finding::new(sure, message)
        .field(field)
        .label(place.span(), format!("a route names the Service's own port: {clients}"))
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help);
    match meant.and_then(|meant| Some((meant, place.replace(&meant.to_string())?))) {
        Some((meant, edit)) => finding.unsafe_fix(format!("send to port {meant}"), vec![edit]),
        None => finding,
    }
}

/// The port is there, for the other protocol only.
fn other_protocol(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>, port: i32, service: &Object<'_>) -> Option<Finding> {
    let wanted = if object.kind() == "UDPRoute" { "UDP" } else { "TCP" };
    let (index, it) = targets::service_ports(service).find(|(_, it)| it.port == port)?;
    let fits = targets::service_ports(service).any(|(_, it)| it.port == port && ports::protocol(it.protocol.as_deref()) == wanted);
    if fits {
        return None;
    }
    let protocol = ports::protocol(it.protocol.as_deref());
    let field = format!("{}.port", backend.field);
    let sure = meant::sure(world, object, backend.namespace, service);
    let message = format!("port {port} of {} is {protocol}, {} sends {wanted}", title(&service.reference), title(&object.reference));
    let there = service.at(&format!("spec.ports[{index}].protocol"));
    let finding = Finding::new(sure, message)
        .label(object.at(&field).span(), format!("nothing answers {wanted} there"))
        .label(there.span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(format!("send to a {wanted} port, or use a route for {protocol}"));
    Some(finding.field(field))
}
