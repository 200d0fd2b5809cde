//! A field that does not go with the Service's type.

use super::refusals::{self, Mistake};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let kind = object.service().and_then(|service| service.spec.as_ref()?.type_.as_deref()).unwrap_or("ClusterIP");
    let written = object.at("spec.type");
    for refusal in refusals::of(object, world, Mistake::FieldNotForThisType) {
        // The server names the list that it filled from the single field.
        let single = refusal.field.starts_with("spec.clusterIPs") && !object.at(refusal.field).found;
        let place = refusals::place(object, refusal.field);
        let key = if single { "clusterIP" } else { refusal.last() };
        let headless = key.starts_with("clusterIP") && refusals::text(&place) == Some("None");
        let message = match (headless, kind) {
            (true, "NodePort" | "LoadBalancer") => format!("a {kind} Service can't be headless: `{key}: None`"),
            _ => format!("`{key}` does not go with a Service of type {kind}"),
        };
        let mut finding = refusal.finding(message).label(place.span(), refusal.why());
        if written.found {
            finding = finding.label(written.span(), "the type");
        }
        let finding = finding.help(match headless {
            true => format!("take `{key}: None` out, or `type: {kind}`; two Services can share one selector if both are wanted"),
            false => format!("take `{key}` out, or change `type`"),
        });
        out.push(match world.source(object).filter(|_| place.found).and_then(|source| place.remove(source)) {
            Some(edit) => finding.unsafe_fix(format!("take `{key}` out"), vec![edit]),
            None => finding,
        });
    }
}
