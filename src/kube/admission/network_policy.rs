//! NetworkPolicies as the API server defaults and validates them. Knows no pod.

use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::Path;
use super::ip::{Cidr, validate_cidr_for_legacy_field, warn_for_cidr};
use super::labels::validate_label_selector;
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::syntax;
use crate::kube::version::Change;

/// Fills in and judges a NetworkPolicy on create.
pub fn admit(policy: &mut NetworkPolicy, cx: &mut Context<'_>) {
    policy.metadata.generation = Some(1);
    set_defaults_network_policy(policy.spec.get_or_insert_default());
    validate_object_meta(&policy.metadata, true, name_is_dns_subdomain, cx);
    if let Some(spec) = &policy.spec {
        validate_network_policy_spec(spec, &Path::root("spec"), cx);
        warnings_for_network_policy(spec, cx);
    }
}

/// `SetDefaults_NetworkPolicy`, `SetDefaults_NetworkPolicyPort`
fn set_defaults_network_policy(spec: &mut NetworkPolicySpec) {
    let ingress = spec.ingress.iter_mut().flatten().flat_map(|rule| rule.ports.iter_mut().flatten());
    let egress = spec.egress.iter_mut().flatten().flat_map(|rule| rule.ports.iter_mut().flatten());
    for port in ingress.chain(egress) {
        port.protocol.get_or_insert_with(|| "TCP".into());
    }
    if spec.policy_types.as_ref().is_none_or(Vec::is_empty) {
        let mut types = vec!["Ingress".to_owned()];
        if !spec.egress.as_ref().is_none_or(Vec::is_empty) {
            types.push("Egress".into());
        }
        spec.policy_types = Some(types);
    }
}

/// A rule of either direction.
struct Rule<'s> {
    /// `ingress` or `egress`
    direction: &'static str,
    /// `from` or `to`
    side: &'static str,
    index: usize,
    ports: &'s [NetworkPolicyPort],
    peers: &'s [NetworkPolicyPeer],
}

fn rules(spec: &NetworkPolicySpec) -> impl Iterator<Item = Rule<'_>> {
    let ingress = spec.ingress.iter().flatten().enumerate().map(|(index, rule)| Rule {
        direction: "ingress",
        side: "from",
        index,
        ports: rule.ports.as_deref().unwrap_or_default(),
        peers: rule.from.as_deref().unwrap_or_default(),
    });
    let egress = spec.egress.iter().flatten().enumerate().map(|(index, rule)| Rule {
        direction: "egress",
        side: "to",
        index,
        ports: rule.ports.as_deref().unwrap_or_default(),
        peers: rule.to.as_deref().unwrap_or_default(),
    });
    ingress.chain(egress)
}

/// `ValidateNetworkPolicySpec`
pub fn validate_network_policy_spec(spec: &NetworkPolicySpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_label_selector(spec.pod_selector.as_ref(), &path.child("podSelector"), cx);
    for rule in rules(spec) {
        let path = path.child(rule.direction);
        let path = path.index(rule.index);
        for (i, port) in rule.ports.iter().enumerate() {
            validate_network_policy_port(port, &path.child("ports").index(i), cx);
        }
        for (i, peer) in rule.peers.iter().enumerate() {
            validate_network_policy_peer(peer, &path.child(rule.side).index(i), cx);
        }
    }
    let types = spec.policy_types.as_deref().unwrap_or_default();
    let path = path.child("policyTypes");
    if types.len() > 2 {
        let shown = cx.errors.list("networking.PolicyType", Some(types));
        return cx.errors.invalid(&path, shown, "may not specify more than two policyTypes");
    }
    for (i, kind) in types.iter().enumerate().filter(|(_, kind)| !matches!(kind.as_str(), "Ingress" | "Egress")) {
        cx.errors.not_supported(&path.index(i), kind, &["Ingress", "Egress"]);
    }
}

/// `ValidateNetworkPolicyPort`
fn validate_network_policy_port(port: &NetworkPolicyPort, path: &Path<'_>, cx: &mut Context<'_>) {
    let protocols = ["TCP", "UDP", "SCTP"];
    if let Some(protocol) = port.protocol.as_deref().filter(|protocol| !protocols.contains(protocol)) {
        cx.errors.not_supported(&path.child("protocol"), protocol, &protocols);
    }
    let end_path = path.child("endPort");
    match (&port.port, port.end_port) {
        (Some(IntOrString::Int(first)), end) => {
            for fault in syntax::port_number((*first).into()) {
                cx.errors.invalid(&path.child("port"), *first, &fault);
            }
            let Some(end) = end else { return };
            if end < *first {
                // The server shows the port, not the end.
                cx.errors.invalid(&end_path, *first, "must be greater than or equal to `port`");
            }
            for fault in syntax::port_number(end.into()) {
                cx.errors.invalid(&end_path, end, &fault);
            }
        }
        (Some(IntOrString::String(name)), end) => {
            if let Some(end) = end {
                cx.errors.invalid(&end_path, end, "may not be specified when `port` is non-numeric");
            }
            cx.errors.invalid_each(&path.child("port"), name, &syntax::port_name(name));
        }
        (None, Some(end)) => cx.errors.invalid(&end_path, end, "may not be specified when `port` is not specified"),
        (None, None) => {}
    }
}

/// `ValidateNetworkPolicyPeer`
fn validate_network_policy_peer(peer: &NetworkPolicyPeer, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_label_selector(peer.pod_selector.as_ref(), &path.child("podSelector"), cx);
    validate_label_selector(peer.namespace_selector.as_ref(), &path.child("namespaceSelector"), cx);
    if let Some(block) = &peer.ip_block {
        validate_ip_block(block, &path.child("ipBlock"), cx);
    }
    let selects = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
    match (selects, peer.ip_block.is_some()) {
        (false, false) => cx.errors.required(path, "must specify a peer"),
        (true, true) => cx.errors.forbidden(path, "may not specify both ipBlock and another peer"),
        _ => {}
    }
}

/// `ValidateIPBlock`
fn validate_ip_block(block: &IPBlock, path: &Path<'_>, cx: &mut Context<'_>) {
    let cidr_path = path.child("cidr");
    if block.cidr.is_empty() {
        return cx.errors.required(&cidr_path, "");
    }
    validate_cidr_for_legacy_field(&block.cidr, &cidr_path, cx);
    let Some(cidr) = Cidr::parse_sloppy(&block.cidr) else { return };
    for (i, except) in block.except.iter().flatten().enumerate() {
        let path = path.child("except");
        validate_cidr_for_legacy_field(except, &path.index(i), cx);
        if Cidr::parse_sloppy(except).is_some_and(|except| !cidr.contains_strictly(&except)) {
            cx.errors.invalid(&path.index(i), except, "must be a strict subset of `cidr`");
        }
    }
}

fn warnings_for_network_policy(spec: &NetworkPolicySpec, cx: &mut Context<'_>) {
    if !cx.has(Change::IpWarningWording) {
        return;
    }
    let path = Path::root("spec");
    for rule in rules(spec) {
        let path = path.child(rule.direction);
        let path = path.index(rule.index);
        for (i, peer) in rule.peers.iter().enumerate() {
            let Some(block) = &peer.ip_block else { continue };
            let path = path.child(rule.side);
            let path = path.index(i);
            let path = path.child("ipBlock");
            warn_for_cidr(&block.cidr, &path.child("cidr"), cx);
            for (j, except) in block.except.iter().flatten().enumerate() {
                warn_for_cidr(except, &path.child("except").index(j), cx);
            }
        }
    }
}
