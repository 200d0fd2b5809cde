//! A headless Service whose port differs from its target: nothing maps one to the other.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::Finding;
use crate::kube::calls::Call;
use crate::kube::endpoints::{self, JoinPort};
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, ports, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !object.service().is_some_and(endpoints::is_headless) || world.kustomize.is_patch(object.span.file) {
        return;
    }
    for (index, port) in targets::service_ports(object) {
        let Some(number) = served(object, world, port).filter(|number| *number != port.port) else { continue };
        let path = format!("spec.ports[{index}].port");
        let message = format!("headless Service `{}` does not map port {} to {number}", object.name(), port.port);
        let says = format!("clients get the pods' own addresses, where {number} answers and {} does not", port.port);
        let relying = calls(object, world, port.port).find_map(|call| Some((world.object(call.by)?, call)));
        let finding = match relying {
            Some((caller, call)) => Finding::likely(message)
                .label(object.at(&path).span(), says)
                .label(caller.at(&call.field).span(), format!("{} calls port {}", title(&caller.reference), port.port)),
            None => Finding::possible(message).label(object.at(&path).span(), says),
        };
        out.push(finding.field(&path).help(format!("say `port: {number}`, or drop `clusterIP: None` where clients need the mapping")));
    }
}

/// The number that answers behind the port.
fn served(object: &Object<'_>, world: &World<'_>, port: &ServicePort) -> Option<i32> {
    if !object.service().is_some_and(endpoints::hand_made) {
        return match ports::target(port) {
            IntOrString::Int(number) => Some(number),
            target @ IntOrString::String(_) => {
                let protocol = ports::protocol(port.protocol.as_deref());
                targets::backends(world, object).iter().find_map(|it| ports::find(it.spec, &target, protocol, world.profile.version))
            }
        };
    }
    let join = JoinPort::new(port.name.as_deref(), port.protocol.as_deref());
    let written = world.named("Endpoints", object.name(), object).into_iter().chain(world.slices_of(object.name(), object));
    let written = written.filter(|it| world.namespaces(object, it) == Namespaces::Same && world.distance(object, it) < Distance::Far);
    let mut ports = written.flat_map(|it| match &it.typed {
        Some(Typed::Endpoints(it)) => endpoints::endpoints_ports(it),
        Some(Typed::EndpointSlice(it)) => endpoints::slice_ports(it),
        _ => Vec::new(),
    });
    ports.find(|(port, ..)| *port == join).map(|(_, number, _)| number)
}

/// What calls the Service on its own port.
fn calls<'w>(object: &'w Object<'_>, world: &'w World<'_>, port: i32) -> impl Iterator<Item = &'w Call> {
    world.calls_to(object.name()).take(1024).filter(move |call| {
        let Some(caller) = world.object(call.by) else { return false };
        let reaches = match &call.namespace {
            Some(namespace) => namespace == world.namespace(object),
            None => world.namespaces(object, caller) == Namespaces::Same,
        };
        call.port == port && reaches && world.distance(object, caller) < Distance::Far
    })
}
