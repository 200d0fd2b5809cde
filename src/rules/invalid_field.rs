//! What the API server refuses for a reason that no other rule is named after.

use super::refusals::{self, Mistake};
use crate::finding::{Finding, ServerSays};
use crate::kube::world::title;
use crate::kube::{Object, World};

/// Up to how many bytes the server's reason goes into the message.
const SHORT: usize = 120;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidField) {
        let place = object.at(refusal.field);
        let value = refusals::text(&place).filter(|text| place.found && !text.is_empty() && text.len() <= 60);
        let what = match value {
            Some(value) => format!("`{}: {value}`", refusal.last()),
            None => format!("`{}`", refusal.last()),
        };
        let why = refusal.why();
        let twice = refusal.causes.iter().all(|cause| cause.reason == "FieldValueDuplicate");
        let (message, label) = match value {
            Some(_) if twice => (format!("{what} is there twice"), "the second of the two"),
            None if twice => (format!("{what} has one entry twice: {why}"), "the second of the two"),
            _ if why.len() <= SHORT => (format!("{what} is refused: {why}"), ""),
            _ => (format!("{what} is refused"), why.as_str()),
        };
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
