//! Annotations of a load balancer that nobody reads there.

use super::load_balancer::{AWS, AZURE, DIGITALOCEAN, asked};
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let name = object.name();
    let mut ignored = |confidence, prefix: &str, key: &str, label: &str, help: &'static str| {
        let key = format!("{prefix}{key}");
        let message = format!("annotation `{key}` of Service `{name}` has no effect");
        out.push(asked.at_annotation(confidence, &key, message, label).help(help));
    };
    if let (Some("internal"), Some(confidence)) = (asked.annotation(AWS, "scheme"), asked.by_ccm())
        && asked.annotation(AWS, "internal").is_none()
    {
        let label = "the cloud controller manager does not read it: the load balancer is open to the internet";
        let help = "add `loadBalancerClass: service.k8s.aws/nlb` for the AWS Load Balancer Controller, or \
                    `service.beta.kubernetes.io/aws-load-balancer-internal: \"true\"` for the cloud controller manager";
        // Where the AWS Load Balancer Controller is installed its webhook takes new Services over, and then it reads this.
        let confidence = if confidence == Confidence::Certain { confidence } else { Confidence::Possible };
        ignored(confidence, AWS, "scheme", label, help);
    }
    if asked.annotation("service.beta.kubernetes.io/azure-", "shared-securityrule").is_some() {
        let help = "leave it out: the controller shares rules by itself";
        ignored(Confidence::Likely, "service.beta.kubernetes.io/azure-", "shared-securityrule", "the controller no longer knows it", help);
    }
    if asked.annotation(AZURE, "mode").is_some() {
        let label = "it chooses among Basic load balancers, which were retired on 2025-09-30";
        ignored(Confidence::Likely, AZURE, "mode", label, "leave it out");
    }
    let all_ports = asked.annotation(AZURE, "enable-high-availability-ports").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let internal = asked.annotation(AZURE, "internal").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if all_ports && !internal {
        let help = "leave it out, or make the load balancer internal with `service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"`";
        ignored(Confidence::Certain, AZURE, "enable-high-availability-ports", "only an internal load balancer forwards all ports", help);
    }
    if asked.annotation(DIGITALOCEAN, "algorithm").is_some() {
        ignored(Confidence::Possible, DIGITALOCEAN, "algorithm", "the load balancer chooses by itself", "leave it out");
    }
}
