//! What a `type: LoadBalancer` becomes, by whoever runs the cluster: its address, where it sends, which address the pod
//! sees. Knows no price and no hop.

mod clouds;
mod local;

use k8s_openapi::api::core::v1::Service;

use super::model;
use crate::cost::demand::Demand;
use crate::cost::detect::{self, Detected};
use crate::cost::provider::Provider;
use crate::kube::Profile;

/// Who runs the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// One that makes load balancers.
    Provider(Provider),
    /// k3s in containers.
    K3d,
    /// Nobody makes any.
    Nobody,
}

impl Maker {
    /// By its name on the command line.
    ///
    /// # Errors
    /// What names there are.
    pub fn named(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "k3d" => Ok(Self::K3d),
            "none" | "bare-metal" | "kubeadm" => Ok(Self::Nobody),
            other => other.parse().map(Self::Provider).map_err(|_| {
                let names: Vec<_> = Provider::ALL.iter().map(|provider| provider.name()).collect();
                format!("there is no provider `{name}`: expected none, k3d, {}", names.join(", "))
            }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Provider(provider) => provider.name(),
            Self::K3d => "k3d",
            Self::Nobody => "none",
        }
    }
}

/// What of a Service decides.
struct Wish<'d> {
    demand: &'d Demand,
    /// `externalTrafficPolicy: Local`
    local: bool,
    /// Which AWS controller looks after Services.
    controller: Option<&'d str>,
    port: i32,
}

/// What becomes of a Service's load balancer; none where it is of another type.
#[must_use]
pub fn of(service: &Service, profile: &Profile) -> Option<model::Balancer> {
    let demand = Demand::of_service(service)?;
    let spec = service.spec.as_ref()?;
    let given = profile.provider.as_deref().and_then(|name| Maker::named(name).ok());
    let (maker, known_by) = match (given, detect::provider(&demand, provider(given))) {
        (_, Detected::ForeignClass(class)) => return Some(foreign(&class)),
        (Some(maker @ (Maker::K3d | Maker::Nobody)), Detected::Provider { by: None, .. } | Detected::Unknown) => (Some(maker), None),
        (_, Detected::Provider { provider, by }) => (Some(Maker::Provider(provider)), by),
        (given, Detected::Several(_) | Detected::Unknown) => (given, None),
    };
    let wish = Wish {
        demand: &demand,
        local: spec.external_traffic_policy.as_deref() == Some("Local"),
        controller: profile.controller.as_deref(),
        port: spec.ports.as_ref().and_then(|ports| ports.first()).map_or(80, |port| port.port),
    };
    let made = match maker {
        None => unknown(wish.local),
        Some(Maker::Nobody) => local::nobody(),
        Some(Maker::K3d) => local::k3s(&wish, true),
        Some(Maker::Provider(provider)) => match provider {
            Provider::Aws => clouds::aws(&wish),
            Provider::Gke => clouds::gke(&wish),
            Provider::Aks => clouds::aks(&wish),
            Provider::K3s => local::k3s(&wish, false),
            Provider::Kind => local::kind(&wish),
            Provider::Minikube => local::minikube(),
            Provider::MetalLb | Provider::KubeVip | Provider::Cilium => local::announced(&wish, provider),
            Provider::Tailscale => local::tailscale(),
            other => clouds::proxy(&wish, other.title()),
        },
    };
    let provider = maker.map(|maker| maker.name().to_owned());
    Some(model::Balancer { provider, known_by, ..made })
}

/// For the detection: the one that was given, as prices know it.
fn provider(given: Option<Maker>) -> Option<Provider> {
    match given? {
        Maker::Provider(provider) => Some(provider),
        Maker::K3d | Maker::Nobody => None,
    }
}

fn foreign(class: &str) -> model::Balancer {
    model::Balancer {
        becomes: format!("whatever the controller of class `{class}` makes: no other touches it"),
        address: "what that controller writes into the Service's status".into(),
        pending: Some(format!("while no controller of class `{class}` runs in the cluster")),
        sends_to: "unknown",
        targets: "up to that controller".into(),
        health: "up to that controller".into(),
        source: "depends on that controller".into(),
        ..model::Balancer::default()
    }
}

fn unknown(local: bool) -> model::Balancer {
    model::Balancer {
        becomes: "what some controller of the cluster makes of it; which one runs there is not in these files (`--provider` tells)".into(),
        address: "what that controller writes into the Service's status".into(),
        pending: Some(
            "where no controller makes load balancers: a bare kubeadm cluster, kind without cloud-provider-kind, minikube without `minikube tunnel`"
                .into(),
        ),
        sends_to: "unknown",
        targets: "usually the node port of every node; some send to the pods themselves, some leave the destination as it is".into(),
        health: health(local).into(),
        source: "the balancer's own address where it is a proxy, else the client's until a node changes it".into(),
        ..model::Balancer::default()
    }
}

/// Whom balancers that send to nodes ask.
fn health(local: bool) -> &'static str {
    if local {
        "HTTP on healthCheckNodePort of each node: 200 only where a ready pod stands, so nodes without one get nothing"
    } else {
        "every node that answers: with policy Cluster each of them serves, with or without a pod of its own"
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn made(yaml: &str, provider: &str) -> model::Balancer {
        let service: Service = serde_yaml::from_str(yaml).unwrap();
        of(&service, &Profile { provider: Some(provider.into()), ..Profile::default() }).unwrap()
    }

    #[test]
    fn who_runs_the_cluster_decides_where_it_sends() {
        let plain = "metadata: {name: a}\nspec: {type: LoadBalancer, ports: [{port: 80}]}";
        for (provider, sends_to, pends) in [
            ("aws", "node-port", false),
            ("gke", "balancer-address", false),
            ("aks", "balancer-address", false),
            ("k3s", "host-port", true),
            ("k3d", "host-port", true),
            ("kind", "node-port", true),
            ("minikube", "cluster-ip", true),
            ("none", "nowhere", true),
        ] {
            let balancer = made(plain, provider);
            assert_eq!((balancer.sends_to, balancer.pending.is_some()), (sends_to, pends), "{provider}");
            assert_eq!(balancer.provider.as_deref(), Some(provider));
        }
        assert!(Maker::named("nowhere").is_err());
    }

    #[test]
    fn ip_targets_go_past_the_node_port() {
        let ip = "metadata: {name: a, annotations: {service.beta.kubernetes.io/aws-load-balancer-type: external, \
                  service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip}}\nspec: {type: LoadBalancer, ports: [{port: 80}]}";
        let balancer = made(ip, "aws");
        assert_eq!((balancer.sends_to, balancer.keeps_client_address), ("pod", Some(false)));
    }
}
