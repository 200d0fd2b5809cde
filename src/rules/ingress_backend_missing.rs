//! An Ingress that names a Service which its namespace does not have.

use std::collections::HashSet;

use k8s_openapi::api::networking::v1::Ingress;

use crate::finding::{Confidence, Finding};
use crate::kube::backends::{self, Backend};
use crate::kube::meant;
use crate::kube::near::{alike, did_you_mean};
use crate::kube::template;
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut told = HashSet::new();
    for backend in backends::of(ingress) {
        let named = world.nearest_named("Service", backend.service, object);
        let apart = named.iter().all(|service| meant::is_apart(world, object, service));
        let mine = named.iter().any(|service| world.namespaces(object, service) != Namespaces::Different) && !apart;
        let unread = world.unread("Service", backend.service, object).is_some();
        if mine || unread || template::is_placeholder(backend.service) || !told.insert(backend.service) {
            continue;
        }
        let elsewhere = named.iter().copied().find(|service| world.distance(object, service) < Distance::Far);
        let alone = the_only_one(object, world, ingress, &backend);
        out.push(tell(object, world, backend.service, &format!("{}.service.name", backend.field), elsewhere, alone));
    }
}

/// The only Service of the Ingress' own file, where it has the port that is asked for and no Ingress sends to it.
fn the_only_one<'w, 's>(object: &Object<'_>, world: &'w World<'s>, ingress: &Ingress, wanted: &Backend<'_>) -> Option<&'w Object<'s>> {
    let mut services = world.of_kind("Service", object, Distance::SameFile).into_iter();
    let (only, more) = (services.next()?, services.next());
    let alone = more.is_none() && world.namespaces(object, only) == Namespaces::Same && backends::of(ingress).iter().all(|backend| backend.service == wanted.service);
    let has = targets::service_ports(only).any(|(_, port)| match (wanted.port_name, wanted.port_number) {
        (Some(name), _) => port.name.as_deref() == Some(name),
        (None, number) => Some(port.port) == number,
    });
    (alone && has).then_some(only)
}

fn tell(object: &Object<'_>, world: &World<'_>, name: &str, path: &str, elsewhere: Option<&Object<'_>>, alone: Option<&Object<'_>>) -> Finding {
    let place = object.at(path);
    let open = world.unrendered_beside(object) || world.changed_later(object);
    if let Some(service) = elsewhere {
        let (mine, theirs) = (world.namespace(object), world.namespace(service));
        // Files beside each other may be applied in two ways.
        let farthest = if world.namespaces(object, service) == Namespaces::Different { Distance::SameDirectory } else { Distance::SameFile };
        let sure = !open && world.distance(object, service) <= farthest;
        return Finding::new(
            if sure { Confidence::Likely } else { Confidence::Possible },
            format!("{} is in namespace `{mine}`, the Service `{name}` it sends to is in `{theirs}`", title(&object.reference)),
        )
        .field(path)
        .label(place.span(), "an Ingress reaches Services of its own namespace only")
        .label(if service.namespace().is_some() { service.at("metadata.namespace").span() } else { service.title() }, format!("{} is in `{theirs}`", world.told(service)))
        .help(format!("set one namespace on both, or apply all with `-n {}`", if object.namespace().is_some() { mine } else { theirs }));
    }
    let services = world.of_kind("Service", object, Distance::SameDirectory);
    let services: Vec<_> = services.into_iter().filter(|service| world.namespaces(object, service) != Namespaces::Different).collect();
    let slip = services.iter().find(|service| alike(service.name(), name)).map(|service| service.name());
    let slip = slip.or_else(|| did_you_mean(name, services.iter().map(|service| service.name())).filter(|meant| digits(meant) == digits(name)));
    let near = if slip.is_some() { "alike" } else { "the only one here, and has the port" };
    let slip = slip.or(alone.map(|service| service.name()));
    let message = format!("{} sends to Service `{name}`, which these files do not have", title(&object.reference));
    match slip.and_then(|slip| services.iter().find(|service| service.name() == slip)) {
        Some(service) => {
            let finding = Finding::new(if open { Confidence::Possible } else { Confidence::Likely }, message)
                .label(place.span(), "without the Service clients get a 503")
                .label(service.title(), format!("{} is {near}", world.told(service)))
                .help(format!("did you mean `{}`?", service.name()));
            match place.replace(service.name()) {
                Some(edit) => finding.unsafe_fix(format!("send to `{}`", service.name()), vec![edit]),
                None => finding,
            }
        }
        None => Finding::possible(message)
            .label(place.span(), "without the Service clients get a 503")
            .help("check the Ingress together with the files of its Services")
            .once(format!("{}/{name}", world.namespace(object))),
    }
    .field(path)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
