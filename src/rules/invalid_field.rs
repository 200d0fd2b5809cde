//! What the API server refuses for a reason that no other rule is named after.

use super::refusals::{self, Mistake};
use crate::finding::{Finding, ServerSays};
use crate::kube::world::title;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidField) {
        let place = object.at(refusal.field);
        let value = refusals::text(&place).filter(|text| place.found && !text.is_empty() && text.len() <= 60);
        let twice = refusal.causes.iter().all(|cause| cause.reason == "FieldValueDuplicate");
        let message = match value {
            Some(value) if twice => format!("`{}: {value}` is there twice", refusal.last()),
            None if twice => format!("`{}` has one entry twice: {}", refusal.last(), refusal.why()),
            Some(value) => format!("`{}: {value}` is refused", refusal.last()),
            None => format!("`{}` is refused", refusal.last()),
        };
        let label = if twice { "the second of the two".to_owned() } else { refusal.why() };
        out.push(refusal.finding(message).label(place.span(), label));
    }
    // Not 409: what every cluster already has is changed by `kubectl apply`, not created.
    let undecodable = object.verdict.as_ref().filter(|verdict| verdict.code == Some(400) && verdict.causes.is_empty());
    if let Some(verdict) = undecodable {
        let server = ServerSays { field: String::new(), reason: verdict.reason.clone(), message: verdict.message.clone() };
        let said = verdict.message.rsplit_once(": ").map_or(verdict.message.as_str(), |(_, last)| last);
        out.push(
            Finding::certain(format!("{} is refused: {said}", title(&object.reference))).label(object.title(), "").server(server),
        );
    }
}
