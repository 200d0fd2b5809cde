//! ServiceMonitors and PodMonitors of the Prometheus operator: what they select and which ports they scrape. Knows one
//! object at a time, and no rule.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::object::Object;
use crate::yaml::{self, Value};

/// What a monitor scrapes.
#[derive(Debug)]
pub struct Monitor {
    /// Of the Services' own labels, or of the pods'.
    pub selector: LabelSelector,
    /// Where it looks.
    pub scope: Scope,
    /// What it scrapes there.
    pub endpoints: Vec<Endpoint>,
}

/// The namespaces a monitor looks in.
#[derive(Debug, PartialEq, Eq)]
pub enum Scope {
    /// Its own.
    Own,
    /// All.
    Any,
    /// These.
    Named(Vec<String>),
}

/// One of a monitor's endpoints.
#[derive(Debug)]
pub struct Endpoint {
    /// `spec.endpoints[0]`
    pub field: String,
    /// `port`: the name of a Service's port, or of a container's.
    pub port: Option<String>,
    /// `portNumber` or a numeric `targetPort`: a port that a container declares.
    pub number: Option<i32>,
    /// A `targetPort` by name.
    pub target: Option<String>,
}

/// Reads a monitor; none where it is none, or selects nothing at all that could be told.
#[must_use]
pub fn read(object: &Object<'_>) -> Option<Monitor> {
    let of_operator = super::apis::group(&object.reference.api_version) == "monitoring.coreos.com";
    let list = match object.kind() {
        "ServiceMonitor" => "endpoints",
        "PodMonitor" => "podMetricsEndpoints",
        _ => return None,
    };
    let spec = object.value()?.get("spec").map(Value::follow).filter(|spec| of_operator && spec.is_mapping())?;
    let selector = spec.get("selector").filter(|selector| selector.is_mapping())?;
    let selector = yaml::from_value(selector, &mut Vec::new()).unwrap_or_default();
    Some(Monitor { selector, scope: scope(spec), endpoints: endpoints(spec, list) })
}

fn scope(spec: Value<'_, '_>) -> Scope {
    let Some(namespaces) = spec.get("namespaceSelector").filter(|it| it.is_mapping()) else { return Scope::Own };
    if namespaces.get("any").and_then(Value::as_bool) == Some(true) {
        return Scope::Any;
    }
    let names = namespaces.get("matchNames").into_iter().flat_map(Value::items);
    let names: Vec<_> = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    if names.is_empty() { Scope::Own } else { Scope::Named(names) }
}

fn endpoints(spec: Value<'_, '_>, list: &str) -> Vec<Endpoint> {
    let items = spec.get(list).into_iter().flat_map(Value::items).map(Value::follow).enumerate();
    let items = items.filter(|(_, item)| item.is_mapping());
    items
        .map(|(index, item)| {
            let text = |key: &str| item.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
            let number = |key: &str| item.get(key).and_then(Value::as_i64).and_then(|number| i32::try_from(number).ok());
            Endpoint {
                field: format!("spec.{list}[{index}]"),
                port: text("port"),
                number: number("portNumber").or_else(|| number("targetPort")),
                target: text("targetPort"),
            }
        })
        .collect()
}

/// Whether a monitor's `port`, an anchored regular expression, takes this name; none where it is more than names with `|`
/// between them.
#[must_use]
pub fn takes(port: &str, name: &str) -> Option<bool> {
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'|'));
    plain(port).then(|| port.split('|').any(|part| part == name))
}
