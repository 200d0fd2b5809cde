//! Two DaemonSets that want one port of every node.

use k8s_openapi::api::core::v1::{ContainerPort, PodSpec};

use crate::finding::{Confidence, Finding};
use crate::kube::ports::{self, Role};
use crate::kube::world::Distance;
use crate::kube::{Object, World};

/// Ports of one workload that are looked at.
const MOST: usize = 64;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(own) = on_every_node(object).filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let farthest = if world.among_alternatives(object) { Distance::SameFile } else { Distance::SameDirectory };
    let others = world.workloads_near(object, farthest).into_iter().filter(|other| other.id < object.id && other.name() != object.name());
    let others: Vec<_> = others.filter_map(|other| Some((other, on_every_node(other)?))).collect();
    for (field, port) in ports_of_nodes(own).take(MOST) {
        let clash = others.iter().find_map(|(other, spec)| {
            let (there, _) = ports_of_nodes(spec).take(MOST).find(|(_, it)| are_one(port, it))?;
            Some((*other, there))
        });
        let Some((other, there)) = clash else { continue };
        let (number, protocol) = (port.host_port.unwrap_or(port.container_port), ports::protocol(port.protocol.as_deref()));
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

/// The pods of a DaemonSet that runs wherever it can.
fn on_every_node<'o>(object: &'o Object<'_>) -> Option<&'o PodSpec> {
    let spec = object.template()?.spec.filter(|spec| object.kind() == "DaemonSet" && !ports::is_partial(spec))?;
    let everywhere = spec.node_selector.as_ref().is_none_or(|it| it.keys().all(|key| key == "kubernetes.io/os")) && spec.affinity.is_none();
    everywhere.then_some(spec)
}

/// The ports that pods take of their node, each with its field in the template.
fn ports_of_nodes(spec: &PodSpec) -> impl Iterator<Item = (String, &ContainerPort)> {
    let on_host = spec.host_network == Some(true);
    let running = ports::declared(spec).filter(|(placed, ..)| placed.role != Role::Init);
    running.filter_map(move |(placed, index, port)| {
        let leaf = if port.host_port.is_some_and(|port| port != 0) { "hostPort" } else { "containerPort" };
        (leaf == "hostPort" || on_host).then(|| (format!("{}.ports[{index}].{leaf}", placed.field()), port))
    })
}

/// Whether two ports of a node are the same, as the scheduler compares them (`NodePorts`): number, protocol and address.
fn are_one(a: &ContainerPort, b: &ContainerPort) -> bool {
    let number = |port: &ContainerPort| port.host_port.filter(|port| *port != 0).unwrap_or(port.container_port);
    let address = |port: &ContainerPort| port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
    let apart = address(a).zip(address(b)).is_some_and(|(a, b)| a != b);
    number(a) == number(b) && ports::protocol(a.protocol.as_deref()) == ports::protocol(b.protocol.as_deref()) && !apart
}
