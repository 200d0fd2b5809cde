//! Annotations of a Service that Kubernetes once read and reads no more.

use crate::finding::Finding;
use crate::kube::{Object, World};

/// Read until Kubernetes 1.23 (kubernetes/kubernetes#108020); only `true` meant anything.
const TOLERATE: &str = "service.alpha.kubernetes.io/tolerate-unready-endpoints";

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    let Some(service) = object.service() else { return };
    let annotations = service.metadata.annotations.as_ref();
    if annotations.and_then(|annotations| annotations.get(TOLERATE)).is_none_or(|value| value != "true") {
        return;
    }
    let spec = service.spec.as_ref();
    let has_successor = spec.is_some_and(|spec| spec.publish_not_ready_addresses == Some(true));
    let message = format!("annotation `{TOLERATE}` of Service `{}` is no longer read", object.name());
    let field = format!("metadata.annotations[{TOLERATE}]");
    let place = object.at(&field).span();
    let finding = if has_successor {
        Finding::possible(message).label(place, "`publishNotReadyAddresses` does it since Kubernetes 1.24").help("leave it out")
    } else {
        Finding::certain(message)
            .label(place, "pods that are not ready get neither endpoints nor DNS names")
            .help("set `spec.publishNotReadyAddresses: true` in its place")
    };
    out.push(finding.field(field));
}
