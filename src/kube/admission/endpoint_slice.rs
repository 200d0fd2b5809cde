//! EndpointSlices as the API server defaults and validates them. Knows no Service.

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointHints, EndpointPort, EndpointSlice};

use super::Context;
use super::field::Path;
use super::ip::{family, parse_sloppy, validate_canonical_ip, validate_endpoint_ip, validate_ip_for_legacy_field, warn_for_ip};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::service::validate_protocol;
use super::service_ips::family_name;
use super::syntax;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const MAX_ENDPOINTS: usize = 1000;
const MAX_ADDRESSES: usize = 100;
const MAX_PORTS: usize = 20000;
const MAX_HINTS: usize = 8;

/// Fills in and judges an EndpointSlice on create.
pub fn admit(slice: &mut EndpointSlice, cx: &mut Context<'_>) {
    set_defaults_endpoint_slice(slice);
    prepare_for_create(slice, cx);
    validate_endpoint_slice(slice, cx);
    warnings_for_endpoint_slice(slice, cx);
}

/// `SetDefaults_EndpointPort`
fn set_defaults_endpoint_slice(slice: &mut EndpointSlice) {
    for port in slice.ports.iter_mut().flatten() {
        port.name.get_or_insert_default();
        port.protocol.get_or_insert_with(|| "TCP".into());
    }
}

/// v1 writes lose the old topology; hints for nodes need their gate.
fn prepare_for_create(slice: &mut EndpointSlice, cx: &Context<'_>) {
    slice.metadata.generation = Some(1);
    for endpoint in slice.endpoints.iter_mut().flatten() {
        endpoint.deprecated_topology = None;
        if let Some(hints) = &mut endpoint.hints
            && !cx.has(Change::PreferSameTrafficDistribution)
        {
            hints.for_nodes = None;
        }
    }
}

/// `ValidateEndpointSliceCreate`
pub fn validate_endpoint_slice(slice: &EndpointSlice, cx: &mut Context<'_>) {
    validate_object_meta(&slice.metadata, true, name_is_dns_subdomain, cx);
    let types = ["FQDN", "IPv4", "IPv6"];
    match slice.address_type.as_str() {
        "" => cx.errors.required(&Path::root("addressType"), ""),
        other if !types.contains(&other) => cx.errors.not_supported(&Path::root("addressType"), other, &types),
        _ => {}
    }
    let ports = slice.ports.as_deref().unwrap_or_default();
    let endpoints = slice.endpoints.as_deref().unwrap_or_default();
    let (ports_path, endpoints_path) = (Path::root("ports"), Path::root("endpoints"));
    if cx.has(Change::CanonicalSliceIpv6) {
        validate_ports(ports, &ports_path, cx);
        validate_endpoints(endpoints, &slice.address_type, &endpoints_path, cx);
    } else {
        validate_endpoints(endpoints, &slice.address_type, &endpoints_path, cx);
        validate_ports(ports, &ports_path, cx);
    }
}

fn validate_endpoints(endpoints: &[Endpoint], address_type: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if endpoints.len() > MAX_ENDPOINTS {
        return cx.errors.too_many(path, endpoints.len(), MAX_ENDPOINTS);
    }
    for (i, endpoint) in endpoints.iter().enumerate() {
        validate_endpoint(endpoint, address_type, &path.index(i), cx);
    }
}

fn validate_endpoint(endpoint: &Endpoint, address_type: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let addresses = path.child("addresses");
    if endpoint.addresses.is_empty() {
        cx.errors.required(&addresses, "must contain at least 1 address");
    } else if endpoint.addresses.len() > MAX_ADDRESSES {
        cx.errors.too_many(&addresses, endpoint.addresses.len(), MAX_ADDRESSES);
    }
    for (i, address) in endpoint.addresses.iter().enumerate() {
        match address_type {
            "IPv4" | "IPv6" => validate_address(address, address_type, &addresses, i, cx),
            "FQDN" => validate_fully_qualified_domain_name(address, &addresses.index(i), cx),
            _ => {}
        }
    }
    if let Some(node) = &endpoint.node_name {
        cx.errors.invalid_each(&path.child("nodeName"), node, &syntax::dns1123_subdomain(node));
    }
    if let Some(hostname) = &endpoint.hostname {
        cx.errors.invalid_each(&path.child("hostname"), hostname, &syntax::dns1123_label(hostname));
    }
    if let Some(hints) = &endpoint.hints {
        validate_hints(hints, &path.child("hints"), cx);
    }
}

/// An address of the other family is told at the list, without its index.
fn validate_address(address: &str, family_wanted: &str, path: &Path<'_>, index: usize, cx: &mut Context<'_>) {
    let actual = parse_sloppy(address).map(|ip| family_name(family(ip)));
    if !cx.has(Change::CanonicalSliceIpv6) {
        if actual != Some(family_wanted) {
            cx.errors.invalid(&path.index(index), address, &format!("must be a valid {family_wanted} address"));
        }
        return validate_endpoint_ip(address, &path.index(index), cx);
    }
    let valid = if family_wanted == "IPv6" {
        validate_canonical_ip(address, &path.index(index), cx)
    } else {
        validate_ip_for_legacy_field(address, &path.index(index), cx)
    };
    if valid {
        if actual != Some(family_wanted) {
            cx.errors.invalid(path, address, &format!("must be an {family_wanted} address"));
        }
        validate_endpoint_ip(address, &path.index(index), cx);
    }
}

/// `IsFullyQualifiedDomainName`
fn validate_fully_qualified_domain_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if name.is_empty() {
        return cx.errors.required(path, "");
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let faults = syntax::dns1123_subdomain(name);
    if !faults.is_empty() {
        return cx.errors.invalid(path, name, &faults.join(","));
    }
    if !name.contains('.') {
        return cx.errors.invalid(path, name, "should be a domain with at least two segments separated by dots");
    }
    for label in name.split('.') {
        let faults = syntax::dns1123_label(label);
        if !faults.is_empty() {
            return cx.errors.invalid(path, label, &faults.join(","));
        }
    }
}

fn validate_ports(ports: &[EndpointPort], path: &Path<'_>, cx: &mut Context<'_>) {
    if ports.len() > MAX_PORTS {
        return cx.errors.too_many(path, ports.len(), MAX_PORTS);
    }
    let mut names = Set::default();
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        let name = port.name.as_deref().unwrap_or_default();
        if !name.is_empty() {
            cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_label(name));
        }
        if !names.insert(name) {
            cx.errors.duplicate(&path.child("name"), name);
        }
        match port.protocol.as_deref() {
            Some("") => cx.errors.not_supported(&path.child("protocol"), "", &["SCTP", "TCP", "UDP"]),
            protocol => validate_protocol(protocol.unwrap_or_default(), &path, cx),
        }
        if let Some(protocol) = &port.app_protocol {
            cx.errors.invalid_each(&path.child("appProtocol"), protocol, &syntax::qualified_name(protocol, cx.version));
        }
    }
}

fn validate_hints(hints: &EndpointHints, path: &Path<'_>, cx: &mut Context<'_>) {
    let zones: Vec<&str> = hints.for_zones.iter().flatten().map(|zone| zone.name.as_str()).collect();
    let nodes: Vec<&str> = hints.for_nodes.iter().flatten().map(|node| node.name.as_str()).collect();
    for (list, names, rule) in
        [("forZones", zones, syntax::label_value as super::metadata::NameRule), ("forNodes", nodes, name_is_dns_subdomain)]
    {
        let path = path.child(list);
        if names.len() > MAX_HINTS {
            return cx.errors.too_many(&path, names.len(), MAX_HINTS);
        }
        let mut seen = Set::default();
        for (i, name) in names.into_iter().enumerate() {
            let path = path.index(i);
            if !seen.insert(name) {
                cx.errors.duplicate(&path.child("name"), name);
            }
            cx.errors.invalid_each(&path.child("name"), name, &rule(name, cx.version));
        }
    }
}

fn warnings_for_endpoint_slice(slice: &EndpointSlice, cx: &mut Context<'_>) {
    if slice.address_type == "FQDN" {
        cx.warn("spec.addressType: FQDN endpoints are deprecated");
    }
    let label = slice.metadata.labels.as_ref().and_then(|labels| labels.get("endpointslice.kubernetes.io/managed-by"));
    let by_controller =
        matches!(label.map(String::as_str), Some("endpointslice-controller.k8s.io" | "endpointslicemirroring-controller.k8s.io"));
    if by_controller || !cx.has(Change::EndpointsDeprecated) {
        return;
    }
    let path = Path::root("endpoints");
    for (i, endpoint) in slice.endpoints.iter().flatten().enumerate() {
        let path = path.index(i);
        for (j, address) in endpoint.addresses.iter().enumerate() {
            warn_for_ip(address, &path.child("addresses").index(j), cx);
        }
    }
}
