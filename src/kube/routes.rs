//! What the kinds of the Gateway API refer to. Knows one object at a time, and no rule.

use std::fmt;

use super::admission::gateway::{Json, OWN_GROUP};
use super::meant::Name;
use super::object::Object;
use super::typed::Typed;

pub use super::admission::gateway::{items, text};

/// A reference of a route, a Gateway or a policy.
#[derive(Clone, Debug)]
pub struct Reference<'o> {
    /// Where it stands.
    pub field: At,
    /// The group; empty for the core one.
    pub group: &'o str,
    /// The kind.
    pub kind: &'o str,
    /// The name.
    pub name: &'o str,
    /// The namespace, where one is written.
    pub namespace: Option<&'o str>,
    /// The port.
    pub port: Option<i32>,
    /// The section: a listener, or a Service's port by name.
    pub section: Option<&'o str>,
}

/// Where a reference stands, by the indices on the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// `spec.parentRefs[0]`
    Parent(usize),
    /// `spec.targetRefs[0]`
    Target(usize),
    /// `spec.listeners[0].tls.certificateRefs[0]`
    Certificate(usize, usize),
    /// `spec.rules[0].backendRefs[0]`
    Backend(usize, usize),
    /// `spec.rules[0].filters[0].requestMirror.backendRef`, or the same of a backend.
    Mirror {
        /// The rule.
        rule: usize,
        /// The backend, if the filter is one's.
        backend: Option<usize>,
        /// The filter.
        filter: usize,
    },
}

impl At {
    /// The index of the rule of a route in which it stands.
    #[must_use]
    pub fn rule(self) -> Option<usize> {
        match self {
            Self::Backend(rule, _) | Self::Mirror { rule, .. } => Some(rule),
            Self::Parent(_) | Self::Target(_) | Self::Certificate(..) => None,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Parent(index) => write!(f, "spec.parentRefs[{index}]"),
            Self::Target(index) => write!(f, "spec.targetRefs[{index}]"),
            Self::Certificate(listener, index) => write!(f, "spec.listeners[{listener}].tls.certificateRefs[{index}]"),
            Self::Backend(rule, backend) => write!(f, "spec.rules[{rule}].backendRefs[{backend}]"),
            Self::Mirror { rule, backend: None, filter } => write!(f, "spec.rules[{rule}].filters[{filter}].requestMirror.backendRef"),
            Self::Mirror { rule, backend: Some(backend), filter } => {
                write!(f, "{}.filters[{filter}].requestMirror.backendRef", Self::Backend(rule, backend))
            }
        }
    }
}

/// The `spec` of an object of the Gateway API with its defaults.
#[must_use]
pub fn spec<'o>(object: &'o Object<'_>) -> Option<&'o Json> {
    match &object.typed {
        Some(Typed::Other(other)) => other.spec.as_ref(),
        _ => None,
    }
}

impl<'o> Reference<'o> {
    fn read(field: At, it: &'o Json) -> Option<Self> {
        let mut read = Self { field, group: "", kind: "", name: "", namespace: None, port: None, section: None };
        // A few fields in one pass cost less than looking each of them up.
        for (name, value) in it.fields() {
            let text = value.as_str().unwrap_or_default();
            match &**name {
                "group" => read.group = text,
                "kind" => read.kind = text,
                "name" => read.name = text,
                "namespace" => read.namespace = Some(text).filter(|text| !text.is_empty()),
                "port" => read.port = value.as_i64().and_then(|port| i32::try_from(port).ok()),
                "sectionName" => read.section = Some(text).filter(|text| !text.is_empty()),
                _ => {}
            }
        }
        Some(read).filter(|read| !read.name.is_empty())
    }

    /// Whether it is to a Service.
    #[must_use]
    pub fn is_to_service(&self) -> bool {
        self.group.is_empty() && self.kind == "Service"
    }

    /// What it is called by.
    #[must_use]
    pub fn to(&self) -> Name<'o> {
        Name { group: self.group, kind: self.kind, namespace: self.namespace, name: self.name }
    }
}

/// Whether it is a route of the Gateway API.
#[must_use]
pub fn is_route(object: &Object<'_>) -> bool {
    super::admission::gateway::kind(&object.reference.api_version, object.kind()).is_some() && object.kind().ends_with("Route")
}

/// Where a route sends to: its backends, those it mirrors to, and those its backends' filters mirror to.
#[must_use]
pub fn backends<'o>(route: &'o Object<'_>) -> Vec<Reference<'o>> {
    let Some(spec) = spec(route).filter(|_| is_route(route)) else { return Vec::new() };
    let mut found = Vec::new();
    for (rule, it) in items(spec, "rules").iter().enumerate() {
        mirrors(rule, None, it, &mut found);
        for (backend, it) in items(it, "backendRefs").iter().enumerate() {
            mirrors(rule, Some(backend), it, &mut found);
            found.extend(Reference::read(At::Backend(rule, backend), it));
        }
    }
    found
}

fn mirrors<'o>(rule: usize, backend: Option<usize>, of: &'o Json, found: &mut Vec<Reference<'o>>) {
    for (filter, it) in items(of, "filters").iter().enumerate() {
        let mirrored = it.get("requestMirror").and_then(|mirror| mirror.get("backendRef"));
        found.extend(mirrored.and_then(|it| Reference::read(At::Mirror { rule, backend, filter }, it)));
    }
}

/// What a route wants to hang on.
#[must_use]
pub fn parents<'o>(route: &'o Object<'_>) -> Vec<Reference<'o>> {
    let spec = spec(route).filter(|_| is_route(route));
    let parents = spec.map_or(&[][..], |spec| items(spec, "parentRefs")).iter().enumerate();
    parents.filter_map(|(index, it)| Reference::read(At::Parent(index), it)).collect()
}

/// What a BackendTLSPolicy is for.
#[must_use]
pub fn targets<'o>(policy: &'o Object<'_>) -> Vec<Reference<'o>> {
    let ours = super::apis::group(&policy.reference.api_version) == OWN_GROUP && policy.kind() == "BackendTLSPolicy";
    let targets = spec(policy).filter(|_| ours).map_or(&[][..], |spec| items(spec, "targetRefs")).iter().enumerate();
    targets.filter_map(|(index, it)| Reference::read(At::Target(index), it)).collect()
}

/// The certificates of a Gateway's listeners.
#[must_use]
pub fn certificates<'o>(gateway: &'o Object<'_>) -> Vec<Reference<'o>> {
    let ours = super::apis::group(&gateway.reference.api_version) == OWN_GROUP && gateway.kind() == "Gateway";
    let listeners = spec(gateway).filter(|_| ours).map_or(&[][..], |spec| items(spec, "listeners")).iter().enumerate();
    let certificates = listeners.flat_map(|(listener, it)| {
        let all = it.get("tls").map_or(&[][..], |tls| items(tls, "certificateRefs")).iter().enumerate();
        all.filter_map(move |(index, it)| Reference::read(At::Certificate(listener, index), it))
    });
    certificates.collect()
}

/// The host names of a route or a listener.
#[must_use]
pub fn hostnames(of: &Json) -> Vec<&str> {
    items(of, "hostnames")
        .iter()
        .filter_map(Json::as_str)
        .chain(of.get("hostname").and_then(Json::as_str))
        .filter(|it| !it.is_empty())
        .collect()
}

/// Whether two host names have any host in common: `*.example.com` takes `a.b.example.com`, but not `example.com`.
#[must_use]
pub fn intersect(a: &str, b: &str) -> bool {
    let covers = |wild: &str, host: &str| {
        wild.strip_prefix('*').is_some_and(|end| host.len() > end.len() && host.ends_with(end) || host.strip_prefix('*') == Some(end))
    };
    a.eq_ignore_ascii_case(b) || covers(a, b) || covers(b, a)
}

#[cfg(test)]
mod tests {
    use super::intersect;

    #[test]
    fn a_wildcard_takes_any_depth_and_not_its_own_root() {
        for (a, b) in [("a.x.io", "a.x.io"), ("*.x.io", "a.x.io"), ("*.x.io", "a.b.x.io"), ("*.x.io", "*.b.x.io"), ("*.x.io", "*.x.io")] {
            assert!(intersect(a, b) && intersect(b, a), "{a} {b}");
        }
        for (a, b) in [("*.x.io", "x.io"), ("a.x.io", "b.x.io"), ("*.x.io", "a.y.io"), ("*.x.io", "ax.io")] {
            assert!(!intersect(a, b) && !intersect(b, a), "{a} {b}");
        }
    }
}
