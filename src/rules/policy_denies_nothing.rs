//! A NetworkPolicy that closes pods which another one leaves open to everybody.

use crate::finding::Finding;
use crate::kube::policy::{self, Direction};
use crate::kube::{Object, World, isolation};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    for direction in [Direction::Ingress, Direction::Egress] {
        let own = isolation::rules(spec).any(|rule| rule.direction == direction);
        if own || !policy::is_in_effect(spec, direction) {
            continue;
        }
        let around = isolation::around(world, object).unwrap_or_default();
        let opens = around.into_iter().find(|other| {
            other.id != object.id
                && isolation::spec(world, other).is_some_and(|it| {
                    let everything = isolation::rules(it).find(|rule| rule.direction == direction && rule.peers.is_empty() && rule.ports.is_empty());
                    everything.is_some() && (it.pod_selector == spec.pod_selector || is_all(it.pod_selector.as_ref()))
                })
        });
        let Some(other) = opens else { continue };
        let name = direction.name();
        out.push(
            Finding::possible(format!("NetworkPolicy `{}` closes {name}, and another one opens it to everybody", object.name()))
                .field("spec.podSelector")
                .label(object.at("spec.podSelector").span(), "policies only ever add: what one admits, no other takes back")
                .label(other.at(&format!("spec.{name}")).span(), format!("{} admits everything for the same pods", world.told(other)))
                .help("take one of the two out"),
        );
    }
}

fn is_all(selector: Option<&k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector>) -> bool {
    selector.is_none_or(|it| it.match_labels.as_ref().is_none_or(|pairs| pairs.is_empty()) && it.match_expressions.as_ref().is_none_or(|all| all.is_empty()))
}
