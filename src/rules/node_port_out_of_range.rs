//! A node port outside the range that the cluster hands out.

use super::refusals::{self, Mistake};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let (first, last) = world.profile.node_ports;
    for refusal in refusals::of(object, world, Mistake::NodePortOutOfRange) {
        let place = object.at(if refusal.field.is_empty() { "spec.healthCheckNodePort" } else { refusal.field });
        let number = refusals::text(&place).unwrap_or("");
        let whose = if world.profile.node_ports_given { "the cluster's range" } else { "the range of a cluster that sets no other" };
        let key = place.key().map_or("nodePort", |key| world.source(object).map_or("nodePort", |source| source.slice(key)));
        let finding = refusal
            .finding(format!("node port {number} is outside {first}-{last}"))
            .label(place.span(), whose)
            .help(format!("pick a port from {first} to {last}, or leave `{key}` out and get a free one"));
        out.push(match world.source(object).and_then(|source| place.remove(source)) {
            Some(edit) => finding.unsafe_fix(format!("take `{key}` out"), vec![edit]),
            None => finding,
        });
    }
}
