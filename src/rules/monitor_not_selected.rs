//! A ServiceMonitor or PodMonitor that no Prometheus of the files takes up.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use crate::finding::{Confidence, Finding};
use crate::kube::policy::NAMESPACE_NAME;
use crate::kube::prometheus::{self, Choice};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, labels, monitors, pods};

/// Why a Prometheus passes a monitor over.
enum Why {
    /// It asks for none of this kind.
    NoSelector,
    /// It asks for other labels.
    Labels,
    /// It looks in other namespaces.
    Namespaces,
}

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if monitors::read(object).is_none() || world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut all = prometheus::KINDS.iter().flat_map(|kind| world.of_kind(kind, object, Distance::Near)).peekable();
    if all.peek().is_none() || world.unrendered_beside(object) {
        return;
    }
    let mut passed_over = Vec::new();
    for prometheus in all {
        let Some(choice) = prometheus::choice(prometheus, object.kind()) else { return };
        match why(world, object, prometheus, &choice) {
            Some(why) => passed_over.push((prometheus, choice, why)),
            None => return,
        }
    }
    passed_over.sort_by_key(|(prometheus, ..)| (world.distance(object, prometheus), prometheus.id));
    if let Some((prometheus, choice, why)) = passed_over.first() {
        let one = passed_over.len() == 1 && world.distance(object, prometheus) <= Distance::SameDirectory;
        let open = world.changed_later(object) || world.changed_later(prometheus) || world.among_alternatives(object);
        out.push(tell(object, world, prometheus, choice, why, if one && !open { Confidence::Likely } else { Confidence::Possible }));
    }
}

/// Why it is passed over; none where it is or may be taken up.
fn why(world: &World<'_>, object: &Object<'_>, prometheus: &Object<'_>, choice: &Choice) -> Option<Why> {
    let Some(selector) = &choice.selector else { return Some(Why::NoSelector) };
    let own = object.labels();
    let set_later = |key: &String| world.label_is_set_later(object, prometheus, key);
    if pods::unknown(selector) || selector.match_labels.iter().flatten().any(|(key, _)| set_later(key)) {
        return None;
    }
    if !labels::selects(selector, own) {
        return Some(Why::Labels);
    }
    let elsewhere = match &choice.namespaces {
        None => world.namespaces(object, prometheus) == Namespaces::Different,
        Some(namespaces) => is_certainly_not(world, object, namespaces),
    };
    elsewhere.then_some(Why::Namespaces)
}

/// Whether the namespace, written and told by its name alone, has not the labels.
fn is_certainly_not(world: &World<'_>, object: &Object<'_>, namespaces: &LabelSelector) -> bool {
    let name = namespaces.match_labels.as_ref().and_then(|pairs| pairs.get(NAMESPACE_NAME));
    let written = object.namespace().filter(|_| !world.renames_namespace(object));
    name.zip(written).is_some_and(|(name, written)| name != written)
}

fn tell(object: &Object<'_>, world: &World<'_>, prometheus: &Object<'_>, choice: &Choice, why: &Why, sure: Confidence) -> Finding {
    let (field, told) = (choice.field, world.told(prometheus));
    let place = |field: &str| prometheus.at(&format!("spec.{field}")).span();
    let finding = Finding::new(sure, format!("no Prometheus of these files takes up {} `{}`", object.kind(), object.name()));
    let own = object.at("metadata.labels");
    match why {
        Why::NoSelector => finding
            .label(object.title(), "nothing is scraped by it, and nobody says so")
            .label(prometheus.title(), format!("{told} has no `{field}`, and so takes up none"))
            .help(format!("write `{field}: {{}}` at the Prometheus to take up all of its namespace")),
        Why::Labels => {
            let wanted = choice.selector.as_ref().and_then(|selector| selector.match_labels.as_ref()).map(|pairs| world.pairs(pairs));
            let wanted = wanted.filter(|_| choice.selector.as_ref().is_some_and(|selector| selector.match_expressions.is_none()));
            finding
                .field("metadata.labels")
                .label(if own.found { own.span() } else { object.title() }, "it has not the labels that are asked for: nothing is scraped by it, and nobody says so")
                .label(place(field), format!("{told} takes up those with such labels"))
                .help(match wanted {
                    Some(wanted) => format!("give the monitor {wanted} at `metadata.labels`"),
                    None => "give the monitor labels that the Prometheus asks for".to_owned(),
                })
        }
        Why::Namespaces => {
            let (mine, theirs) = (world.namespace(object), world.namespace(prometheus));
            let looked = match &choice.namespaces {
                None => format!("{told} has no `{}`, and so looks in its own namespace, `{theirs}`", choice.namespaces_field),
                Some(_) => format!("{told} looks in other namespaces"),
            };
            let there = prometheus.at(&format!("spec.{}", choice.namespaces_field));
            finding
                .field("metadata.namespace")
                .label(object.at("metadata.namespace").span(), format!("in `{mine}` it is not found: nothing is scraped by it, and nobody says so"))
                .label(if there.found { there.span() } else { prometheus.title() }, looked)
                .help(format!("write `{}: {{}}` at the Prometheus to look in all namespaces", choice.namespaces_field))
        }
    }
}
