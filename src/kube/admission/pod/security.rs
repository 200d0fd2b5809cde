//! Security contexts of pods and containers. Knows no operating system but Linux.

use k8s_openapi::api::core::v1::{PodSecurityContext, PodSpec, SecurityContext};

use super::profiles::{validate_app_armor_profile, validate_seccomp_profile};
use super::windows::validate_windows_options;
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, json_quote};
use crate::kube::admission::syntax;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const SYSCTL_REGEX: &str = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

/// `validatePodSpecSecurityContext`, which 1.27 started with the host ports.
pub fn validate_pod_security_context(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if !cx.has(Change::HostPortsLeftToPods) {
        validate_host_network(spec, path, cx);
    }
    let Some(context) = &spec.security_context else { return };
    let spec_path = path;
    let path = spec_path.child("securityContext");
    for (field, id) in [("fsGroup", context.fs_group), ("runAsUser", context.run_as_user), ("runAsGroup", context.run_as_group)] {
        validate_id(id, &path.child(field), cx);
    }
    for (i, id) in context.supplemental_groups.iter().flatten().enumerate() {
        validate_id(Some(*id), &path.child("supplementalGroups").index(i), cx);
    }
    if spec.share_process_namespace == Some(true) && spec.host_pid == Some(true) {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        cx.errors.invalid(&path.child("shareProcessNamespace"), true, detail);
    }
    validate_sysctls(context, spec, &path.child("sysctls"), cx);
    validate_one_of(context.fs_group_change_policy.as_deref(), &["Always", "OnRootMismatch"], &path.child("fsGroupChangePolicy"), cx);
    if let Some(profile) = &context.seccomp_profile {
        validate_seccomp_profile(profile, &path.child("seccompProfile"), cx);
    }
    if let Some(options) = &context.windows_options {
        validate_windows_options(options, &path.child("windowsOptions"), cx);
    }
    if let Some(profile) = &context.app_armor_profile {
        validate_app_armor_profile(profile, &path.child("appArmorProfile"), cx);
    }
    let policy = context.supplemental_groups_policy.as_deref();
    validate_one_of(policy, &["Merge", "Strict"], &path.child("supplementalGroupsPolicy"), cx);
    let policy = context.se_linux_change_policy.as_deref();
    validate_one_of(policy, &["Recursive"], &path.child("seLinuxChangePolicy"), cx);
}

/// `validateHostNetwork` as 1.27 has it.
fn validate_host_network(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.host_network != Some(true) {
        return;
    }
    let path = path.child("containers");
    for (i, container) in spec.containers.iter().enumerate() {
        for (j, port) in container.ports.iter().flatten().enumerate() {
            if port.host_port.unwrap_or_default() != port.container_port {
                let container = path.index(i);
                let path = container.child("ports");
                let detail = "must match `hostPort` when `hostNetwork` is true";
                cx.errors.invalid(&path.index(j).child("containerPort"), port.container_port, detail);
            }
        }
    }
}

fn validate_one_of(value: Option<&str>, supported: &[&str], path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(value) = value.filter(|value| !supported.contains(value)) {
        cx.errors.not_supported(path, value, supported);
    }
}

/// `IsValidUserID`, `IsValidGroupID`
fn validate_id(id: Option<i64>, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(id) = id {
        for fault in syntax::in_range(id, 0, i64::from(i32::MAX)) {
            cx.errors.invalid(path, id, &fault);
        }
    }
}

/// `validateSysctls`
fn validate_sysctls(context: &PodSecurityContext, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut names = Set::default();
    for (i, sysctl) in context.sysctls.iter().flatten().enumerate() {
        let path = path.index(i);
        let (path, name) = (path.child("name"), sysctl.name.as_str());
        if name.is_empty() {
            cx.errors.required(&path, "");
        } else if !is_sysctl_name(name) {
            cx.errors.invalid(&path, name, &format!("must have at most 253 characters and match regex {SYSCTL_REGEX}"));
        } else if names.contains(name) {
            cx.errors.duplicate(&path, name);
        }
        if cx.has(Change::HostSysctls) {
            match sysctl_namespace(name) {
                Some("net") if spec.host_network == Some(true) => {
                    cx.errors.invalid(&path, name, "may not be specified when 'hostNetwork' is true");
                }
                Some("ipc") if spec.host_ipc == Some(true) => {
                    cx.errors.invalid(&path, name, "may not be specified when 'hostIPC' is true");
                }
                _ => {}
            }
        }
        names.insert(name);
    }
}

/// `IsValidSysctlName`
fn is_sysctl_name(name: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let segment = |segment: &str| edge(segment.as_bytes().first()) && edge(segment.as_bytes().last()) && segment.bytes().all(inner);
    name.len() <= 253 && name.split(['.', '/']).all(segment)
}

/// `GetNamespace`
fn sysctl_namespace(name: &str) -> Option<&'static str> {
    let slashes = name.find(['.', '/']).is_some_and(|at| name.as_bytes().get(at) == Some(&b'/'));
    let swap = |c| match c {
        '.' => '/',
        '/' => '.',
        c => c,
    };
    let name: String = if slashes { name.chars().map(swap).collect() } else { name.to_owned() };
    let name = name.split('*').next().unwrap_or_default();
    match name {
        "kernel.sem"
        | "kernel.shmall"
        | "kernel.shmmax"
        | "kernel.shmmni"
        | "kernel.shm_rmid_forced"
        | "kernel.shm"
        | "kernel.msgmax"
        | "kernel.msgmnb"
        | "kernel.msgmni"
        | "kernel.msg" => Some("ipc"),
        name if name.starts_with("net.") => Some("net"),
        name if name.starts_with("fs.mqueue.") => Some("ipc"),
        _ => None,
    }
}

/// `ValidateSecurityContext`, where privileged containers are allowed.
pub fn validate_security_context(context: &SecurityContext, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_id(context.run_as_user, &path.child("runAsUser"), cx);
    validate_id(context.run_as_group, &path.child("runAsGroup"), cx);
    if let Some(mount) = context.proc_mount.as_deref() {
        validate_one_of(Some(mount), &["Default", "Unmasked"], &path.child("procMount"), cx);
        if mount == "Unmasked" && spec.host_users != Some(false) {
            cx.errors.invalid(&path.child("procMount"), mount, "`hostUsers` must be false to use `Unmasked`");
        }
    }
    if let Some(profile) = &context.seccomp_profile {
        validate_seccomp_profile(profile, &path.child("seccompProfile"), cx);
    }
    if context.allow_privilege_escalation == Some(false) {
        if context.privileged == Some(true) {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            invalid_context(context, detail, path, cx);
        }
        let added = context.capabilities.iter().flat_map(|capabilities| capabilities.add.iter().flatten());
        for _ in added.filter(|capability| *capability == "CAP_SYS_ADMIN") {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            invalid_context(context, detail, path, cx);
        }
    }
    if let Some(options) = &context.windows_options {
        validate_windows_options(options, &path.child("windowsOptions"), cx);
    }
    if let Some(profile) = &context.app_armor_profile {
        validate_app_armor_profile(profile, &path.child("appArmorProfile"), cx);
    }
}

fn invalid_context(context: &SecurityContext, detail: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let app_armor = cx.has(Change::AppArmorFields);
    let shown = cx.errors.structure(|| security_context_json(context), || security_context_go(context, app_armor));
    cx.errors.invalid(path, shown, detail);
}

/// The server's own type, which has neither JSON names nor a way to leave fields out.
fn security_context_json(context: &SecurityContext) -> String {
    let text = |value: &Option<String>| value.as_deref().map_or("null".to_owned(), json_quote);
    let flag = |value: Option<bool>| value.map_or("null".to_owned(), |value| value.to_string());
    let number = |value: Option<i64>| value.map_or("null".to_owned(), |value| value.to_string());
    let list = |values: &Option<Vec<String>>| match values {
        Some(values) => format!("[{}]", values.iter().map(|value| json_quote(value)).collect::<Vec<_>>().join(",")),
        None => "null".to_owned(),
    };
    let profile =
        |kind: &str, localhost: &Option<String>| format!("{{\"Type\":{},\"LocalhostProfile\":{}}}", json_quote(kind), text(localhost));
    let capabilities = context
        .capabilities
        .as_ref()
        .map_or("null".to_owned(), |capabilities| format!("{{\"Add\":{},\"Drop\":{}}}", list(&capabilities.add), list(&capabilities.drop)));
    let se_linux = context.se_linux_options.as_ref().map_or("null".to_owned(), |options| {
        let text = |value: &Option<String>| json_quote(value.as_deref().unwrap_or_default());
        format!(
            "{{\"User\":{},\"Role\":{},\"Type\":{},\"Level\":{}}}",
            text(&options.user),
            text(&options.role),
            text(&options.type_),
            text(&options.level)
        )
    });
    let windows = context.windows_options.as_ref().map_or("null".to_owned(), |options| {
        format!(
            "{{\"GMSACredentialSpecName\":{},\"GMSACredentialSpec\":{},\"RunAsUserName\":{},\"HostProcess\":{}}}",
            text(&options.gmsa_credential_spec_name),
            text(&options.gmsa_credential_spec),
            text(&options.run_as_user_name),
            flag(options.host_process)
        )
    });
    let seccomp = context.seccomp_profile.as_ref().map(|seccomp| profile(&seccomp.type_, &seccomp.localhost_profile));
    let app_armor = context.app_armor_profile.as_ref().map(|app_armor| profile(&app_armor.type_, &app_armor.localhost_profile));
    let fields = [
        ("Capabilities", capabilities),
        ("Privileged", flag(context.privileged)),
        ("SELinuxOptions", se_linux),
        ("WindowsOptions", windows),
        ("RunAsUser", number(context.run_as_user)),
        ("RunAsGroup", number(context.run_as_group)),
        ("RunAsNonRoot", flag(context.run_as_non_root)),
        ("ReadOnlyRootFilesystem", flag(context.read_only_root_filesystem)),
        ("AllowPrivilegeEscalation", flag(context.allow_privilege_escalation)),
        ("ProcMount", text(&context.proc_mount)),
        ("SeccompProfile", seccomp.unwrap_or_else(|| "null".to_owned())),
        ("AppArmorProfile", app_armor.unwrap_or_else(|| "null".to_owned())),
    ];
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Go prints what is set as addresses, which nobody can foretell.
fn security_context_go(context: &SecurityContext, app_armor: bool) -> String {
    let pointer = |name: &str, kind: &str, set: bool| format!("{name}:(*{kind})({})", if set { "0xc000000000" } else { "nil" });
    let mut fields = vec![
        pointer("Capabilities", "core.Capabilities", context.capabilities.is_some()),
        pointer("Privileged", "bool", context.privileged.is_some()),
        pointer("SELinuxOptions", "core.SELinuxOptions", context.se_linux_options.is_some()),
        pointer("WindowsOptions", "core.WindowsSecurityContextOptions", context.windows_options.is_some()),
        pointer("RunAsUser", "int64", context.run_as_user.is_some()),
        pointer("RunAsGroup", "int64", context.run_as_group.is_some()),
        pointer("RunAsNonRoot", "bool", context.run_as_non_root.is_some()),
        pointer("ReadOnlyRootFilesystem", "bool", context.read_only_root_filesystem.is_some()),
        pointer("AllowPrivilegeEscalation", "bool", context.allow_privilege_escalation.is_some()),
        pointer("ProcMount", "core.ProcMountType", context.proc_mount.is_some()),
        pointer("SeccompProfile", "core.SeccompProfile", context.seccomp_profile.is_some()),
    ];
    if app_armor {
        fields.push(pointer("AppArmorProfile", "core.AppArmorProfile", context.app_armor_profile.is_some()));
    }
    format!("core.SecurityContext{{{}}}", fields.join(", "))
}
