//! A route of the Gateway API to an ExternalName Service.

use crate::finding::Finding;
use crate::kube::world::title;
use crate::kube::{Object, World, endpoints, meant};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for (backend, service) in meant::services_of_route(world, object) {
        if !service.service().is_some_and(endpoints::is_external) {
            continue;
        }
        let field = format!("{}.name", backend.field);
        out.push(
            Finding::possible(format!("{} sends to `{}`, an ExternalName Service", title(&object.reference), service.name()))
                .label(object.at(&field).span(), "the Gateway API advises implementations against it, and many do not resolve it")
                .label(service.at("spec.externalName").span(), format!("{} is an alias, and has no endpoints", world.told(service)))
                .help("send to a Service without selector and write its addresses in an EndpointSlice, or use what your implementation has for hosts outside")
                .field(field),
        );
    }
}
