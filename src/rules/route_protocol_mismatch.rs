//! A route to a port whose `appProtocol` routes of its kind do not speak.

use crate::finding::Finding;
use crate::kube::meant::{self, Meant};
use crate::kube::routes::{self, Reference};
use crate::kube::world::Distance;
use crate::kube::{Object, World, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
        let Meant::There(services) = meant::meant(world, object, backend.to()) else { continue };
        let [service] = services.as_slice() else { continue };
        let Some((index, protocol)) = named(service, backend) else { continue };
        let fits = match (protocol, object.kind()) {
            ("kubernetes.io/ws" | "kubernetes.io/wss", "GRPCRoute") => false,
            ("kubernetes.io/wss", "HTTPRoute") => has_tls_policy(world, service),
            _ => true,
        };
        if !fits {
            out.push(tell(object, world, backend, service, index, protocol));
        }
    }
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

fn tell(object: &Object<'_>, world: &World<'_>, backend: &Reference<'_>, service: &Object<'_>, index: usize, protocol: &str) -> Finding {
    let field = format!("{}.port", backend.field);
    let sure = meant::sure(world, object, backend.namespace, service);
    let message = format!("{} `{}` sends to a port that speaks `{protocol}`", object.kind(), object.name());
    let help = match object.kind() {
        "HTTPRoute" => "add a BackendTLSPolicy for the Service, or use a TLSRoute",
        _ => "send to a port without `appProtocol`, or with `kubernetes.io/h2c`",
    };
    let finding = Finding::new(sure, message)
        .label(object.at(&field).span(), "routes of this kind don't: clients get a 500")
        .label(service.at(&format!("spec.ports[{index}].appProtocol")).span(), format!("written in {}", world.told(service)))
        .help(help);
    finding.field(field)
}
