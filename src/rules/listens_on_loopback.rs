//! A program behind a Service that is told to listen on its own pod's loopback address only.

use crate::finding::{Confidence, Finding};
use crate::kube::world::Distance;
use crate::kube::{Object, World, isolation, listens};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(template) = object.template().filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Some(spec) = template.spec.filter(|spec| spec.host_network != Some(true)) else { return };
    let bound = listens::on_loopback(&template);
    if bound.is_empty() {
        return;
    }
    let served = isolation::served(world, object, spec);
    for sign in bound {
        let Some((service, _, number)) = served.iter().find(|(.., number)| *number == sign.number) else { continue };
        // A proxy beside it may take the connections and pass them on.
        let alone = spec.containers.len() == 1 && spec.init_containers.as_ref().is_none_or(Vec::is_empty);
        let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.among_alternatives(object);
        out.push(
            Finding::new(
                if alone && close { Confidence::Likely } else { Confidence::Possible },
                format!("{} `{}` listens on its own pod's loopback only, and Service `{}` sends there from outside", object.kind(), object.name(), service.name()),
            )
            .field(&sign.field)
            .label(object.at(&sign.field).span(), format!("{}: connections from other pods to {number} are refused", sign.says))
            .label(service.title(), format!("{} sends to port {number}", world.told(service)))
            .help(format!("listen on all addresses: `0.0.0.0:{number}`, `:{number}` or `[::]:{number}`")),
        );
    }
}
