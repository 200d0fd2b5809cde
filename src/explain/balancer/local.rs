//! Load balancers that run on the nodes themselves, and the clusters that have none. Knows no address.

use super::{Wish, health};
use crate::cost::provider::Provider;
use crate::explain::model::Balancer;

/// Nobody makes load balancers.
pub(super) fn nobody() -> Balancer {
    Balancer {
        becomes: "nothing: no controller here makes load balancers".into(),
        address: "<pending>".into(),
        pending: Some("for ever; the cluster IP and the node port work all the same".into()),
        sends_to: "nowhere",
        targets: "nowhere: from outside only the node port leads in".into(),
        health: "nobody asks".into(),
        source: "as with a NodePort".into(),
        ..Balancer::default()
    }
}

/// k3s' ServiceLB (`pkg/cloudprovider/servicelb.go`): a DaemonSet with host ports.
pub(super) fn k3s(wish: &Wish<'_>, in_containers: bool) -> Balancer {
    let port = wish.port;
    let address = if in_containers {
        format!(
            "addresses of the node containers, on the docker network only: from the host use a port mapped when the cluster was made (`k3d cluster create -p 8081:{port}@loadbalancer`, then localhost:8081); without `-p` no port of the host leads in"
        )
    } else {
        "the nodes' own addresses (their external ones where they have any)".to_owned()
    };
    let traefik =
        if matches!(port, 80 | 443) { format!(" (the bundled Traefik has {port} already, unless it is disabled)") } else { String::new() };
    let source = if wish.local {
        "the client's where the node itself has the address that was called; behind the NAT of a cloud ServiceLB's own"
    } else {
        "an address of the node: kube-proxy or ServiceLB's pod puts it in place of the client's"
    };
    Balancer {
        becomes: format!(
            "ServiceLB: a DaemonSet `svclb-…` in kube-system that holds host port {port} on every node; no machine of its own"
        ),
        address,
        pending: Some(format!("while port {port} is taken on every node, as by another LoadBalancer Service of that port{traefik}")),
        sends_to: "host-port",
        targets: if wish.local {
            format!(
                "port {port} of a node: kube-proxy takes it there if the address is in the Service's status, else the host port sends it to the node port of the same node"
            )
        } else {
            format!(
                "port {port} of a node: kube-proxy takes it there if the address is in the Service's status, else the host port sends it to the cluster IP"
            )
        },
        health: if wish.local {
            "none: only nodes with a ready pod are listed as its addresses".into()
        } else {
            "none: every node is listed as its address".into()
        },
        source: source.into(),
        keeps_client_address: None,
        ..Balancer::default()
    }
}

/// kind: only with cloud-provider-kind beside it.
pub(super) fn kind(wish: &Wish<'_>) -> Balancer {
    Balancer {
        becomes: "nothing, unless cloud-provider-kind runs beside the cluster: then a proxy container on the docker network".into(),
        address: "<pending>, or an address of the docker network (on macOS and Windows a port of localhost)".into(),
        pending: Some(
            "until cloud-provider-kind runs; on a single node also until its label `node.kubernetes.io/exclude-from-external-load-balancers` is taken off"
                .into(),
        ),
        sends_to: "node-port",
        targets: "the node port of the node containers; without cloud-provider-kind only `extraPortMappings` of the kind configuration or `kubectl port-forward` lead in".into(),
        health: health(wish.local).into(),
        source: "the proxy container's own".into(),
        keeps_client_address: Some(false),
        ..Balancer::default()
    }
}

/// minikube: a route to the cluster IP while a tunnel runs.
pub(super) fn minikube() -> Balancer {
    Balancer {
        becomes: "a route to the Service's own cluster IP, while `minikube tunnel` runs on the host".into(),
        address: "<pending>, then the cluster IP itself (127.0.0.1 with the Docker driver on macOS and Windows)".into(),
        pending: Some("until `minikube tunnel` runs, and again when it stops".into()),
        sends_to: "cluster-ip",
        targets: "the cluster IP, by way of the minikube node; `minikube service NAME` opens the node port instead".into(),
        health: "nobody asks".into(),
        source: "an address of the node or of the tunnel".into(),
        keeps_client_address: Some(false),
        ..Balancer::default()
    }
}

/// Addresses that the nodes themselves announce.
pub(super) fn announced(wish: &Wish<'_>, provider: Provider) -> Balancer {
    let (pool, pending) = match provider {
        Provider::MetalLb => {
            ("an IPAddressPool of MetalLB", "while no IPAddressPool has a free address for it, or MetalLB is not installed")
        }
        Provider::KubeVip => ("kube-vip's own range, or `loadBalancerIP`", "while kube-vip-cloud-provider has no range for its namespace"),
        _ => ("a CiliumLoadBalancerIPPool", "while no pool matches it (condition `no_pool` in its status)"),
    };
    Balancer {
        becomes: format!("an address that the nodes announce to your network, by {}", provider.title()),
        address: format!("a free address of {pool}"),
        pending: Some(pending.into()),
        sends_to: "balancer-address",
        targets: "the node that answers for the address (one node in layer 2 mode, several by BGP), the destination left as it is: the node port is not crossed".into(),
        health: if wish.local {
            "none; only nodes with a ready pod announce the address".into()
        } else {
            "none: any node may announce the address".into()
        },
        source: if wish.local {
            "the client's".into()
        } else {
            "the client's as far as the node, which with policy Cluster puts its own in place".into()
        },
        keeps_client_address: Some(true),
        ..Balancer::default()
    }
}

/// The Tailscale operator: a proxy pod in the tailnet.
pub(super) fn tailscale() -> Balancer {
    Balancer {
        becomes: "a proxy pod of the Tailscale operator, a machine in your tailnet".into(),
        address: "a name and an address of the tailnet: only its members reach it".into(),
        pending: Some("while the operator is not installed, or may not join the tailnet".into()),
        sends_to: "cluster-ip",
        targets: "the cluster IP".into(),
        health: "nobody asks".into(),
        source: "the proxy pod's own".into(),
        keeps_client_address: Some(false),
        ..Balancer::default()
    }
}
