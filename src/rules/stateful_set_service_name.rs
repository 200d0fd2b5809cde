//! A StatefulSet whose governing Service can't give its pods their names.

use crate::finding::{Confidence, Finding};
use crate::kube::near::alike;
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, endpoints};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::StatefulSet(set)) = &object.typed else { return };
    let Some(name) = set.service_name.as_deref().filter(|name| !name.is_empty() && !name.contains(['{', '$', '<'])) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let place = object.at("spec.serviceName");
    let mut found = world.nearest_named("Service", name, object);
    found.retain(|it| world.distance(object, it) < Distance::Far);
    let Some(service) = found.first().filter(|it| world.namespaces(object, it) == Namespaces::Same) else {
        match found.first() {
            Some(service) => out.push(apart(object, world, service)),
            None if world.unread("Service", name, object).is_some() => {}
            None => out.push(missing(object, world, name)),
        }
        return;
    };
    let Some(it) = service.service() else { return };
    let there = || world.told(service);
    let names = format!("`{}-0.{name}`", object.name());
    if endpoints::selector(it).is_some() && !world.services_taking(object).iter().any(|taking| taking.id == service.id) {
        // A Service that finds no pod at all has a finding of its own, from which this one follows.
        let follows = world.dangles(service).is_some();
        let near = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.among_alternatives(object);
        let confidence = if near && !follows { Confidence::Likely } else { Confidence::Possible };
        out.push(
            Finding::new(confidence, format!("StatefulSet `{}` is governed by {}, which does not select its pods", object.name(), there()))
                .field("spec.serviceName")
                .label(place.span(), format!("so {names} does not resolve"))
                .label(service.at("spec.selector").span(), "selects other pods")
                .help("name the headless Service that selects these pods"),
        );
    } else if !endpoints::is_headless(it) && endpoints::selector(it).is_some() {
        out.push(
            Finding::possible(format!("StatefulSet `{}` is governed by {}, which is not headless", object.name(), there()))
                .field("spec.serviceName")
                .label(place.span(), format!("{names} resolves, but `{name}` itself answers with one cluster address for all pods"))
                .label(service.title(), "has a cluster IP")
                .help("use a Service with `clusterIP: None` where clients look the pods up by the Service's name"),
        );
    }
}

/// Of that name there is one, in another namespace; `kubectl -n` may bring the two together where one is not written.
fn apart(object: &Object<'_>, world: &World<'_>, service: &Object<'_>) -> Finding {
    let written = world.namespaces(object, service) == Namespaces::Different && world.distance(object, service) == Distance::SameFile;
    let (mine, theirs) = (world.namespace(object), world.namespace(service));
    let message = format!("StatefulSet `{}` is in namespace `{mine}`, the Service that governs it is in `{theirs}`", object.name());
    Finding::new(if written { Confidence::Likely } else { Confidence::Possible }, message)
        .field("spec.serviceName")
        .label(object.at("spec.serviceName").span(), "a governing Service of the same namespace is needed")
        .label(service.title(), format!("{} is in `{theirs}`", world.told(service)))
        .help("put both into one namespace")
}

fn missing(object: &Object<'_>, world: &World<'_>, name: &str) -> Finding {
    let place = object.at("spec.serviceName");
    let says = format!("the pods run, but `{}-0.{name}` does not resolve", object.name());
    let taking = world.services_taking(object);
    let meant = taking.iter().find(|service| alike(service.name(), name)).or_else(|| {
        let mut headless = taking.iter().filter(|service| service.service().is_some_and(endpoints::is_headless));
        let only = headless.next();
        only.filter(|_| headless.next().is_none())
    });
    let meant = meant.filter(|service| world.distance(object, service) <= Distance::SameDirectory);
    let message = format!("StatefulSet `{}` is governed by Service `{name}`, which these files do not have", object.name());
    match meant {
        Some(service) => {
            let open = world.unrendered_beside(object) || world.changed_later(object);
            let finding = Finding::new(if open { Confidence::Possible } else { Confidence::Likely }, message)
                .label(place.span(), says)
                .label(service.title(), format!("{} selects its pods", world.told(service)))
                .help(format!("did you mean `{}`?", service.name()));
            match place.replace(service.name()) {
                Some(edit) => finding.unsafe_fix(format!("name Service `{}`", service.name()), vec![edit]),
                None => finding,
            }
        }
        None => Finding::possible(message).label(place.span(), says).help("write a Service of that name with `clusterIP: None` that selects the pods"),
    }
    .field("spec.serviceName")
}
