//! A ServiceMonitor or PodMonitor whose selector takes nothing in the files, though something near was meant.

use crate::finding::{Confidence, Finding};
use crate::kube::near::alike;
use crate::kube::monitors::{self, Monitor, Scope};
use crate::kube::world::Distance;
use crate::kube::{Object, World, labels, monitored, pods};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(monitor) = monitors::read(object).filter(|it| !pods::unknown(&it.selector)) else { return };
    if world.kustomize.is_patch(object.span.file) || !monitored::all(world, object, &monitor).is_empty() {
        return;
    }
    let labels = monitor.selector.match_labels.as_ref();
    if object.kind() == "ServiceMonitor" && labels.is_some_and(|labels| world.unread_service(labels, object).is_some()) {
        return;
    }
    out.push(elsewhere(object, world, &monitor).or_else(|| slip(object, world, &monitor)).unwrap_or_else(|| unseen(object)));
}

fn what(object: &Object<'_>) -> &'static str {
    if object.kind() == "PodMonitor" { "pod" } else { "Service" }
}

fn finding(object: &Object<'_>, sure: Confidence) -> Finding {
    let message = format!("{} `{}` selects no {} of these files", object.kind(), object.name(), what(object));
    Finding::new(sure, message).field("spec.selector").label(object.at("spec.selector").span(), "Prometheus finds no target, and says nothing")
}

/// What it would take, stands in a namespace that it does not look in.
fn elsewhere(object: &Object<'_>, world: &World<'_>, monitor: &Monitor) -> Option<Finding> {
    let there = monitored::anywhere(world, object, monitor).into_iter().next()?;
    let theirs = world.namespace(there);
    let close = world.distance(object, there) <= Distance::SameDirectory && !world.changed_later(object) && !world.unrendered_beside(object);
    let looked = match &monitor.scope {
        Scope::Named(names) => format!("it looks in {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        _ => format!("without `namespaceSelector` it looks in its own namespace, `{}`", world.namespace(object)),
    };
    let finding = finding(object, if close { Confidence::Likely } else { Confidence::Possible });
    Some(
        finding
            .label(there.title(), format!("{} has the labels, in namespace `{theirs}`", world.told(there)))
            .help(format!("{looked}; add `namespaceSelector: {{matchNames: [{theirs}]}}`")),
    )
}

/// A Service whose pods have the labels, and which has them not itself.
fn slip(object: &Object<'_>, world: &World<'_>, monitor: &Monitor) -> Option<Finding> {
    let open = world.unrendered_beside(object) || world.changed_later(object);
    let sure = if open { Confidence::Possible } else { Confidence::Likely };
    if object.kind() == "PodMonitor" {
        let near = pods::nearly(world, object, &monitor.selector)?.object;
        let labels = near.template().map_or_else(String::new, |template| template.field("metadata.labels"));
        let label = format!("the pods of {} have other labels", world.told(near));
        return Some(finding(object, sure).label(near.at(&labels).span(), label).help("select labels that the pods have"));
    }
    let beside = monitored::in_scope(world, object, &monitor.scope, Distance::SameDirectory);
    if let Some((service, key, value)) = beside.iter().find_map(|service| nearly(service, monitor).map(|(key, value)| (service, key, value))) {
        let label = format!("{} has `{key}: {value}`", world.told(service));
        let there = service.at(&format!("metadata.labels[{key}]")).span();
        return Some(finding(object, sure).label(there, label).help(format!("select `{key}: {value}`")));
    }
    let meant = beside.into_iter().find(|service| {
        let selector = service.service().and_then(crate::kube::endpoints::selector);
        selector.is_some_and(|selector| labels::selects(&monitor.selector, Some(selector)))
    })?;
    // Whatever makes the pods may make a Service of these labels, too.
    let sure = if world.selected(meant).is_empty() { Confidence::Possible } else { sure };
    let own = meant.at("metadata.labels");
    let label = if own.found { "its own labels are others" } else { "it has no labels of its own" };
    Some(
        finding(object, sure)
            .label(if own.found { own.span() } else { meant.title() }, format!("{} selects such pods, but {label}", world.told(meant)))
            .help(format!("give Service `{}` the labels at `metadata.labels`: those of the pods and of `spec.selector` don't count", meant.name())),
    )
}

/// The label that keeps the selector from taking a Service: the only one, and alike in writing.
fn nearly(service: &Object<'_>, monitor: &Monitor) -> Option<(String, String)> {
    let own = service.labels()?;
    let pairs = monitor.selector.match_labels.as_ref().filter(|_| monitor.selector.match_expressions.is_none())?;
    let mut missed = pairs.iter().filter(|(key, value)| own.get(*key) != Some(*value));
    let (key, wanted) = missed.next().filter(|_| missed.next().is_none())?;
    let value = own.get(key).filter(|value| alike(wanted, value))?;
    Some((key.clone(), value.clone()))
}

fn unseen(object: &Object<'_>) -> Finding {
    finding(object, Confidence::Possible).help(format!("check it together with the files of what it scrapes; if a chart brings the {}s, all is well", what(object)))
}
