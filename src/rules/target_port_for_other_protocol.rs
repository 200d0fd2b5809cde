//! A numeric target port that the pods declare for another protocol than the Service's.

use k8s_openapi::api::core::v1::{ContainerPort, ServicePort};

use crate::finding::{Confidence, Finding};
use crate::kube::ports::{self, Placed, Role};
use crate::kube::targets::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, listens};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let backends = targets::backends(world, object);
    let Some(first) = backends.first() else { return };
    if targets::ports_in_doubt(object) || backends.iter().any(Backend::ports_in_doubt) {
        return;
    }
    for (index, port, number) in targets::numbered_targets(object) {
        let protocol = ports::protocol(port.protocol.as_deref());
        let other = backends.iter().map(|backend| other_protocol(backend, number, protocol)).collect::<Option<Vec<_>>>();
        let Some(declared) = other.and_then(|all| all.first().copied()) else { continue };
        // Who serves both protocols often declares the number once.
        let theirs = ports::protocol(declared.2.protocol.as_deref());
        let both = targets::numbered_targets(object).any(|(_, it, target)| target == number && ports::protocol(it.protocol.as_deref()) == theirs);
        if !both {
            out.push(tell(object, world, (index, port), first, declared));
        }
    }
}

/// The declaration of a number for another protocol, where there is none for this one.
fn other_protocol<'w>(backend: &Backend<'w, '_>, number: i32, protocol: &str) -> Option<(Placed<'w>, usize, &'w ContainerPort)> {
    let all = || ports::declared(backend.spec).filter(|(placed, _, port)| placed.role != Role::Init && port.container_port == number);
    let same = all().any(|(.., port)| ports::protocol(port.protocol.as_deref()) == protocol);
    all().next().filter(|_| !same)
}

fn tell(
    object: &Object<'_>,
    world: &World<'_>,
    (index, port): (usize, &ServicePort),
    backend: &Backend<'_, '_>,
    (placed, at, declared): (Placed<'_>, usize, &ContainerPort),
) -> Finding {
    let it = backend.found;
    let (mine, theirs) = (ports::protocol(port.protocol.as_deref()), ports::protocol(declared.protocol.as_deref()));
    let number = declared.container_port;
    // TCP is what a port is without a word: only UDP or SCTP is written on purpose. And a probe of the number speaks TCP.
    let signs = listens::signs(world, it.object, &it.template);
    let meant = port.protocol.is_none() && declared.protocol.is_some() && !signs.iter().any(|sign| sign.number == number && sign.field.contains("Probe."));
    let another = world.services_taking(it.object).into_iter().any(|service| {
        service.id != object.id && targets::numbered_targets(service).any(|(_, it, target)| target == number && ports::protocol(it.protocol.as_deref()) == theirs)
    });
    let close = it.distance <= Distance::SameDirectory && it.namespaces == Namespaces::Same;
    let open = world.changed_later(object) || world.changed_later(it.object) || world.unrendered_beside(object) || world.among_alternatives(object);
    let sure = if meant && !another && close && !open { Confidence::Likely } else { Confidence::Possible };
    let written = object.at(&format!("spec.ports[{index}].protocol"));
    let field = if written.found { format!("spec.ports[{index}].protocol") } else { format!("spec.ports[{index}]") };
    let own = if written.found { format!("{mine} packets go to port {number} of the pods") } else { format!("without a `protocol` this is {mine}") };
    let there = format!("{}.ports[{at}]", placed.field());
    let leaf = if declared.protocol.is_some() { "protocol" } else { "containerPort" };
    let place = it.object.at(&it.template.field(&format!("{there}.{leaf}")));
    let says = if declared.protocol.is_some() { format!("container `{}` has {number} for {theirs}", placed.container.name) } else { format!("container `{}` has {number} without a `protocol`: for {theirs}", placed.container.name) };
    Finding::new(sure, format!("Service `{}` sends {mine} to port {number}, which {} declares for {theirs}", object.name(), world.told(it.object)))
        .label(object.at(&field).span(), own)
        .label(place.span(), says)
        .help(format!("write `protocol: {theirs}` at the port of the Service, or declare {number} for {mine} if the program serves that"))
        .field(field)
}
