//! The rules that the Gateway API's CRDs state in CEL, in the order in which the CRDs list them. Knows no shape.
//!
//! They are asked of objects whose shape is right and whose defaults are filled in, so that a required field is there.

use std::collections::HashSet;
use std::net::IpAddr;

use super::json::{Json, items, text};
use super::patterns;
use super::schema::Rule;

fn has(of: &Json, field: &str) -> bool {
    of.get(field).is_some()
}

fn number(of: &Json, field: &str) -> Option<i64> {
    of.get(field).and_then(Json::as_i64)
}

/// Whether no two items are alike.
fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> bool {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items.is_sorted_by(|a, b| a < b)
}

/// One rule a line: what is said, and when it holds.
macro_rules! rules {
    ($($message:expr => $holds:expr),* $(,)?) => { &[$(Rule { message: $message, holds: $holds }),*] };
}

pub(super) const BACKEND: &[Rule] = rules! {
    "Must have port for Service reference" => |it| Ok(!(text(it, "group").is_empty() && text(it, "kind") == "Service") || has(it, "port")),
};

/// The fields by which two references mean one object.
fn identity(it: &Json) -> [&str; 4] {
    ["group", "kind", "name", "namespace"].map(|field| text(it, field))
}

/// Whether of several references to one object all name a section or none does.
fn all_or_none_in_sections(references: &[Json]) -> bool {
    if references.len() < 2 {
        return true;
    }
    let with: HashSet<_> = references.iter().filter(|it| !text(it, "sectionName").is_empty()).map(identity).collect();
    !references.iter().any(|it| text(it, "sectionName").is_empty() && with.contains(&identity(it)))
}

fn distinct_by_section(references: &[Json]) -> bool {
    distinct(references.iter().map(|it| (identity(it), text(it, "sectionName"))))
}

pub(super) const PARENTS: &[Rule] = rules! {
    "sectionName must be specified when parentRefs includes 2 or more references to the same parent" => |it| Ok(all_or_none_in_sections(it.items())),
    "sectionName must be unique when parentRefs includes 2 or more references to the same parent" => |it| Ok(distinct_by_section(it.items())),
};

pub(super) const TARGETS: &[Rule] = rules! {
    "sectionName must be specified when targetRefs includes 2 or more references to the same target" => |it| Ok(all_or_none_in_sections(it.items())),
    "sectionName must be unique when targetRefs includes 2 or more references to the same target" => |it| Ok(distinct_by_section(it.items())),
};

pub(super) const LISTENERS: &[Rule] = rules! {
    "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']" => |it| {
        Ok(it.items().iter().all(|it| !matches!(text(it, "protocol"), "HTTP" | "TCP" | "UDP") || !has(it, "tls")))
    },
    "tls mode must be Terminate for protocol HTTPS" => |it| {
        let mode = |it: &Json| it.get("tls").is_none_or(|tls| matches!(text(tls, "mode"), "" | "Terminate"));
        Ok(it.items().iter().all(|it| text(it, "protocol") != "HTTPS" || mode(it)))
    },
    "tls mode must be set for protocol TLS" => |it| {
        let mode = |it: &Json| it.get("tls").is_some_and(|tls| !text(tls, "mode").is_empty());
        Ok(it.items().iter().all(|it| text(it, "protocol") != "TLS" || mode(it)))
    },
    "hostname must not be specified for protocols ['TCP', 'UDP']" => |it| {
        Ok(it.items().iter().all(|it| !matches!(text(it, "protocol"), "TCP" | "UDP") || text(it, "hostname").is_empty()))
    },
    "Listener name must be unique within the Gateway" => |it| Ok(distinct(it.items().iter().map(|it| text(it, "name")))),
    "Combination of port, protocol and hostname must be unique for each listener" => |it| {
        Ok(distinct(it.items().iter().map(|it| (number(it, "port"), text(it, "protocol"), it.get("hostname").and_then(Json::as_str)))))
    },
};

pub(super) const LISTENER_TLS: &[Rule] = rules! {
    // CEL stops at a key that is not there, unless the other side of the `||` holds.
    "certificateRefs or options must be specified when mode is Terminate" => |it| {
        if text(it, "mode") != "Terminate" {
            return Ok(true);
        }
        let certificates = it.get("certificateRefs").map(|list| !list.items().is_empty());
        let options = it.get("options").map(|map| !map.fields().is_empty());
        match (certificates, options) {
            (Some(true), _) | (_, Some(true)) => Ok(true),
            (None, _) => Err("certificateRefs"),
            (_, None) => Err("options"),
            _ => Ok(false),
        }
    },
};

pub(super) const PER_PORT: &[Rule] = rules! {
    "Port for TLS configuration must be unique within the Gateway" => |it| {
        Ok(distinct(it.items().iter().map(|it| number(it, "port"))))
    },
};

fn distinct_addresses(addresses: &Json, kind: &str) -> bool {
    distinct(addresses.items().iter().filter(|it| text(it, "type") == kind && has(it, "value")).map(|it| text(it, "value")))
}

pub(super) const ADDRESSES: &[Rule] = rules! {
    "IPAddress values must be unique" => |it| Ok(distinct_addresses(it, "IPAddress")),
    "Hostname values must be unique" => |it| Ok(distinct_addresses(it, "Hostname")),
};

pub(super) const ADDRESS: &[Rule] = rules! {
    "Hostname value must be empty or contain only valid characters (matching ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)"
        => |it| Ok(text(it, "type") != "Hostname" || it.get("value").is_none() || patterns::hostname(text(it, "value"))),
};

fn keys(map: &Json) -> impl Iterator<Item = &str> {
    map.fields().iter().map(|(key, _)| &**key)
}

fn short_domains(map: &Json) -> bool {
    keys(map).all(|key| key.split('/').next().unwrap_or_default().chars().count() < 253)
}

pub(super) const ANNOTATION_KEYS: &[Rule] = rules! {
    "Annotation keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters."
        => |it| Ok(keys(it).all(patterns::label_key)),
    "If specified, the annotation key's prefix must be a DNS subdomain not longer than 253 characters in total." => |it| Ok(short_domains(it)),
};

pub(super) const LABEL_KEYS: &[Rule] = rules! {
    "Label keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters."
        => |it| Ok(keys(it).all(patterns::label_key)),
    "If specified, the label key's prefix must be a DNS subdomain not longer than 253 characters in total." => |it| Ok(short_domains(it)),
};

/// A filter has the body that its type names, and no other.
macro_rules! bodies {
    ($($field:literal: $type:literal),* $(,)?) => {
        &[$(
            Rule {
                message: concat!("filter.", $field, " must be nil if the filter.type is not ", $type),
                holds: |it| Ok(!has(it, $field) || text(it, "type") == $type),
            },
            Rule {
                message: concat!("filter.", $field, " must be specified for ", $type, " filter.type"),
                holds: |it| Ok(has(it, $field) || text(it, "type") != $type),
            },
        )*]
    };
}

pub(super) const HTTP_FILTER: &[Rule] = bodies! {
    "cors": "CORS",
    "requestHeaderModifier": "RequestHeaderModifier",
    "responseHeaderModifier": "ResponseHeaderModifier",
    "requestMirror": "RequestMirror",
    "requestRedirect": "RequestRedirect",
    "urlRewrite": "URLRewrite",
    "extensionRef": "ExtensionRef",
};

pub(super) const GRPC_FILTER: &[Rule] = bodies! {
    "requestHeaderModifier": "RequestHeaderModifier",
    "responseHeaderModifier": "ResponseHeaderModifier",
    "requestMirror": "RequestMirror",
    "extensionRef": "ExtensionRef",
};

fn of_type(filters: &Json, kind: &str) -> usize {
    filters.items().iter().filter(|it| text(it, "type") == kind).count()
}

pub(super) const HTTP_FILTERS: &[Rule] = rules! {
    "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both"
        => |it| Ok(of_type(it, "RequestRedirect") == 0 || of_type(it, "URLRewrite") == 0),
    "CORS filter cannot be repeated" => |it| Ok(of_type(it, "CORS") <= 1),
    "RequestHeaderModifier filter cannot be repeated" => |it| Ok(of_type(it, "RequestHeaderModifier") <= 1),
    "ResponseHeaderModifier filter cannot be repeated" => |it| Ok(of_type(it, "ResponseHeaderModifier") <= 1),
    "RequestRedirect filter cannot be repeated" => |it| Ok(of_type(it, "RequestRedirect") <= 1),
    "URLRewrite filter cannot be repeated" => |it| Ok(of_type(it, "URLRewrite") <= 1),
};

pub(super) const GRPC_FILTERS: &[Rule] = rules! {
    "RequestHeaderModifier filter cannot be repeated" => |it| Ok(of_type(it, "RequestHeaderModifier") <= 1),
    "ResponseHeaderModifier filter cannot be repeated" => |it| Ok(of_type(it, "ResponseHeaderModifier") <= 1),
};

fn star_alone(list: &Json) -> bool {
    list.items().len() <= 1 || !list.items().iter().any(|it| it.as_str() == Some("*"))
}

pub(super) const CORS_HEADERS: &[Rule] = rules! { "AllowHeaders cannot contain '*' alongside other methods" => |it| Ok(star_alone(it)) };
pub(super) const CORS_METHODS: &[Rule] = rules! { "AllowMethods cannot contain '*' alongside other methods" => |it| Ok(star_alone(it)) };
pub(super) const CORS_ORIGINS: &[Rule] = rules! { "AllowOrigins cannot contain '*' alongside other origins" => |it| Ok(star_alone(it)) };

pub(super) const MIRROR: &[Rule] = rules! {
    "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter" => |it| Ok(!(has(it, "percent") && has(it, "fraction"))),
};

pub(super) const FRACTION: &[Rule] = rules! {
    "numerator must be less than or equal to denominator" => |it| {
        Ok(number(it, "numerator").unwrap_or_default() <= number(it, "denominator").unwrap_or_default())
    },
};

pub(super) const PATH_CHANGE: &[Rule] = rules! {
    "replaceFullPath must be specified when type is set to 'ReplaceFullPath'"
        => |it| Ok(text(it, "type") != "ReplaceFullPath" || has(it, "replaceFullPath")),
    "type must be 'ReplaceFullPath' when replaceFullPath is set"
        => |it| Ok(!has(it, "replaceFullPath") || text(it, "type") == "ReplaceFullPath"),
    "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'"
        => |it| Ok(text(it, "type") != "ReplacePrefixMatch" || has(it, "replacePrefixMatch")),
    "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set"
        => |it| Ok(!has(it, "replacePrefixMatch") || text(it, "type") == "ReplacePrefixMatch"),
};

pub(super) const TOTAL_MATCHES: &[Rule] = rules! {
    "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128"
        => |it| Ok(it.items().iter().map(|rule| items(rule, "matches").len()).sum::<usize>() <= 128),
};

/// Whether exactly one of some filters replaces the prefix of a path.
fn replaces_prefix(filters: &[Json], body: &str) -> bool {
    let replaces = |filter: &&Json| {
        let path = filter.get(body).and_then(|body| body.get("path"));
        path.is_some_and(|path| text(path, "type") == "ReplacePrefixMatch" && has(path, "replacePrefixMatch"))
    };
    filters.iter().filter(replaces).count() == 1
}

fn has_one_prefix(rule: &Json) -> bool {
    matches!(items(rule, "matches"), [only] if only.get("path").is_some_and(|path| text(path, "type") == "PathPrefix"))
}

fn backend_replaces_prefix(rule: &Json, body: &str) -> bool {
    items(rule, "backendRefs").iter().filter(|it| replaces_prefix(items(it, "filters"), body)).count() == 1
}

pub(super) const HTTP_RULE: &[Rule] = rules! {
    "RequestRedirect filter must not be used together with backendRefs"
        => |it| Ok(items(it, "backendRefs").is_empty() || !items(it, "filters").iter().any(|filter| has(filter, "requestRedirect"))),
    "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
        => |it| Ok(!replaces_prefix(items(it, "filters"), "requestRedirect") || has_one_prefix(it)),
    "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
        => |it| Ok(!replaces_prefix(items(it, "filters"), "urlRewrite") || has_one_prefix(it)),
    "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
        => |it| Ok(!backend_replaces_prefix(it, "requestRedirect") || has_one_prefix(it)),
    "Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
        => |it| Ok(!backend_replaces_prefix(it, "urlRewrite") || has_one_prefix(it)),
};

/// The value of a path that is no regular expression.
fn literal(path: &Json) -> Option<&str> {
    matches!(text(path, "type"), "Exact" | "PathPrefix").then(|| text(path, "value"))
}

/// The value of a path that is no regular expression must not have this in it.
macro_rules! without {
    ($words:literal, $test:ident, $piece:literal) => {
        Rule {
            message: concat!("must not ", $words, " '", $piece, "' when type one of ['Exact', 'PathPrefix']"),
            holds: |it| Ok(literal(it).is_none_or(|value| !value.$test($piece))),
        }
    };
}

pub(super) const PATH: &[Rule] = &[
    Rule {
        message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
        holds: |it| Ok(literal(it).is_none_or(|value| value.starts_with('/'))),
    },
    without!("contain", contains, "//"),
    without!("contain", contains, "/./"),
    without!("contain", contains, "/../"),
    without!("contain", contains, "%2f"),
    without!("contain", contains, "%2F"),
    without!("contain", contains, "#"),
    without!("end with", ends_with, "/.."),
    without!("end with", ends_with, "/."),
    Rule {
        message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
        holds: |it| Ok(matches!(text(it, "type"), "Exact" | "PathPrefix" | "RegularExpression")),
    },
    Rule {
        message: "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
        holds: |it| Ok(literal(it).is_none_or(is_path)),
    },
];

/// Characters of a path, others as `%` and two digits.
fn is_path(value: &str) -> bool {
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => [bytes.next(), bytes.next()].into_iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            byte => byte.is_ascii_alphanumeric() || b"-/._~!$&'()*+,;=:@".contains(&byte),
        };
        if !fits {
            return false;
        }
    }
    !value.is_empty()
}

pub(super) const TIMEOUTS: &[Rule] = rules! {
    "backendRequest timeout cannot be longer than request timeout" => |it| {
        let (request, backend) = (patterns::milliseconds(text(it, "request")), patterns::milliseconds(text(it, "backendRequest")));
        Ok(!matches!((request, backend), (Some(request), Some(backend)) if request != 0 && backend > request))
    },
};

fn is_exact(method: &Json) -> bool {
    matches!(text(method, "type"), "" | "Exact")
}

pub(super) const GRPC_METHOD: &[Rule] = rules! {
    "One or both of 'service' or 'method' must be specified" => |it| Ok(!has(it, "type") || has(it, "service") || has(it, "method")),
    "service must only contain valid characters (matching ^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$)"
        => |it| Ok(!is_exact(it) || !has(it, "service") || patterns::grpc_service(text(it, "service"))),
    "method must only contain valid characters (matching ^[A-Za-z_][A-Za-z_0-9]*$)"
        => |it| Ok(!is_exact(it) || !has(it, "method") || patterns::grpc_method(text(it, "method"))),
};

fn texts(list: &Json) -> impl Iterator<Item = &str> {
    list.items().iter().filter_map(Json::as_str)
}

pub(super) const TLS_HOSTNAMES: &[Rule] = rules! {
    "Hostnames cannot contain an IP" => |it| Ok(texts(it).all(|host| host.parse::<IpAddr>().is_err())),
    "Hostnames must be valid based on RFC-1123" => |it| Ok(texts(it).all(|host| host.contains('*') || patterns::subdomain(host))),
    "Wildcards on hostnames must be the first label, and the rest of hostname must be valid based on RFC-1123" => |it| {
        Ok(texts(it).all(|host| !host.contains('*') || host.strip_prefix("*.").is_some_and(patterns::subdomain)))
    },
};

pub(super) const VALIDATION: &[Rule] = rules! {
    "must not contain both CACertificateRefs and WellKnownCACertificates"
        => |it| Ok(items(it, "caCertificateRefs").is_empty() || text(it, "wellKnownCACertificates").is_empty()),
    "must specify either CACertificateRefs or WellKnownCACertificates"
        => |it| Ok(!items(it, "caCertificateRefs").is_empty() || !text(it, "wellKnownCACertificates").is_empty()),
};

pub(super) const ALT_NAME: &[Rule] = rules! {
    "SubjectAltName element must contain Hostname, if Type is set to Hostname"
        => |it| Ok(text(it, "type") != "Hostname" || !text(it, "hostname").is_empty()),
    "SubjectAltName element must not contain Hostname, if Type is not set to Hostname"
        => |it| Ok(text(it, "type") == "Hostname" || text(it, "hostname").is_empty()),
    "SubjectAltName element must contain URI, if Type is set to URI" => |it| Ok(text(it, "type") != "URI" || !text(it, "uri").is_empty()),
    "SubjectAltName element must not contain URI, if Type is not set to URI" => |it| Ok(text(it, "type") == "URI" || text(it, "uri").is_empty()),
};
