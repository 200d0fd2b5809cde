//! Ports of pods: what a target port means in a pod, by name, number and protocol. Knows no Service object.

use k8s_openapi::api::core::v1::{Container, ContainerPort, PodSpec, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Version;

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

/// The number a target port stands for in a pod, as the EndpointSlice controller finds it
/// (`k8s.io/endpointslice/utils.go:FindPort`): a number is itself, declared or not; a name is the first port of that
/// name and protocol, sidecars counting from 1.33 on.
#[must_use]
pub fn find(spec: &PodSpec, target: &IntOrString, wanted: &str, version: Version) -> Option<i32> {
    match target {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => declared(spec)
            .filter(|(placed, ..)| match placed.role {
                Role::Main => true,
                Role::Sidecar => version.minor >= 33,
                Role::Init => false,
            })
            .find(|(.., port)| port.name.as_ref() == Some(name) && protocol(port.protocol.as_deref()) == wanted)
            .map(|(.., port)| port.container_port),
    }
}
