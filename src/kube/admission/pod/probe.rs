//! Probes, lifecycle hooks and the handlers that both run. Knows nothing of which ports a container has.

use k8s_openapi::api::core::v1::{
    Container, ExecAction, GRPCAction, HTTPGetAction, Lifecycle, LifecycleHandler, PodSpec, Probe, SleepAction, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const SCHEMES: &[&str] = &["HTTP", "HTTPS"];
const NOT_NEGATIVE: &str = "must be greater than or equal to 0";

/// The hooks and probes that containers and sidecars have.
pub fn validate_lifecycle_and_probes(container: &Container, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let grace_period = spec.termination_grace_period_seconds;
    if let Some(lifecycle) = &container.lifecycle {
        validate_lifecycle(lifecycle, grace_period, &path.child("lifecycle"), cx);
    }
    if let Some(probe) = &container.liveness_probe {
        validate_single_success_probe(probe, &path.child("livenessProbe"), cx);
    }
    if let Some(probe) = &container.readiness_probe {
        validate_readiness_probe(probe, &path.child("readinessProbe"), cx);
    }
    if let Some(probe) = &container.startup_probe {
        validate_single_success_probe(probe, &path.child("startupProbe"), cx);
    }
}

/// `validateLifecycle`
fn validate_lifecycle(lifecycle: &Lifecycle, grace_period: Option<i64>, path: &Path<'_>, cx: &mut Context<'_>) {
    for (field, hook) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)] {
        if let Some(hook) = hook {
            validate_handler(&Handler::of_hook(hook), grace_period, &path.child(field), cx);
        }
    }
}

/// `validateLivenessProbe`, `validateStartupProbe`
fn validate_single_success_probe(probe: &Probe, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_probe(probe, path, cx);
    let threshold = probe.success_threshold.unwrap_or_default();
    if threshold != 1 {
        cx.errors.invalid(&path.child("successThreshold"), threshold, "must be 1");
    }
}

/// `validateReadinessProbe`
fn validate_readiness_probe(probe: &Probe, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_probe(probe, path, cx);
    if let Some(seconds) = probe.termination_grace_period_seconds {
        cx.errors.invalid(&path.child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes");
    }
}

/// `validateProbe`
fn validate_probe(probe: &Probe, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_handler(&Handler::of_probe(probe), None, path, cx);
    let numbers = [
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ];
    for (field, number) in numbers {
        if let Some(number) = number.filter(|number| *number < 0) {
            cx.errors.invalid(&path.child(field), number, NOT_NEGATIVE);
        }
    }
    if let Some(seconds) = probe.termination_grace_period_seconds.filter(|seconds| *seconds <= 0) {
        cx.errors.invalid(&path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0");
    }
}

/// What probes and hooks have in common: `commonHandler`.
struct Handler<'a> {
    exec: Option<&'a ExecAction>,
    http_get: Option<&'a HTTPGetAction>,
    tcp_socket: Option<&'a TCPSocketAction>,
    grpc: Option<&'a GRPCAction>,
    sleep: Option<&'a SleepAction>,
}

impl<'a> Handler<'a> {
    fn of_probe(probe: &'a Probe) -> Self {
        Self {
            exec: probe.exec.as_ref(),
            http_get: probe.http_get.as_ref(),
            tcp_socket: probe.tcp_socket.as_ref(),
            grpc: probe.grpc.as_ref(),
            sleep: None,
        }
    }

    fn of_hook(hook: &'a LifecycleHandler) -> Self {
        Self {
            exec: hook.exec.as_ref(),
            http_get: hook.http_get.as_ref(),
            tcp_socket: hook.tcp_socket.as_ref(),
            grpc: None,
            sleep: hook.sleep.as_ref(),
        }
    }
}

/// `validateHandler`: only the first of several handlers is looked into.
fn validate_handler(handler: &Handler<'_>, grace_period: Option<i64>, path: &Path<'_>, cx: &mut Context<'_>) {
    let given = [
        ("exec", handler.exec.is_some()),
        ("httpGet", handler.http_get.is_some()),
        ("tcpSocket", handler.tcp_socket.is_some()),
        ("grpc", handler.grpc.is_some()),
        ("sleep", handler.sleep.is_some()),
    ];
    let mut given = given.into_iter().filter(|(_, given)| *given).map(|(field, _)| field);
    let Some(first) = given.next() else {
        cx.errors.required(path, "must specify a handler type");
        return;
    };
    let first_path = path.child(first);
    match handler {
        Handler { exec: Some(exec), .. } => validate_exec(exec, &first_path, cx),
        Handler { http_get: Some(http), .. } => validate_http_get(http, &first_path, cx),
        Handler { tcp_socket: Some(tcp), .. } => validate_port(&tcp.port, &first_path.child("port"), cx),
        Handler { grpc: Some(grpc), .. } => validate_port(&IntOrString::Int(grpc.port), &first_path.child("port"), cx),
        Handler { sleep: Some(sleep), .. } => validate_sleep(sleep, grace_period, &first_path, cx),
        _ => {}
    }
    for field in given {
        cx.errors.forbidden(&path.child(field), "may not specify more than 1 handler type");
    }
}

/// `validateExecAction`
fn validate_exec(exec: &ExecAction, path: &Path<'_>, cx: &mut Context<'_>) {
    if exec.command.as_ref().is_none_or(Vec::is_empty) {
        cx.errors.required(&path.child("command"), "");
    }
}

/// `validateHTTPGetAction`
fn validate_http_get(http: &HTTPGetAction, path: &Path<'_>, cx: &mut Context<'_>) {
    if http.path.as_deref().unwrap_or_default().is_empty() {
        cx.errors.required(&path.child("path"), "");
    }
    validate_port(&http.port, &path.child("port"), cx);
    let scheme = http.scheme.as_deref().unwrap_or_default();
    if !SCHEMES.contains(&scheme) {
        cx.errors.not_supported(&path.child("scheme"), scheme, SCHEMES);
    }
    for header in http.http_headers.iter().flatten() {
        cx.errors.invalid_each(&path.child("httpHeaders"), &header.name, &syntax::http_header_name(&header.name));
    }
}

/// `ValidatePortNumOrName`
fn validate_port(port: &IntOrString, path: &Path<'_>, cx: &mut Context<'_>) {
    match port {
        IntOrString::Int(number) => {
            for fault in syntax::port_number(i64::from(*number)) {
                cx.errors.invalid(path, *number, &fault);
            }
        }
        IntOrString::String(name) => cx.errors.invalid_each(path, name, &syntax::port_name(name)),
    }
}

/// `validateSleepAction`
fn validate_sleep(sleep: &SleepAction, grace_period: Option<i64>, path: &Path<'_>, cx: &mut Context<'_>) {
    let grace_period = grace_period.unwrap_or_default();
    let zero = cx.has(Change::SleepZero);
    if sleep.seconds < i64::from(!zero) || sleep.seconds > grace_period {
        let detail = if zero {
            format!("must be non-negative and less than terminationGracePeriodSeconds ({grace_period})")
        } else if cx.has(Change::SleepZeroGate) {
            format!(
                "must be greater than 0 and less than terminationGracePeriodSeconds ({grace_period}). Enable \
                 AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."
            )
        } else {
            format!("must be greater than 0 and less than terminationGracePeriodSeconds ({grace_period})")
        };
        cx.errors.invalid(path, sleep.seconds, &detail);
    }
}
