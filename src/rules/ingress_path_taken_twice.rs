//! Two Ingress paths for the same requests, of which only one is ever asked.

use k8s_openapi::api::networking::v1::{Ingress, IngressBackend};

use crate::finding::{Confidence, Finding};
use crate::kube::typed::Typed;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, template};

/// The most Ingresses around one that are compared with it.
const MOST: usize = 32;

struct Path<'i> {
    field: String,
    key: (&'i str, &'i str, &'i str),
    backend: &'i IngressBackend,
}

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    if world.kustomize.is_patch(object.span.file) || is_merged(object) {
        return;
    }
    let own = paths(ingress);
    let farthest = if world.among_alternatives(object) { Distance::SameFile } else { Distance::SameDirectory };
    let beside = world.of_kind("Ingress", object, farthest);
    let others = beside.into_iter().filter(|other| other.id < object.id && world.namespaces(object, other) == Namespaces::Same && !is_merged(other));
    let others: Vec<_> = others
        .filter_map(|other| match &other.typed {
            Some(Typed::Ingress(it)) if class(it) == class(ingress) && conditions(other) == conditions(object) => Some((other, paths(it))),
            _ => None,
        })
        .take(MOST)
        .collect();
    for (index, path) in own.iter().enumerate() {
        let earlier = own.iter().take(index).map(|it| (object, it));
        let mut all = others.iter().flat_map(|(other, paths)| paths.iter().map(move |it| (*other, it))).chain(earlier);
        if let Some((other, it)) = all.find(|(_, it)| it.key == path.key && it.backend != path.backend) {
            out.push(tell(object, world, path, other, it));
        }
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, path: &Path<'_>, other: &Object<'_>, it: &Path<'_>) -> Finding {
    let (host, text, kind) = path.key;
    let whose = if host.is_empty() { "any host".to_owned() } else { format!("host `{host}`") };
    let apart = world.distance(object, other) > Distance::SameFile || world.changed_later(object);
    let field = format!("{}.path", path.field);
    Finding::new(if apart { Confidence::Possible } else { Confidence::Likely }, format!("`{text}` ({kind}) of {whose} is taken twice, for two backends"))
        .label(object.at(&field).span(), "which of the two answers is up to the controller")
        .label(other.at(&format!("{}.path", it.field)).span(), format!("the same requests in {}", world.told(other)))
        .help("take one out, or tell them apart by host, path or `ingressClassName`")
        .field(field)
}

fn class(ingress: &Ingress) -> Option<&str> {
    let annotations = ingress.metadata.annotations.as_ref();
    let written = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    written.or_else(|| annotations.and_then(|it| it.get("kubernetes.io/ingress.class")).map(String::as_str))
}

/// What else than host and path controllers tell requests apart by, as an Ingress' annotations set it for all its paths.
fn conditions<'o>(object: &'o Object<'_>) -> Vec<(&'o str, &'o str)> {
    const KEYS: [&str; 6] = [
        "alb.ingress.kubernetes.io/listen-ports",
        "haproxy.org/route-acl",
        "haproxy-ingress.github.io/http-header-match",
        "konghq.com/headers",
        "konghq.com/methods",
        "konghq.com/protocols",
    ];
    let told = |key: &str| KEYS.contains(&key) || key.starts_with("traefik.ingress.kubernetes.io/router.");
    let annotations = object.annotations();
    annotations.into_iter().flatten().filter(|(key, _)| told(key)).map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// Whether the AWS controller is told more of this backend than its path: an action that an annotation describes, which
/// may send some requests elsewhere, or conditions of its own.
fn is_conditional(ingress: &Ingress, backend: &IngressBackend) -> bool {
    let Some(service) = &backend.service else { return false };
    let annotations = ingress.metadata.annotations.as_ref();
    let action = service.port.as_ref().and_then(|port| port.name.as_deref()) == Some("use-annotation");
    action || annotations.is_some_and(|it| it.contains_key(&format!("alb.ingress.kubernetes.io/conditions.{}", service.name)))
}

/// Whether it is meant to stand beside another for the same paths: a canary, or a part of a mergeable one.
fn is_merged(object: &Object<'_>) -> bool {
    let annotations = object.annotations();
    let is = |key: &str, value: &str| annotations.is_some_and(|it| it.get(key).is_some_and(|written| written == value));
    is("nginx.ingress.kubernetes.io/canary", "true") || is("nginx.org/mergeable-ingress-type", "minion") || is("nginx.org/mergeable-ingress-type", "master")
}

fn paths(ingress: &Ingress) -> Vec<Path<'_>> {
    let rules = ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten()).enumerate();
    let paths = rules.flat_map(|(rule, it)| {
        let host = it.host.as_deref().unwrap_or_default();
        it.http.iter().flat_map(|http| http.paths.iter().enumerate()).map(move |(path, it)| Path {
            field: format!("spec.rules[{rule}].http.paths[{path}]"),
            key: (host, trimmed(it.path.as_deref().unwrap_or_default(), &it.path_type), it.path_type.as_str()),
            backend: &it.backend,
        })
    });
    // Without a path type it is refused, and what is refused takes nothing.
    paths.filter(|it| !is_conditional(ingress, it.backend)).filter(|it| !it.key.2.is_empty() && !template::is_placeholder(it.key.0) && !template::is_placeholder(it.key.1)).collect()
}

/// The path as it counts: of a prefix the slash at the end plays no part.
fn trimmed<'p>(path: &'p str, kind: &str) -> &'p str {
    if kind == "Prefix" && path.len() > 1 { path.trim_end_matches('/') } else { path }
}
