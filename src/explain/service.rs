//! One Service explained: every part of the model put together. Knows no view.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::addresses::with_port;
use super::model::{self, Address, Path, Port, Verdict};
use super::names::Named;
use super::notes::Concerned;
use super::path::Subject;
use super::scene::Scene;
use super::start::Start;
use super::{Wanted, ask, balancer, callers, chains, defaults, environment, fronts, life, slices, spread, summary};
use crate::kube::endpoints::slice::{Answered, Built, answered, families};
use crate::kube::endpoints::{self, Backend, Idle, Origin};
use crate::kube::object::{Object, ObjectId};
use crate::kube::ports;
use crate::kube::profile::IpFamily;
use crate::kube::world::{Distance, Namespaces};

/// Pods of one workload whose chains are named.
const MOST_PODS: u32 = 100;

/// Explains a Service, and says which objects it has to do with.
#[must_use]
pub fn explain<'w, 's>(scene: &Scene<'w, 's>, object: &'w Object<'s>, wanted: &Wanted, is_first: bool) -> Option<Concerned> {
    let world = scene.world;
    let written = object.service()?;
    let Answered { stored: service, refused } = answered(object, &world.profile)?;
    let spec = service.spec.as_ref();
    let built = endpoints::build(world, object, &service);
    let headless = endpoints::is_headless(&service);
    let external = endpoints::is_external(&service);
    let cluster_ips = if headless || external { Vec::new() } else { cluster_ips(scene, object, &service) };
    let all_ports: Vec<&ServicePort> = spec.iter().flat_map(|spec| spec.ports.iter().flatten()).collect();
    let ports: Vec<Port> = all_ports.iter().map(|port| told(port)).collect();
    let endpoint_slices: Vec<_> = built.slices.iter().map(slices::told).collect();
    let namespace = world.namespace(object);
    let named = Named {
        name: object.name(),
        namespace,
        domain: &world.profile.domain,
        external: external.then(|| spec.and_then(|spec| spec.external_name.as_deref()).unwrap_or_default()),
        cluster_ips: &cluster_ips,
        ports: &ports,
        slices: &endpoint_slices,
    };
    let fronts = fronts::told(world, scene.fronts(object), &ports);
    let balancer = balancer::of(&service, &world.profile);
    let subject = Subject {
        scene,
        object,
        service: &service,
        built: &built,
        cluster_ip: cluster_ips.first().map(|it| it.address.as_str()),
        fronts: &fronts,
        balancer: balancer.as_ref(),
    };
    let starts = starts(&subject, wanted);
    let paths = starts.iter().flat_map(|start| all_ports.iter().map(|port| subject.path(port, start)));
    let type_ = spec.and_then(|spec| spec.type_.clone()).unwrap_or_else(|| "ClusterIP".into());
    let policy = spec.and_then(|spec| spec.external_traffic_policy.as_deref()).unwrap_or("Cluster");
    let paths: Vec<_> = paths.collect();
    let env = cluster_ips.first().filter(|_| !wanted.brief).map(|ip| environment::variables(object.name(), &ip.address, &ports));
    let lives = !wanted.brief || is_first;
    let mut told = model::Service {
        path: world.source(object).map(|source| source.path.clone()).unwrap_or_default(),
        document: object.reference.document,
        item: object.reference.item,
        namespace: object.namespace().map(str::to_owned),
        name: object.name().to_owned(),
        spread: spread::spread(policy, &wanted.pods_per_node, replicas(&endpoint_slices), type_ == "LoadBalancer"),
        type_,
        headless,
        refused,
        selector: endpoints::selector(&service).cloned(),
        dns: named.names(),
        asked: if wanted.brief { Vec::new() } else { named.asked() },
        search_path: if wanted.brief { Vec::new() } else { named.search_path() },
        callers: callers::of(world, object, &ports, headless, &endpoint_slices),
        env: env.unwrap_or_default(),
        defaults: if lives { defaults::filled_in(written, &service) } else { Vec::new() },
        paths,
        unknowns: unknowns(scene, &built, &service, object),
        cluster_ips,
        ports,
        endpoint_slices,
        fronts,
        balancer,
        ..model::Service::default()
    };
    told.summary = summary::of(&told);
    if !wanted.brief {
        told.chains = chains::chains(&told, namespace, |endpoint, family, port| addresses(scene, &built, endpoint, family, port));
    }
    if lives {
        told.after_apply = life::steps(&told, namespace);
    }
    if !wanted.brief || told.is_dead() {
        told.checks = life::checks(&told, namespace, &world.profile.domain);
    }
    told.ask = ask::questions(&told, namespace);
    let objects = concerned(scene, object, &built, &told.paths);
    let sending = scene.fronts(object).iter().map(|sending| (sending.object.id, sending.field.clone())).collect();
    Some(Concerned { service: told, objects, sending })
}

/// The objects that a finding may be about and have to do with a Service.
fn concerned(scene: &Scene<'_, '_>, object: &Object<'_>, built: &Built<'_, '_>, paths: &[Path]) -> Vec<ObjectId> {
    let world = scene.world;
    let mut ids = vec![object.id];
    for slice in &built.slices {
        match slice.origin {
            Origin::Mirrored(id) | Origin::ByHand(id) => ids.push(id),
            Origin::Controller => {}
        }
        for endpoint in &slice.endpoints {
            if let Backend::Pods(pods) = &endpoint.backend {
                ids.extend([pods.owner.id, pods.made_from.id]);
            }
        }
    }
    ids.extend(built.idle.iter().map(|(idle, _)| idle.id));
    ids.extend(built.unknown.iter().chain(&built.maybe).map(|it| it.id));
    ids.extend(scene.fronts(object).iter().map(|sending| sending.object.id));
    // What is called like it or says it governs it: Endpoints that don't join, a StatefulSet that the selector misses.
    let near = |it: &&Object<'_>| world.namespaces(object, it) != Namespaces::Different && world.distance(object, it) < Distance::Far;
    ids.extend(
        ["Endpoints", "EndpointSlice"].iter().flat_map(|kind| world.named(kind, object.name(), object)).filter(near).map(|it| it.id),
    );
    ids.extend(world.slices_of(object.name(), object).into_iter().filter(near).map(|it| it.id));
    ids.extend(scene.governed(object).iter().copied());
    // The policies that keep clients out.
    let stopping = paths.iter().filter(|path| matches!(path.verdict, Verdict::Blocked | Verdict::Partial));
    for (namespace, name) in stopping.flat_map(|path| &path.policies).filter_map(|policy| policy.split_once('/')) {
        let policies = world.named("NetworkPolicy", name, object).into_iter();
        ids.extend(policies.filter(|policy| world.namespace(policy) == namespace).map(|policy| policy.id));
    }
    ids
}

/// The addresses of an endpoint of the model, as the chains' names are made of them.
fn addresses(scene: &Scene<'_, '_>, built: &Built<'_, '_>, endpoint: &model::Endpoint, family: &str, port: i32) -> Vec<String> {
    if let Some(address) = &endpoint.address {
        return vec![with_port(address, port)];
    }
    let ip_family = if family == "IPv6" { IpFamily::V6 } else { IpFamily::V4 };
    let slices = built.slices.iter().filter(|slice| slice.address_type == family).flat_map(|slice| &slice.endpoints);
    let found = slices.filter_map(|built| match &built.backend {
        Backend::Pods(pods) => Some((built, pods)),
        Backend::Address(_) => None,
    });
    let mut found = found.filter(|(built, pods)| {
        Some(pods.owner.name()) == endpoint.name.as_deref()
            && Some(pods.owner.kind()) == endpoint.kind.as_deref()
            && built.hostname == endpoint.hostname
    });
    let Some((built, pods)) = found.next() else { return Vec::new() };
    let first = pods.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
    let count = built.count.unwrap_or(1).min(MOST_PODS);
    (0..count).map(|n| with_port(&scene.pod_ip(pods.made_from, first.saturating_add(n), ip_family), port)).collect()
}

/// How many pods stand behind it; none where that depends on the nodes.
fn replicas(slices: &[model::Slice]) -> Option<u32> {
    let first = slices.first()?;
    let same = slices.iter().filter(|slice| slice.address_type == first.address_type).flat_map(|slice| &slice.endpoints);
    same.filter(|endpoint| endpoint.kind.is_some()).try_fold(0_u32, |sum, endpoint| Some(sum.saturating_add(endpoint.replicas?)))
}

fn starts(subject: &Subject<'_, '_, '_>, wanted: &Wanted) -> Vec<Start> {
    if !wanted.from.is_empty() {
        return wanted.from.clone();
    }
    let reachable = subject.is_external() || !subject.fronts.is_empty();
    let outside = reachable.then_some(Start::Outside(None));
    [Start::Pod].into_iter().chain(outside).collect()
}

fn told(port: &ServicePort) -> Port {
    Port {
        name: port.name.clone().filter(|name| !name.is_empty()),
        protocol: ports::protocol(port.protocol.as_deref()).to_owned(),
        port: port.port,
        target_port: match ports::target(port) {
            IntOrString::Int(number) => number.to_string(),
            IntOrString::String(name) => name,
        },
        node_port: port.node_port.filter(|port| *port != 0),
        app_protocol: port.app_protocol.clone(),
    }
}

fn cluster_ips(scene: &Scene<'_, '_>, object: &Object<'_>, service: &k8s_openapi::api::core::v1::Service) -> Vec<Address> {
    let spec = service.spec.as_ref();
    let mut written: Vec<String> = spec.and_then(|spec| spec.cluster_ips.clone()).unwrap_or_default();
    if written.is_empty() {
        written.extend(spec.and_then(|spec| spec.cluster_ip.clone()));
    }
    written.retain(|ip| !ip.is_empty());
    let mut addresses: Vec<_> = written.into_iter().map(|address| Address { address, made_up: false }).collect();
    for family in families(service, &scene.world.profile).into_iter().skip(addresses.len()) {
        let family = if family == IpFamily::V6 { IpFamily::V6 } else { IpFamily::V4 };
        addresses.push(Address { address: scene.cluster_ip(object, family), made_up: true });
    }
    addresses
}

fn unknowns(
    scene: &Scene<'_, '_>,
    built: &Built<'_, '_>,
    service: &k8s_openapi::api::core::v1::Service,
    object: &Object<'_>,
) -> Vec<String> {
    let world = scene.world;
    let mut unknowns = Vec::new();
    for (idle, why) in &built.idle {
        let told = world.told(idle);
        unknowns.push(match why {
            Idle::NotServed => format!("{told} has the selected labels, but {} is no API of this Kubernetes: if a custom controller makes pods from it, they are endpoints too", idle.reference.api_version),
            Idle::Refused(message) => format!("{told} has the selected labels, but the API server refuses it: {message}"),
            Idle::NoTemplate => format!("{told} has the selected labels, but no pod template that can be read"),
        });
    }
    for unknown in &built.unknown {
        unknowns.push(format!(
            "{} would be selected if the label that its controller computes has the value written here",
            world.told(unknown)
        ));
    }
    for maybe in &built.maybe {
        unknowns.push(format!(
            "{} has the selected labels, but only one of the two names a namespace: `kubectl -n` decides whether they meet",
            world.told(maybe)
        ));
    }
    for far in &built.far {
        unknowns.push(format!(
            "{} has the selected labels, but stands in a folder of its own: whether both go to one cluster is not known",
            world.told(far)
        ));
    }
    let nobody = built.slices.iter().all(|slice| slice.endpoints.is_empty());
    if nobody && built.idle.is_empty() && built.far.is_empty() && endpoints::selector(service).is_some() {
        unknowns.push("no workload in these files has the selected labels".into());
    }
    if nobody && endpoints::hand_made(service) {
        unknowns.push(
            "nothing in these files gives this Service without a selector an address: something may write its EndpointSlice in the cluster"
                .into(),
        );
    }
    if world.unrendered_beside(object) {
        unknowns.push("files beside it are templates that are yet to be rendered, or can't be read: what they hold is not known".into());
    }
    unknowns
}
