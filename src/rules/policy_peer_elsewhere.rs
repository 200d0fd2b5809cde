//! A NetworkPolicy that admits pods by labels which only pods of another namespace have.

use k8s_openapi::api::networking::v1::NetworkPolicyPeer;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::finding::{Confidence, Finding};
use crate::kube::isolation::{self, Rule};
use crate::kube::near::Miss;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::policy::NAMESPACE_NAME;
use crate::kube::{Object, World, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    // A policy that is itself in the wrong namespace is told so by another rule.
    if spec.pod_selector.as_ref().is_some_and(|own| all_elsewhere(object, world, own)) {
        return;
    }
    for rule in isolation::rules(spec) {
        for (index, peer) in rule.peers.iter().enumerate() {
            let Some(selector) = only_pods(peer).filter(|selector| !pods::unknown(selector)) else { continue };
            let taken = pods::taken(world, object, selector);
            let here = taken.iter().any(|it| world.namespaces(object, it) != Namespaces::Different);
            let nobody = selector.match_labels.as_ref().is_none_or(|pairs| pairs.is_empty());
            match taken.first().filter(|_| !here && !nobody) {
                Some(workload) => out.push(tell(object, world, &rule, index, workload)),
                None if taken.is_empty() && !nobody => out.extend(slip(object, world, &rule, index, selector)),
                None => {}
            }
        }
    }
}

fn all_elsewhere(object: &Object<'_>, world: &World<'_>, selector: &LabelSelector) -> bool {
    let named = selector.match_labels.as_ref().is_some_and(|pairs| !pairs.is_empty()) && !pods::unknown(selector);
    let taken = if named { pods::taken(world, object, selector) } else { Vec::new() };
    !taken.is_empty() && taken.iter().all(|it| world.namespaces(object, it) == Namespaces::Different)
}

fn only_pods(peer: &NetworkPolicyPeer) -> Option<&LabelSelector> {
    peer.pod_selector.as_ref().filter(|_| peer.namespace_selector.is_none() && peer.ip_block.is_none())
}

/// Whether the item beside it names the namespaces of such pods: then the two were meant as one.
fn beside<'p>(rule: &Rule<'p>, index: usize) -> Option<usize> {
    let alone = |at: &usize| rule.peers.get(*at).is_some_and(|peer| peer.namespace_selector.is_some() && peer.pod_selector.is_none());
    [index.checked_sub(1), Some(index + 1)].into_iter().flatten().find(alone)
}

/// Nobody has the labels, and the pods of one workload nearly.
fn slip(object: &Object<'_>, world: &World<'_>, rule: &Rule<'_>, index: usize, selector: &LabelSelector) -> Option<Finding> {
    let near = pods::nearly(world, object, selector)?;
    let it = near.object;
    let there = |key: &str| it.template().map(|template| it.at(&template.field(&format!("metadata.labels[{key}]"))).span()).unwrap_or_default();
    let (span, label) = match near.misses.first()? {
        Miss::Value { key, value } => (there(key), format!("the pods of {} have `{key}: {value}`", world.told(it))),
        Miss::Key { key, .. } => (there(key), format!("the pods of {} have the value under `{key}`", world.told(it))),
        _ => (it.title(), format!("{} has it itself: its pods don't inherit it", world.told(it))),
    };
    let field = format!("{}.{}[{index}].podSelector", rule.field, rule.peers_field);
    let finding = Finding::possible(format!("NetworkPolicy `{}` admits pods that are not there", object.name()))
        .label(object.at(&field).span(), "no pod of its namespace has these labels: nobody is admitted by it")
        .label(span, label)
        .help("select labels that the pods have");
    Some(finding.field(field))
}

fn tell(object: &Object<'_>, world: &World<'_>, rule: &Rule<'_>, index: usize, workload: &Object<'_>) -> Finding {
    let field = format!("{}.{}[{index}].podSelector", rule.field, rule.peers_field);
    let close = world.distance(object, workload) <= Distance::SameDirectory && !world.changed_later(object) && !world.unrendered_beside(object);
    let (mine, theirs) = (world.namespace(object), world.namespace(workload));
    let split = beside(rule, index);
    let message = match split {
        Some(_) => format!("NetworkPolicy `{}` admits pods of its own namespace or all of another, where both terms were meant for one pod", object.name()),
        None => format!("NetworkPolicy `{}` admits pods of its own namespace `{mine}`, and those with these labels are in `{theirs}`", object.name()),
    };
    let mut finding = Finding::new(if close { Confidence::Likely } else { Confidence::Possible }, message)
        .label(object.at(&field).span(), "without a `namespaceSelector` in the same item it means pods of the policy's own namespace: there is none")
        .label(workload.title(), format!("{} makes such pods in `{theirs}`", world.told(workload)));
    if let Some(other) = split {
        let there = object.at(&format!("{}.{}[{other}].namespaceSelector", rule.field, rule.peers_field)).span();
        finding = finding.label(there, "an item of its own: it admits every pod of these namespaces");
    }
    let label = NAMESPACE_NAME;
    let help = match split {
        Some(_) => "take the dash away before the second term: both in one item mean pods with these labels in those namespaces".to_owned(),
        None => format!("add `namespaceSelector: {{matchLabels: {{{label}: {theirs}}}}}` to the same item"),
    };
    finding.help(help).field(field)
}
