//! A Service that has the cloud make a load balancer: worth knowing for its price.

use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, _world: &World<'_>, out: &mut Vec<Finding>) {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    if spec.and_then(|spec| spec.type_.as_deref()) != Some("LoadBalancer") {
        return;
    }
    out.push(
        Finding::possible(format!("Service `{}` makes a load balancer of its own", object.name()))
            .field("spec.type")
            .label(object.at("spec.type").span(), "on most clouds each one is billed by the hour")
            .help("`svclint cost` says how much; for HTTP one Ingress or Gateway can serve many Services"),
    );
}
