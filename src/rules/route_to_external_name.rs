//! A route of the Gateway API to an ExternalName Service.

use crate::finding::Finding;
use crate::kube::meant::{self, Meant};
use crate::kube::{Object, World, endpoints, routes};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
        let Meant::There(services) = meant::meant(world, object, backend.to()) else { continue };
        let [service] = services.as_slice() else { continue };
        if !service.service().is_some_and(endpoints::is_external) {
            continue;
        }
        let field = format!("{}.name", backend.field);
        out.push(
            Finding::possible(format!("{} `{}` sends to `{}`, an ExternalName Service", object.kind(), object.name(), service.name()))
                .label(object.at(&field).span(), "the Gateway API advises implementations against it, and many answer with a 500")
                .label(service.at("spec.externalName").span(), format!("{} is an alias, and has no endpoints", world.told(service)))
                .help("send to a Service without selector and write its addresses in an EndpointSlice, or use what your implementation has for hosts outside")
                .field(field),
        );
    }
}
