//! Clouds whose load balancers are charged one by one, and software that is charged not at all.

use super::{Charge, Otherwise, Placement};
use crate::cost::demand::Demand;
use crate::cost::provider::Provider;

/// What such a provider makes of a Service.
pub(super) fn service(provider: Provider, demand: &Demand) -> Placement {
    let of = |key: &str| demand.annotation(key);
    let is = |key: &str, value: &str| of(key) == Some(value);
    match provider {
        Provider::DigitalOcean => digitalocean(demand),
        Provider::Hetzner => {
            let product = match of("load-balancer.hetzner.cloud/type") {
                Some("lb21") => "hetzner-lb21",
                Some("lb31") => "hetzner-lb31",
                _ => "hetzner-lb11",
            };
            one(product, is("load-balancer.hetzner.cloud/disable-public-network", "true"))
        }
        Provider::Linode => {
            let key = "service.beta.kubernetes.io/linode-loadbalancer-";
            let premium = matches!(of(&format!("{key}nodebalancer-type")), Some("premium" | "premium_40gb"));
            let product = if premium { "linode-premium" } else { "linode-nodebalancer" };
            reused(product, of(&format!("{key}nodebalancer-id")), false)
        }
        Provider::Vultr => many("vultr-lb", of("service.beta.kubernetes.io/vultr-loadbalancer-node-count")),
        Provider::Civo => one("civo-lb", false),
        Provider::Scaleway => scaleway(demand),
        Provider::Oci => {
            let internal = is("service.beta.kubernetes.io/oci-load-balancer-internal", "true");
            let network = of("oci.oraclecloud.com/load-balancer-type").is_some_and(|value| value.eq_ignore_ascii_case("nlb"));
            if network {
                let internal = is("oci-network-load-balancer.oraclecloud.com/internal", "true");
                return one("oci-nlb", internal);
            }
            let mut placement = one("oci-lb", internal);
            placement.assumptions.push("the tenancy has no other load balancers".into());
            placement
        }
        Provider::Alibaba => {
            let product = if demand.class.as_deref() == Some("alibabacloud.com/nlb") { "alibaba-nlb" } else { "alibaba-clb" };
            let key = "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-";
            reused(product, of(&format!("{key}id")), is(&format!("{key}address-type"), "intranet"))
        }
        Provider::Ovh | Provider::OpenStack => {
            let product = if provider == Provider::Ovh { "ovh-lb" } else { "openstack-lb" };
            let internal = is("service.beta.kubernetes.io/openstack-internal-load-balancer", "true");
            reused(product, of("loadbalancer.openstack.org/load-balancer-id"), internal)
        }
        Provider::Exoscale => {
            let key = "service.beta.kubernetes.io/exoscale-loadbalancer-";
            let made_elsewhere =
                of(&format!("{key}id")).or_else(|| of(&format!("{key}name")).filter(|_| is(&format!("{key}external"), "true")));
            reused("exoscale-nlb", made_elsewhere, false)
        }
        Provider::Ibm => one("ibm-lb", is("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "private")),
        Provider::Tencent => one("tencent-lb", of("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid").is_some()),
        Provider::Aws | Provider::Gke | Provider::Aks => Placement::default(),
        Provider::K3s => free("host ports on the nodes"),
        Provider::MetalLb | Provider::KubeVip | Provider::Cilium => free("an address announced by the nodes"),
        Provider::Tailscale => free("a Tailscale proxy"),
        Provider::Kind => free("a container beside the nodes; without cloud-provider-kind it stays `<pending>`"),
        Provider::Kubeadm => free("none: nothing there makes one, it stays `<pending>`"),
        Provider::Minikube => free("a route on this machine; without `minikube tunnel` it stays `<pending>`"),
    }
}

fn digitalocean(demand: &Demand) -> Placement {
    let key = |name: &str| format!("service.beta.kubernetes.io/do-loadbalancer-{name}");
    let units = demand.annotation(&key("size-unit"));
    let internal = demand.annotation(&key("network")) == Some("INTERNAL");
    let of = |product| Placement { internal: Some(internal), ..many(product, units) };
    match demand.annotation(&key("type")) {
        Some("REGIONAL") => of("digitalocean-http"),
        Some("REGIONAL_NETWORK") => of("digitalocean-network"),
        _ => {
            let other = Otherwise { when: "on older DOKS versions, whose default is REGIONAL", placement: of("digitalocean-http") };
            Placement { otherwise: Some(Box::new(other)), ..of("digitalocean-network") }
        }
    }
}

fn scaleway(demand: &Demand) -> Placement {
    let key = |name: &str| format!("service.beta.kubernetes.io/scw-loadbalancer-{name}");
    let product = match demand.annotation(&key("type")).map(str::to_ascii_uppercase).as_deref() {
        Some("LB-GP-M" | "LB-M") => "scaleway-m",
        Some("LB-GP-L" | "LB-L") => "scaleway-l",
        Some("LB-GP-XL" | "LB-XL") => "scaleway-xl",
        _ => "scaleway-s",
    };
    let elsewhere = demand.annotation(&key("externally-managed")) == Some("true");
    // The annotation is `zone/id`.
    let id = demand.annotation(&key("id")).filter(|_| elsewhere);
    reused(product, id, demand.annotation(&key("private")) == Some("true"))
}

fn one(product: &'static str, internal: bool) -> Placement {
    Placement { internal: Some(internal), charges: vec![Charge::each(product, 1)], ..Placement::default() }
}

/// One of the given number of nodes; what is no number is taken as one, as the controllers do not get that far.
fn many(product: &'static str, nodes: Option<&str>) -> Placement {
    let nodes = nodes.and_then(|nodes| nodes.trim().parse::<u32>().ok()).unwrap_or(1).clamp(1, 1000);
    Placement { internal: Some(false), charges: vec![Charge::each(product, nodes)], ..Placement::default() }
}

/// One of its own, or one made elsewhere, which all who name it share.
fn reused(product: &'static str, id: Option<&str>, internal: bool) -> Placement {
    let Some(id) = id.filter(|id| !id.is_empty()) else { return one(product, internal) };
    Placement {
        internal: Some(internal),
        charges: vec![Charge::once(product, id)],
        assumptions: vec![format!("load balancer `{id}` is made elsewhere; counted once")],
        ..Placement::default()
    }
}

fn free(title: &'static str) -> Placement {
    Placement { title: Some(title), ..Placement::default() }
}
