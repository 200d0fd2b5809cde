//! Hand-written Endpoints or EndpointSlices that no Service will use.

use crate::finding::{Confidence, Finding};
use crate::kube::endpoints::{self, JoinPort};
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces, SERVICE_NAME};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let (wanted, ports) = match &object.typed {
        Some(Typed::Endpoints(it)) if !is_kept_apart(object) => (Some(object.name().to_owned()), endpoints::endpoints_ports(it)),
        Some(Typed::EndpointSlice(it)) => (label(object, SERVICE_NAME).map(str::to_owned), endpoints::slice_ports(it)),
        _ => return,
    };
    let services = wanted.as_deref().map(|name| world.nearest_named("Service", name, object)).unwrap_or_default();
    let near = services.iter().filter(|it| world.distance(object, it) < Distance::Far || world.namespaces(object, it) == Namespaces::Same);
    let own = near.clone().find(|it| world.namespaces(object, it) != Namespaces::Different);
    match own {
        Some(service) => out.extend(unjoined(object, world, service, &ports)),
        None if wanted.as_deref().is_some_and(|name| world.unread("Service", name, object).is_some()) => {}
        None => out.push(no_service(object, world, wanted.as_deref(), near.copied().next())),
    }
}

fn label<'o>(object: &'o Object<'_>, key: &str) -> Option<&'o str> {
    object.labels()?.get(key).map(String::as_str)
}

/// Leader election used to keep its record in Endpoints, and `skip-mirror` says that no Service is meant.
fn is_kept_apart(object: &Object<'_>) -> bool {
    let annotations = object.annotations();
    annotations.is_some_and(|annotations| annotations.contains_key("control-plane.alpha.kubernetes.io/leader"))
        || label(object, "endpointslice.kubernetes.io/skip-mirror") == Some("true")
}

/// Where the object says which Service it is for.
fn claim(object: &Object<'_>) -> &'static str {
    if object.kind() == "EndpointSlice" { "metadata.labels[kubernetes.io/service-name]" } else { "metadata.name" }
}

fn no_service(object: &Object<'_>, world: &World<'_>, wanted: Option<&str>, other: Option<&Object<'_>>) -> Finding {
    let path = claim(object);
    let place = object.at(path);
    let span = if place.found { place.span() } else { object.title() };
    let how = if object.kind() == "EndpointSlice" { "label" } else { "name" };
    let left = left_without(object, world);
    if let Some(service) = other {
        let (mine, theirs) = (world.namespace(object), world.namespace(service));
        let message = format!("{} `{}` is in namespace `{mine}`, Service `{}` in `{theirs}`: they never meet", object.kind(), object.name(), service.name());
        let lacking = left.iter().any(|it| it.id == service.id) || service.service().is_some_and(endpoints::hand_made);
        let confidence = if lacking && !world.changed_later(object) { Confidence::Certain } else { Confidence::Possible };
        return Finding::new(confidence, message)
            .field(path)
            .label(span, "no Service of this namespace uses it")
            .label(service.title(), "left without endpoints")
            .help("put both into one namespace");
    }
    let same: Vec<_> = left.iter().filter(|service| world.namespaces(object, service) == Namespaces::Same).collect();
    if let [service] = same[..] {
        let message = match wanted {
            Some(wanted) => format!("{} `{}` is for Service `{wanted}`, but the Service without endpoints is `{}`", object.kind(), object.name(), service.name()),
            None => format!("EndpointSlice `{}` does not say that it is for Service `{}`", object.name(), service.name()),
        };
        let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object);
        let finding = Finding::new(if close { Confidence::Certain } else { Confidence::Likely }, message)
            .field(path)
            .label(span, format!("no Service joins it: its {how} must be the Service's name"))
            .label(service.title(), "it has no selector and is left without endpoints");
        let (help, edit) = match wanted {
            Some(_) => (format!("call it `{}`", service.name()), place.replace(service.name())),
            None => (format!("add the label `{SERVICE_NAME}: {}`", service.name()), None),
        };
        let help = if object.kind() == "EndpointSlice" && wanted.is_some() { format!("set the label to `{}`", service.name()) } else { help };
        return match edit {
            Some(edit) => finding.help(help.clone()).unsafe_fix(help, vec![edit]),
            None => finding.help(help),
        };
    }
    let message = match wanted {
        Some(wanted) => format!("{} `{}` is for a Service `{wanted}`, which these files do not show", object.kind(), object.name()),
        None => format!("EndpointSlice `{}` names no Service, so none uses it", object.name()),
    };
    Finding::possible(message).field(path).label(span, format!("a Service joins it by its {how}")).help("check it together with its Service")
}

/// The Services next to it that have no selector and no endpoints written by hand.
fn left_without<'w, 's>(object: &Object<'_>, world: &'w World<'s>) -> Vec<&'w Object<'s>> {
    let mut services = world.services_without_selector(object, Distance::SameDirectory);
    services.retain(|service| !is_served(world, service));
    services
}

fn is_served(world: &World<'_>, service: &Object<'_>) -> bool {
    let mine = |it: &&Object<'_>| world.namespaces(service, it) != Namespaces::Different;
    world.named("Endpoints", service.name(), service).iter().any(mine) || world.slices_of(service.name(), service).iter().any(mine)
}

/// Name and protocol must be those of a port of the Service.
fn unjoined(object: &Object<'_>, world: &World<'_>, service: &Object<'_>, ports: &[(JoinPort, i32, String)]) -> Option<Finding> {
    let wanted = endpoints::service_ports(service.service().filter(|service| endpoints::hand_made(service))?);
    let (_, number, path) = ports.iter().find(|(port, ..)| !wanted.iter().any(|(wanted, _)| wanted == port))?;
    let index = wanted.iter().position(|(wanted, _)| !ports.iter().any(|(port, ..)| port == wanted));
    let (port, ..) = ports.iter().find(|(.., it)| it == path)?;
    let Some((index, (lacking, _))) = index.and_then(|index| Some((index, wanted.get(index)?))) else {
        let message = format!("no port of Service `{}` uses port {number} of {} `{}`", service.name(), object.kind(), object.name());
        return Some(Finding::possible(message).field(path).label(object.at(path).span(), "every port of the Service has its endpoints elsewhere"));
    };
    let others = others_serve(world, object, service, lacking);
    let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object);
    let joined = ports.iter().any(|(port, ..)| wanted.iter().any(|(wanted, _)| wanted == port));
    let confidence = match (others, close, joined) {
        (true, ..) => Confidence::Possible,
        (false, true, false) => Confidence::Certain,
        _ => Confidence::Likely,
    };
    let called = |port: &JoinPort| if port.name.is_empty() { "unnamed".to_owned() } else { format!("named `{}`", port.name) };
    let (what, mine, theirs) = if port.name == lacking.name {
        ("protocol", port.protocol.clone(), lacking.protocol.clone())
    } else {
        ("name", called(port), called(lacking))
    };
    let message = format!("port {number} of {} `{}` is {mine}, the port of Service `{}` is {theirs}", object.kind(), object.name(), service.name());
    let leaf = format!("{path}.{what}");
    let place = if object.at(&leaf).found { object.at(&leaf) } else { object.at(path) };
    let there = format!("spec.ports[{index}].{what}");
    let there = if service.at(&there).found { service.at(&there).span() } else { service.at(&format!("spec.ports[{index}].port")).span() };
    let finding = Finding::new(confidence, message)
        .field(if object.at(&leaf).found { &leaf } else { path })
        .label(place.span(), "kube-proxy joins the two by name and protocol, so the Service's port has no endpoints")
        .label(there, format!("the Service's port is {theirs}"));
    let help = match (what, lacking.name.is_empty()) {
        ("protocol", _) => format!("set `protocol: {theirs}` in both"),
        (_, false) => format!("set `name: {}` on this port too", lacking.name),
        (_, true) => "leave the name out here too, or give the Service's port the same".to_owned(),
    };
    let edit = (what == "protocol" || !lacking.name.is_empty()).then(|| object.at(&leaf)).filter(|place| place.found);
    let value = if what == "protocol" { &lacking.protocol } else { &lacking.name };
    Some(match edit.and_then(|place| place.replace(value)) {
        Some(edit) => finding.help(help.clone()).unsafe_fix(help, vec![edit]),
        None => finding.help(help),
    })
}

/// Whether another object written by hand serves this port.
fn others_serve(world: &World<'_>, object: &Object<'_>, service: &Object<'_>, wanted: &JoinPort) -> bool {
    let serves = |it: &&Object<'_>| {
        let ports = match &it.typed {
            Some(Typed::Endpoints(it)) => endpoints::endpoints_ports(it),
            Some(Typed::EndpointSlice(it)) => endpoints::slice_ports(it),
            _ => Vec::new(),
        };
        it.id != object.id && world.namespaces(service, it) != Namespaces::Different && ports.iter().any(|(port, ..)| port == wanted)
    };
    world.named("Endpoints", service.name(), service).iter().any(serves) || world.slices_of(service.name(), service).iter().any(serves)
}
