//! Fields that a version of Kubernetes does not know yet, in the words of strict decoding. Knows no older version than 1.27.

use crate::kube::version::Change;
use crate::kube::{Typed, Version};

/// `unknown field "…"` for each such field that is set.
#[must_use]
pub fn unknown_fields(typed: &Typed, version: Version) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut push = |path: String| unknown.push(format!("unknown field \"{path}\""));
    match typed {
        Typed::Service(service) => {
            let written = service.spec.as_ref().is_some_and(|spec| spec.traffic_distribution.is_some());
            if written && !version.has(Change::TrafficDistributionField) {
                push("spec.trafficDistribution".into());
            }
        }
        Typed::EndpointSlice(slice) if !version.has(Change::NodeHintsField) => {
            for (i, endpoint) in slice.endpoints.iter().flatten().enumerate() {
                if endpoint.hints.as_ref().is_some_and(|hints| hints.for_nodes.is_some()) {
                    push(format!("endpoints[{i}].hints.forNodes"));
                }
            }
        }
        Typed::HorizontalPodAutoscaler(autoscaler) if !version.has(Change::HpaToleranceField) => {
            let behavior = autoscaler.spec.behavior.as_ref();
            for (name, rules) in behavior.into_iter().flat_map(|it| [("scaleUp", &it.scale_up), ("scaleDown", &it.scale_down)]) {
                if rules.as_ref().is_some_and(|rules| rules.tolerance.is_some()) {
                    push(format!("spec.behavior.{name}.tolerance"));
                }
            }
        }
        _ => {}
    }
    unknown
}
