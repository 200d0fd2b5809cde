//! Two DaemonSets that want one port of every node.

use crate::finding::{Confidence, Finding};
use crate::kube::world::Distance;
use crate::kube::{Object, World, host_ports, ports};

/// Ports of one workload that are looked at.
const MOST: usize = 64;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(own) = host_ports::on_every_node(object).filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let farthest = if world.among_alternatives(object) { Distance::SameFile } else { Distance::SameDirectory };
    let others = world.workloads_near(object, farthest).into_iter().filter(|other| other.id < object.id && other.name() != object.name());
    let others: Vec<_> = others.filter_map(|other| Some((other, host_ports::on_every_node(other)?))).collect();
    for (field, port) in host_ports::of(own).take(MOST) {
        let clash = others.iter().find_map(|(other, spec)| {
            let (there, _) = host_ports::of(spec).take(MOST).find(|(_, it)| host_ports::are_one(port, it))?;
            Some((*other, there))
        });
        let Some((other, there)) = clash else { continue };
        let (number, protocol) = (host_ports::number(port), ports::protocol(port.protocol.as_deref()));
        let template = object.template().map(|template| template.field(&field)).unwrap_or_default();
        let theirs = other.template().map(|template| template.field(&there)).unwrap_or_default();
        let open = world.changed_later(object) || world.changed_later(other) || world.distance(object, other) > Distance::SameFile;
        out.push(
            Finding::new(
                if open { Confidence::Possible } else { Confidence::Likely },
                format!("DaemonSets `{}` and `{}` both want port {number}/{protocol} of every node", other.name(), object.name()),
            )
            .label(object.at(&template).span(), "a node runs the pod that came first; the other one stays Pending")
            .label(other.at(&theirs).span(), format!("{} has it", world.told(other)))
            .help("give one of them another port, or run each on nodes of its own with a `nodeSelector`")
            .field(template),
        );
        return;
    }
}
