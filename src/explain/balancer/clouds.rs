//! Load balancers that clouds make for Services. Knows no address.

use super::{Wish, health};
use crate::cost::demand::Protocol;
use crate::explain::model::Balancer;

const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer-";

/// cloud-provider-aws makes a Classic or a Network Load Balancer, the AWS Load Balancer Controller and EKS Auto Mode a Network
/// Load Balancer; its targets are nodes, or pods where asked.
pub(super) fn aws(wish: &Wish<'_>) -> Balancer {
    let of = |key: &str| wish.demand.annotation(&format!("{AWS}{key}"));
    let kind = of("type");
    let auto = wish.controller == Some("auto") || wish.demand.class.as_deref() == Some("eks.amazonaws.com/nlb");
    let own = kind == Some("nlb-ip") || kind == Some("external") && of("nlb-target-type").is_some();
    let lbc = auto || own || wish.demand.class.is_some() || wish.controller == Some("lbc");
    let to_pods = kind == Some("nlb-ip") || of("nlb-target-type") == Some("ip") && lbc || auto && of("nlb-target-type") != Some("instance");
    let address = "a host name under amazonaws.com, not an IP address: put an alias or a CNAME on it".to_owned();
    let never = "never an ALB, which comes from an Ingress or a Gateway";
    if !lbc && kind != Some("nlb") {
        let proxied = of("proxy-protocol").is_some();
        return Balancer {
            becomes: format!(
                "a Classic Load Balancer, made by the cloud controller manager (a Network Load Balancer where the AWS Load Balancer Controller 2.5 or later, or EKS Auto Mode, takes new Services); {never}"
            ),
            address,
            sends_to: "node-port",
            targets: "the node port of every node".into(),
            health: aws_health(wish.local),
            source: if proxied {
                "the balancer's own address: it is a proxy, and tells the client's by the PROXY protocol, which the program has to read"
                    .into()
            } else {
                "the balancer's own address at best: it is a proxy, whatever the policy (unless both ends speak the PROXY protocol)".into()
            },
            keeps_client_address: Some(false),
            ..Balancer::default()
        };
    }
    let by = if lbc { "the AWS Load Balancer Controller or EKS Auto Mode" } else { "the cloud controller manager" };
    let attributes = of("target-group-attributes").unwrap_or_default();
    let udp = wish.demand.ports.iter().all(|port| port.protocol == Protocol::Udp);
    let keeps = match (attributes.contains("preserve_client_ip.enabled=true"), attributes.contains("preserve_client_ip.enabled=false")) {
        (true, _) => true,
        (_, true) => false,
        _ => !to_pods || udp,
    };
    let shown = if keeps { "the client's" } else { "the balancer's own" };
    let (sends_to, targets, health) = if to_pods {
        ("pod", "the pods' own addresses: no node port and no kube-proxy is crossed".to_owned(), "TCP to each pod's own port".to_owned())
    } else {
        ("node-port", "the node port of every node (instances are its targets)".to_owned(), aws_health(wish.local))
    };
    let then = match (to_pods, wish.local, keeps) {
        (true, ..) | (_, true, _) => "",
        (_, _, true) => " as far as the node, which with policy Cluster puts its own in place",
        _ => " as far as the node",
    };
    Balancer {
        becomes: format!("a Network Load Balancer, made by {by}; {never}"),
        address,
        sends_to,
        targets,
        health,
        source: format!("{shown}{then} (`preserve_client_ip.enabled` of its target group decides)"),
        keeps_client_address: Some(keeps),
        ..Balancer::default()
    }
}

fn aws_health(local: bool) -> String {
    if local { health(true).into() } else { "a TCP connection to the node port of each node, which answers with or without a pod".into() }
}

/// A passthrough Network Load Balancer: packets reach a node with the balancer's address as their destination.
pub(super) fn gke(wish: &Wish<'_>) -> Balancer {
    let internal = ["networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type"];
    let internal = internal.iter().any(|key| wish.demand.annotation(key).is_some_and(|value| value.eq_ignore_ascii_case("internal")));
    Balancer {
        becomes: format!("{} passthrough Network Load Balancer (a forwarding rule)", if internal { "an internal" } else { "an external" }),
        address: if internal { "an IP address of the VPC" } else { "an IP address of its own" }.into(),
        sends_to: "balancer-address",
        targets: "a node, with the balancer's address and port still as the destination: kube-proxy there knows that address, and the node port is not crossed".into(),
        health: if wish.local { health(true).into() } else { "kube-proxy's health port (10256) of every node".into() },
        source: passthrough(wish.local),
        keeps_client_address: Some(true),
        ..Balancer::default()
    }
}

/// The Standard Load Balancer of the cluster, with floating IP.
pub(super) fn aks(wish: &Wish<'_>) -> Balancer {
    let internal = wish.demand.annotation("service.beta.kubernetes.io/azure-load-balancer-internal") == Some("true");
    let floating = wish.demand.annotation("service.beta.kubernetes.io/azure-disable-load-balancer-floating-ip") != Some("true");
    let address = if internal { "a private IP address of the virtual network" } else { "a public IP address of its own" };
    let (sends_to, targets) = if floating {
        (
            "balancer-address",
            "a node, with the balancer's address and port still as the destination (floating IP): kube-proxy there knows that address, and the node port is not crossed",
        )
    } else {
        ("node-port", "the node port of every node (floating IP is turned off)")
    };
    Balancer {
        becomes: format!(
            "a frontend and rules on the cluster's {} Standard Load Balancer: Services share the balancer, each has its own address",
            if internal { "internal" } else { "public" }
        ),
        address: address.into(),
        sends_to,
        targets: targets.into(),
        health: if wish.local {
            health(true).into()
        } else {
            "the node port of every node (an HTTP probe where appProtocol is http or https)".into()
        },
        source: passthrough(wish.local),
        keeps_client_address: Some(true),
        ..Balancer::default()
    }
}

fn passthrough(local: bool) -> String {
    if local {
        "the client's: neither the balancer nor the node changes it".into()
    } else {
        "the client's as far as the node, which with policy Cluster puts its own in place".into()
    }
}

/// What most other clouds make: a proxy in front of node ports.
pub(super) fn proxy(wish: &Wish<'_>, title: &str) -> Balancer {
    Balancer {
        becomes: format!("a load balancer of {title}, made by its cloud controller manager"),
        address: "an IP address or a host name of its own".into(),
        pending: Some("where the cloud controller manager is not installed, or the quota is used up".into()),
        sends_to: "node-port",
        targets: "the node port of the nodes, unless its annotations say otherwise".into(),
        health: health(wish.local).into(),
        source: "the balancer's own where it works as a proxy, as most of these do; its annotations may turn the PROXY protocol on".into(),
        ..Balancer::default()
    }
}
