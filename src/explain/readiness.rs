//! Pods that can never become ready: a probe that asks for a port by a name that its own container lacks. Knows no Service.

use k8s_openapi::api::core::v1::{Container, PodSpec, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::kube::ports::{self, Role};

/// Why no pod of this spec becomes ready, where that is certain (`pkg/kubelet/prober`: a probe whose port can't be resolved has
/// no result, so a container stays as it began, not ready and not started).
#[must_use]
pub fn never(spec: &PodSpec) -> Option<String> {
    ports::containers(spec).filter(|placed| placed.role != Role::Init).find_map(|placed| {
        let container = placed.container;
        let probes = [("readinessProbe", &container.readiness_probe), ("startupProbe", &container.startup_probe)];
        probes.into_iter().find_map(|(name, probe)| {
            let port = asked(probe.as_ref()?)?;
            (!declares(container, port)).then(|| {
                format!(
                    "no pod becomes ready: the {name} of container `{}` asks for port `{port}`, which that container does not declare",
                    container.name
                )
            })
        })
    })
}

/// The port that a probe names. A number in quotes counts as the number.
fn asked(probe: &Probe) -> Option<&str> {
    let ports = [probe.http_get.as_ref().map(|get| &get.port), probe.tcp_socket.as_ref().map(|socket| &socket.port)];
    ports.into_iter().flatten().find_map(|port| match port {
        IntOrString::String(name) if name.parse::<u16>().is_err() => Some(name.as_str()),
        _ => None,
    })
}

fn declares(container: &Container, name: &str) -> bool {
    container.ports.iter().flatten().any(|port| port.name.as_deref() == Some(name))
}
