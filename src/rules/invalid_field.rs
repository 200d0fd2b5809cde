//! What the API server refuses for a reason that no other rule is named after.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::{Finding, ServerSays};
use crate::kube::admission::gateway;
use crate::kube::world::title;
use crate::kube::{Object, World, routes};
use crate::source::Span;

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
        let mut finding = refusal.finding(message);
        let culprits = culprits(object, &refusal);
        match culprits.split_first() {
            None => finding = finding.label(place.span(), label),
            Some((first, others)) => {
                finding = finding.label(*first, if label.is_empty() { "this one" } else { label });
                for other in others {
                    finding = finding.label(*other, "and this one");
                }
            }
        }
        out.push(finding);
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

/// The items at fault where the server refuses their list as a whole.
fn culprits(object: &Object<'_>, refusal: &Refusal<'_>) -> Vec<Span> {
    let custom = gateway::kind(&object.reference.api_version, object.kind());
    let (Some(custom), Some(cause)) = (custom, refusal.causes.first()) else { return Vec::new() };
    let items = gateway::culprits(custom, routes::spec(object), refusal.field, &cause.message).into_iter();
    items.map(|index| object.at(&format!("{}[{index}]", refusal.field)).span()).collect()
}
