//! A route that sends to a Service which its namespace does not have.

use std::collections::HashSet;

use super::unresolved;
use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant};
use crate::kube::near::alike;
use crate::kube::routes::{self, Reference};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut told = HashSet::new();
    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
        if template::is_placeholder(backend.name) || !told.insert((backend.namespace, backend.name)) {
            continue;
        }
        match meant::meant(world, object, backend.to()) {
            Meant::There(_) => {}
            Meant::Nowhere if world.unread("Service", backend.name, object).is_some() => {}
            Meant::Elsewhere(service) => out.push(elsewhere(object, world, backend, service)),
            Meant::Nowhere => out.push(nowhere(object, world, backend)),
        }
    }
}

fn elsewhere(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>, service: &Object<'_>) -> Finding {
    let theirs = world.namespace(service);
    let looked = backend.namespace.unwrap_or(world.namespace(object));
    let open = world.unrendered_beside(object) || world.changed_later(object);
    let sure = !open && world.distance(object, service) <= Distance::SameDirectory;
    let field = format!("{}.{}", backend.field, if backend.namespace.is_some() { "namespace" } else { "name" });
    let message = format!("{} looks for Service `{}` in namespace `{looked}`, it is in `{theirs}`", title(&object.reference), backend.name);
    Finding::new(if sure { Confidence::Likely } else { Confidence::Possible }, message)
        .field(&field)
        .label(object.at(&field).span(), without(object, backend))
        .label(service.at("metadata.namespace").span(), format!("{} is in `{theirs}`", world.told(service)))
        .help(format!("write `namespace: {theirs}` beside the name, and allow it with a ReferenceGrant in `{theirs}`"))
}

fn nowhere(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>) -> Finding {
    let field = format!("{}.name", backend.field);
    let place = object.at(&field);
    let mut services = world.of_kind("Service", object, Distance::SameDirectory);
    services.retain(|service| meant::namespaces(world, object, backend.namespace, service) != Namespaces::Different);
    let message = format!("{} sends to Service `{}`, which these files do not have", title(&object.reference), backend.name);
    let looked = backend.namespace.unwrap_or(world.namespace(object));
    let Some(slip) = services.into_iter().find(|service| alike(service.name(), backend.name)) else {
        return Finding::possible(message)
            .field(field)
            .label(place.span(), without(object, backend))
            .help("check the route together with the files of its Services")
            .once(format!("{looked}/{}", backend.name));
    };
    let open = world.unrendered_beside(object) || world.changed_later(object);
    let finding = Finding::new(if open { Confidence::Possible } else { Confidence::Likely }, message)
        .field(field)
        .label(place.span(), without(object, backend))
        .label(slip.title(), format!("{} is alike", world.told(slip)))
        .help(format!("did you mean `{}`?", slip.name()));
    match place.replace(slip.name()) {
        Some(edit) => finding.unsafe_fix(format!("send to `{}`", slip.name()), vec![edit]),
        None => finding,
    }
}

fn without(object: &Object<'_>, backend: &Reference<'_>) -> String {
    format!("without a Service {}", unresolved::clients(object.kind(), &format!("{}.name", backend.field)))
}
