//! Whether a route hangs on a Gateway: which listeners take it, and why the others don't. Knows no rule's wording.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::admission::gateway::{Json, OWN_GROUP};
use super::labels;
use super::object::{Labels, Object};
use super::routes::{self, Reference, hostnames, intersect, items, text};
use super::world::{Distance, Namespaces, World};

/// Why no listener takes a route; the reason that comes latest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// None has the name or port that the route asks for.
    NoSuchListener,
    /// None of those is for routes of this kind.
    Kind,
    /// None of those lets routes of this namespace in.
    Namespace,
    /// None of those has a host name in common with it.
    Hostname,
}

/// The label that every namespace has: its name.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// Why no listener takes the route, and the index of the listener that came nearest to it; none where one does, or where
/// that can't be told.
#[must_use]
pub fn refused(world: &World<'_>, route: &Object<'_>, parent: &Reference<'_>, gateway: &Object<'_>) -> Option<(Refused, Option<usize>)> {
    let listeners = items(routes::spec(gateway)?, "listeners");
    let hosts = hostnames(routes::spec(route)?);
    let mut nearest = (Refused::NoSuchListener, None);
    for (index, listener) in listeners.iter().enumerate() {
        let port = listener.get("port").and_then(Json::as_i64);
        let asked = parent.section.is_none_or(|section| text(listener, "name") == section)
            && parent.port.is_none_or(|wanted| port == Some(i64::from(wanted)));
        if !asked {
            continue;
        }
        let why = if !takes_kind(listener, route.kind()) {
            Refused::Kind
        } else if !takes_namespace(world, listener, gateway, route) {
            Refused::Namespace
        } else if !takes_hosts(listener, route.kind(), &hosts) {
            Refused::Hostname
        } else {
            return None;
        };
        if nearest.1.is_none() || nearest.0 < why {
            nearest = (why, Some(index));
        }
    }
    (!listeners.is_empty()).then_some(nearest)
}

/// Whether a listener takes routes of a kind; one of a protocol that is somebody's own may.
fn takes_kind(listener: &Json, kind: &str) -> bool {
    let fits = match text(listener, "protocol") {
        "HTTP" | "HTTPS" => matches!(kind, "HTTPRoute" | "GRPCRoute"),
        // Whether a TCPRoute goes with a TLS listener that terminates is up to the implementation.
        "TLS" => matches!(kind, "TLSRoute" | "TCPRoute"),
        "TCP" => kind == "TCPRoute",
        "UDP" => kind == "UDPRoute",
        _ => true,
    };
    let kinds = listener.get("allowedRoutes").map_or(&[][..], |allowed| items(allowed, "kinds"));
    fits && (kinds.is_empty() || kinds.iter().any(|it| text(it, "kind") == kind && text(it, "group") == OWN_GROUP))
}

fn takes_namespace(world: &World<'_>, listener: &Json, gateway: &Object<'_>, route: &Object<'_>) -> bool {
    let namespaces = listener.get("allowedRoutes").and_then(|allowed| allowed.get("namespaces"));
    match namespaces.map_or("Same", |namespaces| text(namespaces, "from")) {
        "Same" => world.namespaces(route, gateway) != Namespaces::Different,
        "Selector" => {
            let selector = namespaces.and_then(|namespaces| namespaces.get("selector"));
            let selector = selector.and_then(|selector| {
                serde_json::to_value(selector).ok().and_then(|selector| serde_json::from_value::<LabelSelector>(selector).ok())
            });
            selector.is_none_or(|selector| takes_labels(world, &selector, route))
        }
        _ => true,
    }
}

/// Whether a selector may take the route's namespace: its labels are only known where the files have it.
fn takes_labels(world: &World<'_>, selector: &LabelSelector, route: &Object<'_>) -> bool {
    let own = world.namespace(route);
    let mut named = world.named("Namespace", own, route);
    named.retain(|namespace| world.distance(route, namespace) < Distance::Far);
    let labelled = named.first().map(|namespace| namespace.labels().cloned().unwrap_or_default());
    let keys = selector.match_labels.iter().flatten().map(|(key, _)| key.as_str());
    let keys = keys.chain(selector.match_expressions.iter().flatten().map(|expression| expression.key.as_str()));
    let known = labelled.is_some() || keys.into_iter().all(|key| key == NAMESPACE_NAME);
    if !known || route.namespace().is_none() || named.iter().any(|namespace| world.changed_later(namespace)) {
        return true;
    }
    let mut all: Labels = labelled.unwrap_or_default();
    all.insert(NAMESPACE_NAME.to_owned(), own.to_owned());
    labels::selects(selector, Some(&all))
}

fn takes_hosts(listener: &Json, kind: &str, hosts: &[&str]) -> bool {
    let own = hostnames(listener);
    let by_host = matches!(kind, "HTTPRoute" | "GRPCRoute" | "TLSRoute");
    !by_host || own.is_empty() || hosts.is_empty() || hosts.iter().any(|host| own.iter().any(|own| intersect(host, own)))
}
