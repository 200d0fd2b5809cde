//! The ports that pods take of their node. Knows one workload at a time, and no rule.

use k8s_openapi::api::core::v1::ContainerPort;

use super::object::Object;
use super::pod_spec::PodSpec;
use super::ports::{self, Role};

/// The pods of a DaemonSet that runs wherever it can.
#[must_use]
pub fn on_every_node<'o>(object: &'o Object<'_>) -> Option<&'o PodSpec> {
    let spec = object.template()?.spec.filter(|spec| object.kind() == "DaemonSet" && !ports::is_partial(spec))?;
    let everywhere = spec.node_selector.as_ref().is_none_or(|it| it.keys().all(|key| key == "kubernetes.io/os")) && !spec.has_affinity;
    everywhere.then_some(spec)
}

/// The ports that pods take of their node, each with its field in the template.
pub fn of(spec: &PodSpec) -> impl Iterator<Item = (String, &ContainerPort)> {
    let on_host = spec.host_network == Some(true);
    let running = ports::declared(spec).filter(|(placed, ..)| placed.role != Role::Init);
    running.filter_map(move |(placed, index, port)| {
        let leaf = if port.host_port.is_some_and(|port| port != 0) { "hostPort" } else { "containerPort" };
        (leaf == "hostPort" || on_host).then(|| (format!("{}.ports[{index}].{leaf}", placed.field()), port))
    })
}

/// The number on the node.
#[must_use]
pub fn number(port: &ContainerPort) -> i32 {
    port.host_port.filter(|port| *port != 0).unwrap_or(port.container_port)
}

/// Whether two ports of a node are the same, as the scheduler compares them (`NodePorts`): number, protocol and address.
#[must_use]
pub fn are_one(a: &ContainerPort, b: &ContainerPort) -> bool {
    let address = |port: &ContainerPort| port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
    let apart = address(a).zip(address(b)).is_some_and(|(a, b)| a != b);
    number(a) == number(b) && ports::protocol(a.protocol.as_deref()) == ports::protocol(b.protocol.as_deref()) && !apart
}
