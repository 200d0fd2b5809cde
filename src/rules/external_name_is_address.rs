//! An ExternalName that is an IP address: DNS has no such name.

use std::net::Ipv4Addr;

use crate::finding::Finding;
use crate::kube::endpoints;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, _world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(service) = object.service().filter(|service| endpoints::is_external(service)) else { return };
    let Some(name) = service.spec.as_ref().and_then(|spec| spec.external_name.as_deref()) else { return };
    // An IPv6 address, a URL or a port is no DNS name even in form: the API server refuses it.
    if name.trim_end_matches('.').parse::<Ipv4Addr>().is_err() {
        return;
    }
    out.push(
        Finding::likely(format!("external name `{name}` of Service `{}` is an IP address, not a DNS name", object.name()))
            .field("spec.externalName")
            .label(object.at("spec.externalName").span(), "the cluster's DNS answers with an alias of this name, which no resolver can follow")
            .help("for an address leave out `type` and `externalName`, and write an EndpointSlice with the address for a Service without selector"),
    );
}
