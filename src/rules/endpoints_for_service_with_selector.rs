//! Hand-written Endpoints of a Service that has a selector: its controller overwrites them.

use crate::finding::{Confidence, Finding};
use crate::kube::endpoints;
use crate::kube::world::{Distance, Namespaces, SERVICE_NAME};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let slice = object.kind() == "EndpointSlice";
    let labels = object.labels();
    let name = if slice { labels.and_then(|labels| labels.get(SERVICE_NAME)).map(String::as_str) } else { Some(object.name()) };
    let Some(name) = name.filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let services = world.nearest_named("Service", name, object);
    let mut near = services.iter().filter(|it| world.namespaces(object, it) == Namespaces::Same && world.distance(object, it) < Distance::Far);
    let Some(service) = near.next() else { return };
    let Some(selector) = service.service().and_then(endpoints::selector) else { return };
    let close = world.distance(object, service) <= Distance::SameDirectory;
    let apart = world.distance(object, service) > Distance::SameFile && world.among_alternatives(object);
    let settled = close && !apart && !world.changed_later(object) && !world.changed_later(service);
    let (ends, help) = if slice {
        ("its addresses stand beside those of the selected pods", "take the selector out of the Service if only these addresses are meant")
    } else {
        ("the endpoints controller writes the selected pods over it", "take the selector out of the Service, or drop the Endpoints")
    };
    let confidence = if settled && !slice { Confidence::Likely } else { Confidence::Possible };
    let message = format!("{} `{}` is written by hand, but Service `{}` has a selector", object.kind(), object.name(), service.name());
    out.push(
        Finding::new(confidence, message)
            .field("metadata.name")
            .label(object.title(), ends)
            .label(service.at("spec.selector").span(), format!("Service `{}` in {} selects {}", service.name(), world.place(service.title()), world.pairs(selector)))
            .help(help),
    );
}
