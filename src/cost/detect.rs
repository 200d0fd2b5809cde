//! Whose load balancer a Service asks for, by what it carries. Knows no product and no price.

use super::demand::Demand;
use super::provider::Provider;

/// Whose it is, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detected {
    /// One provider's.
    Provider {
        /// Whose.
        provider: Provider,
        /// What tells, as an assumption would name it; none where it was given.
        by: Option<String>,
    },
    /// It carries the keys of several, as charts for many clouds do.
    Several(Vec<Provider>),
    /// It carries a class that no known provider serves: whoever serves it, the provider given does not.
    ForeignClass(String),
    /// Nothing tells.
    Unknown,
}

/// `spec.loadBalancerClass`: what a controller serves no other controller touches.
const CLASSES: [(&str, Provider); 12] = [
    ("service.k8s.aws/nlb", Provider::Aws),
    ("eks.amazonaws.com/nlb", Provider::Aws),
    ("networking.gke.io/l4-regional-external", Provider::Gke),
    ("networking.gke.io/l4-regional-internal", Provider::Gke),
    ("networking.gke.io/l4-regional-external-legacy", Provider::Gke),
    ("networking.gke.io/l4-regional-internal-legacy", Provider::Gke),
    ("networking.gke.io/standalone-passthrough-lb-neg", Provider::Gke),
    ("alibabacloud.com/nlb", Provider::Alibaba),
    ("kube-vip.io/kube-vip-class", Provider::KubeVip),
    ("io.cilium/bgp-control-plane", Provider::Cilium),
    ("io.cilium/l2-announcer", Provider::Cilium),
    ("tailscale", Provider::Tailscale),
];

const HOSTNAMES: [(&str, Provider); 3] =
    [(".elb.amazonaws.com", Provider::Aws), (".amazonaws.com", Provider::Aws), (".lb.civo.com", Provider::Civo)];

/// Starts of annotation keys; of several that fit the longest counts. `io.cilium/` alone tells nothing: clusters meshed
/// by Cilium mark Services of all types with it.
const ANNOTATIONS: [(&str, Provider); 32] = [
    ("service.beta.kubernetes.io/aws-", Provider::Aws),
    ("networking.gke.io/", Provider::Gke),
    ("cloud.google.com/", Provider::Gke),
    ("service.beta.kubernetes.io/azure-", Provider::Aks),
    ("service.beta.kubernetes.io/do-loadbalancer-", Provider::DigitalOcean),
    ("service.kubernetes.io/do-loadbalancer-", Provider::DigitalOcean),
    ("kubernetes.digitalocean.com/", Provider::DigitalOcean),
    ("load-balancer.hetzner.cloud/", Provider::Hetzner),
    ("service.beta.kubernetes.io/linode-loadbalancer-", Provider::Linode),
    ("service.beta.kubernetes.io/vultr-loadbalancer-", Provider::Vultr),
    ("kubernetes.civo.com/", Provider::Civo),
    ("service.beta.kubernetes.io/scw-loadbalancer-", Provider::Scaleway),
    ("service.beta.kubernetes.io/oci-load-balancer-", Provider::Oci),
    ("oci.oraclecloud.com/", Provider::Oci),
    ("oci-network-load-balancer.oraclecloud.com/", Provider::Oci),
    ("service.beta.kubernetes.io/exoscale-loadbalancer-", Provider::Exoscale),
    ("loadbalancer.ovhcloud.com/", Provider::Ovh),
    ("loadbalancer.openstack.org/", Provider::OpenStack),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", Provider::OpenStack),
    ("service.beta.kubernetes.io/alibaba-cloud-", Provider::Alibaba),
    ("service.beta.kubernetes.io/alicloud", Provider::Alibaba),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-", Provider::Ibm),
    ("service.kubernetes.io/qcloud-loadbalancer", Provider::Tencent),
    ("service.cloud.tencent.com/", Provider::Tencent),
    ("metallb.io/", Provider::MetalLb),
    ("metallb.universe.tf/", Provider::MetalLb),
    ("kube-vip.io/", Provider::KubeVip),
    ("lbipam.cilium.io/", Provider::Cilium),
    ("io.cilium/lb-ipam-", Provider::Cilium),
    ("svccontroller.k3s.cattle.io/", Provider::K3s),
    ("tailscale.com/hostname", Provider::Tailscale),
    ("alb.ingress.kubernetes.io/", Provider::Aws),
];

/// The provider whose annotation this is.
#[must_use]
pub fn of_annotation(key: &str) -> Option<Provider> {
    let fits = ANNOTATIONS.iter().filter(|(start, _)| key.starts_with(start));
    fits.max_by_key(|(start, _)| start.len()).map(|(_, provider)| *provider)
}

/// Whose load balancer it is: by class, then by status, then by annotations, then by labels, then as given.
/// What a Service carries wins over what was given, save where it carries the keys of several.
#[must_use]
pub fn provider(demand: &Demand, given: Option<Provider>) -> Detected {
    let found = |provider: Provider, by: String| Detected::Provider { provider, by: Some(by) };
    if let Some(class) = &demand.class {
        return match CLASSES.iter().find(|(known, _)| known == class) {
            Some((_, provider)) => found(*provider, format!("class `{class}`")),
            None => Detected::ForeignClass(class.clone()),
        };
    }
    let by_hostname = demand.hostnames.iter().find_map(|name| HOSTNAMES.iter().find(|(end, _)| name.ends_with(end)));
    if let Some((end, provider)) = by_hostname {
        return found(*provider, format!("its address under `{end}`"));
    }
    let mut signs: Vec<(Provider, &str)> = Vec::new();
    for (key, provider) in demand.annotations.keys().filter_map(|key| of_annotation(key).map(|provider| (key, provider))) {
        if !signs.iter().any(|(known, _)| *known == provider) {
            signs.push((provider, key));
        }
    }
    // OVHcloud's controller is OpenStack's and reads its keys.
    if signs.iter().any(|(it, _)| *it == Provider::Ovh) || given == Some(Provider::Ovh) {
        signs.retain(|(it, _)| *it != Provider::OpenStack);
    }
    match (signs.as_slice(), given) {
        ([], _) => {}
        ([(provider, _)], Some(given)) if *provider == given => return Detected::Provider { provider: given, by: None },
        ([(provider, key)], _) => return found(*provider, format!("annotation `{key}`")),
        (_, Some(given)) => return Detected::Provider { provider: given, by: None },
        (several, None) => {
            let mut providers: Vec<_> = several.iter().map(|(provider, _)| *provider).collect();
            providers.sort_unstable();
            return Detected::Several(providers);
        }
    }
    if demand.labels.get("implementation").is_some_and(|it| it == "kube-vip") {
        return found(Provider::KubeVip, "label `implementation: kube-vip`".into());
    }
    if demand.labels.contains_key("svccontroller.k3s.cattle.io/lbpool") {
        return found(Provider::K3s, "label `svccontroller.k3s.cattle.io/lbpool`".into());
    }
    given.map_or(Detected::Unknown, |provider| Detected::Provider { provider, by: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(annotations: &[(&str, &str)]) -> Demand {
        let annotations = annotations.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Demand { annotations, ..Demand::default() }
    }

    #[test]
    fn what_a_service_carries_wins_over_what_is_given() {
        let metallb = with(&[("metallb.io/address-pool", "a")]);
        assert!(matches!(provider(&metallb, Some(Provider::Aws)), Detected::Provider { provider: Provider::MetalLb, .. }));
        let plain = with(&[("service.beta.kubernetes.io/load-balancer-source-ranges", "10.0.0.0/8"), ("io.cilium/global-service", "true")]);
        assert_eq!(provider(&plain, None), Detected::Unknown);
        assert!(matches!(provider(&plain, Some(Provider::Aws)), Detected::Provider { provider: Provider::Aws, by: None }));
    }

    #[test]
    fn the_keys_of_several_clouds_leave_it_to_the_option() {
        let chart = with(&[("service.beta.kubernetes.io/aws-load-balancer-type", "nlb"), ("load-balancer.hetzner.cloud/name", "x")]);
        assert_eq!(provider(&chart, None), Detected::Several(vec![Provider::Aws, Provider::Hetzner]));
        assert!(matches!(provider(&chart, Some(Provider::Hetzner)), Detected::Provider { provider: Provider::Hetzner, .. }));
    }

    #[test]
    fn a_foreign_class_is_not_the_given_providers() {
        let demand = Demand { class: Some("example.com/lb".into()), ..Demand::default() };
        assert_eq!(provider(&demand, Some(Provider::Aws)), Detected::ForeignClass("example.com/lb".into()));
    }
}
