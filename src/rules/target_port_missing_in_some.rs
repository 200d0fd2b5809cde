//! A named target port that only some of the workloads behind the Service declare.

use crate::finding::{Confidence, Finding};
use crate::kube::ports::{self, Named};
use crate::kube::targets::{self, Backend, is_job};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if targets::named_targets(object).next().is_none() {
        return;
    }
    let mut found = world.behind(object);
    found.retain(|found| found.distance < Distance::Far);
    if world.among_alternatives(object) {
        found.retain(|found| found.distance == Distance::SameFile);
    }
    let backends = targets::whole(found);
    for (index, port, name) in targets::named_targets(object) {
        let (with, without): (Vec<&Backend<'_, '_>>, Vec<_>) =
            backends.iter().partition(|backend| matches!(backend.named(world, name, port), Named::Port(..)));
        let (Some(with), Some(lacking)) = (with.first(), without.first()) else { continue };
        if is_job(lacking.found.object) || targets::may_be_added(world, lacking.found.object, name) {
            continue;
        }
        let (it, other) = (lacking.found.object, with.found.object);
        let near = lacking.found.distance <= Distance::SameDirectory && lacking.found.namespaces == Namespaces::Same;
        let confidence = if near && !world.unrendered_beside(object) { Confidence::Likely } else { Confidence::Possible };
        let path = format!("spec.ports[{index}].targetPort");
        let protocol = ports::protocol(port.protocol.as_deref());
        let message = format!(
            "target port `{name}` of Service `{}` is a {protocol} port of {}, but not of {}",
            object.name(),
            title(&other.reference),
            title(&it.reference)
        );
        out.push(
            Finding::new(confidence, message)
                .field(&path)
                .label(object.at(&path).span(), format!("of the {} workloads behind it, {} will get no connection on this port", backends.len(), without.len()))
                .label(it.at(&lacking.found.template.field("spec.containers")).span(), format!("no container of {} declares `{name}`", world.told(it)))
                .help(format!("declare `{name}` there too, or select the pods of {} alone", title(&other.reference))),
        );
    }
}
