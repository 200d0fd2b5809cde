//! Pods that can never become ready: a probe that asks for a port by a name that its own container lacks. Knows no Service.

use k8s_openapi::api::core::v1::Probe;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::kube::endpoints::{Backend, Endpoint, Ready};
use crate::kube::pod_spec::{Container, PodSpec};
use crate::kube::ports::{self, Role};

/// Why the pods of an endpoint never become ready, where they have to and that is certain. A probe whose port can't be
/// resolved ends in an error and has no result (`pkg/kubelet/prober/worker.go:doProbe`), so a container stays as it began: not
/// ready, not started, and alive, which is why a liveness probe plays no part here. What has not started is not ready, with or
/// without a readiness probe.
#[must_use]
pub fn never(endpoint: &Endpoint<'_, '_>) -> Option<String> {
    match &endpoint.backend {
        Backend::Pods(pods) if matches!(endpoint.ready, Ready::Probe | Ready::Running) => unprobed(pods.spec),
        _ => None,
    }
}

fn unprobed(spec: &PodSpec) -> Option<String> {
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
