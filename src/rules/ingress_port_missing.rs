//! An Ingress that names a port which its Service does not have.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::service_port;
use crate::finding::{Confidence, Finding};
use crate::kube::backends::{self, Backend};
use crate::kube::meant;
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, ports, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for backend in backends::of(ingress) {
        let services = nearest(object, world, backend.service);
        let Some(service) = services.first() else { continue };
        let lacks = |service: &&Object<'_>| {
            !targets::ports_in_doubt(service) && !targets::service_ports(service).any(|(_, port)| is_it(&backend, port))
        };
        if (backend.port_name.is_some() || backend.port_number.is_some()) && services.iter().all(lacks) {
            let by_target = services.iter().all(|service| is_target(&backend, service));
            out.push(tell(object, world, &backend, service, if by_target { nginx(ingress) } else { Some(false) }));
        }
    }
}

/// The Services of that name that stand nearest, without those that are parts or have no ports.
fn nearest<'w, 's>(object: &Object<'_>, world: &'w World<'s>, name: &str) -> Vec<&'w Object<'s>> {
    let has_ports = |service: &Object<'_>| targets::service_ports(service).next().is_some();
    let is_the_nearest = |service: &Object<'_>| world.namespaces(object, service) == Namespaces::Same && has_ports(service);
    let mut services = world.placed_until("Service", name, object, Distance::Far, is_the_nearest);
    services.retain(|(.., service)| has_ports(service));
    let best = services.first().map(|(namespaces, distance, _)| (*namespaces, *distance));
    let Some((namespaces, distance)) = best.filter(|best| best.0 != Namespaces::Different && best.1 < Distance::Far) else {
        return Vec::new();
    };
    services.into_iter().filter(|it| (it.0, it.1) == (namespaces, distance)).map(|(.., service)| service).collect()
}

fn is_it(backend: &Backend<'_>, port: &ServicePort) -> bool {
    match (backend.port_name, backend.port_number) {
        (Some(name), _) => port.name.as_deref() == Some(name),
        (None, Some(number)) => port.port == number,
        (None, None) => true,
    }
}

/// Whether what is asked for is where a port of the Service leads, as it is written there.
fn is_target(backend: &Backend<'_>, service: &Object<'_>) -> bool {
    let asked = backend.port_name.map_or_else(|| backend.port_number.unwrap_or_default().to_string(), str::to_owned);
    targets::service_ports(service).any(|(_, port)| match ports::target(port) {
        IntOrString::Int(number) => number.to_string() == asked,
        IntOrString::String(name) => name == asked,
    })
}

/// Whether ingress-nginx serves the Ingress, which takes a target port for the port; none where nothing tells it from
/// F5's controller, or from any other.
fn nginx(ingress: &Ingress) -> Option<bool> {
    let annotations = ingress.metadata.annotations.as_ref();
    let mut keys = annotations.into_iter().flatten().map(|(key, _)| key.as_str());
    let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    let class = class.or_else(|| annotations?.get("kubernetes.io/ingress.class").map(String::as_str));
    match class {
        Some("nginx") | None if keys.any(|key| key.starts_with("nginx.ingress.kubernetes.io/")) => Some(true),
        Some(class) if !class.contains("nginx") => Some(false),
        _ => None,
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, backend: &Backend<'_>, service: &Object<'_>, works: Option<bool>) -> Finding {
    let leaf = if backend.port_name.is_some() { "name" } else { "number" };
    let path = format!("{}.service.port.{leaf}", backend.field);
    let place = object.at(&path);
    let written = backend.port_name.map_or_else(|| backend.port_number.unwrap_or_default().to_string(), str::to_owned);
    let message = format!("{} sends to port `{written}` of {}, which has no such port", title(&object.reference), title(&service.reference));
    let (help, meant) = match backend.port_name {
        Some(name) => service_port::for_name(world, service, name),
        None => {
            let (help, meant) = service_port::for_number(service, backend.port_number.unwrap_or_default());
            (help, meant.map(|meant| meant.to_string()))
        }
    };
    let (most, says) = match works {
        Some(false) => (Confidence::Certain, "the controller finds no such port: clients get a 503"),
        None => (Confidence::Likely, "ingress-nginx takes a `targetPort` for it; every other controller finds no such port: clients get a 503"),
        Some(true) => (Confidence::Possible, "ingress-nginx takes a `targetPort` for it, against the API; any other controller answers 503"),
    };
    let sure = meant::sure(world, object, None, service);
    let elsewhere = sure == Confidence::Possible && world.distance(object, service) > Distance::SameDirectory;
    let help = if elsewhere { format!("if that Service is the one meant: {help}") } else { help };
    let finding = Finding::new(sure.min(most), message)
        .field(&path)
        .label(place.span(), says)
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help);
    match meant.and_then(|meant| Some((place.replace(&meant)?, meant))) {
        Some((edit, meant)) => finding.unsafe_fix(format!("send to port `{meant}`"), vec![edit]),
        None => finding,
    }
}
