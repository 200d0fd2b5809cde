//! A HorizontalPodAutoscaler for a workload that is not there.

use crate::finding::{Confidence, Finding};
use crate::kube::meant::Meant;
use crate::kube::near::alike;
use crate::kube::scaled::{self, SCALED, Target, Unscalable};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) || object.kind() != "HorizontalPodAutoscaler" {
        return;
    }
    if let Some(why) = scaled::unscalable(object).filter(|_| object.accepted) {
        out.push(unscalable(object, world, why));
        return;
    }
    let Some(target) = Target::of(object) else { return };
    match target.meant(world, object) {
        Meant::There(_) => {}
        Meant::Nowhere if world.unread(target.kind, target.name, object).is_some() => {}
        Meant::Elsewhere(workload) => out.push(elsewhere(object, world, workload)),
        Meant::Nowhere => out.push(nowhere(object, world, target.kind, target.name)),
    }
}

/// Nothing of this kind, or nothing by this apiVersion, can be scaled.
fn unscalable(object: &Object<'_>, world: &World<'_>, why: Unscalable) -> Finding {
    let text = |leaf: &str| object.at(&format!("spec.scaleTargetRef.{leaf}")).value().map(|value| value.follow().text().to_owned()).unwrap_or_default();
    let (kind, name) = (text("kind"), text("name"));
    let leaf = if why == Unscalable::Kind { "kind" } else { "apiVersion" };
    let field = format!("spec.scaleTargetRef.{leaf}");
    let place = object.at(&field);
    match why {
        Unscalable::Kind => {
            let message = format!("HorizontalPodAutoscaler `{}` scales a {kind}, which has no number of replicas", object.name());
            let finding = Finding::certain(message).label(place.span(), "it reports `FailedGetScale` for ever, and nothing is scaled");
            let there = SCALED.iter().find_map(|(_, scaled)| world.workloads_near(object, Distance::SameDirectory).into_iter().find(|it| it.kind() == *scaled && it.name() == name));
            match there {
                Some(it) => finding.label(it.title(), format!("{} is there", world.told(it))).help(format!("did you mean `{}`?", it.kind())),
                None => finding.help("take the autoscaler out, or make it a Deployment or a StatefulSet"),
            }
        }
        Unscalable::Group(home) => {
            let message = format!("HorizontalPodAutoscaler `{}` looks for its {kind} in `{}`, which has no such kind", object.name(), text("apiVersion"));
            let finding = Finding::certain(message)
                .label(place.span(), "it reports `FailedGetScale` for ever, and nothing is scaled")
                .help(format!("write `apiVersion: {home}`"));
            match place.replace(home) {
                Some(edit) => finding.unsafe_fix(format!("write `{home}`"), vec![edit]),
                None => finding,
            }
        }
    }
    .field(field)
}

fn elsewhere(object: &Object<'_>, world: &World<'_>, workload: &Object<'_>) -> Finding {
    let close = world.distance(object, workload) <= Distance::SameDirectory;
    let open = world.changed_later(object) || world.unrendered_beside(object);
    let (mine, theirs) = (world.namespace(object), world.namespace(workload));
    let message = format!("HorizontalPodAutoscaler `{}` is in namespace `{mine}`, the {} it scales is in `{theirs}`", object.name(), workload.kind());
    Finding::new(if close && !open { Confidence::Likely } else { Confidence::Possible }, message)
        .field("spec.scaleTargetRef.name")
        .label(object.at("spec.scaleTargetRef.name").span(), "it scales what is in its own namespace only")
        .label(workload.at("metadata.namespace").span(), format!("{} is in `{theirs}`", world.told(workload)))
        .help(format!("write `namespace: {theirs}` at the autoscaler's metadata"))
}

fn nowhere(object: &Object<'_>, world: &World<'_>, kind: &str, name: &str) -> Finding {
    let mut beside = world.workloads_near(object, Distance::SameDirectory);
    beside.retain(|it| world.namespaces(object, it) != Namespaces::Different && SCALED.iter().any(|(_, kind)| *kind == it.kind()));
    let other_kind = beside.iter().find(|it| it.name() == name && it.kind() != kind);
    let other_name = beside.iter().find(|it| it.kind() == kind && alike(it.name(), name));
    let message = format!("HorizontalPodAutoscaler `{}` scales {kind} `{name}`, which these files do not have", object.name());
    let open = world.changed_later(object) || world.unrendered_beside(object);
    let sure = if open { Confidence::Possible } else { Confidence::Likely };
    let (leaf, workload, write) = match (other_kind, other_name) {
        (Some(it), _) => ("kind", it, it.kind()),
        (None, Some(it)) => ("name", it, it.name()),
        (None, None) => {
            return Finding::possible(message)
                .field("spec.scaleTargetRef")
                .label(object.at("spec.scaleTargetRef.name").span(), "without it nothing is scaled")
                .help("check the autoscaler together with the file of its workload");
        }
    };
    let field = format!("spec.scaleTargetRef.{leaf}");
    let place = object.at(&field);
    let finding = Finding::new(sure, message)
        .label(place.span(), "without it nothing is scaled")
        .label(workload.title(), format!("{} is there", world.told(workload)))
        .help(format!("did you mean `{write}`?"));
    match place.replace(write) {
        Some(edit) => finding.unsafe_fix(format!("write `{write}`"), vec![edit]),
        None => finding,
    }
    .field(field)
}
