//! A port behind a route whose `appProtocol` is a word that the Gateway API does not know.

use crate::finding::Finding;
use crate::kube::meant::{self, Meant};
use crate::kube::{Object, World, routes, targets};

/// Words that people write, and the standard ones (GEP-1911, KEP-3726).
const MEANT: [(&str, &str); 6] = [
    ("h2c", "kubernetes.io/h2c"),
    ("http2", "kubernetes.io/h2c"),
    ("grpc", "kubernetes.io/h2c"),
    ("ws", "kubernetes.io/ws"),
    ("websocket", "kubernetes.io/ws"),
    ("wss", "kubernetes.io/wss"),
];

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut told = Vec::new();
    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
        let Meant::There(services) = meant::meant(world, object, backend.to()) else { continue };
        let [service] = services.as_slice() else { continue };
        let Some((index, port)) = targets::service_ports(service).find(|(_, it)| Some(it.port) == backend.port) else { continue };
        let written = port.app_protocol.as_deref().unwrap_or_default();
        let Some((_, standard)) = MEANT.iter().find(|(word, _)| written.eq_ignore_ascii_case(word)).filter(|_| !told.contains(&(service.id, index))) else { continue };
        told.push((service.id, index));
        let field = format!("{}.port", backend.field);
        out.push(
            Finding::possible(format!("{} `{}` sends to a port whose `appProtocol` is `{written}`, which is no standard name", object.kind(), object.name()))
                .label(object.at(&field).span(), "some implementations know the word, the others speak HTTP/1.1 to the port")
                .label(service.at(&format!("spec.ports[{index}].appProtocol")).span(), format!("written in {}", world.told(service)))
                .help(format!("write `appProtocol: {standard}`, which all that support it know"))
                .field(field),
        );
    }
}
