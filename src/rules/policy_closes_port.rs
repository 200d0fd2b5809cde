//! A port of a Service that NetworkPolicies keep everybody from, or everybody outside.

use std::net::IpAddr;

use k8s_openapi::api::core::v1::{PodSpec, ServicePort};

use crate::finding::{Confidence, Finding};
use crate::kube::object::Labels;
use crate::kube::policy::{Answer, Direction, End, Pod};
use crate::kube::targets::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, isolation, ports};

/// An address of nobody's cluster (RFC 5737), for any client outside.
const OUTSIDE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let backends = targets::backends(world, object);
    let Some(backend) = backends.first().filter(|it| it.spec.host_network != Some(true)) else { return };
    let Some(around) = isolation::around(world, object).filter(|around| !around.is_empty()) else { return };
    let workload = backend.found.object;
    let isolating = isolation::isolating(world, &around, workload, Direction::Ingress);
    let written_for_it = isolating.iter().any(|policy| is_for(world, policy, workload));
    if !written_for_it {
        return;
    }
    // A namespace that is closed as a whole is opened elsewhere: only rules that were thought out can have forgotten a port.
    let written = isolating.iter().filter_map(|policy| isolation::spec(world, policy)).any(|spec| isolation::rules(spec).any(|rule| rule.direction == Direction::Ingress));
    if !written {
        return;
    }
    let open = world.changed_later(object) || world.changed_later(workload) || isolating.iter().any(|policy| world.changed_later(policy));
    let all: Vec<_> = targets::service_ports(object).filter_map(|(index, port)| Some((index, port, reached(world, backend, port)?))).collect();
    let closed = |port: &ServicePort, number: i32| !isolation::admits(world, &isolating, Direction::Ingress, backend.spec, number, ports::protocol(port.protocol.as_deref()));
    let shut: Vec<_> = all.iter().filter(|(_, port, number)| closed(port, *number) && !is_mixed_up(world, &isolating, port)).collect();
    for (index, _, number) in &shut {
        let sure = if shut.len() == all.len() && !open { Confidence::Likely } else { Confidence::Possible };
        out.push(tell(object, world, workload, &isolating, *index, *number, sure));
    }
    if shut.is_empty() && backends.len() == 1 && is_outside(object) {
        let shut = all.iter().find(|(_, port, number)| keeps_out(world, object, backend, port, *number));
        out.extend(shut.map(|(index, _, number)| outside(object, world, &isolating, *index, *number)));
    }
}

/// Whether a policy was written for these pods: a namespace's policy in a collection of examples says nothing of them.
fn is_for(world: &World<'_>, policy: &Object<'_>, workload: &Object<'_>) -> bool {
    let selector = isolation::spec(world, policy).and_then(|spec| spec.pod_selector.as_ref());
    let chosen = selector.and_then(|selector| selector.match_labels.as_ref()).is_some_and(|pairs| !pairs.is_empty());
    let one_file = world.distance(policy, workload) == Distance::SameFile;
    world.namespaces(policy, workload) == Namespaces::Same && (chosen || one_file)
}

fn reached(world: &World<'_>, backend: &Backend<'_, '_>, port: &ServicePort) -> Option<i32> {
    ports::find(backend.spec, &ports::target(port), ports::protocol(port.protocol.as_deref()), world.profile.version)
}

/// Whether a policy admits the Service's own port or name, which another rule speaks of.
fn is_mixed_up(world: &World<'_>, policies: &[&Object<'_>], port: &ServicePort) -> bool {
    use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
    let specs = policies.iter().filter_map(|policy| isolation::spec(world, policy));
    specs.flat_map(isolation::rules).flat_map(|rule| rule.ports).any(|it| match &it.port {
        Some(IntOrString::Int(number)) => *number == port.port,
        Some(IntOrString::String(_)) => true,
        None => false,
    })
}

fn tell(object: &Object<'_>, world: &World<'_>, workload: &Object<'_>, policies: &[&Object<'_>], index: usize, number: i32, sure: Confidence) -> Finding {
    let field = format!("spec.ports[{index}].port");
    let mut finding = Finding::new(sure, format!("no NetworkPolicy admits port {number}, where Service `{}` sends to", object.name()))
        .label(object.at(&field).span(), "connections through it end in a time-out, whoever asks");
    for policy in policies.iter().take(2) {
        finding = finding.label(policy.title(), format!("{} closes the pods of {} but for what it admits", world.told(policy), world.told(workload)));
    }
    finding.help(format!("admit port {number} in a policy, or take the port out of the Service if nobody is to use it")).field(field)
}

fn is_outside(object: &Object<'_>) -> bool {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    spec.is_some_and(|spec| matches!(spec.type_.as_deref(), Some("LoadBalancer" | "NodePort")))
}

/// Whether the policies take pods only, and no address outside.
fn keeps_out(world: &World<'_>, object: &Object<'_>, backend: &Backend<'_, '_>, port: &ServicePort, number: i32) -> bool {
    let Some(policies) = isolation::policies(world, object) else { return false };
    let none = Labels::new();
    let pod = pod(world, object, backend, &none);
    let from = |end| policies.judge(end, End::Pod(pod), number, ports::protocol(port.protocol.as_deref()));
    // A block of addresses was thought of for somebody, whoever it takes.
    matches!(from(End::Address(OUTSIDE)), Answer::Blocked(..)) && !has_block(world, object)
}

fn pod<'p>(world: &'p World<'_>, object: &'p Object<'_>, backend: &Backend<'p, '_>, none: &'p Labels) -> Pod<'p> {
    let spec: &PodSpec = backend.spec;
    Pod { namespace: world.namespace(object), labels: backend.found.template.labels.unwrap_or(none), spec }
}

fn has_block(world: &World<'_>, object: &Object<'_>) -> bool {
    let around = isolation::around(world, object).unwrap_or_default();
    around.iter().filter_map(|policy| isolation::spec(world, policy)).flat_map(isolation::rules).any(|rule| rule.direction == Direction::Ingress && rule.peers.iter().any(|peer| peer.ip_block.is_some()))
}

fn outside(object: &Object<'_>, world: &World<'_>, policies: &[&Object<'_>], index: usize, number: i32) -> Finding {
    let field = format!("spec.ports[{index}].port");
    let kind = object.service().and_then(|service| service.spec.as_ref()?.type_.clone()).unwrap_or_default();
    let mut finding = Finding::possible(format!("Service `{}` is a {kind}, and the NetworkPolicies of its pods admit pods only", object.name()))
        .label(object.at("spec.type").span(), "clients outside the cluster get a time-out: they are no pods");
    if let Some(policy) = policies.first() {
        finding = finding.label(policy.title(), format!("{} admits port {number} to pods that it selects", world.told(policy)));
    }
    finding.help("admit the clients' addresses by `ipBlock` (with `externalTrafficPolicy: Cluster` the pods see the nodes' instead), or use ClusterIP").field(field)
}
