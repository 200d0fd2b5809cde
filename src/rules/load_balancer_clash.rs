//! Two LoadBalancer Services that take one thing from each other: a port of the nodes, a load balancer, an address.

use super::load_balancer::{Asked, asked};
use crate::cost::Provider;
use crate::cost::demand::{Port, Protocol};
use crate::finding::{Confidence, Finding};
use crate::kube::object::State;
use crate::kube::world::Distance;
use crate::kube::{Object, World};

/// How many objects of the file are looked at: a longer one is no hand-written manifest.
const MOST: usize = 200;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(mine) = asked(object, world) else { return };
    let Some(provider) = mine.provider else { return };
    let here = world.in_file(object.span.file).take(MOST).take_while(|it| it.id < object.id);
    let beside = if world.among_alternatives(object) { Vec::new() } else { world.of_kind("Service", object, Distance::SameDirectory) };
    let beside = beside.into_iter().filter(|it| it.id < object.id && it.span.file != object.span.file);
    let services = here.chain(beside).filter(|it| it.state == State::Object && (it.name(), world.namespace(it)) != (object.name(), world.namespace(object)));
    let near = services.filter(|it| meets(&mine, it, provider));
    let rivals = near.filter_map(|it| asked(it, world)).filter(|it| it.provider == Some(provider));
    for rival in rivals {
        let Some((field, label, help)) = clash(provider, &mine, &rival) else { continue };
        let message = format!("Service `{}` and Service `{}` can't both have their load balancer", rival.object.name(), object.name());
        let there = rival.object.at(&field);
        let there = if there.found { there.span() } else { rival.object.title() };
        let sure = if rival.object.span.file == object.span.file { Confidence::Certain } else { Confidence::Likely };
        out.push(
            mine.at(sure, &field, message, label).label(there, format!("Service `{}` has it", rival.object.name())).help(help),
        );
        return;
    }
    let bundled = provider == Provider::K3s && !object.name().contains("traefik");
    let taken = |port: &Port| port.protocol == Protocol::Tcp && matches!(port.number, 80 | 443);
    if let Some(index) = mine.demand.ports.iter().position(taken).filter(|_| bundled) {
        let message = format!("Service `{}` asks for a port that k3s's own Traefik has", object.name());
        let label = "ServiceLB opens it on every node, where the bundled Traefik came first: the Service stays `<pending>`";
        let help = "start k3s with `--disable traefik`, pick another port, or put the Service behind Traefik with an Ingress";
        out.push(mine.at(Confidence::Likely, &format!("spec.ports[{index}].port"), message, label).help(help));
    }
}

/// Whether the two have anything in common that could clash: a first look, before the second one is read in full.
fn meets(mine: &Asked<'_, '_>, other: &Object<'_>, provider: Provider) -> bool {
    let Some(spec) = other.service().and_then(|service| service.spec.as_ref()) else { return false };
    let theirs = other.metadata().and_then(|metadata| metadata.annotations.as_ref());
    let annotation = theirs.is_some_and(|theirs| mine.demand.annotations.iter().any(|(key, value)| theirs.get(key) == Some(value)));
    let address = mine.demand.address.is_some() && mine.demand.address == spec.load_balancer_ip;
    let port = || spec.ports.iter().flatten().any(|port| mine.demand.ports.iter().any(|it| it.number == port.port));
    annotation || address || provider == Provider::K3s && port()
}

fn clash(provider: Provider, mine: &Asked<'_, '_>, rival: &Asked<'_, '_>) -> Option<(String, String, &'static str)> {
    let same = |key: &str| {
        let value = mine.demand.annotation(key)?;
        (rival.demand.annotation(key) == Some(value)).then(|| format!("metadata.annotations[{key}]"))
    };
    let port = || {
        let taken = |port: &Port| rival.demand.ports.iter().any(|it| (it.protocol, it.number) == (port.protocol, port.number));
        let index = mine.demand.ports.iter().position(taken)?;
        let port = mine.demand.ports.get(index)?;
        Some((format!("spec.ports[{index}].port"), format!("{}/{}", port.number, port.protocol.name())))
    };
    match provider {
        Provider::Hetzner => same("load-balancer.hetzner.cloud/name")
            .map(|field| (field, "each reconcile of one removes the other's ports".to_owned(), "give each a name of its own")),
        Provider::Linode => same("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-id")
            .map(|field| (field, "each reconcile of one removes the other's ports".to_owned(), "give each a NodeBalancer of its own")),
        Provider::K3s => port().map(|(field, port)| {
            let label = format!("ServiceLB opens {port} on every node: the second Service stays `<pending>`");
            (field, label, "give one of them another port, or put both behind one Ingress")
        }),
        Provider::Aks => {
            let keys = ["service.beta.kubernetes.io/azure-load-balancer-ipv4", "service.beta.kubernetes.io/azure-pip-name"];
            let shared = keys.iter().any(|key| same(key).is_some()) || mine.demand.address.is_some() && mine.demand.address == rival.demand.address;
            port().filter(|_| shared).map(|(field, port)| (field, format!("{port} of the shared address is taken"), "give one of them another port or address"))
        }
        Provider::OpenStack | Provider::Ovh => {
            let shared = same("loadbalancer.openstack.org/load-balancer-id").is_some();
            port().filter(|_| shared).map(|(field, port)| (field, format!("{port} of the shared load balancer is taken"), "give one of them another port"))
        }
        Provider::Exoscale => {
            let shared = same("service.beta.kubernetes.io/exoscale-loadbalancer-id").is_some();
            port().filter(|_| shared).map(|(field, port)| (field, format!("{port} of the shared load balancer is overwritten"), "give one of them another port"))
        }
        Provider::MetalLb => {
            let keys = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"];
            let address = keys.iter().any(|key| same(key).is_some()) || mine.demand.address.is_some() && mine.demand.address == rival.demand.address;
            port().filter(|_| address).map(|(field, port)| (field, format!("{port} of the address is taken: the second Service stays `<pending>`"), "give one of them another port or address"))
        }
        _ => None,
    }
}
