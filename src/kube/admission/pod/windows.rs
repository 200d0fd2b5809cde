//! What pods of an operating system may not set, and Windows' own options. Knows nothing of nodes.

use k8s_openapi::api::core::v1::{PodSpec, WindowsSecurityContextOptions};

use super::container;
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, Shown};
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const SYSTEMS: &[&str] = &["linux", "windows"];
const NOT_FOR_WINDOWS: &str = "cannot be set for a windows pod";
const NOT_FOR_LINUX: &str = "windows options cannot be set for a linux pod";
const MAX_CREDENTIAL_SPEC: usize = 64 * 1024;

/// `validateOS`, then `validateLinux` or `validateWindows`.
pub fn validate_os(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(os) = &spec.os else { return };
    match os.name.as_str() {
        "" => {
            let detail = if cx.has(Change::ShortRequired) { "" } else { "cannot be empty" };
            cx.errors.required(&path.child("os").child("name"), detail);
        }
        "linux" => validate_linux(spec, path, cx),
        "windows" => validate_windows(spec, path, cx),
        name => cx.errors.not_supported(&path.child("os"), name, SYSTEMS),
    }
}

fn validate_linux(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.security_context.as_ref().is_some_and(|context| context.windows_options.is_some()) {
        cx.errors.forbidden(&path.child("securityContext").child("windowsOptions"), NOT_FOR_LINUX);
    }
    container::visit(spec, path, |container, path| {
        if container.security_context.as_ref().is_some_and(|context| context.windows_options.is_some()) {
            cx.errors.forbidden(&path.child("securityContext").child("windowsOptions"), NOT_FOR_LINUX);
        }
    });
}

fn validate_windows(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let context_path = path.child("securityContext");
    let mut forbid = |set: bool, field: &str, of_spec: bool| {
        if set {
            let path = if of_spec { path.child(field) } else { context_path.child(field) };
            cx.errors.forbidden(&path, NOT_FOR_WINDOWS);
        }
    };
    // The server keeps the pod's host settings in its security context, which exists once defaults are in.
    if let Some(context) = &spec.security_context {
        forbid(context.app_armor_profile.is_some(), "appArmorProfile", false);
        forbid(context.se_linux_options.is_some(), "seLinuxOptions", false);
        forbid(spec.host_users.is_some(), "hostUsers", true);
        forbid(spec.host_pid == Some(true), "hostPID", true);
        forbid(spec.host_ipc == Some(true), "hostIPC", true);
        forbid(context.seccomp_profile.is_some(), "seccompProfile", false);
        forbid(context.fs_group.is_some(), "fsGroup", false);
        forbid(context.fs_group_change_policy.is_some(), "fsGroupChangePolicy", false);
        forbid(context.sysctls.as_ref().is_some_and(|sysctls| !sysctls.is_empty()), "sysctls", false);
        forbid(spec.share_process_namespace.is_some(), "shareProcessNamespace", true);
        forbid(context.run_as_user.is_some(), "runAsUser", false);
        forbid(context.run_as_group.is_some(), "runAsGroup", false);
        forbid(context.supplemental_groups.is_some(), "supplementalGroups", false);
        forbid(context.supplemental_groups_policy.is_some(), "supplementalGroupsPolicy", false);
        forbid(context.se_linux_change_policy.is_some(), "seLinuxChangePolicy", false);
    }
    container::visit(spec, path, |container, path| {
        let Some(context) = &container.security_context else { return };
        let path = path.child("securityContext");
        let set = [
            ("appArmorProfile", context.app_armor_profile.is_some()),
            ("seLinuxOptions", context.se_linux_options.is_some()),
            ("seccompProfile", context.seccomp_profile.is_some()),
            ("capabilities", context.capabilities.is_some()),
            ("readOnlyRootFilesystem", context.read_only_root_filesystem.is_some()),
            ("privileged", context.privileged.is_some()),
            ("allowPrivilegeEscalation", context.allow_privilege_escalation.is_some()),
            ("procMount", context.proc_mount.is_some()),
            ("runAsUser", context.run_as_user.is_some()),
            ("runAsGroup", context.run_as_group.is_some()),
        ];
        for (field, _) in set.into_iter().filter(|(_, set)| *set) {
            cx.errors.forbidden(&path.child(field), NOT_FOR_WINDOWS);
        }
    });
}

/// `validateWindowsSecurityContextOptions`
pub fn validate_windows_options(options: &WindowsSecurityContextOptions, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(name) = &options.gmsa_credential_spec_name {
        cx.errors.invalid_each(&path.child("gmsaCredentialSpecName"), name, &syntax::dns1123_subdomain(name));
    }
    if let Some(spec) = &options.gmsa_credential_spec {
        let path = path.child("gmsaCredentialSpec");
        if spec.is_empty() {
            cx.errors.invalid(&path, spec, "gmsaCredentialSpec cannot be an empty string");
        } else if spec.len() > MAX_CREDENTIAL_SPEC {
            cx.errors.invalid(&path, spec, "gmsaCredentialSpec size must be under 64 KiB");
        }
    }
    if let Some(name) = &options.run_as_user_name {
        validate_run_as_user_name(name, &path.child("runAsUserName"), cx);
    }
}

fn validate_run_as_user_name(name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let parts: Vec<&str> = name.split('\\').collect();
    let (domain, user) = match parts.as_slice() {
        _ if name.is_empty() => return cx.errors.invalid(path, name, "runAsUserName cannot be an empty string"),
        _ if name.bytes().any(|byte| byte.is_ascii_control()) => {
            return cx.errors.invalid(path, name, "runAsUserName cannot contain control characters");
        }
        [user] => (None, *user),
        [domain, user] => (Some(*domain), *user),
        _ => return cx.errors.invalid(path, name, "runAsUserName cannot contain more than one backslash"),
    };
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            cx.errors.invalid(path, name, "runAsUserName's Domain length must be under 256 characters");
        }
        if !is_net_bios_name(domain) && !is_windows_dns_name(domain) {
            cx.errors.invalid(path, name, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }
    if user.is_empty() {
        cx.errors.invalid(path, name, "runAsUserName's User cannot be empty");
    } else if user.len() > 104 {
        cx.errors.invalid(path, name, "runAsUserName's User length must not be longer than 104 characters");
    }
    if !user.is_empty() && user.chars().all(|c| matches!(c, '.' | ' ')) {
        cx.errors.invalid(path, name, "runAsUserName's User cannot contain only periods or spaces");
    }
    if user.contains(['"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']']) {
        let detail = "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]";
        cx.errors.invalid(path, name, detail);
    }
}

fn is_net_bios_name(domain: &str) -> bool {
    let barred = |c: char| matches!(c, '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !domain.starts_with('.') && (1..=15).contains(&domain.chars().count()) && !domain.contains(barred)
}

fn is_windows_dns_name(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        label.len() <= 63
            && edge(label.as_bytes().first())
            && edge(label.as_bytes().last())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// `validateWindowsHostProcessPod`
pub fn validate_host_process_pod(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let options = spec.security_context.as_ref().and_then(|context| context.windows_options.as_ref());
    let of_pod = options.and_then(|options| options.host_process);
    let (mut containers, mut host_processes) = (0, 0);
    container::visit(spec, path, |container, path| {
        containers += 1;
        let options = container.security_context.as_ref().and_then(|context| context.windows_options.as_ref());
        let own = options.and_then(|options| options.host_process);
        if let (Some(of_pod), Some(own)) = (of_pod, own)
            && of_pod != own
        {
            let context = path.child("securityContext");
            let options = context.child("windowsOptions");
            let detail = format!("pod hostProcess value must be identical if both are specified, was {of_pod}");
            cx.errors.invalid(&options.child("hostProcess"), own, &detail);
        }
        host_processes += i32::from(own.or(of_pod) == Some(true));
    });
    if host_processes == 0 {
        return;
    }
    if host_processes != containers {
        let detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        cx.errors.invalid(path, "", detail);
    }
    if spec.host_network != Some(true) {
        let detail = "hostNetwork must be true if pod contains any hostProcess containers";
        cx.errors.invalid(&path.child("hostNetwork"), Shown::Bool(false), detail);
    }
}
