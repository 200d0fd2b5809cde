//! Two autoscalers for one workload.

use crate::finding::{Confidence, Finding};
use crate::kube::scaled::Target;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(target) = Target::of(object).filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    let mut others = kinds.into_iter().flat_map(|kind| world.of_kind(kind, object, Distance::SameDirectory));
    let other = others.find(|other| {
        // What has one name is one object, written twice.
        let another = other.id < object.id && (other.name() != object.name() || other.kind() != object.kind());
        another && world.namespaces(object, other) == Namespaces::Same && Target::of(other) == Some(target)
    });
    let Some(other) = other else { return };
    if world.among_alternatives(object) {
        return;
    }
    // Files beside each other may be there to choose from.
    let open = world.changed_later(object) || world.changed_later(other) || world.distance(object, other) > Distance::SameFile;
    out.push(
        Finding::new(
            if open { Confidence::Possible } else { Confidence::Likely },
            format!("two autoscalers scale {} `{}`: `{}` and `{}`", target.kind, target.name, other.name(), object.name()),
        )
        .field("spec.scaleTargetRef.name")
        .label(object.at("spec.scaleTargetRef.name").span(), "each sets the number of pods to what it thinks right, and the other changes it again")
        .label(other.at("spec.scaleTargetRef.name").span(), format!("scaled by {} too", world.told(other)))
        .help("put all metrics into one autoscaler: it takes the highest count that any of them asks for"),
    );
}
