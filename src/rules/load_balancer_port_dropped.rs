//! Ports that a load balancer is made without, though it is made and billed.

use super::load_balancer::{AWS, DIGITALOCEAN, asked};
use crate::cost::Provider;
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World, ports, targets};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let Some(provider) = asked.provider else { return };
    let all: Vec<_> = targets::service_ports(object).collect();
    for (at, (index, port)) in all.iter().enumerate() {
        let protocol = ports::protocol(port.protocol.as_deref());
        let mut dropped = |confidence, field: &str, label: String, help: &'static str| {
            let message = format!("port {}/{protocol} of Service `{}` does not reach the load balancer", port.port, object.name());
            out.push(asked.at(confidence, &format!("spec.ports[{index}].{field}"), message, label).help(help));
        };
        if matches!(provider, Provider::Hetzner | Provider::Scaleway) && protocol != "TCP" {
            let label = format!("{} forwards TCP only: the controller skips the port and says so nowhere but in its log or an event", provider.title());
            dropped(Confidence::Certain, "protocol", label, "reach it through a node port, or on another cloud");
        }
        let earlier = all.iter().take(at).any(|(_, other)| other.port == port.port && ports::protocol(other.protocol.as_deref()) != protocol);
        if let (true, Some(confidence)) = (earlier && protocol != "SCTP", asked.by_lbc())
            && asked.annotation(AWS, "enable-tcp-udp-listener") != Some("true")
        {
            let label = "the AWS Load Balancer Controller keeps one listener for a port number, and the other protocol has it".to_owned();
            let help = "add `service.beta.kubernetes.io/aws-load-balancer-enable-tcp-udp-listener: \"true\"`";
            dropped(confidence, "port", label, help);
        }
        if asked.product == Some("digitalocean-network") {
            let explicit = asked.annotation(DIGITALOCEAN, "type") == Some("REGIONAL_NETWORK");
            if let Some(IntOrString::Int(target)) = port.target_port.as_ref().filter(|target| **target != IntOrString::Int(port.port)) {
                let confidence = if explicit { Confidence::Likely } else { Confidence::Possible };
                let label = format!("a network load balancer of DigitalOcean does not translate ports: {} would go to {}, not to {target}", port.port, port.port);
                let help = "make both equal, or ask for `service.beta.kubernetes.io/do-loadbalancer-type: REGIONAL`";
                dropped(confidence, "targetPort", label, help);
            }
        }
        let key = "service.beta.kubernetes.io/vultr-loadbalancer-";
        let told = ["protocol", "backend-protocol"].iter().all(|name| asked.annotation(key, name).is_some());
        if provider == Provider::Vultr && protocol == "UDP" && !told {
            let label = "the load balancer forwards TCP where the annotations do not say otherwise".to_owned();
            let help = "add `service.beta.kubernetes.io/vultr-loadbalancer-protocol: udp` and the same for `backend-protocol`";
            dropped(Confidence::Likely, "protocol", label, help);
        }
    }
}
