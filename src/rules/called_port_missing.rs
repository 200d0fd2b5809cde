//! A container that is told to call a Service at a port which the Service does not have.

use super::service_port;
use crate::finding::{Confidence, Finding};
use crate::kube::calls::Call;
use crate::kube::meant::{self, Meant, Name};
use crate::kube::world::Distance;
use crate::kube::{Object, World, endpoints, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for call in world.calls_by(object) {
        let name = Name { group: "", kind: "Service", namespace: call.namespace.as_deref(), name: call.name() };
        let Meant::There(services) = meant::meant(world, object, name) else { continue };
        // `redis.example.com` only begins like a Service's name.
        let is_it = call.is_of_cluster() || services.iter().any(|it| it.namespace() == call.namespace.as_deref());
        // `postgres:16` on its own may be an image.
        let is_port = call.plain || call.port >= 80;
        if !is_it || !is_port || !services.iter().all(|service| lacks(service, call.port)) {
            continue;
        }
        out.extend(services.first().map(|service| tell(object, world, call, service)));
    }
}

/// Whether nothing answers at this port. A headless Service and an alias map no ports: any may be right.
fn lacks(service: &Object<'_>, port: i32) -> bool {
    let Some(it) = service.service() else { return false };
    let mut all = targets::service_ports(service).peekable();
    let maps = !endpoints::is_external(it) && !endpoints::is_headless(it);
    maps && all.peek().is_some() && !all.any(|(_, it)| it.port == port)
}

fn tell(object: &Object<'_>, world: &World<'_>, call: &Call, service: &Object<'_>) -> Finding {
    let (help, _) = service_port::for_number(service, call.port);
    let close = world.distance(object, service) <= Distance::Near && !world.unrendered_beside(object) && !world.unrendered_beside(service);
    let sure = meant::sure(world, object, call.namespace.as_deref(), service).min(Confidence::Likely);
    // Of itself a program is told what others are to call it, or where it listens.
    let own = world.services_taking(object).iter().any(|it| it.id == service.id);
    let sure = if close && call.plain && !own { sure } else { Confidence::Possible };
    let refused = "nothing answers there: the connection is refused or times out";
    let message = format!("{} `{}` calls Service `{}` at port {}, which it does not have", object.kind(), object.name(), service.name(), call.port);
    let finding = Finding::new(sure, message).field(&call.field);
    let finding = match call.config_map.as_ref().and_then(|(id, field)| Some((world.object(*id)?, field))) {
        Some((map, field)) => finding
            .label(object.at(&call.field).span(), format!("takes the address from {}", world.told(map)))
            .label(map.at(field).span(), refused),
        None => finding.label(object.at(&call.field).span(), refused),
    };
    finding
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help)
}
