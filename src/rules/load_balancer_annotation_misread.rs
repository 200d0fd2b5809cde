//! Annotations of a load balancer whose value its controller takes for something else than its author.

use super::load_balancer::{AWS, AZURE, asked};
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let name = object.name();
    let mut misread = |confidence, key: String, value: &str, label: String, help: String| {
        let message = format!("`{value}` is no value of annotation `{key}` of Service `{name}`");
        out.push(asked.at_annotation(confidence, &key, message, label).help(help));
    };
    if let Some(value) = asked.annotation(AWS, "type").filter(|value| !matches!(*value, "nlb" | "nlb-ip" | "external" | "")) {
        let label = if asked.by_ccm() == Some(Confidence::Certain) {
            "it makes a Classic Load Balancer, as any value does that the controller does not know"
        } else {
            "it makes a Classic Load Balancer, or a Network Load Balancer under the AWS Load Balancer Controller: never an ALB"
        };
        let help = "write `nlb`, or leave it out; an Application Load Balancer comes from an Ingress or a Gateway";
        misread(Confidence::Certain, format!("{AWS}type"), value, label.into(), help.into());
    }
    let internal = asked.annotation(AWS, "internal").filter(|value| !matches!(*value, "true" | "false" | ""));
    if let (Some(value), Some(_)) = (internal, asked.by_ccm()) {
        let label = "the load balancer is internal: the cloud controller manager takes all but exactly `false` for yes";
        misread(Confidence::Likely, format!("{AWS}internal"), value, label.into(), "write `\"true\"` or `\"false\"`".into());
    }
    let is_bool = |value: &str| value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
    if let Some(value) = asked.annotation(AZURE, "internal").filter(|value| !is_bool(value)) {
        let label = "the load balancer is open to the internet: the controller takes all but `true` for no";
        misread(Confidence::Likely, format!("{AZURE}internal"), value, label.into(), "write `\"true\"` or `\"false\"`".into());
    }
    let tier = "cloud.google.com/";
    if let Some(value) = asked.annotation(tier, "network-tier").filter(|value| !matches!(*value, "Standard" | "Premium")) {
        let label = "the controller refuses the Service: unsupported network tier";
        misread(Confidence::Certain, format!("{tier}network-tier"), value, label.into(), "write `Standard` or `Premium`".into());
    }
}
