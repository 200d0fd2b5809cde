//! A container that reads a variable of a Service which the Service does not give.

use crate::finding::{Confidence, Finding};
use crate::kube::variables::{self, Reading};
use crate::kube::world::Distance;
use crate::kube::{Object, World, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.template().and_then(|template| template.spec) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let read = variables::read(object);
    if read.is_empty() {
        return;
    }
    let services = variables::services(world, object, Distance::SameDirectory);
    for reading in read {
        let Some((service, rest)) = of(&services, &reading) else { continue };
        if !variables::are_given(spec) {
            let why = "`enableServiceLinks: false` takes the variables of Services away";
            out.push(tell(object, world, &reading, service, why.to_owned(), "leave `enableServiceLinks` out, or write the Service's name and port".to_owned()));
        } else if !variables::has_any(service) {
            let why = "a Service without a cluster IP has no variables";
            out.push(tell(object, world, &reading, service, why.to_owned(), format!("use the name `{}`, which DNS knows", service.name())));
        } else if let Some(port) = rest.strip_prefix("PORT_") {
            let mut names = targets::service_ports(service).filter_map(|(_, port)| port.name.as_deref());
            if !names.any(|name| variables::prefix(name) == port) {
                let why = format!("its ports are {}", super::service_port::list(service));
                out.push(tell(object, world, &reading, service, why, "write the port's name in capitals, or give the Service's port that name".to_owned()));
            }
        }
    }
}

/// The Service that a variable is of, `API_SERVICE_PORT_HTTP` or `API_SERVICE_HOST`, and what follows `API_SERVICE_`.
fn of<'w, 's, 'p>(services: &[&'w Object<'s>], reading: &Reading<'p>) -> Option<(&'w Object<'s>, &'p str)> {
    let (start, rest) = reading.name.split_once("_SERVICE_")?;
    let known = rest == "HOST" || rest == "PORT" || rest.starts_with("PORT_");
    let service = services.iter().find(|service| variables::prefix(service.name()) == start)?;
    known.then_some((*service, rest))
}

fn tell(object: &Object<'_>, world: &World<'_>, reading: &Reading<'_>, service: &Object<'_>, why: String, help: String) -> Finding {
    let open = world.changed_later(object) || world.changed_later(service) || world.unrendered_beside(object) || world.among_alternatives(object);
    let becomes = if reading.by_kubernetes { "it stays as it is written, `$(…)` and all" } else { "it is empty" };
    Finding::new(
        if open { Confidence::Possible } else { Confidence::Likely },
        format!("{} `{}` reads `{}`, which Service `{}` does not give", object.kind(), object.name(), reading.name, service.name()),
    )
    .field(&reading.field)
    .label(object.at(&reading.field).span(), becomes)
    .label(service.title(), format!("{}: {why}", world.told(service)))
    .help(help)
}
