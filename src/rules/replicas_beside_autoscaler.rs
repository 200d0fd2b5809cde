//! A workload whose manifest sets the count that an autoscaler is to set.

use crate::finding::Finding;
use crate::kube::meant::Meant;
use crate::kube::scaled::Target;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(target) = Target::of(object).filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Meant::There(workloads) = target.meant(world, object) else { return };
    let [workload] = workloads.as_slice() else { return };
    let place = workload.at("spec.replicas");
    let beside = world.distance(object, workload) <= Distance::SameDirectory && world.namespaces(object, workload) == Namespaces::Same;
    if !place.found || !beside || world.changed_later(workload) || world.among_alternatives(object) {
        return;
    }
    out.push(
        Finding::possible(format!("{} `{}` sets `replicas`, which {} `{}` is to set", target.kind, target.name, object.kind(), object.name()))
            .field("spec.scaleTargetRef.name")
            .label(object.at("spec.scaleTargetRef.name").span(), format!("scales {}", world.told(workload)))
            .label(place.span(), "each time this is applied the count goes back to this, whatever the load")
            .help("leave `replicas` out; before the first apply without it run `kubectl apply edit-last-applied` and take it out there, or the count drops to 1 once"),
    );
}
