//! A port number that is none.

use super::refusals::{self, Mistake};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::PortOutOfRange) {
        let place = object.at(refusal.field);
        let Some(number) = refusals::text(&place) else { continue };
        out.push(
            refusal
                .finding(format!("`{}: {number}` is no port number", refusal.last()))
                .label(place.span(), "ports are numbered 1 to 65535")
                .help("write the number the program listens on"),
        );
    }
}
