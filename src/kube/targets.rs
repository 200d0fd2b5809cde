//! Where the ports of a Service lead in the pods behind it. Knows no rule.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::faults;
use super::object::Object;
use super::pod_spec::PodSpec;
use super::ports::{self, Named, Role};
use super::world::{Distance, Match, World};

/// A workload behind a Service, with the spec of its pods.
#[derive(Clone, Copy, Debug)]
pub struct Backend<'w, 's> {
    /// The workload.
    pub found: Match<'w, 's>,
    /// Its pods' spec.
    pub spec: &'w PodSpec,
}

/// Whether the workload's pods end by themselves.
#[must_use]
pub fn is_job(object: &Object<'_>) -> bool {
    matches!(object.kind(), "Job" | "CronJob")
}

/// The workloads that serve a Service: those behind it and not far from it whose containers are known, Jobs only where
/// nothing else is. A match in an unrelated folder says nothing about ports.
#[must_use]
pub fn backends<'w, 's>(world: &'w World<'s>, service: &Object<'_>) -> Vec<Backend<'w, 's>> {
    let mut behind = world.behind(service);
    behind.retain(|found| found.distance < Distance::Far);
    whole(behind)
}

/// Those of some matches whose containers are known, Jobs only where nothing else is.
#[must_use]
pub fn whole<'w, 's>(matches: Vec<Match<'w, 's>>) -> Vec<Backend<'w, 's>> {
    let known = matches.into_iter().filter_map(|found| Some(Backend { found, spec: found.template.spec? }));
    let mut backends: Vec<_> = known.filter(|backend| !ports::is_partial(backend.spec)).collect();
    if backends.iter().any(|backend| !is_job(backend.found.object)) {
        backends.retain(|backend| !is_job(backend.found.object));
    }
    backends
}

impl<'w> Backend<'w, '_> {
    /// What a named target leads to in these pods.
    #[must_use]
    pub fn named(&self, world: &World<'_>, name: &str, port: &ServicePort) -> Named<'w> {
        ports::named(self.spec, name, ports::protocol(port.protocol.as_deref()), world.profile.version)
    }

    /// Whether what is written of its containers' ports does not read as ports.
    #[must_use]
    pub fn ports_in_doubt(&self) -> bool {
        let template = self.found.template;
        !self.found.object.faults.is_empty()
            && ports::containers(self.spec)
                .any(|placed| faults::hides(self.found.object, &template.field(&format!("{}.ports", placed.field()))))
    }

    /// The numbers that containers declare which run while the pod serves, whatever the protocol.
    pub fn declared(&self) -> impl Iterator<Item = i32> + use<'w> {
        ports::declared(self.spec).filter(|(placed, ..)| placed.role != Role::Init).map(|(.., port)| port.container_port)
    }
}

/// Whether what is written of a Service's ports is refused or misread: then who names a port that is not there may be right.
#[must_use]
pub fn ports_in_doubt(service: &Object<'_>) -> bool {
    let refused = service.verdict.iter().flat_map(|verdict| &verdict.causes).any(|cause| {
        let leaf = cause.field.strip_prefix("spec.ports").map(|rest| rest.rsplit('.').next().unwrap_or(rest));
        leaf.is_some_and(|leaf| matches!(leaf, "port" | "name" | "protocol") || leaf.is_empty() || leaf.ends_with(']'))
    });
    refused || faults::hides(service, "spec.ports")
}

/// The ports of a Service with their indices.
pub fn service_ports<'o>(service: &'o Object<'_>) -> impl Iterator<Item = (usize, &'o ServicePort)> {
    let spec = service.service().and_then(|service| service.spec.as_ref());
    spec.into_iter().flat_map(|spec| spec.ports.iter().flatten().enumerate())
}

/// The ports whose target is a name, with index and name.
pub fn named_targets<'o>(service: &'o Object<'_>) -> impl Iterator<Item = (usize, &'o ServicePort, &'o str)> {
    service_ports(service).filter_map(|(index, port)| match &port.target_port {
        Some(IntOrString::String(name)) if !name.is_empty() && name.contains(|c: char| c.is_ascii_alphabetic()) => {
            Some((index, port, name.as_str()))
        }
        _ => None,
    })
}

/// The ports whose target is a number, with index and number.
pub fn numbered_targets<'o>(service: &'o Object<'_>) -> impl Iterator<Item = (usize, &'o ServicePort, i32)> {
    service_ports(service).filter_map(|(index, port)| match ports::target(port) {
        IntOrString::Int(number) => Some((index, port, number)),
        IntOrString::String(_) => None,
    })
}

/// Whether another object of the workload's kind and name, its patch or what it patches, gives its pods a port of this
/// name.
#[must_use]
pub fn may_be_added(world: &World<'_>, workload: &Object<'_>, name: &str) -> bool {
    let declares = |object: &&Object<'_>| {
        let spec = object.template().and_then(|template| template.spec);
        spec.is_some_and(|spec| ports::declared(spec).any(|(.., port)| port.name.as_deref() == Some(name)))
    };
    let spec = workload.template().and_then(|template| template.spec);
    let patched = spec.is_some_and(ports::is_partial).then(|| world.named(workload.kind(), workload.name(), workload));
    world.patches_of(workload).iter().any(declares) || patched.into_iter().flatten().any(|object| declares(&object))
}
