//! A selector that takes the pods of several workloads which do different work.

use std::collections::HashSet;

use crate::finding::{Confidence, Finding};
use crate::kube::listens;
use crate::kube::near::alike;
use crate::kube::targets::{self, Backend, is_job};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, images};

/// How many others are looked at for a sign.
const MOST: usize = 8;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let mut found = world.selected(object);
    let farthest = if world.among_alternatives(object) { Distance::SameFile } else { Distance::SameDirectory };
    found.retain(|found| found.namespaces == Namespaces::Same && found.distance <= farthest && !is_job(found.object));
    let mut names = HashSet::new();
    found.retain(|found| names.insert((found.object.kind(), found.object.name())));
    let backends = targets::whole(found);
    if backends.len() < 2 {
        return;
    }
    let Some(first) = backends.iter().max_by_key(|backend| fitness(object, backend)) else { return };
    let others: Vec<_> = backends.iter().filter(|other| !alternatives(first, other)).take(MOST).collect();
    let Some(other) = others.first() else { return };
    if targets::named_targets(object).any(|(_, port, name)| differ(world, &backends, name, port)) {
        return; // `target-port-missing-in-some` tells it
    }
    let stranger = others.iter().find_map(|other| Some((other, unserved(world, object, first, other)?)));
    let own = others.iter().find_map(|other| Some((other, own_service(world, object, other)?)));
    let selector = object.at("spec.selector").span();
    let message = |other: &Backend<'_, '_>| {
        let more = if backends.len() > 2 { format!(" and {} more", backends.len() - 2) } else { String::new() };
        let (first, other) = (title(&first.found.object.reference), title(&other.found.object.reference));
        format!("Service `{}` selects the pods of {first} and also those of {other}{more}", object.name())
    };
    let labels = |backend: &Backend<'_, '_>| backend.found.object.at(&backend.found.template.field("metadata.labels")).span();
    let finding = if let Some((other, number)) = stranger {
        let says = format!("nothing in the pods of {} says that they listen on {number}", world.told(other.found.object));
        Finding::likely(message(other)).label(selector, "both have all the labels selected, so each gets a share of the connections").label(labels(other), says)
    } else if let Some((other, service)) = own {
        let says = format!("{} has a Service of its own, `{}`", world.told(other.found.object), service.name());
        Finding::likely(message(other)).label(selector, "both have all the labels selected, so each gets a share of the connections").label(labels(other), says)
    } else {
        Finding::new(Confidence::Possible, message(other))
            .label(selector, "each gets a share of the connections")
            .label(labels(other), format!("the pods of {} have all the labels selected", world.told(other.found.object)))
    };
    out.push(finding.field("spec.selector").help(match telling_label(first, &others) {
        Some((key, value)) => format!("if only {} is meant, add `{key}: {value}` to the selector", title(&first.found.object.reference)),
        None => format!("if only {} is meant, give its pods a label of their own and select that too", title(&first.found.object.reference)),
    }));
}

/// How well a workload fits the Service: by name, then by the ports it declares.
fn fitness(object: &Object<'_>, backend: &Backend<'_, '_>) -> (bool, bool, usize) {
    let name = backend.found.object.name();
    let served = targets::numbered_targets(object).filter(|(_, _, number)| backend.declared().any(|port| port == *number)).count();
    (name == object.name(), alike(name, object.name()), served)
}

/// Whether two workloads are versions or variants of one: one image among them, or names that differ in a version word.
fn alternatives(a: &Backend<'_, '_>, b: &Backend<'_, '_>) -> bool {
    let images = |backend: &Backend<'_, '_>| -> HashSet<String> {
        backend.spec.containers.iter().filter_map(|container| container.image.as_deref()).map(|image| images::name(image).to_owned()).collect()
    };
    let (a_name, b_name) = (a.found.object.name(), b.found.object.name());
    a_name == b_name || family(a_name) == family(b_name) || is_made_by(a, b) || is_made_by(b, a) || !images(a).is_disjoint(&images(b))
}

/// Whether one is a running pod of the other, exported beside it.
fn is_made_by(pod: &Backend<'_, '_>, workload: &Backend<'_, '_>) -> bool {
    let made = pod.found.object.name().strip_prefix(workload.found.object.name());
    pod.found.object.kind() == "Pod" && made.is_some_and(|rest| rest.starts_with('-'))
}

/// A name without its words for a version.
fn family(name: &str) -> Vec<&str> {
    const VARIANTS: [&str; 25] = [
        "canary", "stable", "blue", "green", "primary", "secondary", "active", "preview", "baseline", "beta", "alpha", "prod", "production", "staging",
        "dev", "test", "old", "new", "next", "current", "master", "slave", "replica", "leader", "follower",
    ];
    let version = |word: &str| word.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit()) || word.len() == 1;
    name.split(['-', '.', '_']).filter(|word| !VARIANTS.contains(word) && !version(word)).collect()
}

fn differ(world: &World<'_>, backends: &[Backend<'_, '_>], name: &str, port: &k8s_openapi::api::core::v1::ServicePort) -> bool {
    use crate::kube::ports::Named;
    let has = |backend: &&Backend<'_, '_>| matches!(backend.named(world, name, port), Named::Port(..));
    let count = backends.iter().filter(has).count();
    count != backends.len()
}

/// A target that the one declares, and of which the other says nothing.
fn unserved(world: &World<'_>, object: &Object<'_>, first: &Backend<'_, '_>, other: &Backend<'_, '_>) -> Option<i32> {
    let mut numbers = targets::numbered_targets(object).map(|(_, _, number)| number);
    numbers.find(|number| {
        let declares = |backend: &Backend<'_, '_>| backend.declared().any(|port| port == *number);
        let silent = !declares(other) && !listens::mentions(world, other.found.object, &other.found.template, *number);
        declares(first) && silent
    })
}

/// The Service that is named for the other workload, where this one is not.
fn own_service<'w, 's>(world: &'w World<'s>, object: &Object<'_>, other: &Backend<'_, '_>) -> Option<&'w Object<'s>> {
    let taking = world.services_taking(other.found.object);
    let name = other.found.object.name();
    taking.into_iter().find(|service| service.id != object.id && service.name() != object.name() && service.name() == name)
}

/// A label that only the pods of the one have.
fn telling_label(first: &Backend<'_, '_>, others: &[&Backend<'_, '_>]) -> Option<(String, String)> {
    let mut labels = first.found.template.labels.into_iter().flatten();
    let shared = |key: &String, value: &String| others.iter().any(|other| other.found.template.labels.and_then(|it| it.get(key)) == Some(value));
    labels.find(|(key, value)| !shared(key, value)).map(|(key, value)| (key.clone(), value.clone()))
}
