//! Services as the API server defaults, allocates and validates them on create. Knows nothing of other Services.

use k8s_openapi::api::core::v1::{ClientIPConfig, Service, ServicePort, ServiceSpec, SessionAffinityConfig};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::{Path, quote};
use super::ip::{validate_cidr_for_legacy_field, validate_endpoint_ip, validate_ip_for_legacy_field};
use super::labels::validate_labels;
use super::metadata::{name_is_service_name, validate_object_meta};
use super::service_ips::{cluster_ips, is_headless, validate_service_cluster_ips_related_fields};
use super::{service_alloc, service_warnings, syntax};
use crate::kube::maps::Set;
use crate::kube::object::Labels;
use crate::kube::version::Change;

pub(super) const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const KUBELET_PORT: i32 = 10250;

/// Fills in and judges a Service on create, in the server's order: what cannot be allocated hides what is invalid.
pub fn admit(service: &mut Service, cx: &mut Context<'_>) {
    set_defaults_service(service, cx);
    service.status = None;
    drop_disabled_fields(service, cx);
    omit_empty(service);
    service_alloc::begin_create(service, cx);
    if cx.refusal.is_some() || !cx.errors.is_empty() {
        return;
    }
    validate_service(service, cx);
    service_warnings::warnings_for_service(service, cx);
}

/// `spec.type`
pub(super) fn type_of(spec: &ServiceSpec) -> &str {
    spec.type_.as_deref().unwrap_or_default()
}

fn is_external_policy_target(spec: &ServiceSpec, cx: &Context<'_>) -> bool {
    let has_external_ips = !spec.external_ips.as_ref().is_none_or(Vec::is_empty);
    match type_of(spec) {
        "NodePort" | "LoadBalancer" => true,
        "ClusterIP" => has_external_ips && cx.has(Change::ExternalPolicyWithExternalIps),
        _ => false,
    }
}

pub(super) fn needs_health_check(spec: &ServiceSpec) -> bool {
    type_of(spec) == "LoadBalancer" && spec.external_traffic_policy.as_deref() == Some("Local")
}

/// `SetDefaults_Service`
pub fn set_defaults_service(service: &mut Service, cx: &Context<'_>) {
    let spec = service.spec.get_or_insert_default();
    default_text(&mut spec.session_affinity, "None");
    match spec.session_affinity.as_deref() {
        Some("None") => spec.session_affinity_config = None,
        Some("ClientIP") => {
            let config = spec.session_affinity_config.as_ref().and_then(|config| config.client_ip.as_ref());
            if config.is_none_or(|config| config.timeout_seconds.is_none()) {
                let client_ip = Some(ClientIPConfig { timeout_seconds: Some(10800) });
                spec.session_affinity_config = Some(SessionAffinityConfig { client_ip });
            }
        }
        _ => {}
    }
    default_text(&mut spec.type_, "ClusterIP");
    for port in spec.ports.iter_mut().flatten() {
        default_text(&mut port.protocol, "TCP");
        let absent = match &port.target_port {
            None | Some(IntOrString::Int(0)) => true,
            Some(IntOrString::String(name)) => name.is_empty(),
            Some(IntOrString::Int(_)) => false,
        };
        if absent {
            port.target_port = Some(IntOrString::Int(port.port));
        }
    }
    if is_external_policy_target(spec, cx) {
        default_text(&mut spec.external_traffic_policy, "Cluster");
    }
    if matches!(type_of(spec), "ClusterIP" | "NodePort" | "LoadBalancer") {
        spec.internal_traffic_policy.get_or_insert_with(|| "Cluster".into());
    }
    if type_of(spec) == "LoadBalancer" {
        spec.allocate_load_balancer_node_ports.get_or_insert(true);
    }
}

fn default_text(field: &mut Option<String>, value: &str) {
    if field.as_ref().is_none_or(String::is_empty) {
        *field = Some(value.into());
    }
}

/// `dropServiceDisabledFields`
fn drop_disabled_fields(service: &mut Service, cx: &Context<'_>) {
    if let Some(spec) = &mut service.spec
        && !cx.has(Change::TrafficDistribution)
    {
        spec.traffic_distribution = None;
    }
}

/// Go leaves these fields out where they hold the zero value, so the stored object lacks them.
fn omit_empty(service: &mut Service) {
    let Some(spec) = &mut service.spec else { return };
    for port in spec.ports.iter_mut().flatten() {
        port.name.take_if(|name| name.is_empty());
        port.node_port.take_if(|port| *port == 0);
    }
    for text in [&mut spec.cluster_ip, &mut spec.external_name, &mut spec.external_traffic_policy, &mut spec.load_balancer_ip] {
        text.take_if(|text| text.is_empty());
    }
    spec.health_check_node_port.take_if(|port| *port == 0);
    spec.publish_not_ready_addresses.take_if(|publish| !*publish);
}

/// `ValidateServiceCreate`
pub fn validate_service(service: &Service, cx: &mut Context<'_>) {
    validate_object_meta(&service.metadata, true, name_is_service_name, cx);
    let annotations = service.metadata.annotations.as_ref();
    validate_topology_annotations(annotations, cx);
    let Some(spec) = &service.spec else { return };
    let path = Path::root("spec");
    let ports = spec.ports.as_deref().unwrap_or_default();
    if ports.is_empty() && !is_headless(spec) && type_of(spec) != "ExternalName" {
        cx.errors.required(&path.child("ports"), "");
    }
    validate_type_restrictions(spec, ports, &path, cx);
    validate_service_ports(ports, &path.child("ports"), cx);
    validate_labels(spec.selector.as_ref(), &path.child("selector"), cx);
    validate_session_affinity(spec, &path, cx);
    validate_service_cluster_ips_related_fields(spec, cx);
    for (i, ip) in spec.external_ips.iter().flatten().enumerate() {
        let path = path.child("externalIPs");
        if validate_ip_for_legacy_field(ip, &path.index(i), cx) {
            validate_endpoint_ip(ip, &path.index(i), cx);
        }
    }
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !types.contains(&type_of(spec)) {
        cx.errors.not_supported(&path.child("type"), type_of(spec), &types);
    }
    validate_node_ports_and_duplicates(spec, ports, &path.child("ports"), cx);
    validate_source_ranges(spec, annotations, &path, cx);
    if spec.allocate_load_balancer_node_ports.is_some() && type_of(spec) != "LoadBalancer" {
        cx.errors.forbidden(&path.child("allocateLoadBalancerNodePorts"), ONLY_LOAD_BALANCER);
    }
    validate_load_balancer_class(spec, &path, cx);
    validate_service_external_traffic_policy(spec, &path, cx);
    if let Some(policy) = spec.internal_traffic_policy.as_deref().filter(|policy| !matches!(*policy, "Cluster" | "Local")) {
        cx.errors.not_supported(&path.child("internalTrafficPolicy"), policy, &["Cluster", "Local"]);
    }
    validate_traffic_distribution(spec, &path, cx);
}

const ONLY_LOAD_BALANCER: &str = "may only be used when `type` is 'LoadBalancer'";

fn validate_topology_annotations(annotations: Option<&Labels>, cx: &mut Context<'_>) {
    let Some(annotations) = annotations else { return };
    if let (Some(mode), Some(hints)) = (annotations.get(TOPOLOGY_MODE), annotations.get(TOPOLOGY_HINTS))
        && mode != hints
    {
        let detail = format!("must match annotations[{TOPOLOGY_HINTS}] when both are specified");
        cx.errors.invalid(&Path::root("metadata").child("annotations").key(TOPOLOGY_MODE), mode, &detail);
    }
}

/// What each type forbids of addresses and names.
fn validate_type_restrictions(spec: &ServiceSpec, ports: &[ServicePort], path: &Path<'_>, cx: &mut Context<'_>) {
    let kind = type_of(spec);
    if kind == "LoadBalancer" && !cx.has(Change::KubeletPortExposed) {
        for (i, port) in ports.iter().enumerate().filter(|(_, port)| port.port == KUBELET_PORT) {
            let detail = format!("may not expose port {KUBELET_PORT} externally since it is used by kubelet");
            cx.errors.invalid(&path.child("ports").index(i), port.port, &detail);
        }
    }
    match kind {
        "LoadBalancer" | "NodePort" if is_headless(spec) => {
            let detail = format!("may not be set to 'None' for {kind} services");
            cx.errors.invalid(&path.child("clusterIPs").index(0), "None", &detail);
        }
        "ExternalName" => {
            let only = "may not be set for ExternalName services";
            if !cluster_ips(spec).is_empty() {
                cx.errors.forbidden(&path.child("clusterIPs"), only);
            }
            if !spec.ip_families.as_ref().is_none_or(Vec::is_empty) {
                cx.errors.forbidden(&path.child("ipFamilies"), only);
            }
            if spec.ip_family_policy.is_some() {
                cx.errors.forbidden(&path.child("ipFamilyPolicy"), only);
            }
            let name = spec.external_name.as_deref().unwrap_or_default();
            match name.strip_suffix('.').unwrap_or(name) {
                "" => cx.errors.required(&path.child("externalName"), ""),
                name => cx.errors.invalid_each(&path.child("externalName"), name, &syntax::dns1123_subdomain(name)),
            }
        }
        _ => {}
    }
}

/// `validateServicePort`, for each port.
fn validate_service_ports(ports: &[ServicePort], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut names = Set::default();
    for (i, port) in ports.iter().enumerate() {
        let path = path.index(i);
        match port.name.as_deref().unwrap_or_default() {
            "" if ports.len() > 1 => cx.errors.required(&path.child("name"), ""),
            "" => {}
            name => {
                cx.errors.invalid_each(&path.child("name"), name, &syntax::dns1123_label(name));
                if !names.insert(name) {
                    cx.errors.duplicate(&path.child("name"), name);
                }
            }
        }
        for fault in syntax::port_number(port.port.into()) {
            cx.errors.invalid(&path.child("port"), port.port, &fault);
        }
        validate_protocol(port.protocol.as_deref().unwrap_or_default(), &path, cx);
        if let Some(target) = &port.target_port {
            validate_port_num_or_name(target, &path.child("targetPort"), cx);
        }
        if let Some(protocol) = &port.app_protocol {
            cx.errors.invalid_each(&path.child("appProtocol"), protocol, &syntax::qualified_name(protocol, cx.version));
        }
    }
}

/// A transport protocol at `path.protocol`.
pub(super) fn validate_protocol(protocol: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    match protocol {
        "TCP" | "UDP" | "SCTP" => {}
        "" => cx.errors.required(&path.child("protocol"), ""),
        other => cx.errors.not_supported(&path.child("protocol"), other, &["SCTP", "TCP", "UDP"]),
    }
}

/// `ValidatePortNumOrName`
pub fn validate_port_num_or_name(port: &IntOrString, path: &Path<'_>, cx: &mut Context<'_>) {
    match port {
        IntOrString::Int(number) => {
            for fault in syntax::port_number((*number).into()) {
                cx.errors.invalid(path, *number, &fault);
            }
        }
        IntOrString::String(name) => cx.errors.invalid_each(path, name, &syntax::port_name(name)),
    }
}

fn validate_session_affinity(spec: &ServiceSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    match spec.session_affinity.as_deref().unwrap_or_default() {
        "None" => {}
        "ClientIP" => {
            let config = spec.session_affinity_config.as_ref().and_then(|config| config.client_ip.as_ref());
            let timeout = config.and_then(|config| config.timeout_seconds).unwrap_or_default();
            if !(1..=86400).contains(&timeout) {
                let path = path.child("sessionAffinityConfig");
                let path = path.child("clientIP");
                cx.errors.invalid(&path.child("timeoutSeconds"), timeout, "must be greater than 0 and less than 86400");
            }
        }
        "" => cx.errors.required(&path.child("sessionAffinity"), ""),
        other => cx.errors.not_supported(&path.child("sessionAffinity"), other, &["ClientIP", "None"]),
    }
}

/// Node ports of the wrong type, and pairs of protocol and port that come twice.
fn validate_node_ports_and_duplicates(spec: &ServiceSpec, ports: &[ServicePort], path: &Path<'_>, cx: &mut Context<'_>) {
    let node_port = |port: &ServicePort| port.node_port.unwrap_or_default();
    if type_of(spec) == "ClusterIP" {
        for (i, _) in ports.iter().enumerate().filter(|(_, port)| node_port(port) != 0) {
            cx.errors.forbidden(&path.index(i).child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        }
    }
    let mut seen = Set::default();
    for (i, port) in ports.iter().enumerate().filter(|(_, port)| node_port(port) != 0) {
        if !seen.insert((port.protocol.as_deref(), node_port(port))) {
            cx.errors.duplicate(&path.index(i).child("nodePort"), node_port(port));
        }
    }
    let mut seen = Set::default();
    for (i, port) in ports.iter().enumerate() {
        if !seen.insert((port.protocol.as_deref(), port.port)) {
            let protocol = port.protocol.as_deref().unwrap_or_default();
            let shown = cx.errors.structure(
                || {
                    let (protocol, port) = (super::field::json_quote(protocol), port.port);
                    format!(
                        "{{\"Name\":\"\",\"Protocol\":{protocol},\"AppProtocol\":null,\"Port\":{port},\"TargetPort\":0,\"NodePort\":0}}"
                    )
                },
                || {
                    format!(
                        "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), Port:{}, \
                         TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
                        quote(protocol),
                        port.port
                    )
                },
            );
            cx.errors.duplicate(&path.index(i), shown);
        }
    }
}

/// The field, or else the annotation, that says who may reach a load balancer. The field's path has a capital L.
fn validate_source_ranges(spec: &ServiceSpec, annotations: Option<&Labels>, path: &Path<'_>, cx: &mut Context<'_>) {
    let ranges = spec.load_balancer_source_ranges.as_deref().unwrap_or_default();
    let is_load_balancer = type_of(spec) == "LoadBalancer";
    if !ranges.is_empty() {
        let path = path.child("LoadBalancerSourceRanges");
        if !is_load_balancer {
            cx.errors.forbidden(&path, ONLY_LOAD_BALANCER);
        }
        if !cx.has(Change::SourceRangesEach) {
            return validate_source_range_list(ranges.iter().map(String::as_str), &format!("[{}]", ranges.join(" ")), &path, cx);
        }
        for (i, range) in ranges.iter().enumerate() {
            validate_cidr_for_legacy_field(range.trim(), &path.index(i), cx);
        }
    } else if let Some(value) = annotations.and_then(|annotations| annotations.get(SOURCE_RANGES)) {
        let path = Path::root("metadata");
        let path = path.child("annotations");
        let path = path.key(SOURCE_RANGES);
        if !is_load_balancer {
            cx.errors.forbidden(&path, ONLY_LOAD_BALANCER);
        }
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        if !cx.has(Change::SourceRangesEach) {
            return validate_source_range_list(value.split(','), value, &path, cx);
        }
        for range in value.split(',') {
            validate_cidr_for_legacy_field(range.trim(), &path, cx);
        }
    }
}

/// Before 1.30 one error stands for the whole list.
fn validate_source_range_list<'r>(ranges: impl Iterator<Item = &'r str>, shown: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut ranges = ranges;
    if !ranges.all(|range| super::ip::Cidr::parse_sloppy(range.trim()).is_some()) {
        cx.errors.invalid(path, shown, "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ");
    }
}

fn validate_load_balancer_class(spec: &ServiceSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(class) = &spec.load_balancer_class else { return };
    let path = path.child("loadBalancerClass");
    if type_of(spec) != "LoadBalancer" {
        return cx.errors.forbidden(&path, ONLY_LOAD_BALANCER);
    }
    cx.errors.invalid_each(&path, class, &syntax::qualified_name(class, cx.version));
}

/// `validateServiceExternalTrafficPolicy`
fn validate_service_external_traffic_policy(spec: &ServiceSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let policy = spec.external_traffic_policy.as_deref().unwrap_or_default();
    let policy_path = path.child("externalTrafficPolicy");
    if !is_external_policy_target(spec, cx) {
        if !policy.is_empty() {
            let detail = if cx.has(Change::ExternalPolicyWithExternalIps) {
                "may only be set for externally-accessible services"
            } else {
                "may only be set when `type` is 'NodePort' or 'LoadBalancer'"
            };
            cx.errors.invalid(&policy_path, policy, detail);
        }
    } else if !matches!(policy, "Cluster" | "Local") {
        cx.errors.not_supported(&policy_path, policy, &["Cluster", "Local"]);
    }
    let port = spec.health_check_node_port.unwrap_or_default();
    let path = path.child("healthCheckNodePort");
    if needs_health_check(spec) {
        for fault in syntax::port_number(port.into()) {
            cx.errors.invalid(&path, port, &fault);
        }
    } else if port != 0 {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        cx.errors.invalid(&path, port, detail);
    }
}

fn validate_traffic_distribution(spec: &ServiceSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let supported: &[&str] =
        if cx.has(Change::PreferSameTrafficDistribution) { &["PreferClose", "PreferSameZone", "PreferSameNode"] } else { &["PreferClose"] };
    if let Some(value) = spec.traffic_distribution.as_deref().filter(|value| !supported.contains(value)) {
        cx.errors.not_supported(&path.child("trafficDistribution"), value, supported);
    }
}
