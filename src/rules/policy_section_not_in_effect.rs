//! Rules of a NetworkPolicy for a direction that its `policyTypes` leaves out.

use crate::finding::{Confidence, Finding};
use crate::kube::policy::{self, Direction};
use crate::kube::{Object, World, isolation};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    let ingress = spec.ingress.as_deref().unwrap_or_default();
    let egress = spec.egress.as_deref().unwrap_or_default();
    // A rule that admits everything leaves the pods as they are.
    let everything = |direction| match direction {
        Direction::Ingress => ingress.iter().any(|rule| rule.from.is_none() && rule.ports.is_none()),
        Direction::Egress => egress.iter().any(|rule| rule.to.is_none() && rule.ports.is_none()),
    };
    let written = [(Direction::Ingress, ingress.is_empty(), "Ingress"), (Direction::Egress, egress.is_empty(), "Egress")];
    for (direction, _, word) in written.into_iter().filter(|(_, empty, _)| !empty) {
        if policy::is_in_effect(spec, direction) || everything(direction) {
            continue;
        }
        let sure = if world.changed_later(object) { Confidence::Possible } else { Confidence::Likely };
        let name = direction.name();
        let whom = if direction == Direction::Ingress { "anybody may still connect to the pods" } else { "the pods may still connect to anybody" };
        out.push(
            Finding::new(sure, format!("NetworkPolicy `{}` has {name} rules, and `policyTypes` without `{word}`", object.name()))
                .field(format!("spec.{name}"))
                .label(object.at(&format!("spec.{name}")).span(), format!("these rules have no effect: {whom}"))
                .label(object.at("spec.policyTypes").span(), format!("`{word}` is missing here"))
                .help(format!("add `{word}` to `policyTypes`, or leave `policyTypes` out where both sections are written")),
        );
    }
}
