//! Ingresses and Gateways that make load balancers, by class. Knows no amount.

use std::collections::HashMap;

use k8s_openapi::api::networking::v1::Ingress;

use super::Options;
use super::claim::{Claim, service_like};
use super::demand::{Demand, Port, Protocol};
use super::placement::{self, Charge, Placement};
use super::provider::Provider;
use crate::kube::object::Labels;
use crate::kube::{Object, Typed};

/// The classes of the files, by name, with what decides what they make.
#[derive(Debug, Default)]
pub(super) struct Classes<'o> {
    ingress: HashMap<&'o str, (&'o str, Option<&'o str>)>,
    default_ingress: Option<&'o str>,
    gateway: HashMap<&'o str, (String, Option<String>)>,
    parameters: HashMap<&'o str, Parameters>,
    merged: Vec<&'o str>,
}

/// What an IngressClassParams of the AWS Load Balancer Controller says for all Ingresses of its class.
#[derive(Clone, Debug, Default)]
struct Parameters {
    group: Option<String>,
    scheme: Option<String>,
}

fn text(object: &Object<'_>, field: &str) -> Option<String> {
    let value = object.at(field).value()?.follow();
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

impl<'o> Classes<'o> {
    pub(super) fn read(objects: &'o [Object<'_>]) -> Self {
        let mut classes = Self::default();
        for object in objects {
            match &object.typed {
                Some(Typed::IngressClass(class)) => {
                    let spec = class.spec.as_ref();
                    let controller = spec.and_then(|spec| spec.controller.as_deref()).unwrap_or("");
                    let parameters = spec.and_then(|spec| spec.parameters.as_ref()).map(|it| it.name.as_str());
                    classes.ingress.insert(object.name(), (controller, parameters));
                    let annotations = class.metadata.annotations.as_ref();
                    if annotations.and_then(|it| it.get("ingressclass.kubernetes.io/is-default-class")).is_some_and(|it| it == "true") {
                        classes.default_ingress = Some(object.name());
                    }
                }
                Some(Typed::Other(_)) => match object.kind() {
                    "GatewayClass" => {
                        let controller = text(object, "spec.controllerName").unwrap_or_default();
                        classes.gateway.insert(object.name(), (controller, text(object, "spec.parametersRef.name")));
                    }
                    "IngressClassParams" => {
                        let parameters = Parameters { group: text(object, "spec.group.name"), scheme: text(object, "spec.scheme") };
                        classes.parameters.insert(object.name(), parameters);
                    }
                    "EnvoyProxy" if object.at("spec.mergeGateways").value().and_then(|it| it.follow().as_bool()) == Some(true) => {
                        classes.merged.push(object.name())
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        classes
    }
}

/// The load balancer an Ingress makes, if its class is one of a cloud's own.
pub(super) fn ingress<'o, 's>(
    object: &'o Object<'s>,
    ingress: &Ingress,
    classes: &Classes<'o>,
    options: &Options,
) -> Option<Claim<'o, 's>> {
    let annotations = ingress.metadata.annotations.clone().unwrap_or_default();
    let spec = ingress.spec.as_ref();
    let written = spec.and_then(|spec| spec.ingress_class_name.clone()).or_else(|| annotations.get("kubernetes.io/ingress.class").cloned());
    let class = written.or_else(|| classes.default_ingress.map(str::to_owned)).filter(|class| !class.is_empty());
    let known = class.as_deref().and_then(|class| classes.ingress.get(class));
    let of_alb = annotations.keys().any(|key| key.starts_with("alb.ingress.kubernetes.io/"));
    let has_tls = spec.is_some_and(|spec| spec.tls.as_ref().is_some_and(|tls| !tls.is_empty()));
    let (provider, placement) = match (class.as_deref(), known.map(|(controller, _)| *controller)) {
        (_, Some("ingress.k8s.aws/alb" | "eks.amazonaws.com/alb")) | (Some("alb"), None) => {
            let parameters = known.and_then(|(_, name)| *name).and_then(|name| classes.parameters.get(name));
            (Provider::Aws, alb(object, &annotations, parameters, options))
        }
        (None, None) if of_alb => (Provider::Aws, alb(object, &annotations, None, options)),
        (Some("gce"), None) => (Provider::Gke, gce(&annotations, has_tls, false)),
        (Some("gce-internal"), None) => (Provider::Gke, gce(&annotations, has_tls, true)),
        (None, None) if options.provider == Some(Provider::Gke) => (Provider::Gke, gce(&annotations, has_tls, false)),
        _ => return None,
    };
    let demand = Demand { annotations, ..Demand::of_controller(Labels::new()) };
    Some(Claim { object, demand, provider: Some(provider), placement: Some(placement), unknown: None, is_edge: true })
}

/// What no other object names: a load balancer for this one alone.
fn own(object: &Object<'_>) -> String {
    format!("of {} {} at {}.{}", object.kind(), object.name(), object.span.file.0, object.span.start)
}

fn alb(object: &Object<'_>, annotations: &Labels, parameters: Option<&Parameters>, options: &Options) -> Placement {
    let named = |key: &str| annotations.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let group = parameters.and_then(|it| it.group.as_deref()).or_else(|| named("alb.ingress.kubernetes.io/group.name"));
    let scheme = named("alb.ingress.kubernetes.io/scheme");
    let class = parameters.and_then(|it| it.scheme.as_deref());
    let internal = placement::http_scheme(scheme, class);
    let key = group.map_or_else(|| own(object), |group| format!("group {group}"));
    let demand = Demand { annotations: annotations.clone(), ..Demand::default() };
    let mut placement = placement::alb(&key, &demand, internal, options);
    if let Some(group) = group {
        placement.assumptions.push(format!("one for IngressGroup `{group}`"));
    }
    if scheme.is_none() && class.is_none() {
        placement.assumptions.push("internal, as no `alb.ingress.kubernetes.io/scheme` says otherwise".into());
    }
    placement
}

/// A rule for HTTP unless that is switched off, one for HTTPS where there is a certificate.
fn gce(annotations: &Labels, has_tls: bool, internal: bool) -> Placement {
    let certificates = ["networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert"];
    let https = has_tls || certificates.iter().any(|key| annotations.contains_key(*key));
    let http = annotations.get("kubernetes.io/ingress.allow-http").is_none_or(|value| value != "false");
    placement::gke_ingress(internal, (u32::from(http) + u32::from(https)).max(1))
}

/// The load balancer a Gateway makes: a cloud's own, or the one of the Service that its controller makes for it.
pub(super) fn gateway<'o, 's>(object: &'o Object<'s>, classes: &Classes<'o>, options: &Options) -> Option<Claim<'o, 's>> {
    if !object.reference.api_version.starts_with("gateway.networking.k8s.io/") {
        return None;
    }
    let class = text(object, "spec.gatewayClassName")?;
    let known = classes.gateway.get(class.as_str());
    let demand = Demand { annotations: infrastructure(object), ports: listeners(object), families: 1, ..Demand::default() };
    let edge = |provider, placement: Placement| {
        let demand = demand.clone();
        Some(Claim { object, demand, provider: Some(provider), placement: Some(placement), unknown: None, is_edge: true })
    };
    let count = u32::try_from(demand.ports.len()).unwrap_or(u32::MAX);
    match class.trim_end_matches("-mc") {
        "gke-l7-global-external-managed" | "gke-l7-gxlb" => return edge(Provider::Gke, placement::gke_ingress(false, count)),
        "gke-l7-rilb" => return edge(Provider::Gke, placement::gke_ingress(true, count)),
        "gke-l7-regional-external-managed" => {
            return edge(
                Provider::Gke,
                placement::gke_rules("regional external Application Load Balancer", "google-regional", false, count),
            );
        }
        _ => {}
    }
    match known.map_or(class.as_str(), |(controller, _)| controller.as_str()) {
        "gateway.k8s.aws/alb" => {
            let mut placement = placement::alb(&own(object), &demand, true, options);
            placement.assumptions.push("internal, as the controller makes it where no LoadBalancerConfiguration says otherwise".into());
            edge(Provider::Aws, placement)
        }
        "gateway.envoyproxy.io/gatewayclass-controller" | "eg" => {
            let mut claim = service_like(object, demand, options);
            let parameters = known.and_then(|(_, parameters)| parameters.as_deref());
            if let (Some(placement), true) = (&mut claim.placement, parameters.is_some_and(|name| classes.merged.contains(&name))) {
                merge(placement, &class);
            }
            Some(claim)
        }
        "istio.io/gateway-controller" | "istio" => {
            let service = object.annotations();
            let service = service.and_then(|annotations| annotations.get("networking.istio.io/service-type"));
            let own = object.at("spec.addresses").found || service.is_some_and(|service| service != "LoadBalancer");
            (!own).then(|| service_like(object, demand, options))
        }
        "io.cilium/gateway-controller"
        | "cilium"
        | "gateway.k8s.aws/nlb"
        | "gateway.nginx.org/nginx-gateway-controller"
        | "kgateway.dev/kgateway" => {
            let mut demand = demand;
            if known.is_some_and(|(controller, _)| controller == "gateway.k8s.aws/nlb") {
                demand.class = Some("service.k8s.aws/nlb".into());
            }
            Some(service_like(object, demand, options))
        }
        _ => None,
    }
}

/// All Gateways of a merged class stand behind one Service: what each adds is shared by all who add the same.
fn merge(placement: &mut Placement, class: &str) {
    let shared = |charge: &Charge| {
        let product = charge.product;
        (0..charge.quantity.min(64)).map(|unit| Charge::once(product, format!("merged {class} {product} {unit}"))).collect::<Vec<_>>()
    };
    placement.charges = placement.charges.iter().flat_map(shared).collect();
    placement.assumptions.push(format!("one for all Gateways of class `{class}` (mergeGateways)"));
}

/// What a Gateway wants written on what is made for it.
fn infrastructure(object: &Object<'_>) -> Labels {
    let Some(annotations) = object.at("spec.infrastructure.annotations").value().map(|value| value.follow()) else { return Labels::new() };
    if !annotations.is_mapping() {
        return Labels::new();
    }
    let pairs = annotations
        .entries()
        .filter_map(|entry| Some((entry.key.follow().as_str()?.to_owned(), entry.value.follow().as_str()?.to_owned())));
    pairs.collect()
}

/// The ports of its listeners, each once.
fn listeners(object: &Object<'_>) -> Vec<Port> {
    let Some(listeners) = object.at("spec.listeners").value().map(|value| value.follow()) else { return Vec::new() };
    if !listeners.is_sequence() {
        return Vec::new();
    }
    let read = listeners.items().map(|listener| listener.follow()).filter(|listener| listener.is_mapping()).filter_map(|listener| {
        let number = listener.get("port").and_then(|port| i32::try_from(port.follow().as_i64()?).ok())?;
        let protocol = listener.get("protocol").and_then(|protocol| protocol.follow().as_str()).unwrap_or_default();
        let transport = if protocol == "UDP" { Protocol::Udp } else { Protocol::Tcp };
        Some(Port { protocol: transport, number, is_http: matches!(protocol, "HTTP" | "HTTPS" | "TLS") })
    });
    let mut ports: Vec<Port> = read.collect();
    ports.sort_by_key(|port| (port.number, port.protocol));
    ports.dedup_by_key(|port| (port.number, port.protocol));
    ports
}
