//! Pods with a `subdomain` that no Service gives a meaning to.

use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::near::alike;
use crate::kube::world::Distance;
use crate::kube::{Object, World, endpoints, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(pods) = object.template().filter(|_| object.kind() != "StatefulSet") else { return };
    let Some(spec) = pods.spec.filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Some(subdomain) = spec.subdomain.as_deref().filter(|it| !it.is_empty() && !template::is_placeholder(it)) else { return };
    let field = pods.field("spec.subdomain");
    let host = spec.hostname.as_deref().unwrap_or("HOSTNAME");
    let name = Name { group: "", kind: "Service", namespace: None, name: subdomain };
    let finding = |sure, message: String| {
        Finding::new(sure, message).field(&field).label(object.at(&field).span(), format!("so `{host}.{subdomain}` does not resolve"))
    };
    match meant::meant(world, object, name) {
        Meant::Nowhere => {
            let message = format!("the pods of {} `{}` have subdomain `{subdomain}`, and these files no Service of that name", object.kind(), object.name());
            let mut taking = world.services_taking(object);
            taking.retain(|service| service.service().is_some_and(endpoints::is_headless) && alike(service.name(), subdomain));
            let near = taking.first().filter(|service| world.distance(object, service) <= Distance::SameDirectory);
            let open = world.changed_later(object) || world.unrendered_beside(object) || world.among_alternatives(object);
            out.push(match near {
                Some(service) => finding(if open { Confidence::Possible } else { Confidence::Likely }, message)
                    .label(service.title(), format!("{} is headless and selects them", world.told(service)))
                    .help(format!("did you mean `{}`?", service.name())),
                None => finding(Confidence::Possible, message).help(format!("add a headless Service `{subdomain}` that selects them")),
            });
        }
        Meant::There(services) => {
            let [service] = services.as_slice() else { return };
            let selects = service.service().is_some_and(|it| endpoints::selector(it).is_some());
            if !selects || world.services_taking(object).iter().any(|it| it.id == service.id) {
                return;
            }
            let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.changed_later(service);
            let message = format!("the pods of {} `{}` have subdomain `{subdomain}`, and the Service of that name does not select them", object.kind(), object.name());
            let sure = if close && !world.among_alternatives(object) { Confidence::Likely } else { Confidence::Possible };
            out.push(finding(sure, message).label(service.at("spec.selector").span(), format!("{} selects other pods", world.told(service))).help("select the labels of these pods"));
        }
        Meant::Elsewhere(_) => {}
    }
}
