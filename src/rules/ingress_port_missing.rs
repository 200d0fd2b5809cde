//! An Ingress that names a port which its Service does not have.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::{Confidence, Finding};
use crate::kube::backends::{self, Backend};
use crate::kube::near::did_you_mean;
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, endpoints, ports, targets};

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
            out.push(tell(object, world, &backend, service));
        }
    }
}

/// The Services of that name that stand nearest, without those that are parts or have no ports.
fn nearest<'w, 's>(object: &Object<'_>, world: &'w World<'s>, name: &str) -> Vec<&'w Object<'s>> {
    let mut services = world.named("Service", name, object);
    services.retain(|service| targets::service_ports(service).next().is_some());
    let best = services.first().map(|service| (world.namespaces(object, service), world.distance(object, service)));
    services.retain(|service| Some((world.namespaces(object, service), world.distance(object, service))) == best);
    services.retain(|service| world.namespaces(object, service) != Namespaces::Different && world.distance(object, service) < Distance::Far);
    services
}

fn is_it(backend: &Backend<'_>, port: &ServicePort) -> bool {
    match (backend.port_name, backend.port_number) {
        (Some(name), _) => port.name.as_deref() == Some(name),
        (None, Some(number)) => port.port == number,
        (None, None) => true,
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, backend: &Backend<'_>, service: &Object<'_>) -> Finding {
    let all: Vec<_> = targets::service_ports(service).collect();
    let leaf = if backend.port_name.is_some() { "name" } else { "number" };
    let path = format!("{}.service.port.{leaf}", backend.field);
    let place = object.at(&path);
    let written = backend.port_name.map_or_else(|| backend.port_number.unwrap_or_default().to_string(), str::to_owned);
    let message = format!("Ingress `{}` sends to port `{written}` of Service `{}`, which has no such port", object.name(), service.name());
    let has: Vec<_> = all.iter().map(|(_, port)| shown(port)).collect();
    let finding = Finding::new(confidence(object, world, service), message)
        .field(&path)
        .label(place.span(), "the controller finds no such port: clients get a 503")
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), has.join(", ")));
    if let Some(name) = backend.port_name {
        let names = all.iter().filter_map(|(_, port)| port.name.as_deref());
        let only = if let [(_, port)] = all[..] { port.name.as_deref() } else { None };
        return match did_you_mean(name, names).or(only) {
            Some(meant) => mend(finding.help(format!("did you mean `{meant}`? An Ingress names the Service's port, not the container's")), place.replace(meant), meant),
            None => finding.help("name a port that the Service has; a port without a name goes by its `number`"),
        };
    }
    let number = backend.port_number.unwrap_or_default();
    let target = all.iter().find(|(_, port)| ports::target(port) == IntOrString::Int(number));
    let node = all.iter().find(|(_, port)| port.node_port == Some(number));
    match (target, node, &all[..]) {
        (Some((_, port)), ..) => {
            let help = format!("{number} is the Service's `targetPort`; an Ingress names its `port`, {}", port.port);
            mend(finding.help(help), place.replace(&port.port.to_string()), &port.port.to_string())
        }
        (None, Some((_, port)), _) => {
            let help = format!("{number} is the Service's `nodePort`; an Ingress names its `port`, {}", port.port);
            mend(finding.help(help), place.replace(&port.port.to_string()), &port.port.to_string())
        }
        (None, None, [(_, port)]) => {
            let help = format!("the Service's only port is {}", port.port);
            mend(finding.help(help), place.replace(&port.port.to_string()), &port.port.to_string())
        }
        _ => finding.help("name a port that the Service has"),
    }
}

fn mend(finding: Finding, edit: Option<crate::finding::Edit>, port: &str) -> Finding {
    match edit {
        Some(edit) => finding.unsafe_fix(format!("send to port `{port}`"), vec![edit]),
        None => finding,
    }
}

/// Certain for the Service next door. What a controller does with an ExternalName Service is its own affair.
fn confidence(object: &Object<'_>, world: &World<'_>, service: &Object<'_>) -> Confidence {
    let distance = world.distance(object, service);
    let external = service.service().is_some_and(endpoints::is_external);
    if external || world.namespaces(object, service) != Namespaces::Same {
        return Confidence::Possible;
    }
    let changed = world.changed_later(object) || world.changed_later(service) || !world.patches_of(service).is_empty();
    let apart = distance > Distance::SameFile && world.among_alternatives(object);
    let near = distance == Distance::Near;
    if changed || apart || near { Confidence::Likely } else { Confidence::Certain }
}

fn shown(port: &ServicePort) -> String {
    match port.name.as_deref() {
        Some(name) => format!("port {} (`{name}`)", port.port),
        None => format!("port {}", port.port),
    }
}
