//! A route that wants to hang on something that is not there, or is no Gateway.

use crate::finding::{Confidence, Finding};
use crate::kube::admission::gateway::OWN_GROUP;
use crate::kube::meant::{self, Meant};
use crate::kube::routes::{self, Reference};
use crate::kube::world::Distance;
use crate::kube::{Object, World, targets, template};

use super::service_port;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for parent in routes::parents(object) {
        if template::is_placeholder(parent.name) || parent.namespace.is_some_and(template::is_placeholder) {
            continue;
        }
        match (parent.group, parent.kind) {
            (OWN_GROUP, "Gateway" | "ListenerSet") => out.extend(gateway(object, world, &parent)),
            ("", "Service") => out.extend(service(object, world, &parent)),
            (OWN_GROUP, "Service") => out.push(no_group(object, world, &parent)),
            ("", _) => out.push(no_parent(object, &parent)),
            _ => {}
        }
    }
}

/// A Gateway that is in another namespace. One that is in none of the files is somebody else's.
fn gateway(object: &Object<'_>, world: &World<'_>, parent: &Reference<'_>) -> Option<Finding> {
    let Meant::Elsewhere(gateway) = meant::meant(world, object, parent.to()) else { return None };
    let (looked, theirs) = (parent.namespace.unwrap_or(world.namespace(object)), world.namespace(gateway));
    let open = world.unrendered_beside(object) || world.changed_later(object) || world.distance(object, gateway) > Distance::SameDirectory;
    let leaf = if parent.namespace.is_some() { "namespace" } else { "name" };
    let field = format!("{}.{leaf}", parent.field);
    let message = format!("{} `{}` looks for {} `{}` in namespace `{looked}`, it is in `{theirs}`", object.kind(), object.name(), parent.kind, parent.name);
    let label = if parent.namespace.is_some() { "not there" } else { "without `namespace` it is looked for in the route's own" };
    let finding = Finding::new(if open { Confidence::Possible } else { Confidence::Likely }, message)
        .label(object.at(&field).span(), label)
        .label(gateway.at("metadata.namespace").span(), format!("{} is in `{theirs}`", world.told(gateway)))
        .help(format!("write `namespace: {theirs}` in the reference; the Gateway's `allowedRoutes` must let the route's namespace in"));
    Some(finding.field(field))
}

/// A Service that a mesh is to route for.
fn service(object: &Object<'_>, world: &World<'_>, parent: &Reference<'_>) -> Option<Finding> {
    let Meant::There(services) = meant::meant(world, object, parent.to()) else {
        let field = format!("{}.name", parent.field);
        let message = format!("{} `{}` is for Service `{}`, which these files do not have", object.kind(), object.name(), parent.name);
        let finding = Finding::possible(message)
            .label(object.at(&field).span(), "no Service, no route")
            .help("check the route together with the files of its Service")
            .once(format!("{}/{}", parent.namespace.unwrap_or(world.namespace(object)), parent.name));
        return Some(finding.field(field));
    };
    let lacks = |service: &&Object<'_>| {
        let mut all = targets::service_ports(service).peekable();
        all.peek().is_some()
            && !all.any(|(_, it)| {
                parent.port.is_none_or(|port| it.port == port) && parent.section.is_none_or(|name| it.name.as_deref() == Some(name))
            })
    };
    let service = services.first().filter(|_| services.iter().all(lacks))?;
    let leaf = if parent.port.is_some() { "port" } else { "sectionName" };
    let field = format!("{}.{leaf}", parent.field);
    let help = match (parent.port, parent.section) {
        (Some(port), _) => service_port::for_number(service, port).0,
        (None, name) => service_port::for_name(world, service, name.unwrap_or_default()).0,
    };
    let message = format!("{} `{}` is for a port that Service `{}` does not have", object.kind(), object.name(), service.name());
    let finding = Finding::new(meant::sure(world, object, parent.namespace, service), message)
        .label(object.at(&field).span(), "no such port")
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help);
    Some(finding.field(field))
}

fn no_group(object: &Object<'_>, world: &World<'_>, parent: &Reference<'_>) -> Finding {
    let field = format!("{}.kind", parent.field);
    let place = object.at(&field);
    let message = format!("{} `{}` is for a Service, but its `parentRefs` does not say of which group", object.kind(), object.name());
    let finding = Finding::certain(message)
        .label(place.span(), format!("without `group` a parent is of `{OWN_GROUP}`, which has no kind Service"))
        .help("add `group: \"\"`");
    let edit = world.source(object).and_then(|source| place.insert_before(source, "group: \"\""));
    match edit.filter(|_| !object.at(&format!("{}.group", parent.field)).found) {
        Some(edit) => finding.unsafe_fix("add `group: \"\"`", vec![edit]),
        None => finding,
    }
    .field(field)
}

fn no_parent(object: &Object<'_>, parent: &Reference<'_>) -> Finding {
    let field = format!("{}.kind", parent.field);
    Finding::certain(format!("{} `{}` wants to hang on a core `{}`: there is no such parent", object.kind(), object.name(), parent.kind))
        .label(object.at(&field).span(), "a route hangs on a Gateway, or on a Service with `group: \"\"`")
        .help("write `kind: Gateway`, or leave `group` and `kind` out")
        .field(field)
}
