//! A selector that nothing in the files comes near: the pods are made elsewhere, or not at all.

use crate::finding::Finding;
use crate::kube::dangling::{self, Cause};
use crate::kube::{Object, World, endpoints};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(selector) = object.service().and_then(endpoints::selector) else { return };
    if world.unrendered_beside(object) || !matches!(dangling::cause(world, object), Some(Cause::Unseen)) {
        return;
    }
    out.push(
        Finding::possible(format!("no workload in the files given makes the pods of Service `{}`", object.name()))
            .field("spec.selector")
            .label(object.at("spec.selector").span(), format!("nothing here labels its pods {}", world.pairs(selector)))
            .help("check it together with the files of its workload; if something else makes the pods, all is well"),
    );
}
