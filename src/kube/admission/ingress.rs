//! Ingresses as the API server validates them. Knows no Service.

use k8s_openapi::api::core::v1::TypedLocalObjectReference;
use k8s_openapi::api::networking::v1::{HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressSpec};

use super::Context;
use super::field::Path;
use super::ip::parse_sloppy;
use super::metadata::{name_is_service_name, validate_object_meta};
use super::syntax;
use crate::kube::version::Change;

const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// Judges an Ingress on create.
pub fn admit(ingress: &mut Ingress, cx: &mut Context<'_>) {
    ingress.metadata.generation = Some(1);
    ingress.status = None;
    validate_ingress(ingress, cx);
    let has_class = ingress.spec.as_ref().is_some_and(|spec| spec.ingress_class_name.is_some());
    if !has_class && class_annotation(ingress).is_some() {
        cx.warn(format!("annotation \"{CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"));
    }
}

fn class_annotation(ingress: &Ingress) -> Option<&String> {
    ingress.metadata.annotations.as_ref().and_then(|annotations| annotations.get(CLASS_ANNOTATION))
}

/// `ValidateIngressCreate`
pub fn validate_ingress(ingress: &Ingress, cx: &mut Context<'_>) {
    validate_object_meta(&ingress.metadata, true, super::metadata::name_is_dns_subdomain, cx);
    let none = IngressSpec::default();
    let spec = ingress.spec.as_ref().unwrap_or(&none);
    validate_ingress_spec(spec, &Path::root("spec"), cx);
    if let (Some(annotation), Some(class)) = (class_annotation(ingress), &spec.ingress_class_name)
        && annotation != class
    {
        // The server's path lacks `metadata`.
        let path = Path::root("annotations");
        cx.errors.invalid(&path.child(CLASS_ANNOTATION), annotation, "must match `ingressClassName` when both are specified");
    }
}

fn validate_ingress_spec(spec: &IngressSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let rules = spec.rules.as_deref().unwrap_or_default();
    if rules.is_empty() && spec.default_backend.is_none() {
        let none: Option<&[String]> = if spec.rules.is_none() { None } else { Some(&[]) };
        let shown = cx.errors.list("networking.IngressRule", none);
        cx.errors.invalid(path, shown, "either `defaultBackend` or `rules` must be specified");
    }
    if let Some(backend) = &spec.default_backend {
        validate_ingress_backend(backend, &path.child("defaultBackend"), cx);
    }
    for (i, rule) in rules.iter().enumerate() {
        validate_ingress_rule(rule, &path.child("rules").index(i), cx);
    }
    for (i, tls) in spec.tls.iter().flatten().enumerate() {
        let path = path.child("tls");
        let path = path.index(i);
        for (j, host) in tls.hosts.iter().flatten().enumerate() {
            cx.errors.invalid_each(&path.child("hosts").index(j), host, &host_faults(host));
        }
        if let Some(secret) = tls.secret_name.as_deref().filter(|secret| !secret.is_empty()) {
            cx.errors.invalid_each(&path.child("secretName"), secret, &syntax::dns1123_subdomain(secret));
        }
    }
    if let Some(class) = &spec.ingress_class_name {
        cx.errors.invalid_each(&path.child("ingressClassName"), class, &syntax::dns1123_subdomain(class));
    }
}

fn host_faults(host: &str) -> syntax::Faults {
    if host.contains('*') { syntax::wildcard_dns1123_subdomain(host) } else { syntax::dns1123_subdomain(host) }
}

fn validate_ingress_rule(rule: &IngressRule, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(host) = rule.host.as_deref().filter(|host| !host.is_empty()) {
        if parse_sloppy(host).is_some() {
            cx.errors.invalid(&path.child("host"), host, "must be a DNS name, not an IP address");
        }
        cx.errors.invalid_each(&path.child("host"), host, &host_faults(host));
    }
    let Some(http) = &rule.http else { return };
    let path = path.child("http");
    let path = path.child("paths");
    if http.paths.is_empty() {
        cx.errors.required(&path, "");
    }
    for (i, http_path) in http.paths.iter().enumerate() {
        validate_http_ingress_path(http_path, &path.index(i), cx);
    }
}

fn validate_http_ingress_path(http_path: &HTTPIngressPath, path: &Path<'_>, cx: &mut Context<'_>) {
    let text = http_path.path.as_deref().unwrap_or_default();
    let text_path = path.child("path");
    match http_path.path_type.as_str() {
        "" if !cx.is_written(&path.child("pathType")) => {
            return cx.errors.required(&path.child("pathType"), "pathType must be specified");
        }
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                cx.errors.invalid(&text_path, text, "must be an absolute path");
            }
            for sequence in ["//", "/./", "/../", "%2f", "%2F"].into_iter().filter(|sequence| text.contains(sequence)) {
                cx.errors.invalid(&text_path, text, &format!("must not contain '{sequence}'"));
            }
            for end in ["/..", "/."].into_iter().filter(|end| text.ends_with(end)) {
                cx.errors.invalid(&text_path, text, &format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                cx.errors.invalid(&text_path, text, "must be an absolute path");
            }
        }
        other => cx.errors.not_supported(&path.child("pathType"), other, &["Exact", "ImplementationSpecific", "Prefix"]),
    }
    validate_ingress_backend(&http_path.backend, &path.child("backend"), cx);
}

/// `validateIngressBackend`
fn validate_ingress_backend(backend: &IngressBackend, path: &Path<'_>, cx: &mut Context<'_>) {
    let service = match (&backend.resource, &backend.service) {
        (Some(_), Some(_)) => return cx.errors.invalid(path, "", "cannot set both resource and service backends"),
        (Some(resource), None) => return validate_typed_local_object_reference(resource, &path.child("resource"), cx),
        (None, Some(service)) => service,
        (None, None) => return cx.errors.invalid(path, "", "resource or service backend is required"),
    };
    let service_path = path.child("service");
    if service.name.is_empty() {
        cx.errors.required(&service_path.child("name"), "");
    } else {
        cx.errors.invalid_each(&service_path.child("name"), &service.name, &name_is_service_name(&service.name, cx.version));
    }
    let port = service.port.as_ref();
    let name = port.and_then(|port| port.name.as_deref()).unwrap_or_default();
    let number = port.and_then(|port| port.number).unwrap_or_default();
    let port_path = service_path.child("port");
    match (name, number) {
        ("", 0) => cx.errors.required(path, "port name or number is required"),
        ("", number) => {
            for fault in syntax::port_number(number.into()) {
                cx.errors.invalid(&port_path.child("number"), number, &fault);
            }
        }
        (name, 0) => cx.errors.invalid_each(&port_path.child("name"), name, &syntax::port_name(name)),
        _ => cx.errors.invalid(path, "", "cannot set both port name & port number"),
    }
}

/// `validateIngressTypedLocalObjectReference`
fn validate_typed_local_object_reference(reference: &TypedLocalObjectReference, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(group) = &reference.api_group {
        cx.errors.invalid_each(&path.child("apiGroup"), group, &syntax::dns1123_subdomain(group));
    }
    for (field, value) in [("kind", &reference.kind), ("name", &reference.name)] {
        require_path_segment(value, field, path, cx);
    }
}

/// A part of a URL that has to be there, as references name kinds and objects.
pub(super) fn require_path_segment(value: &str, field: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if value.is_empty() {
        let detail = if cx.has(Change::ReferenceShortWording) { String::new() } else { format!("{field} is required") };
        cx.errors.required(&path.child(field), &detail);
    } else {
        cx.errors.invalid_each(&path.child(field), value, &syntax::path_segment_name(value));
    }
}
