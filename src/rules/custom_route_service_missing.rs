//! A route of a proxy's own kind that sends to a Service which its namespace does not have.

use std::collections::HashSet;

use super::unresolved;
use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::near::alike;
use crate::kube::proxies::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let mut told = HashSet::new();
    let backends = proxies::backends(object);
    // A ServiceEntry gives Istio hosts that are no Services.
    if backends.is_empty() || world.kustomize.is_patch(object.span.file) || !world.of_kind("ServiceEntry", object, Distance::Near).is_empty() {
        return;
    }
    for backend in backends {
        let name = Name { group: "", kind: "Service", namespace: backend.namespace.as_deref(), name: &backend.service };
        if world.unread("Service", &backend.service, object).is_some() || !told.insert((backend.namespace.clone(), backend.service.clone())) {
            continue;
        }
        match meant::meant(world, object, name) {
            Meant::There(_) => {}
            Meant::Elsewhere(service) => out.push(elsewhere(object, world, &backend, service)),
            Meant::Nowhere => out.push(nowhere(object, world, &backend)),
        }
    }
}

fn elsewhere(object: &Object<'_>, world: &World<'_>, backend: &Backend, service: &Object<'_>) -> Finding {
    let theirs = world.namespace(service);
    let looked = backend.namespace.as_deref().unwrap_or(world.namespace(object));
    let open = world.unrendered_beside(object) || world.changed_later(object) || world.changed_later(service);
    let sure = !open && world.distance(object, service) <= Distance::SameDirectory;
    let message = format!("{} `{}` looks for Service `{}` in namespace `{looked}`, it is in `{theirs}`", object.kind(), object.name(), backend.service);
    let there = service.at("metadata.namespace");
    Finding::new(if sure { Confidence::Likely } else { Confidence::Possible }, message)
        .label(object.at(&backend.name_field).span(), format!("the proxy finds no such Service: {}", clients(object, backend)))
        .label(if there.found { there.span() } else { service.title() }, format!("{} is in `{theirs}`", world.told(service)))
        .help(match object.kind() {
            "VirtualService" => format!("write `{}.{theirs}.svc.cluster.local`", backend.service),
            kind if kind.starts_with("IngressRoute") => {
                format!("write `namespace: {theirs}` beside the name (Traefik must run with `allowCrossNamespace`), or put the route into `{theirs}`")
            }
            _ => format!("put the route into `{theirs}`"),
        })
        .field(backend.name_field.clone())
}

fn nowhere(object: &Object<'_>, world: &World<'_>, backend: &Backend) -> Finding {
    let place = object.at(&backend.name_field);
    let mut services = world.of_kind("Service", object, Distance::SameDirectory);
    services.retain(|service| meant::namespaces(world, object, backend.namespace.as_deref(), service) != Namespaces::Different);
    let message = format!("{} `{}` sends to Service `{}`, which these files do not have", object.kind(), object.name(), backend.service);
    let Some(slip) = services.into_iter().find(|service| alike(service.name(), &backend.service)) else {
        return Finding::possible(message)
            .label(place.span(), format!("without the Service {}", clients(object, backend)))
            .help("check the route together with the files of its Services")
            .field(backend.name_field.clone())
            .once(format!("{}/{}", backend.namespace.as_deref().unwrap_or(world.namespace(object)), backend.service));
    };
    let open = world.unrendered_beside(object) || world.changed_later(object);
    Finding::new(if open { Confidence::Possible } else { Confidence::Likely }, message)
        .label(place.span(), format!("without the Service {}", clients(object, backend)))
        .label(slip.title(), format!("{} is alike", world.told(slip)))
        .help(format!("did you mean `{}`?", slip.name()))
        .field(backend.name_field.clone())
}

fn clients(object: &Object<'_>, backend: &Backend) -> &'static str {
    unresolved::clients_of_proxy(object.kind(), &backend.name_field)
}
