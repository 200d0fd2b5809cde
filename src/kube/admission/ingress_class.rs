//! IngressClasses as the API server defaults and validates them. Knows no Ingress.

use k8s_openapi::api::networking::v1::{IngressClass, IngressClassParametersReference};

use super::Context;
use super::field::Path;
use super::ingress::require_path_segment;
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::syntax;

const MAX_CONTROLLER: usize = 250;

/// Fills in and judges an IngressClass on create.
pub fn admit(class: &mut IngressClass, cx: &mut Context<'_>) {
    class.metadata.generation = Some(1);
    if let Some(parameters) = class.spec.as_mut().and_then(|spec| spec.parameters.as_mut()) {
        parameters.scope.get_or_insert_with(|| "Cluster".into());
    }
    validate_ingress_class(class, cx);
}

/// `ValidateIngressClass`
pub fn validate_ingress_class(class: &IngressClass, cx: &mut Context<'_>) {
    validate_object_meta(&class.metadata, false, name_is_dns_subdomain, cx);
    let path = Path::root("spec");
    let controller = class.spec.as_ref().and_then(|spec| spec.controller.as_deref()).unwrap_or_default();
    validate_controller(controller, &path.child("controller"), cx);
    if let Some(parameters) = class.spec.as_ref().and_then(|spec| spec.parameters.as_ref()) {
        validate_parameters_reference(parameters, &path.child("parameters"), cx);
    }
}

/// `IsDomainPrefixedPath`, with a limit.
fn validate_controller(controller: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if controller.is_empty() {
        return cx.errors.required(path, "");
    }
    if controller.len() > MAX_CONTROLLER {
        cx.errors.too_long(path, MAX_CONTROLLER);
    }
    match controller.split_once('/') {
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            cx.errors.invalid_each(path, host, &syntax::dns1123_subdomain(host));
            cx.errors.invalid_each(path, rest, &syntax::http_path(rest));
        }
        _ => cx.errors.invalid(path, controller, "must be a domain-prefixed path (such as \"acme.io/foo\")"),
    }
}

/// `validateIngressClassParametersReference`
fn validate_parameters_reference(parameters: &IngressClassParametersReference, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(group) = &parameters.api_group {
        cx.errors.invalid_each(&path.child("apiGroup"), group, &syntax::dns1123_subdomain(group));
    }
    for (field, value) in [("kind", &parameters.kind), ("name", &parameters.name)] {
        require_path_segment(value, field, path, cx);
    }
    let namespace = path.child("namespace");
    match (parameters.scope.as_deref().unwrap_or_default(), &parameters.namespace) {
        ("Namespace", None) => cx.errors.required(&namespace, "`parameters.scope` is set to 'Namespace'"),
        ("Namespace", Some(name)) => cx.errors.invalid_each(&namespace, name, &syntax::dns1123_label(name)),
        ("Cluster", Some(_)) => cx.errors.forbidden(&namespace, "`parameters.scope` is set to 'Cluster'"),
        ("Cluster", None) => {}
        (scope, _) => cx.errors.not_supported(&path.child("scope"), scope, &["Cluster", "Namespace"]),
    }
}
