//! A route to a port whose `appProtocol` routes of its kind do not speak.

use super::unresolved;
use crate::finding::Finding;
use crate::kube::routes::{self, Reference};
use crate::kube::world::{Distance, title};
use crate::kube::{Object, World, meant, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for (backend, service) in meant::services_of_route(world, object) {
        let Some((index, protocol)) = named(service, &backend) else { continue };
        let field = format!("{}.port", backend.field);
        let (finding, label, help) = match (protocol, object.kind()) {
            ("kubernetes.io/ws" | "kubernetes.io/wss", "GRPCRoute") => (
                Finding::new(meant::sure(world, object, backend.namespace, service), message(object, protocol)),
                format!("routes of this kind don't: {}", unresolved::clients(object.kind(), &field)),
                "send to a port without `appProtocol`, or with `kubernetes.io/h2c`",
            ),
            ("kubernetes.io/wss", "HTTPRoute") if !has_tls_policy(world, service) => (
                Finding::possible(message(object, protocol)),
                "without a BackendTLSPolicy some implementations refuse that, some speak plain text, some TLS without a look at the certificate".to_owned(),
                "add a BackendTLSPolicy for the Service, or use a TLSRoute",
            ),
            _ => continue,
        };
        out.push(
            finding
                .label(object.at(&field).span(), label)
                .label(service.at(&format!("spec.ports[{index}].appProtocol")).span(), format!("written in {}", world.told(service)))
                .help(help)
                .field(field),
        );
    }
}

fn message(object: &Object<'_>, protocol: &str) -> String {
    format!("{} sends to a port that speaks `{protocol}`", title(&object.reference))
}

/// The `appProtocol` of the port, if Kubernetes gives it a meaning.
fn named<'o>(service: &'o Object<'_>, backend: &Reference<'_>) -> Option<(usize, &'o str)> {
    let (index, port) = targets::service_ports(service).find(|(_, it)| Some(it.port) == backend.port)?;
    let protocol = port.app_protocol.as_deref().filter(|protocol| protocol.starts_with("kubernetes.io/"))?;
    Some((index, protocol))
}

/// Whether a BackendTLSPolicy makes the connection to the Service a TLS one.
fn has_tls_policy(world: &World<'_>, service: &Object<'_>) -> bool {
    let policies = world.of_kind("BackendTLSPolicy", service, Distance::Far);
    policies.iter().any(|policy| routes::targets(policy).iter().any(|target| target.name == service.name()))
}
