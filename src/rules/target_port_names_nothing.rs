//! A named target port that no container behind the Service declares.

use crate::finding::{Confidence, Finding};
use crate::kube::near::did_you_mean;
use crate::kube::ports::{self, Named, Placed};
use crate::kube::targets::{self, Backend};
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};
use k8s_openapi::api::core::v1::{ContainerPort, ServicePort};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if targets::named_targets(object).next().is_none() {
        return;
    }
    let backends = targets::backends(world, object);
    let Some(first) = backends.first() else { return };
    for (index, port, name) in targets::named_targets(object) {
        let looked: Vec<_> = backends.iter().map(|backend| (backend, backend.named(world, name, port))).collect();
        let doubt = || backends.iter().any(|backend| backend.ports_in_doubt());
        if looked.iter().any(|(_, found)| matches!(found, Named::Port(..))) || doubt() {
            continue;
        }
        let told = looked.iter().find(|(_, found)| !matches!(found, Named::Nothing)).copied().unwrap_or((first, Named::Nothing));
        let confidence = confidence(world, object, &backends, name);
        out.push(tell(object, world, Target { index, port, name }, told, backends.len(), confidence));
    }
}

/// Certain where the pods are those next door and nothing adds to them.
fn confidence(world: &World<'_>, object: &Object<'_>, backends: &[Backend<'_, '_>], name: &str) -> Confidence {
    let added = backends.iter().any(|backend| targets::may_be_added(world, backend.found.object, name));
    if added || world.unrendered_beside(object) {
        return Confidence::Possible;
    }
    let certain = backends.iter().all(|backend| {
        let it = backend.found;
        let foreign = matches!(it.object.typed, Some(Typed::Other(_)));
        it.distance <= Distance::SameDirectory && it.namespaces == Namespaces::Same && !foreign && !world.changed_later(it.object)
    });
    let apart = backends.iter().any(|backend| backend.found.distance == Distance::SameDirectory) && world.among_alternatives(object);
    if certain && !apart { Confidence::Certain } else { Confidence::Likely }
}

struct Target<'o> {
    index: usize,
    port: &'o ServicePort,
    name: &'o str,
}

fn tell(
    object: &Object<'_>,
    world: &World<'_>,
    target: Target<'_>,
    (backend, found): (&Backend<'_, '_>, Named<'_>),
    count: usize,
    confidence: Confidence,
) -> Finding {
    let it = backend.found.object;
    let protocol = ports::protocol(target.port.protocol.as_deref());
    let path = format!("spec.ports[{}].targetPort", target.index);
    let place = object.at(&path);
    let at = |placed: Placed<'_>, index: usize, leaf: &str| it.at(&backend.found.template.field(&format!("{}.ports[{index}]{leaf}", placed.field()))).span();
    let whose = if count > 1 { format!("any of the {count} workloads behind Service `{}`", object.name()) } else { world.told(it) };
    let message = format!("target port `{}` of Service `{}` is not a {protocol} port of {whose}", target.name, object.name());
    let finding = Finding::new(confidence, message).field(&path).label(place.span(), "the port has no endpoints: connections to it are refused");
    match found {
        Named::OtherProtocol(placed, index, declared) => {
            let theirs = ports::protocol(declared.protocol.as_deref());
            let unwritten = if declared.protocol.is_none() { ", as none is written" } else { "" };
            finding
                .label(at(placed, index, ".name"), format!("container `{}` declares `{}` with protocol {theirs}{unwritten}", placed.container.name, target.name))
                .help(format!("a name counts together with its protocol: make both {protocol}, or both {theirs}"))
        }
        Named::Init(placed, index, _) => finding
            .label(at(placed, index, ".name"), format!("only init container `{}` declares it, and that is gone before the pod serves", placed.container.name))
            .help("declare the port in the container that serves it"),
        Named::Sidecar(placed, index, _) => finding
            .label(
                at(placed, index, ".name"),
                format!("only sidecar `{}` declares it; Kubernetes {} looks at main containers alone", placed.container.name, world.profile.version),
            )
            .help("target the port by its number, or raise the cluster to 1.33, which looks at sidecars too"),
        Named::Port(..) | Named::Nothing => nothing(object, world, &target, backend, finding),
    }
}

fn nothing(object: &Object<'_>, world: &World<'_>, target: &Target<'_>, backend: &Backend<'_, '_>, finding: Finding) -> Finding {
    let it = backend.found.object;
    let place = object.at(&format!("spec.ports[{}].targetPort", target.index));
    let declared: Vec<_> = ports::declared(backend.spec).filter(|(placed, ..)| placed.role == ports::Role::Main).collect();
    let names = || declared.iter().filter_map(|(.., port)| port.name.as_deref());
    let leaf = |placed: &Placed<'_>, index: usize, leaf: &str| it.at(&backend.found.template.field(&format!("{}.ports[{index}].{leaf}", placed.field()))).span();
    if let Some(name) = did_you_mean(target.name, names()) {
        let there = declared.iter().find(|(.., port)| port.name.as_deref() == Some(name));
        let finding = match there {
            Some((placed, index, port)) => finding.label(leaf(placed, *index, "name"), describe(placed, port)),
            None => finding,
        };
        let finding = finding.help(format!("did you mean `{name}`?"));
        return match place.replace(name) {
            Some(edit) => finding.unsafe_fix(format!("target `{name}`"), vec![edit]),
            None => finding,
        };
    }
    match declared.as_slice() {
        [] => finding
            .label(it.title(), format!("no container of {} declares a port", world.told(it)))
            .help(format!("declare the port in the container with `name: {}`, or target it by number", target.name)),
        [(placed, index, port)] if port.name.is_none() => finding
            .label(leaf(placed, *index, "containerPort"), describe(placed, port))
            .help(format!("give it `name: {}`, or target {} by number", target.name, port.container_port)),
        [(placed, index, port), ..] => {
            let all: Vec<_> = declared.iter().map(|(.., port)| shown(port)).collect();
            finding
                .label(leaf(placed, *index, "containerPort"), describe(placed, port))
                .help(format!("the containers declare {}: target one of these, or name the port `{}`", all.join(", "), target.name))
        }
    }
}

fn shown(port: &ContainerPort) -> String {
    match &port.name {
        Some(name) => format!("`{name}` ({})", port.container_port),
        None => port.container_port.to_string(),
    }
}

fn describe(placed: &Placed<'_>, port: &ContainerPort) -> String {
    match &port.name {
        Some(name) => format!("container `{}` calls its port {} `{name}`", placed.container.name, port.container_port),
        None => format!("container `{}` declares {} without a name", placed.container.name, port.container_port),
    }
}
