//! Ports of an ExternalName Service: an alias in DNS has none.

use crate::finding::Finding;
use crate::kube::ports;
use crate::kube::targets;
use crate::kube::{Object, World, endpoints};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

pub fn check(object: &Object<'_>, _world: &World<'_>, out: &mut Vec<Finding>) {
    if !object.service().is_some_and(endpoints::is_external) {
        return;
    }
    let Some((_, first)) = targets::service_ports(object).next() else { return };
    let mapped = targets::service_ports(object).find(|(_, port)| ports::target(port) != IntOrString::Int(port.port));
    let message = format!("the ports of ExternalName Service `{}` have no effect", object.name());
    let (path, says) = match mapped {
        Some((index, port)) => (format!("spec.ports[{index}].targetPort"), format!("port {} is not mapped to this one", port.port)),
        None => ("spec.ports".to_owned(), "the Service is an alias in DNS: clients choose the port themselves".to_owned()),
    };
    out.push(
        Finding::possible(message)
            .field(&path)
            .label(object.at(&path).span(), says)
            .help(format!("clients must call the port that `externalName` serves, be it {} or another", first.port)),
    );
}
