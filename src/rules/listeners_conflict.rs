//! Two listeners of a Gateway that can't share their port.

use crate::finding::Finding;
use crate::kube::admission::gateway::Json;
use crate::kube::routes::{self, items, text};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    let listeners = routes::spec(object).map_or(&[][..], |spec| items(spec, "listeners"));
    // Of the listeners of ListenerSets and their Gateway, merged into one list, those that come first stay.
    let loses = match object.kind() {
        "ListenerSet" => "this one is `Conflicted`, and not set up",
        _ => "both are `Conflicted`, and neither is set up",
    };
    let mut seen: std::collections::HashMap<i64, (usize, &str)> = std::collections::HashMap::new();
    for (index, listener) in listeners.iter().enumerate() {
        let Some(port) = listener.get("port").and_then(Json::as_i64) else { continue };
        let layer = match text(listener, "protocol") {
            "HTTP" => "HTTP",
            "HTTPS" | "TLS" => "TLS",
            "TCP" => "TCP",
            _ => continue,
        };
        let (first, other) = *seen.entry(port).or_insert((index, layer));
        if other == layer {
            continue;
        }
        let name = |index: usize| listeners.get(index).map_or("", |listener| text(listener, "name"));
        let field = format!("spec.listeners[{index}].protocol");
        let message = format!("listeners `{}` and `{}` of {} `{}` can't share port {port}", name(first), name(index), object.kind(), object.name());
        let finding = Finding::certain(message)
            .label(object.at(&field).span(), format!("another protocol on the same port: {loses}"))
            .label(object.at(&format!("spec.listeners[{first}].protocol")).span(), format!("listener `{}` has the port already", name(first)))
            .help("give one of them a port of its own");
        out.push(finding.field(field));
    }
}
