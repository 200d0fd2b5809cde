//! A monitor that scrapes a port which what it selects does not have.

use super::service_port;
use crate::finding::{Confidence, Finding};
use crate::kube::monitors::{self, Endpoint, Monitor};
use crate::kube::ports::{self, Role};
use crate::kube::world::Distance;
use crate::kube::{Object, World, monitored, pods, targets, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(monitor) = monitors::read(object).filter(|it| !pods::unknown(&it.selector)) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let found = nearest(world, object, &monitor);
    let Some(first) = found.first() else { return };
    for endpoint in &monitor.endpoints {
        match (&endpoint.port, object.kind()) {
            (Some(port), _) if template::is_placeholder(port) => {}
            (Some(port), "ServiceMonitor") => out.extend(of_service(object, world, endpoint, port, &found)),
            (Some(port), _) => out.extend(of_pods(object, world, endpoint, port, first, &found)),
            (None, _) => out.extend(target(object, world, endpoint, &found)),
        }
    }
}

/// What it finds, as near as the nearest of it.
fn nearest<'w, 's>(world: &'w World<'s>, object: &Object<'_>, monitor: &Monitor) -> Vec<&'w Object<'s>> {
    let mut found = monitored::all(world, object, monitor);
    let best = found.iter().map(|it| world.distance(object, it)).min();
    found.retain(|it| Some(world.distance(object, it)) == best);
    found
}

fn sure(world: &World<'_>, object: &Object<'_>, it: &Object<'_>) -> Confidence {
    let close = world.distance(object, it) <= Distance::SameDirectory;
    let settled = !world.changed_later(object) && !world.changed_later(it) && world.patches_of(it).is_empty();
    let alone = !world.among_alternatives(object) && !world.unrendered_beside(object);
    if close && settled && alone { Confidence::Certain } else { Confidence::Likely }
}

fn of_service(object: &Object<'_>, world: &World<'_>, endpoint: &Endpoint, port: &str, found: &[&Object<'_>]) -> Option<Finding> {
    let lacks = |service: &&Object<'_>| {
        let mut all = targets::service_ports(service).peekable();
        all.peek().is_some() && !targets::ports_in_doubt(service) && all.all(|(_, it)| monitors::takes(port, it.name.as_deref().unwrap_or_default()) == Some(false))
    };
    let service = found.first().filter(|_| found.iter().all(lacks))?;
    let field = format!("{}.port", endpoint.field);
    let place = object.at(&field);
    let (help, name) = service_port::for_name(world, service, port);
    let message = format!("ServiceMonitor `{}` scrapes port `{port}`, which Service `{}` does not have", object.name(), service.name());
    let finding = Finding::new(sure(world, object, service), message)
        .field(&field)
        .label(place.span(), "the name of a port of the Service is wanted: Prometheus finds no target")
        .label(service.at("spec.ports[0].port").span(), format!("{} has {}", world.told(service), service_port::list(service)))
        .help(help);
    Some(match name.and_then(|name| Some((place.replace(&name)?, name))) {
        Some((edit, name)) => finding.unsafe_fix(format!("scrape `{name}`"), vec![edit]),
        None => finding,
    })
}

fn of_pods(object: &Object<'_>, world: &World<'_>, endpoint: &Endpoint, port: &str, first: &Object<'_>, found: &[&Object<'_>]) -> Option<Finding> {
    let lacks = |workload: &&Object<'_>| {
        let spec = workload.template().and_then(|template| template.spec).filter(|spec| !ports::is_partial(spec));
        spec.is_some_and(|spec| {
            ports::declared(spec).all(|(.., it)| monitors::takes(port, it.name.as_deref().unwrap_or_default()) == Some(false))
        })
    };
    if !found.iter().all(lacks) || found.iter().any(|workload| targets::may_be_added(world, workload, port)) {
        return None;
    }
    let spec = first.template().and_then(|template| template.spec)?;
    let names: Vec<_> = ports::declared(spec).filter_map(|(.., it)| Some(format!("`{}`", it.name.as_deref()?))).collect();
    let has = if names.is_empty() { "no port by name".to_owned() } else { names.join(", ") };
    let field = format!("{}.port", endpoint.field);
    let message = format!("PodMonitor `{}` scrapes port `{port}`, which no container of {} declares", object.name(), world.told(first));
    let finding = Finding::new(sure(world, object, first), message)
        .label(object.at(&field).span(), "the name of a container's port is wanted: Prometheus finds no target")
        .label(first.title(), format!("its containers declare {has}"))
        .help("write the name of a port that a container declares; Services play no part");
    Some(finding.field(field))
}

/// A `targetPort`, which counts only without a `port`: a port that a container declares.
fn target(object: &Object<'_>, world: &World<'_>, endpoint: &Endpoint, found: &[&Object<'_>]) -> Option<Finding> {
    let workloads: Vec<_> = match object.kind() {
        "PodMonitor" => found.iter().filter_map(|it| it.template()?.spec).collect(),
        _ => found.iter().flat_map(|service| targets::backends(world, service)).map(|backend| backend.spec).collect(),
    };
    let lacks = |spec: &&_| {
        let mut declared = ports::declared(spec).filter(|(placed, ..)| placed.role != Role::Init);
        !ports::is_partial(spec)
            && match (endpoint.number, &endpoint.target) {
                (Some(number), _) => !declared.any(|(.., it)| it.container_port == number),
                (None, Some(name)) => !declared.any(|(.., it)| it.name.as_ref() == Some(name)),
                (None, None) => false,
            }
    };
    if workloads.is_empty() || !workloads.iter().all(lacks) || endpoint.target.as_deref().is_some_and(template::is_placeholder) {
        return None;
    }
    let first = found.first()?;
    let leaf = if object.at(&format!("{}.portNumber", endpoint.field)).found { "portNumber" } else { "targetPort" };
    let field = format!("{}.{leaf}", endpoint.field);
    let written = endpoint.number.map_or_else(|| endpoint.target.clone().unwrap_or_default(), |number| number.to_string());
    let message = format!("{} `{}` scrapes container port `{written}`, which no container declares", object.kind(), object.name());
    let sure = sure(world, object, first).min(Confidence::Likely);
    let finding = Finding::new(sure, message)
        .label(object.at(&field).span(), "Prometheus only finds ports that a container declares")
        .label(first.title(), format!("{} is what it selects", world.told(first)))
        .help(match object.kind() {
            "PodMonitor" => "declare the port at the container, or name one that is declared",
            _ => "declare the port at the container, or write `port` with the name of a port of the Service",
        });
    Some(finding.field(field))
}
