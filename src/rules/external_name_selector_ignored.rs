//! The selector of an ExternalName Service: an alias in DNS selects nothing.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::finding::{Confidence, Finding};
use crate::kube::world::Distance;
use crate::kube::{Object, World, endpoints, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.service().filter(|it| endpoints::is_external(it)).and_then(|it| it.spec.as_ref()) else { return };
    let Some(selector) = spec.selector.as_ref().filter(|selector| !selector.is_empty()) else { return };
    let selector = LabelSelector { match_labels: Some(selector.clone()), match_expressions: None };
    let name = spec.external_name.as_deref().unwrap_or_default();
    let message = format!("the selector of ExternalName Service `{}` has no effect", object.name());
    let label = format!("the Service is an alias of `{name}` in DNS: no pod gets a connection through it");
    let meant = if pods::unknown(&selector) { Vec::new() } else { pods::within(world, object, None, pods::taken(world, object, &selector)) };
    let open = world.changed_later(object) || world.kustomize.is_patch(object.span.file) || world.among_alternatives(object);
    let near = meant.first().filter(|it| world.distance(object, it) <= Distance::SameDirectory && !open);
    let finding = Finding::new(if near.is_some() { Confidence::Likely } else { Confidence::Possible }, message)
        .field("spec.selector")
        .label(object.at("spec.selector").span(), label);
    out.push(match meant.first() {
        Some(workload) => finding
            .label(workload.title(), format!("{} makes such pods", world.told(workload)))
            .help("take `type: ExternalName` and `externalName` out to reach the pods, or the selector out to reach the other host"),
        None => finding.help("take it out"),
    });
}
