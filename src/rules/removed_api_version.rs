//! An apiVersion that the target version serves no more.

use crate::finding::{Finding, ServerSays};
use crate::kube::{Object, World, apis, shape};
use crate::yaml::Value;

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
            let same = means_the_same(object, instead);
            let finding = finding.help(format!("use `{instead}`{}", if same { "" } else { differences(kind, api_version) }));
            match place.replace(instead) {
                Some(edit) if same => finding.safe_fix(format!("write `{instead}`"), vec![edit]),
                Some(edit) => finding.unsafe_fix(format!("write `{instead}`"), vec![edit]),
                None => finding,
            }
        }
        None => finding.help(format!("nothing takes its place: take the {kind} out")),
    });
}

/// Whether the heir takes the object as the old version did: it has every field, and what is left out has no other
/// default there. From Kubernetes' deprecated API migration guide and the defaults of each version (`pkg/apis/*/defaults.go`).
fn means_the_same(object: &Object<'_>, instead: &str) -> bool {
    let has = |path: &str| object.at(path).value().is_some_and(|value| !value.is_null());
    let filled = |path: &str| object.at(path).value().is_some_and(|value| value.entries().next().is_some() || value.items().next().is_some());
    let says = |path: &str, text: &str| object.at(path).value().and_then(Value::as_str) == Some(text);
    let same = match (object.reference.api_version.as_str(), object.kind()) {
        ("batch/v1beta1" | "batch/v2alpha1" | "apps/v1beta2" | "autoscaling/v2beta2" | "discovery.k8s.io/v1beta1", _)
        | ("extensions/v1beta1", "NetworkPolicy")
        | ("networking.k8s.io/v1beta1", "IngressClass")
        | ("rbac.authorization.k8s.io/v1beta1" | "apiregistration.k8s.io/v1beta1" | "coordination.k8s.io/v1beta1", _)
        | ("scheduling.k8s.io/v1alpha1" | "scheduling.k8s.io/v1beta1" | "storage.k8s.io/v1beta1" | "node.k8s.io/v1beta1", _) => true,
        // An empty selector took no pod, and takes all now; none at all takes no pod in both.
        ("policy/v1beta1", "PodDisruptionBudget") => {
            !has("spec.selector") || filled("spec.selector.matchLabels") || filled("spec.selector.matchExpressions")
        }
        // The selector was filled in from the template's labels.
        ("apps/v1beta1", "Deployment") | ("extensions/v1beta1", "ReplicaSet") => has("spec.selector"),
        // Pods were only replaced when somebody deleted them.
        ("apps/v1beta1", "StatefulSet") | ("extensions/v1beta1", "DaemonSet") => has("spec.selector") && has("spec.updateStrategy.type"),
        // One pod more and one less at a time, where it is a quarter of them now.
        ("extensions/v1beta1", "Deployment") => {
            let paced = has("spec.strategy.rollingUpdate.maxSurge") && has("spec.strategy.rollingUpdate.maxUnavailable");
            has("spec.selector") && (paced || says("spec.strategy.type", "Recreate"))
        }
        _ => false,
    };
    same && object.value().is_some_and(|root| shape::has_all_fields(instead, object.kind(), root))
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
