//! Seccomp and AppArmor profiles, with the annotations that both had before they had fields. Knows no profile by name.

use k8s_openapi::api::core::v1::{AppArmorProfile, PodSpec, SeccompProfile};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::container;
use super::volume_sources::validate_local_descending_path;
use crate::kube::admission::Context;
use crate::kube::admission::field::{Path, json_quote, quote};
use crate::kube::object::Labels;
use crate::kube::version::Change;

const TYPES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];
/// Before the container's name.
pub const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";
/// Before the container's name.
pub const SECCOMP_ANNOTATION: &str = "container.seccomp.security.alpha.kubernetes.io/";
/// For the pod.
pub const SECCOMP_POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// `validateSeccompProfileField`
pub fn validate_seccomp_profile(profile: &SeccompProfile, path: &Path<'_>, cx: &mut Context<'_>) {
    match profile.type_.as_str() {
        "" => cx.errors.required(&path.child("type"), "type is required when seccompProfile is set"),
        kind if !TYPES.contains(&kind) => cx.errors.not_supported(&path.child("type"), kind, TYPES),
        _ => {}
    }
    let path = path.child("localhostProfile");
    match (profile.type_ == "Localhost", &profile.localhost_profile) {
        (true, None) => cx.errors.required(&path, "must be set when seccomp type is Localhost"),
        (true, Some(file)) => validate_local_descending_path(file, &path, cx),
        (false, Some(file)) => {
            let shown = cx.errors.structure(
                || format!("{{\"Type\":{},\"LocalhostProfile\":{}}}", json_quote(&profile.type_), json_quote(file)),
                || format!("core.SeccompProfile{{Type:{}, LocalhostProfile:(*string)(0xc000000000)}}", quote(&profile.type_)),
            );
            cx.errors.invalid(&path, shown, "can only be set when seccomp type is Localhost");
        }
        (false, None) => {}
    }
}

/// `ValidateAppArmorProfileField`
pub fn validate_app_armor_profile(profile: &AppArmorProfile, path: &Path<'_>, cx: &mut Context<'_>) {
    let needed = "must be set when AppArmor type is Localhost";
    let file_path = path.child("localhostProfile");
    match (profile.type_.as_str(), profile.localhost_profile.as_deref()) {
        ("Localhost", None) => cx.errors.required(&file_path, needed),
        ("Localhost", Some(file)) => {
            if file.trim() != file {
                cx.errors.invalid(&file_path, file, "must not be padded with whitespace");
            } else if file.is_empty() {
                cx.errors.required(&file_path, needed);
            }
            if file.len() > 4095 {
                cx.errors.too_long(&file_path, 4095);
            }
        }
        ("RuntimeDefault" | "Unconfined", Some(file)) => {
            cx.errors.invalid(&file_path, file, "can only be set when AppArmor type is Localhost");
        }
        ("RuntimeDefault" | "Unconfined", None) => {}
        ("", _) => cx.errors.required(&path.child("type"), "type is required when appArmorProfile is set"),
        (kind, _) => cx.errors.not_supported(&path.child("type"), kind, TYPES),
    }
}

/// `validateSeccompAnnotationsAndFields`
pub fn validate_seccomp_annotations_and_fields(annotations: Option<&Labels>, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(annotations) = annotations.filter(|annotations| !annotations.is_empty()) else { return };
    let pod_profile = spec.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref());
    if let (Some(profile), Some(annotation)) = (pod_profile, annotations.get(SECCOMP_POD_ANNOTATION)) {
        match_seccomp(annotation, profile, &path.child("securityContext").child("seccompProfile"), cx);
    }
    container::visit(spec, path, |container, path| {
        let profile = container.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref());
        let Some(profile) = profile else { return };
        if let Some(annotation) = annotations.get(&format!("{SECCOMP_ANNOTATION}{}", container.name)) {
            match_seccomp(annotation, profile, &path.child("securityContext").child("seccompProfile"), cx);
        }
    });
}

/// `validateSeccompAnnotationsAndFieldsMatch`
fn match_seccomp(annotation: &str, profile: &SeccompProfile, path: &Path<'_>, cx: &mut Context<'_>) {
    let same_type = match profile.type_.as_str() {
        "Unconfined" => annotation == "unconfined",
        "RuntimeDefault" => matches!(annotation, "runtime/default" | "docker/default"),
        "Localhost" => annotation.starts_with("localhost/"),
        _ => true,
    };
    if !same_type {
        cx.errors.forbidden(&path.child("type"), "seccomp type in annotation and field must match");
    } else if profile.type_ == "Localhost" && annotation.strip_prefix("localhost/") != profile.localhost_profile.as_deref() {
        cx.errors.forbidden(&path.child("localhostProfile"), "seccomp profile in annotation and field must match");
    }
}

/// `validateAppArmorAnnotationsAndFieldsMatchOnCreate`
pub fn validate_app_armor_annotations_and_fields(annotations: Option<&Labels>, spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(annotations) = annotations.filter(|annotations| !annotations.is_empty()) else { return };
    if spec.os.as_ref().is_some_and(|os| os.name == "windows") || !cx.has(Change::AppArmorFields) {
        return;
    }
    let pod_profile = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
    container::visit(spec, path, |container, path| {
        let own = container.security_context.as_ref().and_then(|context| context.app_armor_profile.as_ref());
        let Some(profile) = own.or(pod_profile) else { return };
        let Some(annotation) = annotations.get(&format!("{APP_ARMOR_ANNOTATION}{}", container.name)) else { return };
        let context = path.child("securityContext");
        let path = context.child("appArmorProfile");
        let same_type = match profile.type_.as_str() {
            "Unconfined" => annotation == "unconfined",
            "RuntimeDefault" => annotation == "runtime/default",
            "Localhost" => annotation.starts_with("localhost/"),
            _ => true,
        };
        if !same_type {
            cx.errors.forbidden(&path.child("type"), "apparmor type in annotation and field must match");
        } else if profile.type_ == "Localhost" && annotation.strip_prefix("localhost/") != profile.localhost_profile.as_deref() {
            cx.errors.forbidden(&path.child("localhostProfile"), "apparmor profile in annotation and field must match");
        }
    });
}

/// `ApparmorFieldForAnnotation`, none where the field would not be valid.
pub fn app_armor_field_for(annotation: &str) -> Option<AppArmorProfile> {
    let (kind, file) = match annotation {
        "unconfined" => ("Unconfined", None),
        "runtime/default" => ("RuntimeDefault", None),
        annotation => ("Localhost", Some(annotation.strip_prefix("localhost/").filter(|file| !file.is_empty())?)),
    };
    let valid = file.is_none_or(|file| file.trim() == file && file.len() <= 4095);
    valid.then(|| AppArmorProfile { type_: kind.into(), localhost_profile: file.map(str::to_owned) })
}

/// `applyAppArmorVersionSkew`: a pod's annotations become fields, with a warning.
pub fn sync_app_armor(meta: &ObjectMeta, spec: &mut PodSpec, cx: &mut Context<'_>) {
    if spec.os.as_ref().is_some_and(|os| os.name == "windows") || !cx.has(Change::AppArmorFields) {
        return;
    }
    let Some(annotations) = meta.annotations.as_ref().filter(|annotations| !annotations.is_empty()) else { return };
    let pod_profile = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.clone());
    container::visit_mut(spec, |container| {
        let key = format!("{APP_ARMOR_ANNOTATION}{}", container.name);
        let Some(annotation) = annotations.get(&key) else { return };
        if container.security_context.as_ref().is_some_and(|context| context.app_armor_profile.is_some()) {
            return;
        }
        let field = app_armor_field_for(annotation);
        if field.is_none() || field != pod_profile {
            if field.is_some() {
                container.security_context.get_or_insert_default().app_armor_profile = field;
            }
            let key_path = Path::root("metadata");
            let key_path = key_path.child("annotations");
            cx.warn_at(&key_path.key(&key), "deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
    });
}
