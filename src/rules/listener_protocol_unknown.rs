//! A listener of a protocol that the Gateway API does not have.

use crate::finding::Finding;
use crate::kube::routes::{self, items, text};
use crate::kube::{Object, World, template};

const KNOWN: [&str; 5] = ["HTTP", "HTTPS", "TLS", "TCP", "UDP"];

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    let listeners = routes::spec(object).map_or(&[][..], |spec| items(spec, "listeners"));
    for (index, listener) in listeners.iter().enumerate() {
        let protocol = text(listener, "protocol");
        let own = protocol.contains('/') || protocol.is_empty() || template::is_placeholder(protocol);
        if own || KNOWN.contains(&protocol) {
            continue;
        }
        let upper = protocol.to_ascii_uppercase();
        let meant = KNOWN.into_iter().find(|known| *known == upper).or(match upper.as_str() {
            "GRPC" | "H2C" | "HTTP2" | "WS" => Some("HTTP"),
            "GRPCS" | "H2" | "WSS" => Some("HTTPS"),
            _ => None,
        });
        let Some(meant) = meant else { continue };
        let field = format!("spec.listeners[{index}].protocol");
        let place = object.at(&field);
        let finding = Finding::certain(format!("listener `{}` of {} `{}` has a protocol that no Gateway speaks", text(listener, "name"), object.kind(), object.name()))
            .label(place.span(), "accepted, and refused by the controller: `UnsupportedProtocol`")
            .help(format!("write `{meant}`"))
            .field(field);
        out.push(match place.replace(meant) {
            Some(edit) => finding.unsafe_fix(format!("write `{meant}`"), vec![edit]),
            None => finding,
        });
    }
}
