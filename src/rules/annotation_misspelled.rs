//! An annotation of a Service that nobody reads, one slip away from one that is read.

use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World, template};

/// Keys that controllers read from Services, group by group: a prefix, and what may follow it. Each group is whole as
/// far as its makers document it, so that no true key passes for a slip of another.
const READ: [(&str, &[&str]); 7] = [
    // AWS: the AWS Load Balancer Controller's and the cloud controller manager's annotation guides.
    (
        "service.beta.kubernetes.io/aws-load-balancer-",
        &[
            "type",
            "name",
            "scheme",
            "internal",
            "subnets",
            "attributes",
            "alpn-policy",
            "proxy-protocol",
            "nlb-target-type",
            "ip-address-type",
            "target-node-labels",
            "target-group-attributes",
            "multi-cluster-target-group",
            "eip-allocations",
            "ipv6-addresses",
            "private-ipv4-addresses",
            "security-groups",
            "extra-security-groups",
            "security-group-prefix-lists",
            "manage-backend-security-group-rules",
            "inbound-sg-rules-on-private-link-traffic",
            "disable-nlb-sg",
            "enable-tcp-udp-listener",
            "enable-icmp-for-path-mtu-discovery",
            "enable-prefix-for-ipv6-source-nat",
            "source-nat-ipv6-prefixes",
            "minimum-load-balancer-capacity",
            "additional-resource-tags",
            "backend-protocol",
            "ssl-cert",
            "ssl-ports",
            "ssl-negotiation-policy",
            "access-log-enabled",
            "access-log-emit-interval",
            "access-log-s3-bucket-name",
            "access-log-s3-bucket-prefix",
            "connection-idle-timeout",
            "connection-draining-enabled",
            "connection-draining-timeout",
            "cross-zone-load-balancing-enabled",
            "healthcheck-path",
            "healthcheck-port",
            "healthcheck-protocol",
            "healthcheck-timeout",
            "healthcheck-interval",
            "healthcheck-success-codes",
            "healthcheck-healthy-threshold",
            "healthcheck-unhealthy-threshold",
        ],
    ),
    // Azure: cloud-provider-azure, `pkg/consts`.
    (
        "service.beta.kubernetes.io/azure-",
        &[
            "load-balancer-mode",
            "load-balancer-ipv4",
            "load-balancer-ipv6",
            "load-balancer-internal",
            "load-balancer-internal-subnet",
            "load-balancer-configurations",
            "load-balancer-resource-group",
            "load-balancer-tcp-idle-timeout",
            "load-balancer-disable-tcp-reset",
            "load-balancer-enable-high-availability-ports",
            "load-balancer-health-probe-interval",
            "load-balancer-health-probe-protocol",
            "load-balancer-health-probe-num-of-probe",
            "load-balancer-health-probe-request-path",
            "allowed-service-tags",
            "allowed-ip-ranges",
            "additional-public-ips",
            "deny-all-except-load-balancer-source-ranges",
            "disable-load-balancer-floating-ip",
            "shared-securityrule",
            "dns-label-name",
            "pip-name",
            "pip-name-ipv6",
            "pip-tags",
            "pip-ip-tags",
            "pip-prefix-id",
            "pip-prefix-id-ipv6",
        ],
    ),
    (
        "networking.gke.io/",
        &[
            "load-balancer-type",
            "load-balancer-subnet",
            "load-balancer-ip-addresses",
            "internal-load-balancer-subnet",
            "internal-load-balancer-allow-global-access",
            "weighted-load-balancing",
        ],
    ),
    ("cloud.google.com/", &["load-balancer-type", "network-tier", "backend-config", "app-protocols", "neg-status"]),
    ("external-dns.alpha.kubernetes.io/", &["hostname", "internal-hostname", "target", "controller", "set-identifier", "cloudflare-proxied"]),
    ("metallb.io/", &["address-pool", "allow-shared-ip", "loadBalancerIPs", "ip-allocated-from-pool"]),
    ("service.kubernetes.io/", &["topology-mode", "topology-aware-hints"]),
];

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    let annotations = object.service().and_then(|service| service.metadata.annotations.as_ref());
    for key in annotations.into_iter().flat_map(|all| all.keys()) {
        let Some(meant) = meant(key) else { continue };
        let there = annotations.is_some_and(|all| all.contains_key(&meant));
        let field = format!("metadata.annotations[{key}]");
        let place = object.at(&field);
        let message = format!("annotation `{key}` of Service `{}` is one that nobody reads", object.name());
        let finding = Finding::new(if there { Confidence::Possible } else { Confidence::Likely }, message)
            .label(place.key().unwrap_or(place.span()), "the Service behaves as if it were not there")
            .help(format!("did you mean `{meant}`?"))
            .field(field);
        out.push(match place.rename(&meant) {
            Some(edit) if !there => finding.unsafe_fix(format!("write `{meant}`"), vec![edit]),
            _ => finding,
        });
    }
}

/// The key that was meant by one that is not read; none where it is read, or nothing is near it.
fn meant(key: &str) -> Option<String> {
    if template::is_placeholder(key) {
        return None;
    }
    if READ.iter().any(|(prefix, names)| key.strip_prefix(prefix).is_some_and(|name| names.contains(&name))) {
        return None;
    }
    let known = READ.iter().flat_map(|(prefix, names)| names.iter().map(move |name| (*prefix, *name)));
    let near = known.filter(|(prefix, name)| is_slip(key, prefix, name));
    let mut near = near.map(|(prefix, name)| format!("{prefix}{name}"));
    near.next().filter(|_| near.next().is_none())
}

/// Up to two letters in the whole key, no digit among them, or `beta` left out where only that key was ever read.
fn is_slip(written: &str, prefix: &str, name: &str) -> bool {
    let length = prefix.len() + name.len();
    if written.len() + "beta.".len() == length {
        let unbeta = prefix.strip_prefix("service.beta.");
        return unbeta.is_some_and(|rest| written.strip_prefix("service.").and_then(|written| written.strip_prefix(rest)) == Some(name));
    }
    let known = || prefix.bytes().chain(name.bytes());
    if written.len().abs_diff(length) > SLIP || letters_apart(written.bytes(), known()) > 2 * SLIP {
        return false;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let known = format!("{prefix}{name}");
    digits(written) == digits(&known) && strsim::osa_distance(written, &known) <= SLIP
}

/// The most letters that are put in, left out, changed or swapped by mistake.
const SLIP: usize = 2;

/// How many letters of one text have none in the other to match, wherever they stand: at most two for each slip, and far
/// cheaper to tell than the slips.
fn letters_apart(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> usize {
    let mut surplus = [0i16; 256];
    let mut count = |letter: u8, by: i16| surplus.get_mut(usize::from(letter)).into_iter().for_each(|it| *it += by);
    a.for_each(|letter| count(letter, 1));
    b.for_each(|letter| count(letter, -1));
    surplus.iter().map(|it| usize::from(it.unsigned_abs())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_keys_of_others() {
        let aws = "service.beta.kubernetes.io/aws-load-balancer-";
        assert_eq!(meant(&format!("{aws}sceme")), Some(format!("{aws}scheme")));
        assert_eq!(meant("service.kubernetes.io/aws-load-balancer-type"), Some(format!("{aws}type")));
        assert_eq!(meant("service.beta.kubernetes.io/azure-loadbalancer-internal").as_deref(), Some("service.beta.kubernetes.io/azure-load-balancer-internal"));
        for (prefix, names) in READ {
            for name in names {
                assert_eq!(meant(&format!("{prefix}{name}")), None, "{name}");
            }
        }
        for other in [
            "service.beta.kubernetes.io/do-loadbalancer-type",
            "service.kubernetes.io/do-loadbalancer-name",
            "metallb.universe.tf/address-pool",
            "cloud.google.com/neg",
            "service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-80",
            "prometheus.io/port",
            "cloud.google.com/load-balancer-class",
        ] {
            assert_eq!(meant(other), None, "{other}");
        }
    }
}
