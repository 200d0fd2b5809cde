//! Which monitors a Prometheus of the Prometheus operator takes up. Knows one Prometheus at a time, and no rule.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::apis;
use super::object::Object;
use crate::yaml::{self, Value};

/// Kinds that take up monitors.
pub const KINDS: [&str; 2] = ["Prometheus", "PrometheusAgent"];

/// How a Prometheus chooses among the monitors of one kind.
#[derive(Debug)]
pub struct Choice {
    /// `serviceMonitorSelector`
    pub field: &'static str,
    /// Of the monitors' labels; none takes none of them.
    pub selector: Option<LabelSelector>,
    /// `serviceMonitorNamespaceSelector`
    pub namespaces_field: &'static str,
    /// Of their namespaces' labels; none stands for the Prometheus' own namespace.
    pub namespaces: Option<LabelSelector>,
}

/// How it chooses among the monitors of a kind; none for what is no Prometheus, and for one that has no selector at all:
/// its configuration is somebody else's (`pkg/apis/monitoring/v1/prometheus_types.go`).
#[must_use]
pub fn choice(object: &Object<'_>, kind: &str) -> Option<Choice> {
    let (field, namespaces_field) = match kind {
        "ServiceMonitor" => ("serviceMonitorSelector", "serviceMonitorNamespaceSelector"),
        "PodMonitor" => ("podMonitorSelector", "podMonitorNamespaceSelector"),
        _ => return None,
    };
    let of_operator = apis::group(&object.reference.api_version) == "monitoring.coreos.com" && KINDS.contains(&object.kind());
    let spec = object.value()?.get("spec").map(Value::follow).filter(|spec| of_operator && spec.is_mapping())?;
    let selector = |key: &str| {
        let written = spec.get(key).map(Value::follow).filter(|it| it.is_mapping())?;
        Some(yaml::from_value(written, &mut Vec::new()).unwrap_or_default())
    };
    let all = ["serviceMonitorSelector", "podMonitorSelector", "probeSelector", "scrapeConfigSelector"];
    all.iter().any(|key| spec.get(key).is_some_and(|it| it.follow().is_mapping())).then(|| Choice {
        field,
        selector: selector(field),
        namespaces_field,
        namespaces: selector(namespaces_field),
    })
}
