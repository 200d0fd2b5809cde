//! A probe that asks its container for the port of the Service before it.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::finding::{Confidence, Finding};
use crate::kube::world::Distance;
use crate::kube::{Object, World, isolation, listens, ports};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(template) = object.template() else { return };
    let Some(spec) = template.spec.filter(|spec| !ports::is_partial(spec)) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut served = None;
    for placed in ports::containers(spec) {
        let probes = listens::probes(placed.container).flat_map(|(name, probe)| listens::probe_ports(probe).map(move |asked| (name, asked)));
        for (name, (field, port)) in probes {
            let IntOrString::Int(number) = port else { continue };
            let declares = placed.container.ports.iter().flatten().any(|port| port.container_port != number);
            if !declares || ports::declared(spec).any(|(.., port)| port.container_port == number) || listens::writes(world, object, &template, number) {
                continue;
            }
            let served = served.get_or_insert_with(|| isolation::served(world, object, spec));
            let reached = served.iter().any(|(.., target)| *target == number);
            let Some((service, _, target)) = served.iter().find(|(_, port, _)| port.port == number).filter(|_| !reached) else { continue };
            let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.changed_later(service);
            let path = template.field(&format!("{}.{name}.{field}", placed.field()));
            let ends = if name == "readinessProbe" { "the probe fails: no pod becomes ready" } else { "the probe fails: the container is restarted again and again" };
            out.push(
                Finding::new(
                    if close && !world.among_alternatives(object) { Confidence::Likely } else { Confidence::Possible },
                    format!("{name} of container `{}` asks for port {number}, which is Service `{}`'s", placed.container.name, service.name()),
                )
                .label(object.at(&path).span(), format!("nothing in the pod names {number}; {ends}"))
                .label(service.title(), format!("{} has port {number} and sends to {target}", world.told(service)))
                .help(format!("the kubelet asks the container itself: write `port: {target}`"))
                .field(path),
            );
        }
    }
}
