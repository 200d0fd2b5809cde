//! Keys of load balancers that still work and have a successor.

use super::load_balancer::{Asked, asked};
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

/// What a key's successor is.
enum Successor {
    /// The same value under another key.
    Key(&'static str),
    /// Something else, said in full.
    Other(&'static str),
    /// Nothing: why it is not needed any more.
    Nothing(&'static str),
}

/// A key, or the start of keys where it ends in a slash or a hyphen, and what came after it.
const KEYS: [(&str, Successor); 11] = [
    ("metallb.universe.tf/", Successor::Key("metallb.io/")),
    ("io.cilium/lb-ipam-", Successor::Key("lbipam.cilium.io/")),
    ("networking.gke.io/internal-load-balancer-subnet", Successor::Key("networking.gke.io/load-balancer-subnet")),
    ("cloud.google.com/load-balancer-type", Successor::Key("networking.gke.io/load-balancer-type")),
    ("service.beta.kubernetes.io/do-loadbalancer-size-slug", Successor::Other("`service.beta.kubernetes.io/do-loadbalancer-size-unit`")),
    ("service.beta.kubernetes.io/vultr-loadbalancer-private-network", Successor::Other("`service.beta.kubernetes.io/vultr-loadbalancer-vpc`")),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-spec", Successor::Nothing("load balancers are charged by use now, not by size")),
    ("service.beta.kubernetes.io/aws-load-balancer-access-log-enabled", LBC_ATTRIBUTES),
    ("service.beta.kubernetes.io/aws-load-balancer-access-log-s3-bucket-name", LBC_ATTRIBUTES),
    ("service.beta.kubernetes.io/aws-load-balancer-access-log-s3-bucket-prefix", LBC_ATTRIBUTES),
    ("service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled", LBC_ATTRIBUTES),
];

/// The cloud controller manager has these keys still; the AWS Load Balancer Controller has one for all.
const LBC_ATTRIBUTES: Successor = Successor::Other("`service.beta.kubernetes.io/aws-load-balancer-attributes`");

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    for key in asked.demand.annotations.keys() {
        let Some((start, successor)) = KEYS.iter().find(|(start, _)| matches(key, start)) else { continue };
        if is_aws(start) && asked.by_lbc().is_none() {
            continue;
        }
        out.push(finding(&asked, key, start, successor));
    }
    if asked.annotation("service.beta.kubernetes.io/aws-load-balancer-", "type") == Some("nlb-ip") {
        let message = format!("load balancer type `nlb-ip` of Service `{}` is deprecated", object.name());
        let key = "service.beta.kubernetes.io/aws-load-balancer-type";
        let help = "write `external` here and `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip` beside it";
        out.push(asked.at_annotation(Confidence::Possible, key, message, "still read").help(help));
    }
    let key = "networking.gke.io/load-balancer-type";
    if asked.annotation(key, "") == Some("internal") {
        let message = format!("value `internal` of annotation `{key}` of Service `{}` is deprecated", object.name());
        out.push(asked.at_annotation(Confidence::Possible, key, message, "still read").help("write `Internal`"));
    }
    if asked.demand.address.is_some() {
        let message = format!("`loadBalancerIP` of Service `{}` is deprecated since Kubernetes 1.24", object.name());
        let help = "use the annotation of whoever makes the load balancer: it knows both IP families";
        out.push(asked.at(Confidence::Possible, "spec.loadBalancerIP", message, "each provider reads it in its own way, some not at all").help(help));
    }
}

fn is_aws(key: &str) -> bool {
    key.starts_with("service.beta.kubernetes.io/aws-")
}

fn matches(key: &str, start: &str) -> bool {
    if start.ends_with(['/', '-']) { key.starts_with(start) } else { key == start }
}

fn finding(asked: &Asked<'_, '_>, key: &str, start: &str, successor: &Successor) -> Finding {
    let message = format!("annotation `{key}` of Service `{}` is deprecated", asked.object.name());
    let at = |help: String| asked.at_annotation(Confidence::Possible, key, message.clone(), "still read, but it has a successor").help(help);
    match successor {
        Successor::Nothing(why) => asked.at_annotation(Confidence::Possible, key, message, *why).help("leave it out"),
        Successor::Other(instead) => at(format!("its successor is {instead}")),
        Successor::Key(new) => {
            let renamed = format!("{new}{}", key.strip_prefix(start).unwrap_or(""));
            let edit = asked.object.at(&format!("metadata.annotations[{key}]")).rename(&renamed);
            let finding = at(format!("its successor is `{renamed}`"));
            match edit {
                Some(edit) => finding.unsafe_fix(format!("rename it to `{renamed}`"), vec![edit]),
                None => finding,
            }
        }
    }
}
