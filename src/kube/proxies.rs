//! Where routes send to that proxies bring as kinds of their own: Traefik, Istio, OpenShift, Contour, F5's nginx. Knows one
//! object at a time, and no rule.

use super::object::Object;
use crate::yaml::Value;

/// How a maker's kind writes its backends down.
struct Shape {
    groups: &'static [&'static str],
    kind: &'static str,
    /// Where they stand; `[]` is each item of a list.
    paths: &'static [&'static str],
    name: &'static str,
    port: &'static str,
}

const SHAPES: [Shape; 7] = [
    traefik("IngressRoute"),
    traefik("IngressRouteTCP"),
    traefik("IngressRouteUDP"),
    Shape {
        groups: &["networking.istio.io"],
        kind: "VirtualService",
        paths: &[
            "spec.http[].route[].destination",
            "spec.tcp[].route[].destination",
            "spec.tls[].route[].destination",
            "spec.http[].mirror",
        ],
        name: "host",
        port: "port.number",
    },
    Shape { groups: &["route.openshift.io"], kind: "Route", paths: &["spec.to", "spec.alternateBackends[]"], name: "name", port: "" },
    Shape {
        groups: &["projectcontour.io"],
        kind: "HTTPProxy",
        paths: &["spec.routes[].services[]", "spec.tcpproxy.services[]"],
        name: "name",
        port: "port",
    },
    Shape { groups: &["k8s.nginx.org"], kind: "VirtualServer", paths: &["spec.upstreams[]"], name: "service", port: "port" },
];

const fn traefik(kind: &'static str) -> Shape {
    Shape { groups: &["traefik.io", "traefik.containo.us"], kind, paths: &["spec.routes[].services[]"], name: "name", port: "port" }
}

/// A port as a route names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// By number.
    Number(i32),
    /// By name.
    Name(String),
}

/// A Service that a route sends to.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The field that names it: `spec.routes[0].services[0].name`.
    pub name_field: String,
    /// The field that names its port.
    pub port_field: String,
    /// The Service's name.
    pub service: String,
    /// The namespace, where one is written.
    pub namespace: Option<String>,
    /// The port, where one is written.
    pub port: Option<Port>,
}

/// The Services that a route of one of these kinds sends to; none for any other object.
#[must_use]
pub fn backends(object: &Object<'_>) -> Vec<Backend> {
    let group = super::apis::group(&object.reference.api_version);
    let Some(shape) = SHAPES.iter().find(|shape| shape.kind == object.kind() && shape.groups.contains(&group)) else { return Vec::new() };
    let Some(root) = object.value() else { return Vec::new() };
    let mut found = Vec::new();
    for path in shape.paths {
        let mut at = vec![(String::new(), root)];
        for step in path.split('.') {
            let (key, each) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
            let under = at.into_iter().filter_map(|(field, value)| Some((join(&field, key), value.get(key)?.follow())));
            at = if each { under.flat_map(|(field, value)| listed(&field, value)).collect() } else { under.collect() };
        }
        found.extend(at.into_iter().filter_map(|(field, value)| read(shape, &field, value)));
    }
    found
}

fn join(field: &str, key: &str) -> String {
    if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") }
}

fn listed<'t, 's>(field: &str, list: Value<'t, 's>) -> Vec<(String, Value<'t, 's>)> {
    list.items().enumerate().map(|(index, item)| (format!("{field}[{index}]"), item.follow())).collect()
}

fn read(shape: &Shape, field: &str, it: Value<'_, '_>) -> Option<Backend> {
    let text = |key: &str| it.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if text("kind").is_some_and(|kind| kind != "Service") {
        return None;
    }
    let host = text(shape.name).filter(|name| !name.contains(['@', '*', '$', '{']))?;
    let (service, namespace) = match host.split('.').collect::<Vec<_>>()[..] {
        [service] => (service, text("namespace")),
        [service, namespace, "svc", ..] if shape.name == "host" => (service, Some(namespace)),
        _ => return None,
    };
    let port = shape.port.split('.').try_fold(it, |at, key| at.get(key).map(Value::follow));
    let port = port.and_then(|port| match (port.as_i64(), port.as_str()) {
        (Some(number), _) => i32::try_from(number).ok().map(Port::Number),
        (None, Some(name)) => Some(Port::Name(name.to_owned())),
        (None, None) => None,
    });
    Some(Backend {
        name_field: format!("{field}.{}", shape.name),
        port_field: format!("{field}.{}", shape.port),
        service: service.to_owned(),
        namespace: namespace.map(str::to_owned),
        port: port.filter(|_| !shape.port.is_empty()),
    })
}
