//! One port number for TCP and UDP: legal, and a trap for `kubectl apply`.

use crate::finding::Finding;
use crate::kube::{Object, World, ports, targets};

pub fn check(object: &Object<'_>, _world: &World<'_>, out: &mut Vec<Finding>) {
    let all: Vec<_> = targets::service_ports(object).collect();
    for (at, (index, port)) in all.iter().enumerate() {
        let mine = ports::protocol(port.protocol.as_deref());
        let earlier = all.iter().take(at).find(|(_, other)| other.port == port.port && ports::protocol(other.protocol.as_deref()) != mine);
        let Some((first, other)) = earlier else { continue };
        let theirs = ports::protocol(other.protocol.as_deref());
        let path = format!("spec.ports[{index}].port");
        out.push(
            Finding::possible(format!("port {} of Service `{}` is there for {theirs} and for {mine}", port.port, object.name()))
                .field(&path)
                .label(object.at(&path).span(), "created well, but the next `kubectl apply` merges ports by number alone and may lose one of the two")
                .label(object.at(&format!("spec.ports[{first}].port")).span(), format!("the same number for {theirs}"))
                .help("apply it with `kubectl apply --server-side`, or split it into one Service for each protocol"),
        );
    }
}
