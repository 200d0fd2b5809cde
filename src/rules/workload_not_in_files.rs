//! A selector that nothing in the files comes near: the pods are made elsewhere, or not at all.

use crate::finding::Finding;
use crate::kube::dangling::Sort;
use crate::kube::world::title;
use crate::kube::{Object, World, endpoints, repeats};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(selector) = object.service().and_then(endpoints::selector) else { return };
    // Of a document that lost an object, that one may make them.
    if repeats::is_several(object) || world.unrendered_beside(object) || world.dangles(object) != Some(Sort::Unseen) {
        return;
    }
    let far = world.selected(object).into_iter().next();
    let message = match far {
        Some(_) => format!("no workload near Service `{}` makes its pods", object.name()),
        None => format!("no workload in the files given makes the pods of Service `{}`", object.name()),
    };
    let finding = Finding::possible(message)
        .field("spec.selector")
        .label(object.at("spec.selector").span(), format!("nothing here labels its pods {}", world.pairs(selector)));
    out.push(match (far, world.taken_in_an_alternative(object)) {
        (Some(far), _) => finding
            .label(far.object.title(), format!("{} does, in a folder apart", title(&far.object.reference)))
            .help("if the two are applied together, all is well"),
        (None, Some(other)) => finding
            .label(other.title(), format!("{} does, in a folder that is not applied together with this one", world.told(other)))
            .help("write the workload here too; if something else makes the pods, all is well"),
        (None, None) => finding.help("check it together with the files of its workload; if something else makes the pods, all is well"),
    });
}
