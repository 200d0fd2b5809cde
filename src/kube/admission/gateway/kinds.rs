//! The kinds of the Gateway API: which versions the standard channel of v1.6.1 serves, and their schemas. Knows no object.

use std::collections::{HashMap, HashSet};

use super::gateways::{GATEWAY, GATEWAY_CLASS, LISTENER_SET};
use super::json::Json;
use super::policies::{BACKEND_TLS_POLICY, REFERENCE_GRANT};
use super::routes::{GRPC_ROUTE, HTTP_ROUTE, PLAIN_ROUTE, TLS_ROUTE};
use super::schema::Schema;
use super::shared::OWN_GROUP;
use crate::kube::admission::Cause;
use crate::kube::apis;

/// A kind.
#[derive(Debug)]
pub struct Custom {
    /// Its name.
    pub kind: &'static str,
    /// The versions that are served.
    pub served: &'static [&'static str],
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Its `spec`.
    pub(super) spec: &'static Schema,
    /// The fields that only the experimental channel has, by their last name.
    experimental: &'static [&'static str],
}

const fn custom(
    kind: &'static str,
    served: &'static [&'static str],
    spec: &'static Schema,
    experimental: &'static [&'static str],
) -> Custom {
    Custom { kind, served, namespaced: true, spec, experimental }
}

static KINDS: [Custom; 10] = [
    Custom { kind: "GatewayClass", served: &["v1", "v1beta1"], namespaced: false, spec: &GATEWAY_CLASS, experimental: &[] },
    custom("Gateway", &["v1", "v1beta1"], &GATEWAY, &["defaultScope"]),
    custom("HTTPRoute", &["v1", "v1beta1"], &HTTP_ROUTE, &["externalAuth", "retry", "sessionPersistence", "useDefaultGateways"]),
    custom("GRPCRoute", &["v1"], &GRPC_ROUTE, &["sessionPersistence", "useDefaultGateways"]),
    custom("TCPRoute", &["v1"], &PLAIN_ROUTE, &["useDefaultGateways"]),
    custom("UDPRoute", &["v1"], &PLAIN_ROUTE, &["useDefaultGateways"]),
    custom("TLSRoute", &["v1"], &TLS_ROUTE, &["useDefaultGateways"]),
    custom("ListenerSet", &["v1"], &LISTENER_SET, &[]),
    custom("BackendTLSPolicy", &["v1"], &BACKEND_TLS_POLICY, &[]),
    custom("ReferenceGrant", &["v1", "v1beta1"], &REFERENCE_GRANT, &[]),
];

/// The group of what is not in the standard channel.
const EXPERIMENTAL_GROUP: &str = "gateway.networking.x-k8s.io";

/// The kind, in whatever version.
#[must_use]
pub fn kind(api_version: &str, kind: &str) -> Option<&'static Custom> {
    KINDS.iter().find(|known| known.kind == kind).filter(|_| apis::is_of(api_version, OWN_GROUP))
}

/// Whether an apiVersion is of the Gateway API.
#[must_use]
pub fn is_gateway_api(api_version: &str) -> bool {
    [OWN_GROUP, EXPERIMENTAL_GROUP].iter().any(|group| apis::is_of(api_version, group))
}

impl Custom {
    /// Whether the standard channel serves this version of it.
    #[must_use]
    pub fn is_served(&self, api_version: &str) -> bool {
        api_version.split_once('/').is_some_and(|(_, version)| self.served.contains(&version))
    }

    /// Whether the experimental channel accepts what the standard one refuses here: a filter of its own, and parents that
    /// differ by their ports.
    #[must_use]
    pub fn is_fine_experimentally(&self, spec: &Json, cause: &Cause) -> bool {
        let parents = spec.get("parentRefs").map_or(&[][..], Json::items);
        let external = cause.message.starts_with("Unsupported value: \"ExternalAuth\"");
        external && self.experimental.contains(&"externalAuth")
            || cause.field == "spec.parentRefs" && cause.message.contains("sectionName must be") && differ_by_port(parents)
    }

    /// Whether the experimental channel has a field that the standard one lacks.
    #[must_use]
    pub fn is_experimental(&self, path: &str) -> bool {
        self.experimental.contains(&path.rsplit('.').next().unwrap_or(path))
    }
}

/// Whether ports tell those references to one parent apart that sections do not.
fn differ_by_port(parents: &[Json]) -> bool {
    let field = |it: &Json, field: &str| it.get(field).cloned().unwrap_or_default();
    let (mut given, mut seen) = (HashMap::new(), HashSet::new());
    parents.iter().all(|it| {
        let parent = ["group", "kind", "namespace", "name"].map(|name| field(it, name).to_string());
        let (section, port) = (field(it, "sectionName").to_string(), field(it, "port").to_string());
        let written = (it.get("sectionName").is_some(), it.get("port").is_some());
        *given.entry(parent.clone()).or_insert(written) == written && seen.insert((parent, section, port))
    })
}
