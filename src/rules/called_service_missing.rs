//! A container that is told to call a Service by a name that none has, and one nearly.

use crate::finding::{Confidence, Finding};
use crate::kube::calls::{self, Call};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::near::alike;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.template().and_then(|template| template.spec) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let aliases: Vec<&str> = spec.host_aliases.iter().flatten().flat_map(|alias| alias.hostnames.iter().flatten()).map(String::as_str).collect();
    let mut told: Vec<String> = Vec::new();
    for call in calls::of(object).iter().filter(|call| call.plain && call.is_of_cluster()) {
        if call.name() == "localhost" || aliases.contains(&call.host.as_str()) || told.contains(&call.host) {
            continue;
        }
        let name = Name { group: "", kind: "Service", namespace: call.namespace.as_deref(), name: call.name() };
        let found = match meant::meant(world, object, name) {
            Meant::There(_) => None,
            Meant::Elsewhere(service) => elsewhere(object, world, call, service),
            Meant::Nowhere => slip(object, world, call),
        };
        if let Some(finding) = found {
            told.push(call.host.clone());
            out.push(finding);
        }
    }
}

/// The Service is in another namespace, where the name alone does not lead.
fn elsewhere(object: &Object<'_>, world: &World<'_>, call: &Call, service: &Object<'_>) -> Option<Finding> {
    let has = targets::service_ports(service).any(|(_, port)| port.port == call.port);
    let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.changed_later(service);
    let theirs = world.namespace(service);
    let mine = call.namespace.as_deref().unwrap_or(world.namespace(object));
    let sure = if close && !world.among_alternatives(object) { Confidence::Likely } else { Confidence::Possible };
    has.then(|| {
        finding(object, call, sure, format!("{} `{}` calls `{}` in namespace `{mine}`, the Service is in `{theirs}`", object.kind(), object.name(), call.name()))
            .label(service.title(), format!("{} is in `{theirs}`", world.told(service)))
            .help(format!("write `{}.{theirs}.svc`", call.name()))
    })
}

fn slip(object: &Object<'_>, world: &World<'_>, call: &Call) -> Option<Finding> {
    let mut near = world.of_kind("Service", object, Distance::Near);
    near.retain(|service| {
        let there = meant::namespaces(world, object, call.namespace.as_deref(), service) == Namespaces::Same;
        there && alike(service.name(), call.name()) && targets::service_ports(service).any(|(_, port)| port.port == call.port)
    });
    let beside = |service: &&Object<'_>| world.distance(object, service) <= Distance::SameDirectory;
    let service = match near.as_slice() {
        [only] => only,
        all => all.iter().find(|service| beside(service))?,
    };
    if world.unread("Service", call.name(), object).is_some() {
        return None;
    }
    let open = world.changed_later(object) || world.changed_later(service) || world.unrendered_beside(object) || world.among_alternatives(object);
    let sure = if open { Confidence::Possible } else { Confidence::Likely };
    let message = format!("{} `{}` calls `{}`, and these files have no Service of that name", object.kind(), object.name(), call.name());
    Some(
        finding(object, call, sure, message)
            .label(service.title(), format!("{} has port {}", world.told(service), call.port))
            .help(format!("did you mean `{}`?", service.name())),
    )
}

fn finding(object: &Object<'_>, call: &Call, sure: Confidence, message: String) -> Finding {
    Finding::new(sure, message).field(&call.field).label(object.at(&call.field).span(), "this name does not resolve: \"unknown host\"")
}
