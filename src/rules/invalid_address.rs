//! An address, a range or a host name that is none, or not of the sort that is wanted.

use super::refusals::{self, Mistake};
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidAddress) {
        let says = |words: &str| refusal.causes.iter().any(|cause| cause.message.contains(words));
        // Which addresses and families a cluster has is the cluster's affair, unless its numbers were given.
        if says("failed to allocate") && world.profile.service_cidrs.is_empty() {
            continue;
        }
        let place = refusals::place(object, refusal.field);
        let single = refusal.field.starts_with("spec.clusterIPs") && !object.at(refusal.field).found;
        let key = if single { "clusterIP" } else { refusal.last() };
        let value = refusals::text(&place).filter(|text| !text.is_empty()).or(refusal.quoted()).unwrap_or("");
        let mut finding = match (key, value) {
            ("externalName", value) => refusal
                .finding(format!("`{value}` is no host name"))
                .label(place.span(), refusal.why())
                .help("write the bare name, as in DNS: no `http://`, no port, no path"),
            (_, "") => refusal.finding(format!("`{key}` is refused")).label(place.span(), refusal.why()),
            _ => refusal.finding(format!("`{value}` is not allowed in `{key}`")).label(place.span(), refusal.why()),
        };
        if says("not configured") {
            finding.confidence = Confidence::Possible;
        }
        out.push(finding);
    }
}
