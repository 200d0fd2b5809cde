//! What to say of a port that a Service does not have: what it was meant for, and what to write. Knows no rule.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::kube::near::did_you_mean;
use crate::kube::{Object, World, ports, targets};

/// The ports of a Service as messages list them.
#[must_use]
pub fn list(service: &Object<'_>) -> String {
    let all: Vec<_> = targets::service_ports(service).map(|(_, port)| shown(port)).collect();
    if all.is_empty() { "no ports".to_owned() } else { all.join(", ") }
}

fn shown(port: &ServicePort) -> String {
    let protocol = ports::protocol(port.protocol.as_deref());
    let protocol = if protocol == "TCP" { String::new() } else { format!("/{protocol}") };
    match port.name.as_deref() {
        Some(name) => format!("port {}{protocol} (`{name}`)", port.port),
        None => format!("port {}{protocol}", port.port),
    }
}

/// What a number that is no port of the Service is instead, and the port that was meant.
#[must_use]
pub fn for_number(service: &Object<'_>, number: i32) -> (String, Option<i32>) {
    let all: Vec<_> = targets::service_ports(service).map(|(_, port)| port).collect();
    let target = all.iter().find(|port| ports::target(port) == IntOrString::Int(number));
    let node = all.iter().find(|port| port.node_port == Some(number));
    match (target, node, all.as_slice()) {
        (Some(port), ..) => {
            (format!("{number} is the Service's `targetPort`; what is wanted is its `port`, {}", port.port), Some(port.port))
        }
        (None, Some(port), _) => {
            (format!("{number} is the Service's `nodePort`; what is wanted is its `port`, {}", port.port), Some(port.port))
        }
        (None, None, [port]) => (format!("the Service's only port is {}", port.port), Some(port.port)),
        _ => ("name a port that the Service has".to_owned(), None),
    }
}

/// What a name that no port of the Service has is instead, and the name that was meant.
#[must_use]
pub fn for_name(world: &World<'_>, service: &Object<'_>, name: &str) -> (String, Option<String>) {
    let all: Vec<_> = targets::service_ports(service).map(|(_, port)| port).collect();
    let called = |port: &ServicePort| port.name.clone().filter(|name| !name.is_empty());
    let say = |what: String, port: &ServicePort| match called(port) {
        Some(meant) => (format!("{what}; the Service's port is named `{meant}`"), Some(meant)),
        None => (format!("{what}; give the Service's port {} a `name` and use that", port.port), None),
    };
    let target = all.iter().find(|port| port.target_port == Some(IntOrString::String(name.to_owned())));
    let number = all.iter().find(|port| port.port.to_string() == name);
    let behind = targets::backends(world, service);
    let container = all.iter().find(|port| {
        let IntOrString::Int(number) = ports::target(port) else { return false };
        behind.iter().any(|it| {
            ports::declared(it.spec).any(|(.., declared)| declared.name.as_deref() == Some(name) && declared.container_port == number)
        })
    });
    match (target, number, container) {
        (Some(port), ..) => say(format!("`{name}` is the Service's `targetPort`"), port),
        (None, Some(port), _) => say("a port goes by its name here, not by its number".to_owned(), port),
        (None, None, Some(port)) => say(format!("`{name}` is what the container calls it"), port),
        _ => {
            let names: Vec<_> = all.iter().filter_map(|port| called(port)).collect();
            match did_you_mean(name, names.iter().map(String::as_str)) {
                Some(meant) => (format!("did you mean `{meant}`?"), Some(meant.to_owned())),
                None if names.is_empty() => ("give the Service's port a `name` and use that".to_owned(), None),
                None => match names.as_slice() {
                    [only] if all.len() == 1 => (format!("the Service's only port is named `{only}`"), Some(only.clone())),
                    _ => ("use the name of a port that the Service has".to_owned(), None),
                },
            }
        }
    }
}
