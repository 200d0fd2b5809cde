//! A LoadBalancer Service that its controller refuses: no load balancer is made, or it never gets an address.

use super::load_balancer::{AWS, Asked, DIGITALOCEAN, HETZNER, asked};
use crate::cost::Provider;
use crate::cost::demand::Protocol;
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let mut refusals = Vec::new();
    match asked.provider {
        Some(Provider::Aws) => aws(&asked, &mut refusals),
        Some(Provider::Gke) => gke(&asked, &mut refusals),
        Some(Provider::Aks) => aks(&asked, &mut refusals),
        Some(Provider::DigitalOcean) => digitalocean(&asked, &mut refusals),
        Some(Provider::Hetzner) => hetzner(&asked, &mut refusals),
        Some(Provider::Oci) => oci(&asked, &mut refusals),
        Some(Provider::OpenStack | Provider::Ovh) => openstack(&asked, &mut refusals),
        Some(Provider::Exoscale) => {
            refusals.extend(port(&asked, |it| it == Protocol::Sctp).map(|field| (Confidence::Certain, field, "Exoscale forwards TCP and UDP only", "use TCP or UDP")));
        }
        _ => {}
    }
    for (confidence, field, label, help) in refusals {
        let message = format!("Service `{}` gets no load balancer from {}", object.name(), asked.provider.map_or("", Provider::title));
        out.push(asked.at(confidence, &field, message, label).help(help));
    }
}

/// How sure, at which field, why, and the way out.
type Refusal = (Confidence, String, &'static str, &'static str);

/// The first port of such a protocol.
fn port(asked: &Asked<'_, '_>, is: impl Fn(Protocol) -> bool) -> Option<String> {
    let index = asked.demand.ports.iter().position(|port| is(port.protocol))?;
    Some(format!("spec.ports[{index}].protocol"))
}

/// The first port whose protocol is another than the first one's.
fn second_protocol(asked: &Asked<'_, '_>) -> Option<String> {
    let first = asked.demand.ports.first()?.protocol;
    port(asked, |protocol| protocol != first)
}

fn affinity(asked: &Asked<'_, '_>) -> Option<String> {
    let spec = asked.object.service().and_then(|service| service.spec.as_ref())?;
    (spec.session_affinity.as_deref() == Some("ClientIP")).then(|| "spec.sessionAffinity".to_owned())
}

fn aws(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    let annotation = |name: &str| format!("metadata.annotations[{AWS}{name}]");
    if let Some(confidence) = asked.by_ccm() {
        out.extend(affinity(asked).map(|field| (confidence, field, "the cloud controller manager refuses it: unsupported load balancer affinity", "leave it out, or use the AWS Load Balancer Controller")));
        if let Some(field) = second_protocol(asked) {
            out.push((confidence, field, "the cloud controller manager refuses it: mixed protocol is not supported", "make one Service for each protocol"));
        } else if asked.product == Some("aws-clb") {
            let other = port(asked, |protocol| protocol != Protocol::Tcp);
            out.extend(other.map(|field| (confidence, field, "a Classic Load Balancer forwards TCP only", "add `service.beta.kubernetes.io/aws-load-balancer-type: nlb`")));
        }
        if asked.annotation(AWS, "type") == Some("nlb") && asked.annotation(AWS, "extra-security-groups").is_some() {
            out.push((confidence, annotation("extra-security-groups"), "the cloud controller manager refuses it for a Network Load Balancer", "leave it out"));
        }
    }
    if asked.annotation(AWS, "type") == Some("external") && asked.by_lbc().is_none() {
        // Where the AWS Load Balancer Controller's webhook is at work it gives the Service a class, and then takes it.
        let confidence = if asked.controller().is_some() { Confidence::Certain } else { Confidence::Likely };
        out.push((
            confidence,
            annotation("type"),
            "the cloud controller manager leaves it to the AWS Load Balancer Controller, which takes it only with a target type or a class",
            "add `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip` or `instance`",
        ));
    }
    let spec = asked.object.service().and_then(|service| service.spec.as_ref());
    let without_node_ports = spec.is_some_and(|spec| {
        spec.allocate_load_balancer_node_ports == Some(false) && spec.ports.iter().flatten().any(|port| port.node_port.unwrap_or(0) == 0)
    });
    // The controller's own default is `instance`, and a flag of it changes that.
    let to_instances = match asked.annotation(AWS, "nlb-target-type") {
        Some("instance") => asked.by_lbc(),
        None if asked.demand.class.as_deref() == Some("service.k8s.aws/nlb") => Some(Confidence::Likely),
        _ => None,
    };
    if let (Some(confidence), true) = (to_instances, without_node_ports) {
        out.push((confidence, "spec.allocateLoadBalancerNodePorts".into(), "targets of type `instance` are reached through node ports, and there is none", "leave it out, or use target type `ip`"));
    }
}

fn gke(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    let label = "GKE before 1.34.1-gke.2190000 (internal or IPv6: 1.36.2-gke.1498000), or without backend services, refuses two protocols: LoadBalancerPortsError";
    out.extend(second_protocol(asked).map(|field| (Confidence::Likely, field, label, "make one Service for each protocol")));
}

fn aks(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    if asked.product == Some("azure-public") {
        let label = "a public load balancer of Azure does not forward SCTP";
        out.extend(port(asked, |protocol| protocol == Protocol::Sctp).map(|field| (Confidence::Certain, field, label, "make it internal, or use another protocol")));
    }
}

fn digitalocean(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    let label = "DigitalOcean forwards TCP and UDP only";
    out.extend(port(asked, |protocol| protocol == Protocol::Sctp).map(|field| (Confidence::Certain, field, label, "use TCP or UDP")));
    let ports = &asked.demand.ports;
    if asked.product == Some("digitalocean-http") && !ports.is_empty() && ports.iter().all(|port| port.protocol == Protocol::Udp) {
        let label = "a regional load balancer checks health over TCP, and there is no TCP port";
        out.push((Confidence::Certain, "spec.ports".into(), label, "add a TCP port, or ask for type `REGIONAL_NETWORK`"));
    }
    if asked.annotation(DIGITALOCEAN, "size-slug").is_some() && asked.annotation(DIGITALOCEAN, "size-unit").is_some() {
        let field = format!("metadata.annotations[{DIGITALOCEAN}size-slug]");
        out.push((Confidence::Certain, field, "the controller refuses two sizes", "keep `size-unit` alone"));
    }
}

fn hetzner(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    if asked.annotation(HETZNER, "location").is_some() && asked.annotation(HETZNER, "network-zone").is_some() {
        let field = format!("metadata.annotations[{HETZNER}network-zone]");
        out.push((Confidence::Certain, field, "the controller refuses a location beside a network zone", "keep one of the two"));
    }
    let ports = asked.demand.ports.iter().filter(|port| port.protocol == Protocol::Tcp).count();
    if asked.product == Some("hetzner-lb11") && ports > 5 {
        let label = "an LB11 has at most 5 ports";
        out.push((Confidence::Likely, "spec.ports".into(), label, "ask for `load-balancer.hetzner.cloud/type: lb21`"));
    }
}

fn openstack(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    let shared = "loadbalancer.openstack.org/load-balancer-id";
    let internal = asked.annotation("service.beta.kubernetes.io/openstack-internal-load-balancer", "") == Some("true");
    if internal && asked.annotation(shared, "").is_some_and(|id| !id.is_empty()) {
        let label = "an internal Service can't use the load balancer of another one";
        out.push((Confidence::Likely, format!("metadata.annotations[{shared}]"), label, "leave it out: the Service then gets a load balancer of its own"));
    }
}

fn oci(asked: &Asked<'_, '_>, out: &mut Vec<Refusal>) {
    out.extend(affinity(asked).map(|field| (Confidence::Certain, field, "the controller refuses session affinity", "leave it out")));
    if asked.product == Some("oci-lb") {
        let label = "an OCI load balancer does not forward UDP";
        let udp = port(asked, |protocol| protocol == Protocol::Udp);
        out.extend(udp.map(|field| (Confidence::Certain, field, label, "add `oci.oraclecloud.com/load-balancer-type: nlb`")));
    }
    let key = "service.beta.kubernetes.io/oci-load-balancer-shape";
    let flexible = asked.annotation(key, "").is_some_and(|shape| shape.eq_ignore_ascii_case("flexible"));
    if flexible && (asked.annotation(key, "-flex-min").is_none() || asked.annotation(key, "-flex-max").is_none()) {
        let label = "a flexible shape needs a least and a most bandwidth";
        let help = "add `service.beta.kubernetes.io/oci-load-balancer-shape-flex-min` and `-flex-max`";
        out.push((Confidence::Certain, format!("metadata.annotations[{key}]"), label, help));
    }
    let preserve = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";
    let spec = asked.object.service().and_then(|service| service.spec.as_ref());
    let local = spec.and_then(|spec| spec.external_traffic_policy.as_deref()) == Some("Local");
    if asked.annotation(preserve, "").is_some() && !local {
        let label = "the controller refuses it unless `externalTrafficPolicy` is `Local`";
        out.push((Confidence::Certain, format!("metadata.annotations[{preserve}]"), label, "add `externalTrafficPolicy: Local`, or leave it out"));
    }
}
