//! Hand-written endpoints whose address is the cluster IP of another Service.

use crate::finding::Finding;
use crate::kube::world::Distance;
use crate::kube::{Object, Typed, World};

/// Addresses of one object that are looked at.
const MOST: usize = 100;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let addresses = addresses(object);
    if addresses.is_empty() {
        return;
    }
    let services = world.of_kind("Service", object, Distance::SameDirectory);
    for (field, address) in addresses {
        let is_its = |service: &&Object<'_>| service.service().and_then(|it| it.spec.as_ref()?.cluster_ip.as_deref()) == Some(address);
        let Some(service) = services.iter().copied().find(is_its) else { continue };
        // Addresses of examples are made up: that two are alike is worth a look, and no more.
        let beside = world.distance(object, service) == Distance::SameFile || !world.among_alternatives(object);
        if !beside {
            continue;
        }
        out.push(
            Finding::possible(format!("{} `{}` leads to {address}, the cluster IP of Service `{}`", object.kind(), object.name(), service.name()))
                .label(object.at(&field).span(), "kube-proxy does not translate twice: what arrives there is lost")
                .label(service.at("spec.clusterIP").span(), format!("{} has it", world.told(service)))
                .help("write the addresses of the pods, or select them; for a second name of a Service use type ExternalName")
                .field(field),
        );
    }
}

fn addresses<'o>(object: &'o Object<'_>) -> Vec<(String, &'o str)> {
    match &object.typed {
        Some(Typed::Endpoints(it)) => {
            let subsets = it.subsets.iter().flatten().enumerate();
            let all = subsets.flat_map(|(subset, it)| {
                let addresses = it.addresses.iter().flatten().enumerate();
                addresses.map(move |(index, it)| (format!("subsets[{subset}].addresses[{index}].ip"), it.ip.as_str()))
            });
            all.take(MOST).collect()
        }
        Some(Typed::EndpointSlice(it)) => {
            let endpoints = it.endpoints.iter().flatten().enumerate();
            let all = endpoints.flat_map(|(endpoint, it)| {
                let addresses = it.addresses.iter().enumerate();
                addresses.map(move |(index, it)| (format!("endpoints[{endpoint}].addresses[{index}]"), it.as_str()))
            });
            all.take(MOST).collect()
        }
        _ => Vec::new(),
    }
}
