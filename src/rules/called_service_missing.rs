//! A container that is told to call a Service by a name that none has, and one nearly.

use crate::finding::{Confidence, Finding};
use crate::kube::calls;
use crate::kube::meant::{self, Meant, Name};
use crate::kube::near::alike;
use crate::kube::object::ObjectId;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, targets};

/// A host that a container is told to call.
struct Asked {
    field: String,
    config_map: Option<(ObjectId, String)>,
    host: String,
    port: Option<i32>,
}

impl Asked {
    fn name(&self) -> &str {
        self.host.split('.').next().unwrap_or_default()
    }

    fn namespace(&self) -> Option<&str> {
        self.host.split('.').nth(1)
    }

    /// Whether a Service has the port, where one is asked for.
    fn fits(&self, service: &Object<'_>) -> bool {
        self.port.is_none_or(|asked| targets::service_ports(service).any(|(_, port)| port.port == asked))
    }
}

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.template().and_then(|template| template.spec) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let aliases: Vec<&str> = spec.host_aliases.iter().flatten().flat_map(|alias| alias.hostnames.iter().flatten()).map(String::as_str).collect();
    let mut told: Vec<String> = Vec::new();
    for asked in asked(object, world) {
        if asked.name() == "localhost" || aliases.contains(&asked.host.as_str()) || told.contains(&asked.host) {
            continue;
        }
        let name = Name { group: "", kind: "Service", namespace: asked.namespace(), name: asked.name() };
        let found = match meant::meant(world, object, name) {
            Meant::There(_) => None,
            Meant::Elsewhere(service) => elsewhere(object, world, &asked, service),
            // A pod of a StatefulSet has a rule of its own.
            Meant::Nowhere if calls::stateful_set(world, object, asked.name()).is_some() => None,
            Meant::Nowhere => slip(object, world, &asked).or_else(|| other_name(object, world, &asked)),
        };
        if let Some(finding) = found {
            told.push(asked.host.clone());
            out.push(finding);
        }
    }
}

/// What is certainly meant as a host of the cluster, those with a port first.
fn asked(object: &Object<'_>, world: &World<'_>) -> Vec<Asked> {
    let plain = world.calls_by(object).iter().filter(|call| call.plain).cloned();
    let with_port = plain.map(|call| Asked { field: call.field, config_map: call.config_map, host: call.host, port: Some(call.port) });
    let alone = calls::hosts(object).into_iter().map(|(field, host)| Asked { field, config_map: None, host, port: None });
    with_port.chain(alone).filter(|asked| calls::is_of_cluster(&asked.host)).collect()
}

/// The Service is in another namespace, where the name alone does not lead.
fn elsewhere(object: &Object<'_>, world: &World<'_>, asked: &Asked, service: &Object<'_>) -> Option<Finding> {
    let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.changed_later(service);
    let theirs = world.namespace(service);
    let mine = asked.namespace().unwrap_or(world.namespace(object));
    let sure = if close && !world.among_alternatives(object) { Confidence::Likely } else { Confidence::Possible };
    asked.fits(service).then(|| {
        finding(object, world, asked, sure, format!("{} `{}` calls `{}` in namespace `{mine}`, the Service is in `{theirs}`", object.kind(), object.name(), asked.name()))
            .label(service.title(), format!("{} is in `{theirs}`", world.told(service)))
            .help(format!("write `{}.{theirs}.svc`", asked.name()))
    })
}

fn slip(object: &Object<'_>, world: &World<'_>, asked: &Asked) -> Option<Finding> {
    // A name without a port says too little to look far for it.
    let most = if asked.port.is_some() { Distance::Near } else { Distance::SameDirectory };
    let mut near = world.of_kind("Service", object, most);
    near.retain(|service| {
        let there = meant::namespaces(world, object, asked.namespace(), service) == Namespaces::Same;
        there && alike(service.name(), asked.name()) && asked.fits(service)
    });
    let beside = |service: &&Object<'_>| world.distance(object, service) <= Distance::SameDirectory;
    let service = match near.as_slice() {
        [only] => only,
        all => all.iter().find(|service| beside(service))?,
    };
    if world.unread("Service", asked.name(), object).is_some() {
        return None;
    }
    let open = world.changed_later(object) || world.changed_later(service) || world.unrendered_beside(object) || world.among_alternatives(object);
    let sure = if open { Confidence::Possible } else { Confidence::Likely };
    let has = asked.port.map_or_else(|| "is alike".to_owned(), |port| format!("has port {port}"));
    Some(
        finding(object, world, asked, sure, nowhere(object, asked))
            .label(service.title(), format!("{} {has}", world.told(service)))
            .help(format!("did you mean `{}`?", service.name())),
    )
}

/// Nothing is called so, and the one Service here with this port is called by nobody: an alias that docker-compose knew.
fn other_name(object: &Object<'_>, world: &World<'_>, asked: &Asked) -> Option<Finding> {
    let port = asked.port.filter(|_| asked.namespace().is_none())?;
    if world.unread("Service", asked.name(), object).is_some() || world.unrendered_beside(object) {
        return None;
    }
    let mut here = world.of_kind("Service", object, Distance::SameDirectory);
    here.retain(|service| {
        let mine = world.namespaces(object, service) == Namespaces::Same;
        mine && asked.fits(service) && world.calls_to(service.name()).next().is_none()
    });
    let [service] = here[..] else { return None };
    let own = world.services_taking(object).iter().any(|it| it.id == service.id);
    (!own).then(|| {
        finding(object, world, asked, Confidence::Possible, nowhere(object, asked))
            .label(service.title(), format!("{} has port {port}, and nothing here calls it by its name", world.told(service)))
            .help(format!("if that is the one, write `{}`, or give it the other name: Kubernetes has no aliases of its own as docker-compose has", service.name()))
    })
}

fn nowhere(object: &Object<'_>, asked: &Asked) -> String {
    format!("{} `{}` calls `{}`, and these files have no Service of that name", object.kind(), object.name(), asked.name())
}

fn finding(object: &Object<'_>, world: &World<'_>, asked: &Asked, sure: Confidence, message: String) -> Finding {
    let finding = Finding::new(sure, message).field(&asked.field);
    let unknown = "this name does not resolve: \"unknown host\"";
    match asked.config_map.as_ref().and_then(|(id, field)| Some((world.object(*id)?, field))) {
        Some((map, field)) => finding
            .label(object.at(&asked.field).span(), format!("takes it from {}", world.told(map)))
            .label(map.at(field).span(), unknown),
        None => finding.label(object.at(&asked.field).span(), unknown),
    }
}
