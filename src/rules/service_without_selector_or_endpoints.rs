//! A Service without a selector for which the files hold no endpoints either.

use crate::finding::Finding;
use crate::kube::endpoints;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(service) = object.service().filter(|service| endpoints::hand_made(service)) else { return };
    let later = world.kustomize.is_patch(object.span.file) || world.kustomize.is_in(world.directories.of(object.span.file));
    // The API server writes the endpoints of its own Service.
    if later || world.unrendered_beside(object) || object.name() == "kubernetes" || service.spec.is_none() {
        return;
    }
    let mine = |it: &&Object<'_>| world.namespaces(object, it) != Namespaces::Different;
    if world.named("Endpoints", object.name(), object).iter().any(mine) || world.slices_of(object.name(), object).iter().any(mine) {
        return;
    }
    let namesake = world.workloads_near(object, Distance::SameDirectory).into_iter().find(|it| it.name() == object.name() && mine(it));
    let help = match namesake.and_then(|it| it.template()).and_then(|template| template.labels).filter(|labels| !labels.is_empty()) {
        Some(labels) => format!("if {} is meant, select {}", namesake.map(|it| world.told(it)).unwrap_or_default(), world.pairs(labels)),
        None => "give it a selector, or write an EndpointSlice for it; if a program writes its endpoints, all is well".to_owned(),
    };
    out.push(
        Finding::possible(format!("Service `{}` has no selector, and no endpoints in the files given", object.name()))
            .field("spec.selector")
            .label(object.at("spec").span(), "without a selector nothing finds pods for it")
            .help(help),
    );
}
