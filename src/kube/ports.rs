//! Ports of pods: what a target port means in a pod, by name, number and protocol. Knows no Service object.

use k8s_openapi::api::core::v1::{ContainerPort, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Version;
use super::pod_spec::{Container, PodSpec};

/// The protocol in force: TCP where none is written.
#[must_use]
pub fn protocol(written: Option<&str>) -> &str {
    written.filter(|protocol| !protocol.is_empty()).unwrap_or("TCP")
}

/// Where a Service port sends: its target, or its own number where none is written.
#[must_use]
pub fn target(port: &ServicePort) -> IntOrString {
    match &port.target_port {
        Some(IntOrString::Int(0)) | None => IntOrString::Int(port.port),
        Some(IntOrString::String(name)) if name.is_empty() => IntOrString::Int(port.port),
        Some(target) => target.clone(),
    }
}

/// Where a container stands in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `containers`
    Main,
    /// `initContainers` with `restartPolicy: Always`: runs beside the main ones.
    Sidecar,
    /// `initContainers`: gone before the main ones start.
    Init,
}

/// A container with its place in the pod spec.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'p> {
    /// Its role.
    pub role: Role,
    /// Its index within `containers` or `initContainers`.
    pub index: usize,
    /// The container.
    pub container: &'p Container,
}

impl Placed<'_> {
    /// `spec.containers[0]`, within the template.
    #[must_use]
    pub fn field(&self) -> String {
        let list = if self.role == Role::Main { "containers" } else { "initContainers" };
        format!("spec.{list}[{}]", self.index)
    }
}

/// All containers: the main ones, then the init containers.
pub fn containers(spec: &PodSpec) -> impl Iterator<Item = Placed<'_>> {
    let main = spec.containers.iter().enumerate().map(|(index, container)| Placed { role: Role::Main, index, container });
    let init = spec.init_containers.iter().flatten().enumerate().map(|(index, container)| {
        let sidecar = container.restart_policy.as_deref() == Some("Always");
        Placed { role: if sidecar { Role::Sidecar } else { Role::Init }, index, container }
    });
    main.chain(init)
}

/// All declared ports with their containers and indices.
pub fn declared(spec: &PodSpec) -> impl Iterator<Item = (Placed<'_>, usize, &ContainerPort)> {
    containers(spec).flat_map(|placed| placed.container.ports.iter().flatten().enumerate().map(move |(index, port)| (placed, index, port)))
}

/// What a port's name leads to in a pod.
#[derive(Clone, Copy, Debug)]
pub enum Named<'p> {
    /// To this port.
    Port(Placed<'p>, usize, &'p ContainerPort),
    /// To a port of another protocol, which does not count.
    OtherProtocol(Placed<'p>, usize, &'p ContainerPort),
    /// To a port of a container that is gone before the pod serves, which does not count.
    Init(Placed<'p>, usize, &'p ContainerPort),
    /// To a port of a sidecar, which counts from 1.33 on.
    Sidecar(Placed<'p>, usize, &'p ContainerPort),
    /// To nothing.
    Nothing,
}

/// Looks a port name up in a pod, as the EndpointSlice controller does (`k8s.io/endpointslice/utils.go:FindPort`): the
/// first port of that name and protocol, sidecars after the main containers and from 1.33 on only.
#[must_use]
pub fn named<'p>(spec: &'p PodSpec, name: &str, wanted: &str, version: Version) -> Named<'p> {
    let mut other = Named::Nothing;
    for (placed, index, port) in declared(spec).filter(|(.., port)| port.name.as_deref() == Some(name)) {
        let same = protocol(port.protocol.as_deref()) == wanted;
        match placed.role {
            Role::Main | Role::Sidecar if same && (placed.role == Role::Main || version.minor >= 33) => {
                return Named::Port(placed, index, port);
            }
            Role::Sidecar if same => other = Named::Sidecar(placed, index, port),
            Role::Init if matches!(other, Named::Nothing) => other = Named::Init(placed, index, port),
            Role::Main | Role::Sidecar if !matches!(other, Named::Sidecar(..)) => other = Named::OtherProtocol(placed, index, port),
            _ => {}
        }
    }
    other
}

/// The number a target port stands for in a pod: a number is itself, declared or not; a name is looked up.
#[must_use]
pub fn find(spec: &PodSpec, target: &IntOrString, wanted: &str, version: Version) -> Option<i32> {
    match target {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => match named(spec, name, wanted, version) {
            Named::Port(.., port) => Some(port.container_port),
            _ => None,
        },
    }
}

/// Whether the spec is a part of one: a patch names its containers and leaves out their images.
#[must_use]
pub fn is_partial(spec: &PodSpec) -> bool {
    spec.containers.is_empty() || spec.containers.iter().any(|container| container.image.as_deref().is_none_or(str::is_empty))
}
