//! A node port on a Service whose type has none.

use super::refusals::{self, Mistake};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let all: Vec<_> = refusals::of(object, world, Mistake::NodePortWithoutType).collect();
    let Some(first) = all.first() else { return };
    let written = object.at("spec.type");
    let kind = if written.found { refusals::text(&written).unwrap_or("ClusterIP") } else { "ClusterIP" };
    let mut finding = first.finding(format!("`nodePort` on a Service of type {kind}, which opens no port on the nodes"));
    for refusal in &all {
        finding = finding.label(object.at(refusal.field).span(), "only NodePort and LoadBalancer Services have node ports");
    }
    if written.found {
        finding = finding.label(written.span(), "the type");
    }
    let finding = finding.help("set `type: NodePort`, or take `nodePort` out");
    let spec = object.at("spec").value().and_then(|spec| spec.follow().entries().next());
    let edit = if written.found {
        written.replace("NodePort")
    } else {
        let first = spec.map(|entry| format!("spec.{}", entry.key.text()));
        first.zip(world.source(object)).and_then(|(first, source)| object.at(&first).insert_before(source, "type: NodePort"))
    };
    out.push(match edit {
        Some(edit) => finding.unsafe_fix("set `type: NodePort`", vec![edit]),
        None => finding,
    });
}
