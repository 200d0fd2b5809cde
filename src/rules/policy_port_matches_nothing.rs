//! A port in a NetworkPolicy that is none of its pods': a Service's own port, or a name they don't declare.

use k8s_openapi::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::{Confidence, Finding};
use crate::kube::isolation::{self, Rule};
use crate::kube::object::Labels;
use crate::kube::pod_spec::PodSpec;
use crate::kube::policy::{Answer, Direction, End, NAMESPACE_NAME, Pod};
use crate::kube::ports::{self, Role};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, listens, pods, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    let Some(around) = isolation::around(world, object) else { return };
    let own = spec.pod_selector.as_ref();
    if own.is_some_and(pods::unknown) {
        return;
    }
    let selected = isolation::workloads(world, object, own);
    for rule in isolation::rules(spec) {
        let reached = match rule.direction {
            Direction::Ingress => selected.clone(),
            Direction::Egress => destinations(object, world, rule.peers),
        };
        // One pod that is not known whole may be the one that declares the port.
        let whole: Option<Vec<_>> = reached.iter().map(|it| Some((*it, it.template()?.spec.filter(|spec| !ports::is_partial(spec))?))).collect();
        let Some(reached) = whole.filter(|reached| !reached.is_empty()) else { continue };
        for (index, port) in rule.ports.iter().enumerate() {
            let at = At { object, world, rule: &rule, index, around: &around, selected: &selected, reached: &reached };
            match &port.port {
                Some(IntOrString::Int(number)) if port.end_port.is_none() => out.extend(at.number(port, *number)),
                Some(IntOrString::String(name)) => out.extend(at.name(port, name)),
                _ => {}
            }
        }
    }
}

/// The workloads that peers stand for; none where they stand for others, too.
fn destinations<'w, 's>(object: &Object<'_>, world: &'w World<'s>, peers: &[NetworkPolicyPeer]) -> Vec<&'w Object<'s>> {
    let mut found = Vec::new();
    for peer in peers {
        let Some(selector) = peer.pod_selector.as_ref().filter(|selector| peer.ip_block.is_none() && !pods::unknown(selector)) else {
            return Vec::new();
        };
        let namespace = match &peer.namespace_selector {
            None => None,
            Some(namespace) => match namespace.match_labels.as_ref().and_then(|labels| labels.get(NAMESPACE_NAME)) {
                Some(name) => Some(name.as_str()),
                None => return Vec::new(),
            },
        };
        found.extend(pods::within(world, object, namespace, pods::taken(world, object, selector)));
    }
    found
}

struct At<'a, 'w, 's> {
    object: &'a Object<'s>,
    world: &'w World<'s>,
    rule: &'a Rule<'a>,
    index: usize,
    around: &'a [&'w Object<'s>],
    selected: &'a [&'w Object<'s>],
    reached: &'a [(&'w Object<'s>, &'w PodSpec)],
}

impl At<'_, '_, '_> {
    /// A number that no pod knows and that is the port of a Service before them.
    fn number(&self, port: &NetworkPolicyPort, number: i32) -> Option<Finding> {
        let protocol = ports::protocol(port.protocol.as_deref());
        let knows = |(workload, spec): &(&Object<'_>, &PodSpec)| {
            let declared = ports::declared(spec).any(|(placed, _, port)| placed.role != Role::Init && port.container_port == number);
            let served = isolation::served(self.world, workload, spec).iter().any(|(.., target)| *target == number);
            let mentioned = workload.template().is_some_and(|template| listens::mentions(self.world, workload, &template, number));
            declared || served || mentioned
        };
        if self.reached.iter().any(knows) {
            return None;
        }
        let (workload, service, target) = self.reached.iter().find_map(|(workload, spec)| {
            let served = isolation::served(self.world, workload, spec);
            let mixed = served.into_iter().find(|(_, it, _)| it.port == number && ports::protocol(it.protocol.as_deref()) == protocol)?;
            let shut = !self.admitted(workload, spec, mixed.2, protocol) || self.is_shut_out(workload, spec, mixed.2, protocol);
            shut.then_some((*workload, mixed.0, mixed.2))
        })?;
        let own = format!("{number} is the Service's port; it sends to {target}, and a policy sees {target} only");
        let finding = self.finding(workload, format!("NetworkPolicy `{}` admits port {number}, which is not the pods' but Service `{}`'s", self.object.name(), service.name()), own);
        let finding = finding
            .label(service.title(), format!("{} sends to port {target} of {}", self.world.told(service), self.world.told(workload)))
            .help(format!("write `port: {target}`: policies count for the pod's port, after the Service's translation"));
        Some(self.mended(finding, &target.to_string()))
    }

    /// A name that no pod declares with this protocol.
    fn name(&self, port: &NetworkPolicyPort, name: &str) -> Option<Finding> {
        let protocol = ports::protocol(port.protocol.as_deref());
        let named = |spec| ports::declared(spec).filter(|(.., port)| port.name.as_deref() == Some(name));
        let same = |port: &k8s_openapi::api::core::v1::ContainerPort| ports::protocol(port.protocol.as_deref()) == protocol;
        let added = |workload| targets::may_be_added(self.world, workload, name);
        if !name.contains(|c: char| c.is_ascii_alphabetic()) || self.reached.iter().any(|(it, spec)| named(spec).any(|(.., port)| same(port)) || added(it)) {
            return None;
        }
        let other = self.reached.iter().find_map(|(workload, spec)| Some((*workload, named(spec).next()?)));
        if let Some((workload, (placed, index, declared))) = other {
            let other = ports::protocol(declared.protocol.as_deref());
            let message = format!("NetworkPolicy `{}` admits port `{name}` for {protocol}, but the pods declare it for {other}", self.object.name());
            let there = workload.template()?.field(&format!("{}.ports[{index}].name", placed.field()));
            let finding = self.finding(workload, message, format!("no pod has a {protocol} port of this name: nothing is admitted by it"));
            return Some(finding.label(workload.at(&there).span(), format!("{} has it for {other}", self.world.told(workload))).help(format!("write `protocol: {other}`")));
        }
        let (workload, spec) = *self.reached.first()?;
        let message = format!("NetworkPolicy `{}` admits port `{name}`, which none of its pods declares", self.object.name());
        let finding = self.finding(workload, message, "nothing is admitted by a name that the pods don't have".to_owned());
        let of_service = self.reached.iter().find_map(|(_, spec)| {
            isolation::served(self.world, workload, spec).into_iter().find(|(_, port, _)| port.name.as_deref() == Some(name))
        });
        let Some((service, _, target)) = of_service else {
            // With the port open by another rule nobody misses it.
            let closed = ports::declared(spec).any(|(.., port)| !self.admitted(workload, spec, port.container_port, protocol));
            return closed.then(|| finding.label(workload.title(), format!("{} has no such port", self.world.told(workload))).help("write a name that the containers declare, or the number"));
        };
        if self.admitted(workload, spec, target, protocol) {
            return None;
        }
        let declared = ports::declared(spec).find(|(.., port)| port.container_port == target).and_then(|(.., port)| port.name.clone());
        let write = declared.unwrap_or_else(|| target.to_string());
        let finding = finding
            .label(service.title(), format!("{} calls its own port so; it sends to {target}", self.world.told(service)))
            .help(format!("write `port: {write}`: a policy knows the names of container ports, not of Service ports"));
        Some(self.mended(finding, &write))
    }

    /// Whether some rule around admits the port that the traffic goes to.
    fn admitted(&self, workload: &Object<'_>, spec: &PodSpec, port: i32, protocol: &str) -> bool {
        let isolating = match self.rule.direction {
            Direction::Ingress => isolation::isolating(self.world, self.around, workload, Direction::Ingress),
            Direction::Egress => {
                let clients = self.selected.iter().flat_map(|client| isolation::isolating(self.world, self.around, client, Direction::Egress));
                clients.collect()
            }
        };
        let nobody_known = self.rule.direction == Direction::Egress && self.selected.is_empty();
        nobody_known || isolation::admits(self.world, &isolating, self.rule.direction, spec, port, protocol)
    }

    /// Whether those that the rule is for can't reach the port, though others can: pods of the files, each shut out for certain.
    fn is_shut_out(&self, workload: &Object<'_>, spec: &PodSpec, port: i32, protocol: &str) -> bool {
        if self.rule.direction == Direction::Egress || self.rule.peers.is_empty() {
            return false;
        }
        let Some(policies) = isolation::policies(self.world, self.object) else { return false };
        let clients = destinations(self.object, self.world, self.rule.peers);
        let none = Labels::new();
        let home = self.world.namespace(self.object);
        let labels = |it: &Object<'_>| it.template().and_then(|template| template.labels).cloned();
        let server = labels(workload).unwrap_or_default();
        !clients.is_empty()
            && clients.iter().all(|client| {
                let Some(pods) = client.template().and_then(|template| template.spec) else { return false };
                let own = labels(client).unwrap_or_else(|| none.clone());
                let namespace = if self.world.namespaces(self.object, client) == Namespaces::Different { self.world.namespace(client) } else { home };
                let from = End::Pod(Pod { namespace, labels: &own, spec: pods });
                let to = End::Pod(Pod { namespace: home, labels: &server, spec });
                let ends = match policies.judge(from, to, port, protocol) {
                    Answer::Blocked(_, ends) => ends,
                    _ => return false,
                };
                ends.contains(&Direction::Ingress)
            })
    }

    fn field(&self) -> String {
        format!("{}.ports[{}].port", self.rule.field, self.index)
    }

    fn finding(&self, workload: &Object<'_>, message: String, own: String) -> Finding {
        let open = self.world.changed_later(self.object) || self.world.changed_later(workload) || self.world.unrendered_beside(workload);
        let close = self.world.distance(self.object, workload) <= Distance::SameDirectory;
        let confidence = if close && !open { Confidence::Likely } else { Confidence::Possible };
        let field = self.field();
        Finding::new(confidence, message).label(self.object.at(&field).span(), own).field(field)
    }

    fn mended(&self, finding: Finding, port: &str) -> Finding {
        match self.object.at(&self.field()).replace(port) {
            Some(edit) => finding.unsafe_fix(format!("write `port: {port}`"), vec![edit]),
            None => finding,
        }
    }
}
