//! A traffic policy by which only the pods of the node that is asked answer, where most nodes have none.

use crate::finding::Finding;
use crate::kube::{Object, World, targets};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.service().and_then(|service| service.spec.as_ref()) else { return };
    let external = spec.external_traffic_policy.as_deref() == Some("Local") && spec.type_.as_deref() == Some("NodePort");
    let internal = spec.internal_traffic_policy.as_deref() == Some("Local");
    if !external && !internal {
        return;
    }
    let backends = targets::backends(world, object);
    // One on every node is what the policy is made for.
    if backends.is_empty() || backends.iter().any(|it| !matches!(it.found.object.kind(), "Deployment" | "StatefulSet" | "ReplicaSet")) {
        return;
    }
    let workload = backends.first().map(|it| it.found.object);
    let mut tell = |field: &str, message: String, label: &str, help: &'static str| {
        let mut finding = Finding::possible(message).field(field).label(object.at(field).span(), label);
        if let Some(workload) = workload {
            finding = finding.label(workload.title(), format!("{} does not run on every node", world.told(workload)));
        }
        out.push(finding.help(help));
    };
    if external {
        tell(
            "spec.externalTrafficPolicy",
            format!("the node ports of Service `{}` answer on nodes with such a pod only", object.name()),
            "on any other node connections are dropped, and a NodePort has no health check that would tell clients",
            "have clients ask nodes with a pod, use type LoadBalancer, or leave `externalTrafficPolicy` out and lose the clients' addresses",
        );
    }
    if internal {
        tell(
            "spec.internalTrafficPolicy",
            format!("Service `{}` answers clients on nodes with such a pod only", object.name()),
            "on any other node the Service has no endpoints: connections are dropped",
            "leave `internalTrafficPolicy` out; `trafficDistribution: PreferSameNode` (1.35) prefers near pods and falls back to others",
        );
    }
}
