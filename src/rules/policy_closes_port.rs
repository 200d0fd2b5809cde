//! A port of a Service that NetworkPolicies keep everybody from, or everybody outside.

use std::net::IpAddr;

use k8s_openapi::api::core::v1::ServicePort;

use crate::finding::{Confidence, Finding};
use crate::kube::object::Labels;
use crate::kube::pod_spec::PodSpec;
use crate::kube::policy::{Answer, Direction, End, NAMESPACE_NAME, Pod};
use crate::kube::targets::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, Typed, World, backends, isolation, monitored, monitors, pods, ports, prometheus};

/// Addresses of nobody's cluster (RFC 5737), for any client outside. No block that was written for some takes all of them.
const OUTSIDE: [IpAddr; 3] = [
    IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7)),
    IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7)),
    IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)),
];

/// Ports of one Service that are looked at.
const MOST_PORTS: usize = 64;

/// A namespace that no file speaks of, as the ingress controller's may be.
const SOME_NAMESPACE: &str = "a-namespace-that-is-not-here";

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let found = targets::backends(world, object);
    let Some(backend) = found.first().filter(|it| it.spec.host_network != Some(true)) else { return };
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
        out.extend(nobody(object, world, workload, &isolating));
        return;
    }
    let open = world.changed_later(object) || world.changed_later(workload) || isolating.iter().any(|policy| world.changed_later(policy));
    let all: Vec<_> = targets::service_ports(object).filter_map(|(index, port)| Some((index, port, reached(world, backend, port)?))).take(MOST_PORTS).collect();
    let closed = |port: &ServicePort, number: i32| !isolation::admits(world, &isolating, Direction::Ingress, backend.spec, number, ports::protocol(port.protocol.as_deref()));
    let shut: Vec<_> = all.iter().filter(|(_, port, number)| closed(port, *number) && !is_mixed_up(world, &isolating, port)).collect();
    for (index, _, number) in &shut {
        let sure = if shut.len() == all.len() && !open { Confidence::Likely } else { Confidence::Possible };
        out.push(tell(object, world, workload, &isolating, *index, *number, sure));
    }
    if found.len() > 1 {
        return;
    }
    out.extend(scraped(object, world).into_iter().filter_map(|(index, monitor)| {
        let (_, port, number) = all.iter().find(|it| it.0 == index && !shut.iter().any(|it| it.0 == index))?;
        let prometheus = End::AnyPod(SOME_NAMESPACE);
        is_blocked(world, object, backend, port, *number, prometheus).then(|| through_monitor(object, world, &isolating, index, monitor))
    }));
    if !shut.is_empty() {
        return;
    }
    if is_outside(object) {
        let address = |port: &ServicePort, number| OUTSIDE.iter().any(|it| is_blocked(world, object, backend, port, number, End::Address(*it)));
        // A block of addresses was thought of for somebody, whoever it takes.
        let blocks = blocks(world, &isolating);
        let shut = all.iter().find(|(_, port, number)| address(port, *number));
        out.extend(shut.and_then(|(index, _, number)| match blocks.first() {
            None => Some(outside(object, world, &isolating, *index, *number)),
            Some((policy, field, block)) => (!is_local(object) && !is_private(block)).then(|| masked(object, world, *index, policy, field, block)),
        }));
    } else if let Some(ingress) = ingress(object, world) {
        let controller = End::AnyPod(SOME_NAMESPACE);
        let shut = all.iter().find(|(_, port, number)| is_blocked(world, object, backend, port, *number, controller) && !admits_others(world, &isolating));
        out.extend(shut.map(|(index, ..)| through_ingress(object, world, &isolating, *index, ingress)));
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
    if let Some((_, monitor)) = scraped(object, world).into_iter().find(|(at, _)| *at == index) {
        finding = finding.label(monitor.title(), format!("{} scrapes this port", world.told(monitor)));
    }
    for policy in policies.iter().take(2) {
        finding = finding.label(policy.title(), format!("{} closes the pods of {} but for what it admits", world.told(policy), world.told(workload)));
    }
    finding.help(format!("admit port {number} in a policy, or take the port out of the Service if nobody is to use it")).field(field)
}

/// A namespace that is closed as a whole beside a Service that is there for others: it works only with a policy of other files.
fn nobody(object: &Object<'_>, world: &World<'_>, workload: &Object<'_>, policies: &[&Object<'_>]) -> Option<Finding> {
    let close = |policy: &&&Object<'_>| world.distance(policy, workload) <= Distance::SameDirectory && world.namespaces(policy, workload) == Namespaces::Same;
    let policy = policies.iter().find(close).filter(|_| is_outside(object) || ingress(object, world).is_some())?;
    let field = "spec.ports[0].port";
    let finding = Finding::possible(format!("the NetworkPolicies of these files admit nobody to the pods of Service `{}`", object.name()))
        .label(object.at(field).span(), "as it stands here, connections end in a time-out, whoever asks")
        .label(policy.title(), format!("{} closes the pods of {} and admits nobody", world.told(policy), world.told(workload)))
        .help("check together with the policies that open it, or add one with an `ingress` rule for these pods");
    Some(finding.field(field))
}

fn is_outside(object: &Object<'_>) -> bool {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    spec.is_some_and(|spec| matches!(spec.type_.as_deref(), Some("LoadBalancer" | "NodePort")))
}

fn is_blocked(world: &World<'_>, object: &Object<'_>, backend: &Backend<'_, '_>, port: &ServicePort, number: i32, from: End<'_>) -> bool {
    let Some(policies) = isolation::policies(world, object) else { return false };
    let none = Labels::new();
    let pod = pod(world, object, backend, &none);
    matches!(policies.judge(from, End::Pod(pod), number, ports::protocol(port.protocol.as_deref())), Answer::Blocked(..))
}

/// An Ingress that sends to the Service.
fn ingress<'w, 's>(object: &Object<'_>, world: &'w World<'s>) -> Option<&'w Object<'s>> {
    let ingresses = world.of_kind("Ingress", object, Distance::SameDirectory).into_iter();
    let mut here = ingresses.filter(|it| world.namespaces(object, it) == Namespaces::Same);
    here.find(|it| match &it.typed {
        Some(Typed::Ingress(ingress)) => backends::of(ingress).iter().any(|backend| backend.service == object.name()),
        _ => false,
    })
}

fn through_ingress(object: &Object<'_>, world: &World<'_>, policies: &[&Object<'_>], index: usize, ingress: &Object<'_>) -> Finding {
    let field = format!("spec.ports[{index}].port");
    let message = format!("Ingress `{}` sends to Service `{}`, and the NetworkPolicies of its pods admit their own namespace only", ingress.name(), object.name());
    let mut finding = Finding::possible(message)
        .label(object.at(&field).span(), "the controller's pods, in a namespace of their own, get a time-out: clients see a 504")
        .label(ingress.title(), format!("{} sends here", world.told(ingress)));
    if let Some(policy) = policies.first() {
        finding = finding.label(policy.title(), format!("{} admits pods of its own namespace", world.told(policy)));
    }
    finding.help(format!("admit the controller's namespace: `namespaceSelector: {{matchLabels: {{{NAMESPACE_NAME}: ingress-nginx}}}}`, or whatever yours is called")).field(field)
}

/// Whether some rule was written for another namespace, or for addresses: the controller's may be among them.
fn admits_others(world: &World<'_>, policies: &[&Object<'_>]) -> bool {
    let rules = policies.iter().filter_map(|policy| isolation::spec(world, policy)).flat_map(isolation::rules);
    let mut peers = rules.filter(|rule| rule.direction == Direction::Ingress).flat_map(|rule| rule.peers);
    peers.any(|peer| peer.namespace_selector.is_some() || peer.ip_block.is_some())
}

fn pod<'p>(world: &'p World<'_>, object: &'p Object<'_>, backend: &Backend<'p, '_>, none: &'p Labels) -> Pod<'p> {
    let spec: &PodSpec = backend.spec;
    Pod { namespace: world.namespace(object), labels: backend.found.template.labels.unwrap_or(none), spec }
}

/// The blocks of addresses that the policies admit, each with its policy and field.
fn blocks<'w, 's>(world: &World<'_>, policies: &[&'w Object<'s>]) -> Vec<(&'w Object<'s>, String, String)> {
    let of = |policy: &&'w Object<'s>| {
        let spec = isolation::spec(world, policy)?;
        let rule = isolation::rules(spec).find(|rule| rule.direction == Direction::Ingress && rule.peers.iter().any(|peer| peer.ip_block.is_some()))?;
        let (at, block) = rule.peers.iter().enumerate().find_map(|(at, peer)| Some((at, peer.ip_block.as_ref()?)))?;
        Some((*policy, format!("{}.from[{at}].ipBlock", rule.field), block.cidr.clone()))
    };
    policies.iter().filter_map(of).collect()
}

fn is_local(object: &Object<'_>) -> bool {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    spec.is_some_and(|spec| spec.external_traffic_policy.as_deref() == Some("Local"))
}

/// Whether a block may hold the nodes, as far as its address tells.
fn is_private(block: &str) -> bool {
    let address = block.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
    address.is_none_or(|address| match address {
        IpAddr::V4(it) => it.is_private() || it.is_unspecified() || it.is_link_local() || it.octets().starts_with(&[100]),
        IpAddr::V6(it) => it.is_unspecified() || it.is_unique_local(),
    })
}

/// The policies admit the clients' addresses, which the pods don't see.
fn masked(object: &Object<'_>, world: &World<'_>, index: usize, policy: &Object<'_>, field: &str, block: &str) -> Finding {
    let kind = object.service().and_then(|service| service.spec.as_ref()?.type_.clone()).unwrap_or_default();
    let message = format!("Service `{}` is a {kind}, and its pods see the nodes' addresses, not those of {block}", object.name());
    Finding::possible(message)
        .label(object.at("spec.type").span(), "a node that takes a connection in sends it on under its own address")
        .label(policy.at(field).span(), format!("{} admits the clients by theirs", world.told(policy)))
        .help("write `externalTrafficPolicy: Local` to keep the clients' addresses, if what stands before the nodes keeps them too")
        .field(format!("spec.ports[{index}].port"))
}

/// The ports that a ServiceMonitor of these files scrapes, where no Prometheus is in the Service's own namespace.
fn scraped<'w, 's>(object: &Object<'_>, world: &'w World<'s>) -> Vec<(usize, &'w Object<'s>)> {
    let home = |it: &&Object<'_>| world.namespaces(object, it) != Namespaces::Different;
    if prometheus::KINDS.iter().any(|kind| world.of_kind(kind, object, Distance::Near).iter().any(home)) {
        return Vec::new();
    }
    let mut found: Vec<(usize, &Object<'_>)> = Vec::new();
    for it in world.of_kind("ServiceMonitor", object, Distance::SameDirectory) {
        let Some(monitor) = monitors::read(it).filter(|monitor| !pods::unknown(&monitor.selector)) else { continue };
        if !monitored::all(world, it, &monitor).iter().any(|service| service.id == object.id) {
            continue;
        }
        for (index, port) in targets::service_ports(object) {
            let name = port.name.as_deref().unwrap_or_default();
            let takes = monitor.endpoints.iter().any(|endpoint| endpoint.port.as_deref().and_then(|written| monitors::takes(written, name)) == Some(true));
            if takes && !found.iter().any(|(known, _)| *known == index) {
                found.push((index, it));
            }
        }
    }
    found
}

fn through_monitor(object: &Object<'_>, world: &World<'_>, policies: &[&Object<'_>], index: usize, monitor: &Object<'_>) -> Finding {
    let field = format!("spec.ports[{index}].port");
    let message = format!("ServiceMonitor `{}` scrapes Service `{}`, and the NetworkPolicies of its pods don't admit Prometheus", monitor.name(), object.name());
    let mut finding = Finding::possible(message)
        .label(object.at(&field).span(), "Prometheus asks the pods from a namespace of its own and gets a time-out: the target is down")
        .label(monitor.title(), format!("{} scrapes this port", world.told(monitor)));
    if let Some(policy) = policies.first() {
        finding = finding.label(policy.title(), format!("{} closes them but for what it admits", world.told(policy)));
    }
    finding.help(format!("admit the namespace of Prometheus: `namespaceSelector: {{matchLabels: {{{NAMESPACE_NAME}: monitoring}}}}`, or whatever yours is called")).field(field)
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
