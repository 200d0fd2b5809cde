//! A container that is told to call a pod of a StatefulSet by a name that the pod does not have.

use crate::finding::{Confidence, Finding};
use crate::kube::calls::{self, Call};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let spec = object.template().and_then(|template| template.spec);
    let searched = spec.and_then(|spec| spec.dns_config.as_ref()?.searches.as_ref()).is_some();
    if searched || world.kustomize.is_patch(object.span.file) {
        return;
    }
    let mut told: Vec<String> = Vec::new();
    for call in world.calls_by(object).iter().filter(|call| call.config_map.is_none()) {
        let Some((set, governs)) = calls::stateful_set(world, object, call.name()) else { continue };
        let Some((said, right)) = wrong(world, object, set, governs, call) else { continue };
        if told.contains(&call.field) {
            continue;
        }
        told.push(call.field.clone());
        let close = world.distance(object, set) <= Distance::SameDirectory;
        let open = world.changed_later(object) || world.changed_later(set) || world.among_alternatives(object);
        out.push(
            Finding::new(
                if close && !open { Confidence::Likely } else { Confidence::Possible },
                format!("{} `{}` calls `{}`, which is no name of a pod of StatefulSet `{}`", object.kind(), object.name(), call.host, set.name()),
            )
            .label(object.at(&call.field).span(), said)
            .label(set.at("spec.serviceName").span(), format!("{} is governed by `{governs}`", world.told(set)))
            .help(format!("write `{right}`"))
            .field(&call.field),
        );
    }
}

/// What is wrong with the name, and the right one.
fn wrong(world: &World<'_>, object: &Object<'_>, set: &Object<'_>, governs: &str, call: &Call) -> Option<(String, String)> {
    let labels: Vec<&str> = call.host.split('.').collect();
    let namespace = world.namespace(set);
    let pod = call.name();
    match labels.as_slice() {
        // Its members may well be listed by their names alone.
        [_] if object.id == set.id => None,
        [_] => Some((
            "a pod's name alone resolves in the pod itself only: \"unknown host\"".to_owned(),
            format!("{pod}.{governs}:{}", call.port),
        )),
        [_, second] | [_, second, "svc", ..] if *second == namespace && *second != governs => Some((
            "the Service is left out between the pod and its namespace: \"unknown host\"".to_owned(),
            format!("{pod}.{governs}.{namespace}.svc:{}", call.port),
        )),
        [_, second] | [_, second, _, "svc", ..] if *second != governs && world.named("Service", second, set).iter().any(|it| world.namespaces(set, it) == Namespaces::Same) => {
            let rest: String = labels.iter().skip(2).map(|label| format!(".{label}")).collect();
            Some((
                format!("Service `{second}` does not govern these pods and gives them no names: \"unknown host\""),
                format!("{pod}.{governs}{rest}:{}", call.port),
            ))
        }
        _ => None,
    }
}
