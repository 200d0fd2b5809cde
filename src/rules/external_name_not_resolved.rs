//! An ExternalName that DNS takes for another name than was meant.

use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::{Object, World, endpoints, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(service) = object.service().filter(|service| endpoints::is_external(service)) else { return };
    let Some(name) = service.spec.as_ref().and_then(|spec| spec.external_name.as_deref()) else { return };
    if template::is_to_be_filled_in(name) || world.kustomize.is_patch(object.span.file) || name.ends_with('.') || name.contains(':') {
        return;
    }
    let labels: Vec<&str> = name.split('.').collect();
    let finding = |sure: Confidence, message: String, label: String, help: String| {
        Finding::new(sure, message).field("spec.externalName").label(object.at("spec.externalName").span(), label).help(help)
    };
    let whole = |of: &[&str]| match of {
        [service] => format!("{service}.{}.svc.cluster.local", world.namespace(object)),
        [service, namespace, ..] => format!("{service}.{namespace}.svc.cluster.local"),
        [] => String::new(),
    };
    let alias = format!("ExternalName Service `{}`", object.name());
    let absolute = "an alias leads to a whole name: no search list completes it, and nobody outside knows it";
    match labels.as_slice() {
        [service, namespace, "svc", rest @ ..] if *service == object.name() && *namespace == world.namespace(object) && (rest.is_empty() || *rest == ["cluster", "local"]) => {
            let label = "the alias leads to itself: every look-up of it fails".to_owned();
            out.push(finding(Confidence::Likely, format!("{alias} is an alias of itself"), label, "name the host that it stands for".to_owned()));
        }
        [_, _, "svc"] => {
            let help = format!("write `{}`, with the cluster's domain", whole(&labels));
            out.push(finding(Confidence::Likely, format!("{alias} leads to `{name}`, which lacks the cluster's domain"), absolute.to_owned(), help));
        }
        [service] | [service, _] => {
            let namespace = labels.get(1).copied();
            let wanted = Name { group: "", kind: "Service", namespace, name: service };
            let found = match meant::meant(world, object, wanted) {
                Meant::There(found) => found.into_iter().find(|it| it.id != object.id && (namespace.is_none() || it.namespace() == namespace)),
                _ => None,
            };
            if let Some(found) = found {
                let sure = if meant::sure(world, object, namespace, found) == Confidence::Possible { Confidence::Possible } else { Confidence::Likely };
                let message = format!("{alias} leads to `{name}`, the short name of a Service");
                let it = finding(sure, message, absolute.to_owned(), format!("write `{}`", whole(&labels)));
                out.push(it.label(found.title(), format!("{} is meant", world.told(found))));
            } else if labels.len() == 1 {
                let help = format!("write the whole name; for a Service of the cluster `{}`", whole(&labels));
                out.push(finding(Confidence::Possible, format!("{alias} leads to `{name}`, a name without a domain"), absolute.to_owned(), help));
            }
        }
        _ => {}
    }
}
