//! A BackendTLSPolicy for a Service, or a port of it, that is not there.

use super::service_port;
use crate::finding::Finding;
use crate::kube::meant::{self, Meant};
use crate::kube::routes;
use crate::kube::{Object, World, targets, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for target in routes::targets(object).iter().filter(|target| target.is_to_service() && !template::is_placeholder(target.name)) {
        let Meant::There(services) = meant::meant(world, object, target.to()) else {
            let field = format!("{}.name", target.field);
            let message = format!("BackendTLSPolicy `{}` is for Service `{}`, which its namespace does not have in these files", object.name(), target.name);
            let finding = Finding::possible(message)
                .label(object.at(&field).span(), "no Service, no TLS")
                .help("a policy reaches Services of its own namespace only");
            out.push(finding.field(field));
            continue;
        };
        let Some(section) = target.section else { continue };
        let lacks = |service: &&Object<'_>| {
            let mut all = targets::service_ports(service).peekable();
            all.peek().is_some() && !all.any(|(_, it)| it.name.as_deref() == Some(section))
        };
        if let Some(service) = services.first().filter(|_| services.iter().all(lacks)) {
            let field = format!("{}.sectionName", target.field);
            let place = object.at(&field);
            let (help, name) = service_port::for_name(world, service, section);
            let message = format!("BackendTLSPolicy `{}` is for port `{section}` of Service `{}`, which has no port of that name", object.name(), service.name());
            let finding = Finding::new(meant::sure(world, object, None, service), message)
                .label(place.span(), "no port, no TLS: what was meant gets plain text")
                .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
                .help(help)
                .field(&field);
            out.push(match name.and_then(|name| Some((place.replace(&name)?, name))) {
                Some((edit, name)) => finding.unsafe_fix(format!("write `{name}`"), vec![edit]),
                None => finding,
            });
        }
    }
}
