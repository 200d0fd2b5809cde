//! A load balancer of the AWS Load Balancer Controller that is internal because nobody said otherwise.

use super::load_balancer::{AWS, asked};
use crate::finding::Confidence;
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let written = object.annotations();
    let told = |name: &str| written.is_some_and(|written| written.contains_key(&format!("{AWS}{name}")));
    if asked.by_lbc().is_none() || told("scheme") || told("internal") {
        return;
    }
    let message = format!("load balancer of Service `{}` is internal: no scheme is written", object.name());
    let label = "the AWS Load Balancer Controller (2.2 and later) keeps it inside the network where nothing says otherwise";
    let help = "write `service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing`, or `internal` where that is meant";
    out.push(asked.at(Confidence::Possible, "spec.type", message, label).help(help));
}
