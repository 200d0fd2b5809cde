//! Endpoints as the API server defaults and validates them. Knows no Service.

use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, EndpointSubset, Endpoints};

use super::Context;
use super::field::Path;
use super::ip::{validate_endpoint_ip, validate_ip_for_legacy_field, warn_for_ip};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::service::validate_protocol;
use super::syntax;
use crate::kube::version::Change;

/// Fills in and judges Endpoints on create.
pub fn admit(endpoints: &mut Endpoints, cx: &mut Context<'_>) {
    for port in endpoints.subsets.iter_mut().flatten().flat_map(|subset| subset.ports.iter_mut().flatten()) {
        if port.protocol.as_ref().is_none_or(String::is_empty) {
            port.protocol = Some("TCP".into());
        }
    }
    validate_endpoints(endpoints, cx);
    warnings_for_endpoints(endpoints, cx);
}

/// `ValidateEndpointsCreate`
pub fn validate_endpoints(endpoints: &Endpoints, cx: &mut Context<'_>) {
    validate_object_meta(&endpoints.metadata, true, name_is_dns_subdomain, cx);
    let path = Path::root("subsets");
    for (i, subset) in endpoints.subsets.iter().flatten().enumerate() {
        validate_endpoint_subset(subset, &path.index(i), cx);
    }
}

fn validate_endpoint_subset(subset: &EndpointSubset, path: &Path<'_>, cx: &mut Context<'_>) {
    let ready = subset.addresses.as_deref().unwrap_or_default();
    let not_ready = subset.not_ready_addresses.as_deref().unwrap_or_default();
    if ready.is_empty() && not_ready.is_empty() {
        cx.errors.required(path, "must specify `addresses` or `notReadyAddresses`");
    }
    for (name, addresses) in [("addresses", ready), ("notReadyAddresses", not_ready)] {
        for (i, address) in addresses.iter().enumerate() {
            validate_endpoint_address(address, &path.child(name).index(i), cx);
        }
    }
    let ports = subset.ports.as_deref().unwrap_or_default();
    for (i, port) in ports.iter().enumerate() {
        validate_endpoint_port(port, ports.len() > 1, &path.child("ports").index(i), cx);
    }
}

/// A text that is no address is told twice: the second check reads it again.
fn validate_endpoint_address(address: &EndpointAddress, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_ip_for_legacy_field(&address.ip, &path.child("ip"), cx);
    if let Some(hostname) = address.hostname.as_deref().filter(|hostname| !hostname.is_empty()) {
        cx.errors.invalid_each(&path.child("hostname"), hostname, &syntax::dns1123_label(hostname));
    }
    if let Some(node) = &address.node_name {
        cx.errors.invalid_each(&path.child("nodeName"), node, &syntax::dns1123_subdomain(node));
    }
    validate_endpoint_ip(&address.ip, &path.child("ip"), cx);
}

fn validate_endpoint_port(port: &EndpointPort, named: bool, path: &Path<'_>, cx: &mut Context<'_>) {
    match port.name.as_deref().unwrap_or_default() {
        "" if named => cx.errors.required(&path.child("name"), ""),
        "" => {}
        name => cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_label(name)),
    }
    for fault in syntax::port_number(port.port.into()) {
        cx.errors.invalid(&path.child("port"), port.port, &fault);
    }
    validate_protocol(port.protocol.as_deref().unwrap_or_default(), path, cx);
    if let Some(protocol) = &port.app_protocol {
        cx.errors.invalid_each(&path.child("appProtocol"), protocol, &syntax::qualified_name(protocol, cx.version));
    }
}

fn warnings_for_endpoints(endpoints: &Endpoints, cx: &mut Context<'_>) {
    if !cx.has(Change::EndpointsDeprecated) {
        return;
    }
    let label = endpoints.metadata.labels.as_ref().and_then(|labels| labels.get("endpoints.kubernetes.io/managed-by"));
    if label.is_some_and(|label| label == "endpoint-controller") {
        return;
    }
    let path = Path::root("subsets");
    for (i, subset) in endpoints.subsets.iter().flatten().enumerate() {
        let path = path.index(i);
        for (name, addresses) in [("addresses", &subset.addresses), ("notReadyAddresses", &subset.not_ready_addresses)] {
            for (j, address) in addresses.iter().flatten().enumerate() {
                warn_for_ip(&address.ip, &path.child(name).index(j).child("ip"), cx);
            }
        }
    }
}
