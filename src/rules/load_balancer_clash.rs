//! Two LoadBalancer Services that take one thing from each other: a port of the nodes, a load balancer, an address.

use super::load_balancer::{Asked, asked};
use crate::cost::Provider;
use crate::cost::demand::{Port, Protocol};
use crate::finding::{Confidence, Finding};
use crate::kube::object::{Labels, State};
use crate::kube::world::Distance;
use crate::kube::{Object, World, host_ports, ports};

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
    let rivals: Vec<_> = near.filter_map(|it| asked(it, world)).filter(|it| it.provider == Some(provider)).collect();
    for rival in &rivals {
        let Some(clash) = clash(provider, &mine, rival) else { continue };
        let message = format!("Service `{}` and Service `{}` can't both have their load balancer", rival.object.name(), object.name());
        let there = rival.object.at(&clash.field);
        let there = if there.found { there.span() } else { rival.object.title() };
        let sure = if rival.object.span.file == object.span.file { Confidence::Certain } else { Confidence::Likely };
        let has = format!("Service `{}` has it", rival.object.name());
        out.push(mine.at(sure, &clash.field, message, clash.label).label(there, has).help(clash.help));
        return;
    }
    out.extend(crowd(provider, &mine, &rivals));
    if provider == Provider::K3s {
        out.extend(bundled(&mine));
        out.extend(on_nodes(&mine, world));
    }
}

/// What only one can have.
struct Clash {
    field: String,
    label: String,
    help: &'static str,
}

impl Clash {
    fn new((field, port): (String, String), what: &str, help: &'static str) -> Self {
        Self { field, label: format!("{port} {what}"), help }
    }
}

/// Whether the two have anything in common that could clash: a first look, before the second one is read in full.
fn meets(mine: &Asked<'_, '_>, other: &Object<'_>, provider: Provider) -> bool {
    let Some(spec) = other.service().and_then(|service| service.spec.as_ref()) else { return false };
    let theirs = other.annotations();
    let annotation = theirs.is_some_and(|theirs| mine.demand.annotations.iter().any(|(key, value)| theirs.get(key) == Some(value)));
    let address = mine.demand.address.is_some() && mine.demand.address == spec.load_balancer_ip;
    let port = || spec.ports.iter().flatten().any(|port| mine.demand.ports.iter().any(|it| it.number == port.port));
    let addressed = || provider == Provider::MetalLb && (mine.demand.address.is_some() || of_metallb(mine, "loadBalancerIPs").is_some());
    annotation || address || addressed() || provider == Provider::K3s && port()
}

fn clash(provider: Provider, mine: &Asked<'_, '_>, rival: &Asked<'_, '_>) -> Option<Clash> {
    let same = |key: &str| same(mine, rival, key);
    let port = || port(mine, rival);
    match provider {
        Provider::Hetzner | Provider::Linode => {
            let (key, help) = match provider {
                Provider::Hetzner => ("load-balancer.hetzner.cloud/name", "give each a name of its own"),
                _ => ("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-id", "give each a NodeBalancer of its own"),
            };
            Some(Clash { field: same(key)?, label: "each reconcile of one removes the other's ports".to_owned(), help })
        }
        Provider::K3s => {
            let pool = |it: &Asked<'_, '_>| it.demand.labels.get("svccontroller.k3s.cattle.io/lbpool").cloned();
            let apart = matches!((pool(mine), pool(rival)), (Some(mine), Some(rival)) if mine != rival);
            let what = "is opened on every node by ServiceLB: the second Service stays `<pending>`";
            port().filter(|_| !apart).map(|port| Clash::new(port, what, "give one of them another port, or put both behind one Ingress"))
        }
        Provider::Aks => {
            let keys = ["service.beta.kubernetes.io/azure-load-balancer-ipv4", "service.beta.kubernetes.io/azure-pip-name"];
            let shared = keys.iter().any(|key| same(key).is_some()) || mine.demand.address.is_some() && mine.demand.address == rival.demand.address;
            port().filter(|_| shared).map(|port| Clash::new(port, "of the shared address is taken", "give one of them another port or address"))
        }
        Provider::OpenStack | Provider::Ovh => {
            same(OPENSTACK_ID)?;
            Some(Clash::new(port()?, "of the shared load balancer is taken", "give one of them another port"))
        }
        Provider::Exoscale => {
            same("service.beta.kubernetes.io/exoscale-loadbalancer-id")?;
            Some(Clash::new(port()?, "of the shared load balancer is overwritten", "give one of them another port"))
        }
        Provider::MetalLb => metallb(mine, rival),
        _ => None,
    }
}

/// Where both carry the annotation with one value, its field.
fn same(mine: &Asked<'_, '_>, rival: &Asked<'_, '_>, key: &str) -> Option<String> {
    let value = mine.demand.annotation(key).filter(|value| !value.is_empty())?;
    (rival.demand.annotation(key) == Some(value)).then(|| format!("metadata.annotations[{key}]"))
}

/// The first port that both have: its field, and `80/TCP`.
fn port(mine: &Asked<'_, '_>, rival: &Asked<'_, '_>) -> Option<(String, String)> {
    let taken = |port: &Port| rival.demand.ports.iter().any(|it| (it.protocol, it.number) == (port.protocol, port.number));
    let index = mine.demand.ports.iter().position(taken)?;
    let port = mine.demand.ports.get(index)?;
    Some((format!("spec.ports[{index}].port"), format!("{}/{}", port.number, port.protocol.name())))
}

/// The value of a key of MetalLB's, under its new name or its old one, with the field.
fn of_metallb<'a>(asked: &'a Asked<'_, '_>, name: &str) -> Option<(String, &'a str)> {
    let keys = [format!("metallb.io/{name}"), format!("metallb.universe.tf/{name}")];
    let value = |key: String| asked.demand.annotation(&key).filter(|value| !value.is_empty()).map(|value| (format!("metadata.annotations[{key}]"), value));
    keys.into_iter().find_map(value)
}

/// MetalLB gives one address to two Services where both name one sharing key, their ports differ, and traffic of each
/// reaches the pods of both alike (its allocator's `sharingOK` and `BackendKey`).
fn metallb(mine: &Asked<'_, '_>, rival: &Asked<'_, '_>) -> Option<Clash> {
    let address = |asked: &Asked<'_, '_>| {
        let written = of_metallb(asked, "loadBalancerIPs").map(|(field, value)| (field, value.to_owned()));
        written.or_else(|| Some(("spec.loadBalancerIP".to_owned(), asked.demand.address.clone()?)))
    };
    let ((field, ours), (_, theirs)) = (address(mine)?, address(rival)?);
    let theirs: Vec<_> = theirs.split(',').map(str::trim).collect();
    let shared = ours.split(',').map(str::trim).find(|address| !address.is_empty() && theirs.contains(address))?;
    let key = |asked| of_metallb(asked, "allow-shared-ip").map(|(_, value)| value);
    if key(mine).is_none() || key(mine) != key(rival) {
        let label = format!("{shared} is given to one of them: the second stays `<pending>`");
        return Some(Clash { field, label, help: "give both one `metallb.io/allow-shared-ip`, or each an address of its own" });
    }
    if let Some(port) = port(mine, rival) {
        let what = format!("of {shared} is taken: the second Service stays `<pending>`");
        return Some(Clash::new(port, &what, "give one of them another port or address"));
    }
    (backends(mine) != backends(rival)).then(|| Clash {
        label: format!("{shared} is not shared: with `externalTrafficPolicy: Local` only Services of one selector share an address"),
        field,
        help: "make both `Cluster`, or give each an address of its own",
    })
}

/// What two Services must have alike to share an address: the selector, where traffic stays on its node.
fn backends<'a>(asked: &'a Asked<'_, '_>) -> Option<&'a Labels> {
    let spec = asked.object.service()?.spec.as_ref()?;
    let local = spec.external_traffic_policy.as_deref() == Some("Local");
    spec.selector.as_ref().filter(|selector| local && !selector.is_empty())
}

const OPENSTACK_ID: &str = "loadbalancer.openstack.org/load-balancer-id";

/// OpenStack's controller lets two Services share a load balancer, unless its settings say more.
fn crowd(provider: Provider, mine: &Asked<'_, '_>, rivals: &[Asked<'_, '_>]) -> Option<Finding> {
    if !matches!(provider, Provider::OpenStack | Provider::Ovh) || rivals.iter().filter(|rival| same(mine, rival, OPENSTACK_ID).is_some()).count() < 2 {
        return None;
    }
    let message = format!("Service `{}` is the third or a later one on one load balancer", mine.object.name());
    let label = "the controller lets two share it: this one stays `<pending>`";
    let help = "leave it out, or raise `max-shared-lb` in the controller's configuration";
    Some(mine.at(Confidence::Likely, &format!("metadata.annotations[{OPENSTACK_ID}]"), message, label).help(help))
}

/// A port that pods of the files take of their nodes.
fn on_nodes(mine: &Asked<'_, '_>, world: &World<'_>) -> Option<Finding> {
    let farthest = if world.among_alternatives(mine.object) { Distance::SameFile } else { Distance::SameDirectory };
    let mut takers = world.workloads_near(mine.object, farthest).into_iter().filter_map(|it| {
        let spec = it.template()?.spec?;
        let (field, index) = host_ports::of(spec).find_map(|(field, port)| {
            let same = |wanted: &Port| wanted.number == host_ports::number(port) && wanted.protocol.name() == ports::protocol(port.protocol.as_deref());
            Some((field, mine.demand.ports.iter().position(same)?))
        })?;
        Some((it, it.template()?.field(&field), index))
    });
    let (taker, there, index) = takers.next()?;
    let pooled = mine.object.labels().is_some_and(|labels| labels.contains_key("svccontroller.k3s.cattle.io/lbpool"));
    let everywhere = host_ports::on_every_node(taker).is_some() && !pooled && !world.changed_later(taker) && !world.changed_later(mine.object);
    let number = mine.demand.ports.get(index)?.number;
    let message = format!("Service `{}` asks for port {number} of the nodes, which the pods of {} `{}` take", mine.object.name(), taker.kind(), taker.name());
    let label = "ServiceLB opens it by a `hostPort` on every node: where the other pod runs, its own stays Pending";
    let help = "give one of them another port, or take the `hostPort` out and let clients come through the Service";
    let sure = if everywhere { Confidence::Likely } else { Confidence::Possible };
    Some(mine.at(sure, &format!("spec.ports[{index}].port"), message, label).label(taker.at(&there).span(), format!("{} takes it", world.told(taker))).help(help))
}

/// A port of k3s's own Traefik.
fn bundled(mine: &Asked<'_, '_>) -> Option<Finding> {
    let name = mine.object.name();
    let taken = |port: &Port| port.protocol == Protocol::Tcp && matches!(port.number, 80 | 443);
    let index = mine.demand.ports.iter().position(taken).filter(|_| !name.contains("traefik"))?;
    // Whoever brings another controller has most likely switched Traefik off.
    let replaces = ["ingress", "gateway", "nginx-", "envoy", "contour", "haproxy", "kong"].iter().any(|word| name.contains(word));
    let confidence = if replaces { Confidence::Possible } else { Confidence::Likely };
    let message = format!("Service `{name}` asks for a port that k3s's own Traefik has");
    let label = "ServiceLB opens it on every node, where the bundled Traefik came first: the Service stays `<pending>`";
    let help = "start k3s with `--disable traefik`, pick another port, or put the Service behind Traefik with an Ingress";
    Some(mine.at(confidence, &format!("spec.ports[{index}].port"), message, label).help(help))
}
