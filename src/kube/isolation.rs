//! The NetworkPolicies that stand around an object, and the pods that each is for. Knows no rule's wording.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::index::MOST;
use super::labels;
use super::object::Object;
use super::pod_spec::PodSpec;
use super::pods;
use super::policy::{self, Direction, Policies};
use super::ports;
use super::typed::Typed;
use super::world::{Distance, Namespaces, World};

/// Kinds that open or close what NetworkPolicies alone don't.
const OTHER_KINDS: [&str; 7] = [
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterNetworkPolicy",
    "GlobalNetworkPolicy",
    "StagedNetworkPolicy",
];

/// The `spec` of a NetworkPolicy that is whole in its file.
#[must_use]
pub fn spec<'o>(world: &World<'_>, object: &'o Object<'_>) -> Option<&'o NetworkPolicySpec> {
    let Some(Typed::NetworkPolicy(policy)) = &object.typed else { return None };
    policy.spec.as_ref().filter(|_| !world.kustomize.is_patch(object.span.file))
}

/// All NetworkPolicies that may hold in an object's namespace; none where there are some and the files may not show all else
/// that holds there.
#[must_use]
pub fn around<'w, 's>(world: &'w World<'s>, from: &Object<'_>) -> Option<Vec<&'w Object<'s>>> {
    let mut found = world.of_kind("NetworkPolicy", from, Distance::Near);
    let all_known = found.len() < MOST && found.iter().all(|it| matches!(it.typed, Some(Typed::NetworkPolicy(_))));
    found.retain(|it| world.namespaces(from, it) != Namespaces::Different);
    if found.is_empty() {
        return Some(found);
    }
    let others = || OTHER_KINDS.iter().any(|kind| !world.of_kind(kind, from, Distance::Near).is_empty());
    if !all_known || world.unrendered_beside(from) || others() {
        return None;
    }
    Some(found)
}

/// What the policies around an object say, as if they all held in its namespace.
#[must_use]
pub fn policies<'w>(world: &'w World<'_>, from: &'w Object<'_>) -> Option<Policies<'w>> {
    let mut policies = Policies::default();
    for object in around(world, from)?.into_iter().chain(world.of_kind("Namespace", from, Distance::Near)) {
        policies.add(object, world.namespace(from));
    }
    Some(policies)
}

/// The workloads that a selector takes in an object's namespace.
#[must_use]
pub fn workloads<'w, 's>(world: &'w World<'s>, from: &Object<'_>, selector: Option<&LabelSelector>) -> Vec<&'w Object<'s>> {
    let all = LabelSelector::default();
    pods::within(world, from, None, pods::taken(world, from, selector.unwrap_or(&all)))
}

/// A rule of a policy that is in effect.
#[derive(Clone, Debug)]
pub struct Rule<'p> {
    /// `spec.ingress[0]`
    pub field: String,
    /// `from` or `to`.
    pub peers_field: &'static str,
    /// At which end it acts.
    pub direction: Direction,
    /// Whom it admits; everybody where there is none.
    pub peers: &'p [NetworkPolicyPeer],
    /// Which ports it admits; all where there is none.
    pub ports: &'p [NetworkPolicyPort],
}

/// The rules of a policy in the directions that it isolates.
pub fn rules(spec: &NetworkPolicySpec) -> impl Iterator<Item = Rule<'_>> {
    let ingress = spec.ingress.iter().flatten().enumerate().map(|(index, rule)| Rule {
        field: format!("spec.ingress[{index}]"),
        peers_field: "from",
        direction: Direction::Ingress,
        peers: rule.from.as_deref().unwrap_or_default(),
        ports: rule.ports.as_deref().unwrap_or_default(),
    });
    let egress = spec.egress.iter().flatten().enumerate().map(|(index, rule)| Rule {
        field: format!("spec.egress[{index}]"),
        peers_field: "to",
        direction: Direction::Egress,
        peers: rule.to.as_deref().unwrap_or_default(),
        ports: rule.ports.as_deref().unwrap_or_default(),
    });
    ingress.chain(egress).filter(|rule| policy::is_in_effect(spec, rule.direction))
}

/// Those of some policies that isolate a workload's pods in a direction.
#[must_use]
pub fn isolating<'w, 's>(
    world: &World<'_>,
    policies: &[&'w Object<'s>],
    workload: &Object<'_>,
    direction: Direction,
) -> Vec<&'w Object<'s>> {
    let own = workload.template().and_then(|template| template.labels);
    let takes = |policy: &&&Object<'_>| {
        spec(world, policy).is_some_and(|spec| {
            policy::is_in_effect(spec, direction) && spec.pod_selector.as_ref().is_none_or(|selector| labels::selects(selector, own))
        })
    };
    policies.iter().filter(takes).copied().collect()
}

/// Whether any rule of some policies may admit a port of such pods, whoever asks.
#[must_use]
pub fn admits(world: &World<'_>, policies: &[&Object<'_>], direction: Direction, pods: &PodSpec, port: i32, protocol: &str) -> bool {
    policies
        .iter()
        .filter_map(|policy| spec(world, policy))
        .any(|spec| rules(spec).any(|rule| rule.direction == direction && policy::may_take(rule.ports, pods, port, protocol)))
}

/// The ports that the Services of a workload send to, with the number they reach in its pods.
#[must_use]
pub fn served<'w, 's>(world: &'w World<'s>, workload: &Object<'_>, spec: &PodSpec) -> Vec<(&'w Object<'s>, &'w ServicePort, i32)> {
    let services = world.services_taking(workload);
    let ports = services.into_iter().flat_map(|service| super::targets::service_ports(service).map(move |(_, port)| (service, port)));
    let reached =
        |port: &ServicePort| ports::find(spec, &ports::target(port), ports::protocol(port.protocol.as_deref()), world.profile.version);
    ports.filter_map(|(service, port)| Some((service, port, reached(port)?))).collect()
}
