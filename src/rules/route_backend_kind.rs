//! A route that names a Service by a group or kind that it has not.

use super::unresolved;
use crate::finding::Finding;
use crate::kube::admission::gateway::OWN_GROUP;
use crate::kube::routes;
use crate::kube::world::title;
use crate::kube::{Object, World, template};

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    for backend in routes::backends(object) {
        if template::is_placeholder(backend.group) || template::is_placeholder(backend.kind) || backend.is_to_service() {
            continue;
        }
        let (leaf, what) = match (backend.group, backend.kind) {
            ("", kind) => ("kind", format!("no route can send to a `{kind}`")),
            ("core" | "v1" | "core/v1", "Service") => ("group", format!("a Service is of the group `\"\"`, not of `{}`", backend.group)),
            ("core" | "v1" | "core/v1" | "apps" | "apps/v1" | OWN_GROUP, kind) => {
                (if kind == "Service" { "group" } else { "kind" }, format!("no route can send to a `{kind}` of group `{}`", backend.group))
            }
            _ => continue,
        };
        let field = format!("{}.{leaf}", backend.field);
        if object.verdict.as_ref().is_some_and(|verdict| verdict.causes.iter().any(|cause| cause.field == field)) {
            continue;
        }
        let place = object.at(&field);
        let finding = Finding::certain(format!("{} has a backend that is no Service: {what}", title(&object.reference)))
            .field(&field)
            .label(place.span(), format!("accepted, and never resolved: {}", unresolved::clients(object.kind(), &field)));
        let service = backend.kind.eq_ignore_ascii_case("service") || backend.kind.eq_ignore_ascii_case("services");
        out.push(match (leaf, service.then(|| place.replace("Service")).flatten()) {
            ("kind", Some(edit)) => finding.help("write `kind: Service`").unsafe_fix("write `Service`", vec![edit]),
            ("group", _) => finding.help("leave `group` out, or write `group: \"\"`"),
            _ => finding.help("send to a Service: leave `group` and `kind` out and name it"),
        });
    }
}
