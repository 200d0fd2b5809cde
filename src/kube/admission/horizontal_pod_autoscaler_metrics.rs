//! The metrics of a HorizontalPodAutoscaler and what they point at: their validation. Knows no scaling.

use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec, MetricTarget,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as QuantityText;

use super::Context;
use super::field::{Path, Shown, json_quote};
use super::quantity::Quantity;
use super::syntax;
use crate::kube::version::Change;

const SOURCE_TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

/// The targets of a metric, wherever they stand.
fn targets(metric: &MetricSpec) -> impl Iterator<Item = &MetricTarget> {
    let object = metric.object.iter().map(|source| &source.target);
    let external = metric.external.iter().map(|source| &source.target);
    let pods = metric.pods.iter().map(|source| &source.target);
    let resource = metric.resource.iter().map(|source| &source.target);
    let container = metric.container_resource.iter().map(|source| &source.target);
    object.chain(external).chain(pods).chain(resource).chain(container)
}

/// The texts of all quantities, which must be read before anything is judged.
pub(super) fn quantities(spec: &HorizontalPodAutoscalerSpec) -> impl Iterator<Item = &str> {
    let metrics = spec.metrics.iter().flatten();
    let values = metrics.flat_map(targets).flat_map(|target| target.value.iter().chain(&target.average_value));
    let behavior = spec.behavior.iter();
    let rules = behavior.flat_map(|behavior| behavior.scale_up.iter().chain(&behavior.scale_down));
    values.chain(rules.flat_map(|rules| &rules.tolerance)).map(|quantity| quantity.0.as_str())
}

/// A quantity as a bad value is printed.
pub(super) fn shown_quantity<'v>(quantity: &QuantityText, cx: &Context<'_>) -> Shown<'v> {
    let canonical = Quantity::parse(&quantity.0).map_or_else(|_| quantity.0.clone(), |quantity| quantity.to_string());
    cx.errors.structure(|| json_quote(&canonical), || canonical.clone())
}

/// `ValidateCrossVersionObjectReference`
pub(super) fn validate_cross_version_object_reference(
    reference: &CrossVersionObjectReference,
    may_lack_group: bool,
    path: &Path<'_>,
    cx: &mut Context<'_>,
) {
    for (field, value) in [("kind", &reference.kind), ("name", &reference.name)] {
        if value.is_empty() {
            cx.errors.required(&path.child(field), "");
        } else {
            cx.errors.invalid_each(&path.child(field), value, &syntax::path_segment_name(value));
        }
    }
    if !cx.has(Change::HpaTargetNamesGroup) {
        return;
    }
    let version = reference.api_version.as_deref().unwrap_or_default();
    let slashes = version.matches('/').count();
    if slashes > 1 {
        cx.errors.invalid(&path.child("apiVersion"), version, &format!("unexpected GroupVersion string: {version}"));
    } else if !may_lack_group && version.split_once('/').is_none_or(|(group, _)| group.is_empty()) {
        cx.errors.invalid(&path.child("apiVersion"), version, "apiVersion must specify API group");
    }
}

/// `validateMetrics`
pub(super) fn validate_metrics(spec: &HorizontalPodAutoscalerSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let metrics = spec.metrics.as_deref().unwrap_or_default();
    for (i, metric) in metrics.iter().enumerate() {
        validate_metric_spec(metric, &path.index(i), cx);
    }
    if spec.min_replicas == Some(0) && !metrics.iter().any(|metric| matches!(metric.type_.as_str(), "Object" | "External")) {
        cx.errors.forbidden(path, "must specify at least one Object or External metric to support scaling to zero replicas");
    }
}

/// `validateMetricSpec`: only the first source given is looked at, and an unknown type is told twice.
fn validate_metric_spec(metric: &MetricSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let type_path = path.child("type");
    let kind = metric.type_.as_str();
    if kind.is_empty() {
        cx.errors.required(&type_path, "must specify a metric source type");
    }
    if !SOURCE_TYPES.contains(&kind) {
        cx.errors.not_supported(&type_path, kind, &SOURCE_TYPES);
    }
    validate_first_source(metric, path, cx);
    let sources = [
        ("object", "Object", metric.object.is_some()),
        ("external", "External", metric.external.is_some()),
        ("pods", "Pods", metric.pods.is_some()),
        ("resource", "Resource", metric.resource.is_some()),
        ("containerResource", "ContainerResource", metric.container_resource.is_some()),
    ];
    match sources.iter().find(|(_, source, _)| *source == kind) {
        Some((field, _, false)) => cx.errors.required(&path.child(field), "must populate information for the given metric source"),
        Some(_) => {}
        None => cx.errors.not_supported(&type_path, kind, &SOURCE_TYPES),
    }
    let present = sources.iter().filter(|(_, _, present)| *present);
    if present.clone().count() > 1 {
        for (field, _, _) in present.filter(|(_, source, _)| *source != kind) {
            cx.errors.forbidden(&path.child(field), "must populate the given metric source only");
        }
    }
}

fn validate_first_source(metric: &MetricSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(source) = &metric.object {
        let path = path.child("object");
        validate_cross_version_object_reference(&source.described_object, true, &path.child("describedObject"), cx);
        validate_metric_identifier(&source.metric, &path.child("metric"), cx);
        validate_metric_target(&source.target, &path.child("target"), cx);
        if source.target.value.is_none() && source.target.average_value.is_none() {
            cx.errors.required(&path.child("target").child("averageValue"), "must set either a target value or averageValue");
        }
    } else if let Some(source) = &metric.external {
        let path = path.child("external");
        validate_metric_identifier(&source.metric, &path.child("metric"), cx);
        validate_metric_target(&source.target, &path.child("target"), cx);
        let target = path.child("target");
        match (&source.target.value, &source.target.average_value) {
            (None, None) => {
                cx.errors.required(&target.child("averageValue"), "must set either a target value for metric or a per-pod target");
            }
            (Some(_), Some(_)) => {
                cx.errors.forbidden(&target.child("value"), "may not set both a target value for metric and a per-pod target");
            }
            _ => {}
        }
    } else if let Some(source) = &metric.pods {
        let path = path.child("pods");
        validate_metric_identifier(&source.metric, &path.child("metric"), cx);
        validate_metric_target(&source.target, &path.child("target"), cx);
        if source.target.average_value.is_none() {
            cx.errors.required(&path.child("target").child("averageValue"), "must specify a positive target averageValue");
        }
    } else if let Some(source) = &metric.resource {
        let path = path.child("resource");
        if source.name.is_empty() {
            cx.errors.required(&path.child("name"), "must specify a resource name");
        }
        validate_resource_target(&source.target, &path.child("target"), cx);
    } else if let Some(source) = &metric.container_resource {
        let path = path.child("containerResource");
        match source.name.as_str() {
            "" => cx.errors.required(&path.child("name"), "must specify a resource name"),
            name => validate_container_resource_name(name, &path.child("name"), cx),
        }
        match source.container.as_str() {
            "" => cx.errors.required(&path.child("container"), "must specify a container"),
            name => cx.errors.invalid_each(&path.child("container"), name, &syntax::dns1123_label(name)),
        }
        validate_resource_target(&source.target, &path.child("target"), cx);
    }
}

fn validate_resource_target(target: &MetricTarget, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_metric_target(target, path, cx);
    match (target.average_utilization, &target.average_value) {
        (None, None) => {
            cx.errors.required(&path.child("averageUtilization"), "must set either a target raw value or a target utilization");
        }
        (Some(_), Some(_)) => {
            cx.errors.forbidden(&path.child("averageValue"), "may not set both a target raw value and a target utilization");
        }
        _ => {}
    }
}

/// `ValidateContainerResourceName`, for the resources that containers have.
fn validate_container_resource_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let faults = syntax::qualified_name(name, cx.version);
    cx.errors.invalid_each(path, name, &faults);
    let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    if faults.is_empty() && !name.contains('/') && !standard {
        cx.errors.invalid(path, name, "must be a standard resource for containers");
    }
}

fn validate_metric_target(target: &MetricTarget, path: &Path<'_>, cx: &mut Context<'_>) {
    if target.type_.is_empty() {
        cx.errors.required(&path.child("type"), "must specify a metric target type");
    }
    if !matches!(target.type_.as_str(), "Utilization" | "Value" | "AverageValue") {
        cx.errors.invalid(&path.child("type"), &target.type_, "must be either Utilization, Value, or AverageValue");
    }
    for (field, quantity) in [("value", &target.value), ("averageValue", &target.average_value)] {
        let not_positive = |quantity: &&QuantityText| Quantity::parse(&quantity.0).is_ok_and(|quantity| quantity.nano <= 0);
        if let Some(quantity) = quantity.as_ref().filter(not_positive) {
            let shown = shown_quantity(quantity, cx);
            cx.errors.invalid(&path.child(field), shown, "must be positive");
        }
    }
    if let Some(percent) = target.average_utilization.filter(|percent| *percent < 1) {
        cx.errors.invalid(&path.child("averageUtilization"), percent, "must be greater than 0");
    }
}

fn validate_metric_identifier(metric: &MetricIdentifier, path: &Path<'_>, cx: &mut Context<'_>) {
    if metric.name.is_empty() {
        cx.errors.required(&path.child("name"), "must specify a metric name");
    } else {
        cx.errors.invalid_each(&path.child("name"), &metric.name, &syntax::path_segment_name(&metric.name));
    }
}
