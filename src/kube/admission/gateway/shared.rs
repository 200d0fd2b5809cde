//! The schemas that several kinds of the Gateway API share: references, ports, parents, listeners. Knows no kind.

use super::patterns::{GROUP, HOSTNAME, KIND, LABEL_VALUE, NAMESPACE, PROTOCOL, SUBDOMAIN};
use super::rules;
use super::schema::{Default, Schema, Unique, choice, fields, list, map, number, object, pattern, text};

/// The API's own group.
pub const OWN_GROUP: &str = "gateway.networking.k8s.io";

pub(super) static GROUP_NAME: Schema = pattern(0, 253, &GROUP);
pub(super) static KIND_NAME: Schema = pattern(1, 63, &KIND);
pub(super) static NAME: Schema = text(1, 253);
pub(super) static NAMESPACE_NAME: Schema = pattern(1, 63, &NAMESPACE);
pub(super) static SECTION: Schema = pattern(1, 253, &SUBDOMAIN);
pub(super) static PORT: Schema = number(1, 65535);
pub(super) static HOST: Schema = pattern(1, 253, &HOSTNAME);
pub(super) static PRECISE_HOST: Schema = pattern(1, 253, &SUBDOMAIN);
pub(super) static ANY_TEXT: Schema = text(0, usize::MAX);
static LONG_TEXT: Schema = text(0, 4096);

static CORE_GROUP: Schema = pattern(0, 253, &GROUP).or(Default::Text(""));
static OWN: Schema = pattern(0, 253, &GROUP).or(Default::Text(OWN_GROUP));
static GATEWAY_KIND: Schema = pattern(1, 63, &KIND).or(Default::Text("Gateway"));
static SERVICE_KIND: Schema = pattern(1, 63, &KIND).or(Default::Text("Service"));
static SECRET_KIND: Schema = pattern(1, 63, &KIND).or(Default::Text("Secret"));
pub(super) static WEIGHT: Schema = number(0, 1_000_000).or(Default::Number(1));

/// Options of implementations.
pub(super) static OPTIONS: Schema = map(&LONG_TEXT, 16);

/// An object in the own namespace, group and kind written.
pub(super) static LOCAL_REFERENCE: Schema = object(fields! { must "group": &GROUP_NAME, must "kind": &KIND_NAME, must "name": &NAME });

/// An object in any namespace, group and kind written.
pub(super) static REFERENCE: Schema = object(fields! {
    must "group": &GROUP_NAME, must "kind": &KIND_NAME, must "name": &NAME, may "namespace": &NAMESPACE_NAME,
});

/// A Secret, if nothing else is said.
pub(super) static SECRET_REFERENCE: Schema = object(fields! {
    may "group": &CORE_GROUP, may "kind": &SECRET_KIND, must "name": &NAME, may "namespace": &NAMESPACE_NAME,
});

/// A Service, if nothing else is said.
pub(super) static BACKEND: Schema = object(fields! {
    may "group": &CORE_GROUP, may "kind": &SERVICE_KIND, must "name": &NAME, may "namespace": &NAMESPACE_NAME, may "port": &PORT,
})
.rules(rules::BACKEND);

/// A Service with its share.
static WEIGHTED_BACKEND: Schema = object(fields! {
    may "group": &CORE_GROUP, may "kind": &SERVICE_KIND, must "name": &NAME, may "namespace": &NAMESPACE_NAME, may "port": &PORT,
    may "weight": &WEIGHT,
})
.rules(rules::BACKEND);

/// The fields of a Service with its share and filters of its own.
macro_rules! filtered_backend {
    ($filters:expr) => {
        fields! {
            may "filters": $filters, may "group": $crate::kube::admission::gateway::shared::core_group(),
            may "kind": $crate::kube::admission::gateway::shared::service_kind(),
            must "name": &$crate::kube::admission::gateway::shared::NAME,
            may "namespace": &$crate::kube::admission::gateway::shared::NAMESPACE_NAME,
            may "port": &$crate::kube::admission::gateway::shared::PORT,
            may "weight": &$crate::kube::admission::gateway::shared::WEIGHT,
        }
    };
}
pub(super) use filtered_backend;

pub(super) const fn core_group() -> &'static Schema {
    &CORE_GROUP
}

pub(super) const fn service_kind() -> &'static Schema {
    &SERVICE_KIND
}

/// What a route wants to hang on.
pub(super) static PARENTS: Schema = list(&PARENT, 0, 32).rules(rules::PARENTS);
static PARENT: Schema = object(fields! {
    may "group": &OWN, may "kind": &GATEWAY_KIND, must "name": &NAME, may "namespace": &NAMESPACE_NAME, may "port": &PORT,
    may "sectionName": &SECTION,
});

/// The Gateway that a ListenerSet adds to.
pub(super) static GATEWAY_REFERENCE: Schema = object(fields! {
    may "group": &OWN, may "kind": &GATEWAY_KIND, must "name": &NAME, may "namespace": &NAMESPACE_NAME,
});

/// The host names of a route.
pub(super) static HOSTNAMES: Schema = list(&HOST, 0, 16);

/// The one rule that TCPRoute, UDPRoute and TLSRoute have.
pub(super) static ONE_RULE: Schema = list(&PLAIN_RULE, 1, 1);
static PLAIN_RULE: Schema = object(fields! { must "backendRefs": &PLAIN_BACKENDS, may "name": &SECTION });
static PLAIN_BACKENDS: Schema = list(&WEIGHTED_BACKEND, 1, 16);

/// A label selector.
pub(super) static SELECTOR: Schema = object(fields! { may "matchExpressions": &EXPRESSIONS, may "matchLabels": &LABELS });
static EXPRESSIONS: Schema = list(&EXPRESSION, 0, usize::MAX);
static EXPRESSION: Schema = object(fields! { must "key": &ANY_TEXT, must "operator": &ANY_TEXT, may "values": &VALUES });
static VALUES: Schema = list(&ANY_TEXT, 0, usize::MAX);
static LABELS: Schema = map(&ANY_TEXT, usize::MAX);

/// The listeners of a Gateway or a ListenerSet.
pub(super) static LISTENERS: Schema = list(&LISTENER, 1, 64).unique(Unique::By("name")).rules(rules::LISTENERS);
static LISTENER: Schema = object(fields! {
    may "allowedRoutes": &ALLOWED_ROUTES, may "hostname": &HOST, must "name": &SECTION, must "port": &PORT,
    must "protocol": &PROTOCOL_NAME, may "tls": &LISTENER_TLS,
});
static PROTOCOL_NAME: Schema = pattern(1, 255, &PROTOCOL);
static ALLOWED_ROUTES: Schema = object(fields! { may "kinds": &ROUTE_KINDS, may "namespaces": &ROUTE_NAMESPACES }).or(Default::Below);
static ROUTE_KINDS: Schema = list(&ROUTE_KIND, 0, 8);
static ROUTE_KIND: Schema = object(fields! { may "group": &OWN, must "kind": &KIND_NAME });
static ROUTE_NAMESPACES: Schema = object(fields! { may "from": &FROM, may "selector": &SELECTOR }).or(Default::Below);
static FROM: Schema = choice(&["All", "Selector", "Same"]).or(Default::Text("Same"));
static LISTENER_TLS: Schema =
    object(fields! { may "certificateRefs": &CERTIFICATES, may "mode": &TLS_MODE, may "options": &OPTIONS }).rules(rules::LISTENER_TLS);
static CERTIFICATES: Schema = list(&SECRET_REFERENCE, 0, 64);
static TLS_MODE: Schema = choice(&["Terminate", "Passthrough"]).or(Default::Text("Terminate"));

/// The values of labels that a Gateway gives on.
pub(super) static LABEL: Schema = pattern(0, 63, &LABEL_VALUE);
/// The values of annotations that a Gateway gives on.
pub(super) static ANNOTATION: Schema = text(0, 4096);
