//! A reference into another namespace that no ReferenceGrant there allows.

use super::unresolved;
use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant};
use crate::kube::routes::{self, Reference};
use crate::kube::{Object, World, grants, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) || world.renames_namespace(object) {
        return;
    }
    let secrets = routes::certificates(object).into_iter().filter(|it| it.group.is_empty() && it.kind == "Secret");
    let backends = routes::backends(object).into_iter().filter(Reference::is_to_service);
    for backend in &backends.chain(secrets).collect::<Vec<_>>() {
        let Some(namespace) = backend.namespace.filter(|it| *it != world.namespace(object) && !template::is_placeholder(it)) else { continue };
        let Meant::There(services) = meant::meant(world, object, backend.to()) else { continue };
        if let (Some(service), false) = (services.first(), grants::allowed(world, object, backend, namespace)) {
            out.push(tell(object, world, backend, namespace, service));
        }
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>, namespace: &str, service: &Object<'_>) -> Finding {
    let field = format!("{}.namespace", backend.field);
    let unsettled = object.namespace().is_none() || world.unrendered_beside(object) || world.unrendered_beside(service);
    let sure = if unsettled { Confidence::Possible } else { meant::sure(world, object, backend.namespace, service) };
    let (kind, mine) = (object.kind(), world.namespace(object));
    let (does, ends) = match backend.kind {
        "Secret" => ("use", "the listener gets no certificate and is not programmed"),
        _ => ("send to", unresolved::clients(kind, &field)),
    };
    let ends = format!("another namespace has to allow it: {ends}");
    let to = backend.kind;
    let message = format!("no ReferenceGrant in `{namespace}` lets {kind}s of `{mine}` {does} {to} `{}`", backend.name);
    let finding = Finding::new(sure, message).field(&field).label(object.at(&field).span(), ends);
    match grants::nearly(world, object, backend, namespace) {
        Some((grant, at, why)) => finding.label(grant.at(&at).span(), why).help(format!(
            "the grant must stand in `{namespace}`, `from` group `gateway.networking.k8s.io`, kind {kind}, namespace `{mine}`, `to` group `\"\"`, kind {to}"
        )),
        None => finding
            .label(service.title(), format!("{} is in `{namespace}`", world.told(service)))
            .help(format!("add a ReferenceGrant to `{namespace}`: `from` {kind}s of `{mine}`, `to` {to}s")),
    }
}
