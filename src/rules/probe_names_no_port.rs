//! A probe or lifecycle hook that asks a port by a name its container lacks.

use k8s_openapi::api::core::v1::ContainerPort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::{Confidence, Finding};
use crate::kube::listens;
use crate::kube::near::did_you_mean;
use crate::kube::ports::{self, Placed};
use crate::kube::targets;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(template) = object.template() else { return };
    let Some(spec) = template.spec else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for placed in ports::containers(spec) {
        let probes = listens::probes(placed.container)
            .flat_map(|(name, probe)| listens::probe_ports(probe).map(move |(field, port)| (name, format!("{name}.{field}"), port)));
        let hooks = listens::hook_ports(placed.container).map(|(field, port)| ("lifecycle hook", field.to_owned(), port));
        for (what, field, port) in probes.chain(hooks) {
            let IntOrString::String(name) = port else { continue };
            // A number in quotes has no letter: the API server refuses it.
            if !name.contains(|c: char| c.is_ascii_alphabetic()) || name.contains(['$', '{', '<']) {
                continue;
            }
            let path = template.field(&format!("{}.{field}", placed.field()));
            let named = || placed.container.ports.iter().flatten().enumerate().filter(|(_, port)| port.name.as_ref() == Some(&name));
            let is_tcp = |port: &ContainerPort| ports::protocol(port.protocol.as_deref()) == "TCP";
            match named().next() {
                Some((index, _)) if !named().any(|(_, port)| is_tcp(port)) => out.push(other_protocol(object, placed, index, &name, what, &path)),
                Some(_) => {}
                None if ports::is_partial(spec) && targets::may_be_added(world, object, &name) => {}
                None => out.push(tell(object, world, placed, &name, what, &path)),
            }
        }
    }
}

/// The kubelet takes the number, whatever the protocol, and connects by TCP.
fn other_protocol(object: &Object<'_>, placed: Placed<'_>, index: usize, name: &str, what: &str, path: &str) -> Finding {
    let declared = object.template().map_or_else(String::new, |template| template.field(&format!("{}.ports[{index}].protocol", placed.field())));
    Finding::possible(format!("{what} connects by TCP to port `{name}`, which container `{}` declares for another protocol", placed.container.name))
        .field(path)
        .label(object.at(path).span(), "works only if the program listens on this number by TCP too")
        .label(object.at(&declared).span(), "declared here")
        .help("ask for a port that the container declares for TCP")
}

fn tell(object: &Object<'_>, world: &World<'_>, placed: Placed<'_>, name: &str, what: &str, path: &str) -> Finding {
    let container = placed.container;
    let partial = object.template().and_then(|template| template.spec).is_some_and(ports::is_partial);
    let open = partial || targets::may_be_added(world, object, name) || world.changed_later(object);
    let confidence = if open { Confidence::Possible } else { Confidence::Certain };
    let ends = match what {
        "readinessProbe" => "the probe never succeeds: no pod becomes ready, so no Service sends it anything",
        "startupProbe" => "the probe never succeeds: the container never counts as started, so no pod becomes ready",
        // A probe that can't be carried out has no result, and a container counts as alive until one says otherwise
        // (`pkg/kubelet/prober/worker.go:doProbe`).
        "livenessProbe" => "the probe is never carried out: a container that hangs is not restarted",
        _ => "the hook fails each time",
    };
    let place = object.at(path);
    let message = format!("{what} asks for port `{name}`, which container `{}` does not declare", container.name);
    let finding = Finding::new(confidence, message).field(path).label(place.span(), ends);
    let names: Vec<_> = container.ports.iter().flatten().filter_map(|port| port.name.as_deref()).collect();
    let template = object.template();
    let spec = template.and_then(|template| template.spec);
    let other = spec.into_iter().flat_map(ports::declared).find(|(.., port)| port.name.as_deref() == Some(name));
    if let Some((other, index, port)) = other {
        let there = template.map_or_else(String::new, |template| template.field(&format!("{}.ports[{index}].name", other.field())));
        return finding
            .label(object.at(&there).span(), format!("container `{}` declares it; a name holds in its own container only", other.container.name))
            .help(format!("ask for it by number: {}", port.container_port));
    }
    match (did_you_mean(name, names.iter().copied()), container.ports.as_deref()) {
        (Some(meant), _) => {
            let finding = finding.help(format!("did you mean `{meant}`?"));
            match place.replace(meant) {
                Some(edit) => finding.unsafe_fix(format!("ask for port `{meant}`"), vec![edit]),
                None => finding,
            }
        }
        (None, Some([port])) if port.name.is_none() => {
            finding.help(format!("give port {} `name: {name}`, or ask for it by number", port.container_port))
        }
        (None, _) if !names.is_empty() => finding.help(format!("the container names its ports {}", names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "))),
        _ => finding.help("declare the port in the container under this name, or ask for it by number"),
    }
}
