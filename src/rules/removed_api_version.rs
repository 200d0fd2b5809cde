//! An apiVersion that the target version serves no more.

use crate::finding::{Finding, ServerSays};
use crate::kube::{Object, World, apis};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let Some(removed) = apis::removed(api_version, kind, world.profile.version) else { return };
    let place = object.at("apiVersion");
    let message = format!("`{api_version}` of {kind} was removed in Kubernetes 1.{}", removed.since);
    let finding = Finding::certain(message)
        .field("apiVersion")
        .label(place.span(), format!("a {} server answers: no matches for kind \"{kind}\"", world.profile.version))
        .server(ServerSays {
            field: "apiVersion".into(),
            reason: "NotFound".into(),
            message: format!("no matches for kind \"{kind}\" in version \"{api_version}\""),
        });
    out.push(match removed.instead {
        Some(instead) => {
            let finding = finding.help(format!("use `{instead}`{}", differences(kind, api_version)));
            match place.replace(instead) {
                Some(edit) => finding.unsafe_fix(format!("write `{instead}`"), vec![edit]),
                None => finding,
            }
        }
        None => finding.help(format!("nothing takes its place: take the {kind} out")),
    });
}

/// What else has to change with the version.
fn differences(kind: &str, api_version: &str) -> &'static str {
    match (kind, api_version) {
        ("Deployment" | "DaemonSet" | "ReplicaSet" | "StatefulSet", _) => {
            "; there `spec.selector` is required and must match the template's labels"
        }
        ("Ingress", _) => {
            "; there a path has a `pathType`, and its backend is `service.name` and `service.port.number` or `.name`, in place of `serviceName` and `servicePort`"
        }
        ("HorizontalPodAutoscaler", _) => "; there a metric's target is `target: {type: Utilization, averageUtilization: 80}`",
        ("EndpointSlice", _) => "; there `topology` is gone: use `nodeName` and `zone`",
        ("PodDisruptionBudget", _) => "; there an empty selector takes every pod of the namespace, not none",
        _ => "",
    }
}
