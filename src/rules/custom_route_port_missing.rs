//! A route of a proxy's own kind that sends to a port which its Service does not have.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{service_port, unresolved};
use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::proxies::{self, Backend, Port};
use crate::kube::{Object, World, endpoints, ports, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let openshift = object.kind() == "Route";
    for mut backend in proxies::backends(object) {
        if openshift {
            (backend.port_field, backend.port) = route_port(object);
        }
        let name = Name { group: "", kind: "Service", namespace: backend.namespace.as_deref(), name: &backend.service };
        let (Some(port), Meant::There(services)) = (&backend.port, meant::meant(world, object, name)) else { continue };
        let lacks = |service: &&Object<'_>| {
            let mut all = targets::service_ports(service).peekable();
            let external = service.service().is_some_and(endpoints::is_external);
            let takes = |it: &ServicePort| if openshift { is_behind(port, it) } else { is_it(port, it) };
            all.peek().is_some() && !external && !targets::ports_in_doubt(service) && !all.any(|(_, it)| takes(it))
        };
        if services.iter().all(lacks) {
            out.extend(services.first().map(|service| tell(object, world, &backend, port, service)));
        }
    }
}

fn is_it(port: &Port, it: &ServicePort) -> bool {
    match port {
        Port::Number(number) => it.port == *number,
        Port::Name(name) => it.name.as_ref() == Some(name),
    }
}

/// OpenShift's router looks among the endpoints: by the name of the Service's port, or the number in the pods.
fn is_behind(port: &Port, it: &ServicePort) -> bool {
    match (port, ports::target(it)) {
        (Port::Number(number), IntOrString::Int(target)) => target == *number || it.port == *number,
        (Port::Number(_), IntOrString::String(_)) => true,
        (Port::Name(name), IntOrString::String(target)) => it.name.as_ref() == Some(name) || target == *name,
        (Port::Name(name), IntOrString::Int(_)) => it.name.as_ref() == Some(name),
    }
}

fn route_port(object: &Object<'_>) -> (String, Option<Port>) {
    let field = "spec.port.targetPort";
    let value = object.value().and_then(|root| root.get("spec")?.follow().get("port")?.follow().get("targetPort"));
    let port = value.and_then(|value| match (value.as_i64(), value.as_str()) {
        (Some(number), _) => i32::try_from(number).ok().map(Port::Number),
        (None, Some(name)) => Some(name.parse().map_or_else(|_| Port::Name(name.to_owned()), Port::Number)),
        (None, None) => None,
    });
    (field.to_owned(), port)
}

fn tell(object: &Object<'_>, world: &World<'_>, backend: &Backend, port: &Port, service: &Object<'_>) -> Finding {
    let place = object.at(&backend.port_field);
    let (written, (help, meant)) = match port {
        Port::Name(name) => (name.clone(), service_port::for_name(world, service, name)),
        Port::Number(number) => {
            let (help, meant) = service_port::for_number(service, *number);
            (number.to_string(), (help, meant.map(|meant| meant.to_string())))
        }
    };
    let sure = meant::sure(world, object, backend.namespace.as_deref(), service).min(Confidence::Likely);
    let message = format!("{} `{}` sends to port `{written}` of Service `{}`, which has no such port", object.kind(), object.name(), service.name());
    let finding = Finding::new(sure, message)
        .label(place.span(), format!("the proxy finds no such port: {}", unresolved::clients_of_proxy(object.kind(), &backend.port_field)))
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help)
        .field(backend.port_field.clone());
    match meant.and_then(|meant| Some((place.replace(&meant)?, meant))) {
        Some((edit, meant)) => finding.unsafe_fix(format!("send to port `{meant}`"), vec![edit]),
        None => finding,
    }
}
