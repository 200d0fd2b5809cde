//! HorizontalPodAutoscalers, both served versions, as the API server defaults and validates them. Knows no workload.

use k8s_openapi::api::autoscaling::{v1, v2};

use super::Context;
use super::context::Refusal;
use super::field::Path;
use super::horizontal_pod_autoscaler_metrics::{quantities, validate_cross_version_object_reference, validate_metrics};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::quantity::Quantity;
use crate::kube::version::Change;

const MAX_PERIOD: i32 = 1800;
const MAX_WINDOW: i32 = 3600;

/// Fills in and judges an autoscaling/v2 object on create.
pub fn admit(autoscaler: &mut v2::HorizontalPodAutoscaler, cx: &mut Context<'_>) {
    autoscaler.status = None;
    if let Some(error) = quantities(&autoscaler.spec).find_map(|text| Quantity::parse(text).err()) {
        return cx.refuse(Refusal::Undecodable(error.into()));
    }
    let spec = &mut autoscaler.spec;
    set_defaults_horizontal_pod_autoscaler(spec);
    validate_object_meta(&autoscaler.metadata, true, name_is_dns_subdomain, cx);
    validate_horizontal_pod_autoscaler_spec(spec, &Path::root("spec"), cx);
}

/// Fills in and judges an autoscaling/v1 object on create, by way of v2 as the server's own conversion.
pub fn admit_v1(autoscaler: &mut v1::HorizontalPodAutoscaler, cx: &mut Context<'_>) {
    autoscaler.status = None;
    let spec = &mut autoscaler.spec;
    spec.min_replicas.get_or_insert(1);
    let utilization = *spec.target_cpu_utilization_percentage.get_or_insert(DEFAULT_UTILIZATION);
    let converted = v2::HorizontalPodAutoscalerSpec {
        behavior: None,
        max_replicas: spec.max_replicas,
        metrics: Some(vec![cpu_metric(utilization)]),
        min_replicas: spec.min_replicas,
        scale_target_ref: v2::CrossVersionObjectReference {
            api_version: spec.scale_target_ref.api_version.clone(),
            kind: spec.scale_target_ref.kind.clone(),
            name: spec.scale_target_ref.name.clone(),
        },
    };
    validate_object_meta(&autoscaler.metadata, true, name_is_dns_subdomain, cx);
    validate_horizontal_pod_autoscaler_spec(&converted, &Path::root("spec"), cx);
}

const DEFAULT_UTILIZATION: i32 = 80;

fn cpu_metric(utilization: i32) -> v2::MetricSpec {
    let target = v2::MetricTarget { type_: "Utilization".into(), average_utilization: Some(utilization), ..Default::default() };
    let resource = Some(v2::ResourceMetricSource { name: "cpu".into(), target });
    v2::MetricSpec { type_: "Resource".into(), resource, ..Default::default() }
}

/// `SetDefaults_HorizontalPodAutoscaler`
fn set_defaults_horizontal_pod_autoscaler(spec: &mut v2::HorizontalPodAutoscalerSpec) {
    spec.min_replicas.get_or_insert(1);
    if spec.metrics.as_ref().is_none_or(Vec::is_empty) {
        spec.metrics = Some(vec![cpu_metric(DEFAULT_UTILIZATION)]);
    }
    let Some(behavior) = &mut spec.behavior else { return };
    let policy = |kind: &str, value| v2::HPAScalingPolicy { type_: kind.into(), value, period_seconds: 15 };
    let up = behavior.scale_up.get_or_insert_default();
    up.stabilization_window_seconds.get_or_insert(0);
    up.policies.get_or_insert_with(|| vec![policy("Pods", 4), policy("Percent", 100)]);
    let down = behavior.scale_down.get_or_insert_default();
    down.policies.get_or_insert_with(|| vec![policy("Percent", 100)]);
    for rules in [up, down] {
        rules.select_policy.get_or_insert_with(|| "Max".into());
    }
}

/// `validateHorizontalPodAutoscalerSpec`
pub fn validate_horizontal_pod_autoscaler_spec(spec: &v2::HorizontalPodAutoscalerSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let min = spec.min_replicas;
    if let Some(min) = min.filter(|min| *min < 1) {
        cx.errors.invalid(&path.child("minReplicas"), min, "must be greater than or equal to 1");
    }
    let max = spec.max_replicas;
    let max_path = path.child("maxReplicas");
    match max {
        1.. => {}
        _ if !cx.has(Change::HpaMaxReplicasRequired) => cx.errors.invalid(&max_path, max, "must be greater than 0"),
        0 => cx.errors.required(&max_path, "must be set and greater than 0"),
        _ => cx.errors.invalid(&max_path, max, "must be greater than or equal to 1"),
    }
    if min.is_some_and(|min| max < min) {
        cx.errors.invalid(&max_path, max, "must be greater than or equal to `minReplicas`");
    }
    let target = &spec.scale_target_ref;
    let may_lack_group = target.kind == "ReplicationController";
    validate_cross_version_object_reference(target, may_lack_group, &path.child("scaleTargetRef"), cx);
    validate_metrics(spec, &path.child("metrics"), cx);
    if let Some(behavior) = &spec.behavior {
        let path = path.child("behavior");
        for (name, rules) in [("scaleUp", &behavior.scale_up), ("scaleDown", &behavior.scale_down)] {
            if let Some(rules) = rules {
                validate_scaling_rules(rules, &path.child(name), cx);
            }
        }
    }
}

fn validate_scaling_rules(rules: &v2::HPAScalingRules, path: &Path<'_>, cx: &mut Context<'_>) {
    let window_path = path.child("stabilizationWindowSeconds");
    match rules.stabilization_window_seconds {
        Some(window) if window < 0 => cx.errors.invalid(&window_path, window, "must be greater than or equal to zero"),
        Some(window) if window > MAX_WINDOW => {
            cx.errors.invalid(&window_path, window, &format!("must be less than or equal to {MAX_WINDOW}"));
        }
        _ => {}
    }
    let policies = ["Disabled", "Max", "Min"];
    if let Some(policy) = rules.select_policy.as_deref().filter(|policy| !policies.contains(policy)) {
        cx.errors.not_supported(&path.child("selectPolicy"), policy, &policies);
    }
    let list = rules.policies.as_deref().unwrap_or_default();
    let policies_path = path.child("policies");
    if list.is_empty() {
        cx.errors.required(&policies_path, "must specify at least one Policy");
    }
    for (i, policy) in list.iter().enumerate() {
        validate_scaling_policy(policy, &policies_path.index(i), cx);
    }
    let negative = |tolerance: &str| Quantity::parse(tolerance).is_ok_and(|tolerance| tolerance.nano < 0);
    if let Some(tolerance) = rules.tolerance.as_ref().filter(|tolerance| cx.has(Change::HpaTolerance) && negative(&tolerance.0)) {
        let shown = super::horizontal_pod_autoscaler_metrics::shown_quantity(tolerance, cx);
        cx.errors.invalid(&path.child("tolerance"), shown, "must be greater or equal to zero");
    }
}

fn validate_scaling_policy(policy: &v2::HPAScalingPolicy, path: &Path<'_>, cx: &mut Context<'_>) {
    if !matches!(policy.type_.as_str(), "Pods" | "Percent") {
        cx.errors.not_supported(&path.child("type"), &policy.type_, &["Percent", "Pods"]);
    }
    if policy.value <= 0 {
        cx.errors.invalid(&path.child("value"), policy.value, "must be greater than zero");
    }
    let period_path = path.child("periodSeconds");
    if policy.period_seconds <= 0 {
        cx.errors.invalid(&period_path, policy.period_seconds, "must be greater than zero");
    }
    if policy.period_seconds > MAX_PERIOD {
        cx.errors.invalid(&period_path, policy.period_seconds, &format!("must be less than or equal to {MAX_PERIOD}"));
    }
}
