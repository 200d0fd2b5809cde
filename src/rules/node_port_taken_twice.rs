//! Two Services that ask for one node port.

use crate::finding::{Confidence, Finding};
use crate::kube::targets;
use crate::kube::world::Distance;
use crate::kube::{Object, World, ports};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !opens_node_ports(object) || world.kustomize.is_patch(object.span.file) {
        return;
    }
    for (index, port) in targets::service_ports(object) {
        let Some(number) = port.node_port.filter(|number| *number != 0) else { continue };
        let protocol = ports::protocol(port.protocol.as_deref());
        let rivals = world.with_node_port(number, protocol, object, Distance::Near);
        let rival = rivals.into_iter().filter(|it| it.id < object.id && opens_node_ports(it) && !same(world, object, it));
        let Some((rival, confidence)) = rival.filter_map(|it| Some((it, confidence(world, object, it)?))).max_by_key(|(_, confidence)| *confidence)
        else {
            continue;
        };
        let path = format!("spec.ports[{index}].nodePort");
        let theirs = targets::service_ports(rival).find(|(_, port)| port.node_port == Some(number)).map_or(0, |(index, _)| index);
        let there = rival.at(&format!("spec.ports[{theirs}].nodePort")).span();
        let message = format!("node port {number}/{protocol} of Service `{}` is taken by Service `{}` in {}", object.name(), rival.name(), world.place(there));
        out.push(
            Finding::new(confidence, message)
                .field(&path)
                .label(object.at(&path).span(), "a node port belongs to one Service of the cluster: the API server refuses the second")
                .label(there, format!("Service `{}` asks for it first", rival.name()))
                .help("pick another one, or leave `nodePort` out: the cluster then picks a free one"),
        );
    }
}

fn opens_node_ports(object: &Object<'_>) -> bool {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    matches!(spec.and_then(|spec| spec.type_.as_deref()), Some("NodePort" | "LoadBalancer"))
}

/// Whether both are one object, written twice.
fn same(world: &World<'_>, a: &Object<'_>, b: &Object<'_>) -> bool {
    a.name() == b.name() && world.namespace(a) == world.namespace(b)
}

/// Certain in one file, which is applied as a whole; folders beside each other may be meant for two clusters.
fn confidence(world: &World<'_>, object: &Object<'_>, rival: &Object<'_>) -> Option<Confidence> {
    match world.distance(object, rival) {
        Distance::SameFile if world.changed_later(object) => Some(Confidence::Likely),
        Distance::SameFile => Some(Confidence::Certain),
        Distance::SameDirectory if world.among_alternatives(object) => None,
        Distance::SameDirectory => Some(Confidence::Likely),
        Distance::Near => Some(Confidence::Possible),
        Distance::Far | Distance::Apart => None,
    }
}
