//! What the API server warns about in an accepted Service. Knows no error.

use k8s_openapi::api::core::v1::Service;

use super::Context;
use super::field::Path;
use super::ip::{warn_for_cidr, warn_for_ip};
use super::service::{TOPOLOGY_HINTS, type_of};
use super::service_ips::{cluster_ips, is_headless};
use crate::kube::version::Change;

/// `GetWarningsForService`
pub fn warnings_for_service(service: &Service, cx: &mut Context<'_>) {
    if service.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(TOPOLOGY_HINTS)) {
        cx.warn(format!("annotation {TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead"));
    }
    let Some(spec) = &service.spec else { return };
    let path = Path::root("spec");
    let kind = type_of(spec);
    let headless = kind == "ClusterIP" && is_headless(spec);
    let external_ips = spec.external_ips.as_deref().unwrap_or_default();
    let load_balancer_ip = spec.load_balancer_ip.as_deref().unwrap_or_default();
    if kind != "ExternalName" && !is_headless(spec) {
        for (i, ip) in cluster_ips(spec).iter().enumerate() {
            warn_for_ip(ip, &path.child("clusterIPs").index(i), cx);
        }
    }
    if headless && cx.has(Change::HeadlessWarnings) {
        if !load_balancer_ip.is_empty() {
            cx.warn("spec.loadBalancerIP is ignored for headless services");
        }
        if !external_ips.is_empty() {
            cx.warn("spec.externalIPs is ignored for headless services");
        }
        if spec.session_affinity.as_deref() != Some("None") {
            cx.warn("spec.SessionAffinity is ignored for headless services");
        }
    }
    for (i, ip) in external_ips.iter().enumerate() {
        warn_for_ip(ip, &path.child("externalIPs").index(i), cx);
    }
    if !external_ips.is_empty() && !headless && kind != "ExternalName" && cx.has(Change::ExternalIpsDeprecated) {
        cx.warn("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    }
    if !load_balancer_ip.is_empty() {
        warn_for_ip(load_balancer_ip, &path.child("loadBalancerIP"), cx);
    }
    for (i, range) in spec.load_balancer_source_ranges.iter().flatten().enumerate() {
        warn_for_cidr(range, &path.child("loadBalancerSourceRanges").index(i), cx);
    }
    if cx.has(Change::IgnoredByTypeWarnings) {
        if kind == "ExternalName" && !external_ips.is_empty() {
            cx.warn("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if kind != "ExternalName" && spec.external_name.as_ref().is_some_and(|name| !name.is_empty()) {
            cx.warn("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
    }
    if cx.has(Change::PreferCloseDeprecated) && spec.traffic_distribution.as_deref() == Some("PreferClose") {
        cx.warn("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
}
