//! One Service explained: every part of the model put together. Knows no view.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::model::{self, Address, Caller, Port};
use super::names::Named;
use super::path::Subject;
use super::scene::Scene;
use super::start::Start;
use super::{Wanted, ask, defaults, environment, fronts, slices};
use crate::kube::admission::Validate;
use crate::kube::endpoints::slice::{Built, families, stored};
use crate::kube::endpoints::{self, Idle};
use crate::kube::object::Object;
use crate::kube::profile::IpFamily;
use crate::kube::{World, ports, verdict};

/// Explains a Service.
#[must_use]
pub fn explain<'w, 's>(scene: &Scene<'w, 's>, object: &'w Object<'s>, wanted: &Wanted) -> Option<model::Service> {
    let world = scene.world;
    let written = object.service()?;
    let service = stored(object, &world.profile)?;
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
    let subject =
        Subject { scene, object, service: &service, built: &built, cluster_ip: cluster_ips.first().map(|it| it.address.as_str()) };
    let starts = starts(&subject, wanted);
    let paths = starts.iter().flat_map(|start| all_ports.iter().map(|port| subject.path(port, start)));
    let mut told = model::Service {
        path: world.source(object).map(|source| source.path.clone()).unwrap_or_default(),
        document: object.reference.document,
        item: object.reference.item,
        namespace: object.namespace().map(str::to_owned),
        name: object.name().to_owned(),
        type_: spec.and_then(|spec| spec.type_.clone()).unwrap_or_else(|| "ClusterIP".into()),
        headless,
        refused: refused(scene, object),
        selector: endpoints::selector(&service).cloned(),
        dns: named.names(),
        env: cluster_ips.first().map(|ip| environment::variables(object.name(), &ip.address, &ports)).unwrap_or_default(),
        defaults: defaults::filled_in(written, &service),
        paths: paths.collect(),
        unknowns: unknowns(scene, &built, &service, object),
        fronts: fronts::told(world, scene.sendings(object), &ports),
        callers: callers(world, object, &ports),
        cluster_ips,
        ports,
        endpoint_slices,
        ..model::Service::default()
    };
    told.ask = ask::questions(&told, namespace);
    Some(told)
}

fn starts(subject: &Subject<'_, '_, '_>, wanted: &Wanted) -> Vec<Start> {
    if !wanted.from.is_empty() {
        return wanted.from.clone();
    }
    let reachable = subject.is_external() || !subject.scene.ingresses(subject.object).is_empty();
    let outside = reachable.then_some(Start::Outside(None));
    [Start::Pod].into_iter().chain(outside).collect()
}

/// The containers whose environment, command or arguments hold its name with a port.
fn callers(world: &World<'_>, service: &Object<'_>, ports: &[Port]) -> Vec<Caller> {
    let own = world.namespace(service);
    let calls = world.calls_to(service.name()).iter().filter_map(|call| Some((world.object(call.by)?, call)));
    let here = calls.filter(|(by, call)| call.namespace.as_deref().unwrap_or(world.namespace(by)) == own);
    here.map(|(by, call)| Caller {
        workload: format!("{}/{}/{}", world.namespace(by), by.kind(), by.name()),
        field: call.field.clone(),
        port: call.port,
        port_fits: ports.iter().any(|port| port.port == call.port),
    })
    .collect()
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

fn refused(scene: &Scene<'_, '_>, object: &Object<'_>) -> Option<String> {
    let answer = verdict::of(object, &scene.world.profile, Validate::Strict, false).verdict;
    answer.is_refused().then_some(answer.message)
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
    let nobody = built.slices.iter().all(|slice| slice.endpoints.is_empty());
    if nobody && built.idle.is_empty() && endpoints::selector(service).is_some() {
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
