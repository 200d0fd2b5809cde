//! `metadata` as the API server fills and validates it on create, whatever the kind. Knows no spec.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::Context;
use super::field::{Path, json_quote, quote};
use super::labels::{validate_annotations, validate_labels};
use super::syntax::{self, Faults};
use crate::kube::Version;
use crate::kube::version::Change;

/// A kind's rule for names.
pub type NameRule = fn(&str, Version) -> Faults;

/// The longest start that a generated name keeps, five more characters follow.
const GENERATED_BASE: usize = 58;
/// Stands for the random end of a generated name.
const GENERATED_END: &str = "xxxxx";

/// `NameIsDNSSubdomain`
#[must_use]
pub fn name_is_dns_subdomain(name: &str, _: Version) -> Faults {
    syntax::dns1123_subdomain(name)
}

/// `NameIsDNSLabel`
#[must_use]
pub fn name_is_dns_label(name: &str, _: Version) -> Faults {
    syntax::dns1123_label(name)
}

/// The rule for Services and references to them: DNS-1035 labels before 1.36, DNS-1123 labels since.
#[must_use]
pub fn name_is_service_name(name: &str, version: Version) -> Faults {
    if version.has(Change::RelaxedServiceName) { syntax::dns1123_label(name) } else { syntax::dns1035_label(name) }
}

/// `NameIsPathSegment`
#[must_use]
pub fn name_is_path_segment(name: &str, _: Version) -> Faults {
    syntax::path_segment_name(name)
}

/// The rule for names of a built-in kind that is judged by its metadata alone; what fits a URL where none is known.
#[must_use]
pub fn name_rule(api_version: &str, kind: &str) -> NameRule {
    match (api_version, kind) {
        ("v1", "Secret" | "ServiceAccount" | "LimitRange" | "ResourceQuota" | "PersistentVolumeClaim" | "PersistentVolume" | "Node") => {
            name_is_dns_subdomain
        }
        ("storage.k8s.io/v1" | "scheduling.k8s.io/v1" | "node.k8s.io/v1" | "coordination.k8s.io/v1", _) => name_is_dns_subdomain,
        _ => name_is_path_segment,
    }
}

/// `names.SimpleNameGenerator`, with a fixed end in place of the random one.
pub fn generate_name(meta: &mut ObjectMeta) {
    let Some(base) = meta.generate_name.as_deref().filter(|base| !base.is_empty()) else { return };
    if meta.name.as_deref().unwrap_or_default().is_empty() {
        let mut end = base.len().min(GENERATED_BASE);
        while !base.is_char_boundary(end) {
            end -= 1;
        }
        meta.name = Some(format!("{}{GENERATED_END}", base.get(..end).unwrap_or_default()));
    }
}

/// `ValidateObjectMeta` with core's extra check of finalizers, at `metadata`.
pub fn validate_object_meta(meta: &ObjectMeta, namespaced: bool, name_rule: NameRule, cx: &mut Context<'_>) {
    validate_object_meta_at(meta, namespaced, name_rule, &Path::root("metadata"), cx);
    let path = Path::root("metadata");
    let path = path.child("finalizers");
    for (i, finalizer) in meta.finalizers.iter().flatten().enumerate() {
        let standard = matches!(finalizer.as_str(), "kubernetes" | "orphan" | "foregroundDeletion");
        if !finalizer.contains('/') && !standard {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            cx.errors.invalid(&path.index(i), finalizer, detail);
        }
    }
}

/// `ValidateObjectMetaAccessor`, at any path.
pub fn validate_object_meta_at(meta: &ObjectMeta, namespaced: bool, name_rule: NameRule, path: &Path<'_>, cx: &mut Context<'_>) {
    if let Some(base) = meta.generate_name.as_deref().filter(|base| !base.is_empty()) {
        cx.errors.invalid_each(&path.child("generateName"), base, &name_rule(&syntax::mask_trailing_dash(base), cx.version));
    }
    match meta.name.as_deref().unwrap_or_default() {
        "" => cx.errors.required(&path.child("name"), "name or generateName is required"),
        name => cx.errors.invalid_each(&path.child("name"), name, &name_rule(name, cx.version)),
    }
    let namespace = meta.namespace.as_deref().unwrap_or_default();
    match (namespaced, namespace) {
        (true, "") => cx.errors.required(&path.child("namespace"), ""),
        (true, namespace) => cx.errors.invalid_each(&path.child("namespace"), namespace, &syntax::dns1123_label(namespace)),
        (false, "") => {}
        (false, _) => cx.errors.forbidden(&path.child("namespace"), "not allowed on this type"),
    }
    if let Some(generation) = meta.generation.filter(|generation| *generation < 0) {
        cx.errors.invalid(&path.child("generation"), generation, "must be greater than or equal to 0");
    }
    validate_labels(meta.labels.as_ref(), &path.child("labels"), cx);
    validate_annotations(meta.annotations.as_ref(), &path.child("annotations"), cx);
    validate_owner_references(meta.owner_references.as_deref().unwrap_or_default(), &path.child("ownerReferences"), cx);
    validate_finalizers(meta.finalizers.as_deref().unwrap_or_default(), &path.child("finalizers"), cx);
}

fn validate_owner_references(references: &[OwnerReference], path: &Path<'_>, cx: &mut Context<'_>) {
    let mut controller: Option<&OwnerReference> = None;
    for reference in references {
        validate_owner_reference(reference, path, cx);
        if reference.controller != Some(true) {
            continue;
        }
        if let Some(first) = controller {
            let shown = cx.errors.structure(|| owner_references_json(references), || owner_references_go(references));
            let detail = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {}/{} and {}/{}",
                first.kind, first.name, reference.kind, reference.name
            );
            cx.errors.invalid(path, shown, &detail);
        } else {
            controller = Some(reference);
        }
    }
}

/// `validateOwnerReference`: the paths lack the reference's index.
fn validate_owner_reference(reference: &OwnerReference, path: &Path<'_>, cx: &mut Context<'_>) {
    // `schema.ParseGroupVersion`: more than one slash is no version at all.
    let version = match reference.api_version.split_once('/') {
        None => reference.api_version.as_str(),
        Some((_, version)) if !version.contains('/') => version,
        Some(_) => "",
    };
    if version.is_empty() {
        cx.errors.invalid(&path.child("apiVersion"), &reference.api_version, "version must not be empty");
    }
    let mut must_not_be_empty = |name: &str, value: &str| {
        if value.is_empty() {
            let text: Cow<'_, str> = if cx.has(Change::OwnerReferenceShortWording) {
                "must not be empty".into()
            } else {
                format!("{name} must not be empty").into()
            };
            cx.errors.invalid(&path.child(name), value, &text);
        }
    };
    must_not_be_empty("kind", &reference.kind);
    must_not_be_empty("name", &reference.name);
    must_not_be_empty("uid", &reference.uid);
    if reference.api_version == "v1" && reference.kind == "Event" {
        let shown = cx.errors.structure(|| owner_reference_json(reference), || owner_reference_go(reference));
        cx.errors.invalid(path, shown, "/v1, Kind=Event is disallowed from being an owner");
    }
}

fn validate_finalizers(finalizers: &[String], path: &Path<'_>, cx: &mut Context<'_>) {
    for finalizer in finalizers {
        cx.errors.invalid_each(path, finalizer, &syntax::qualified_name(finalizer, cx.version));
    }
    let has = |name: &str| finalizers.iter().any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let shown = cx.errors.list("string", Some(finalizers));
        cx.errors.invalid(path, shown, "finalizer orphan and foregroundDeletion cannot be both set");
    }
}

fn owner_reference_json(reference: &OwnerReference) -> String {
    let mut json = format!(
        "{{\"apiVersion\":{},\"kind\":{},\"name\":{},\"uid\":{}",
        json_quote(&reference.api_version),
        json_quote(&reference.kind),
        json_quote(&reference.name),
        json_quote(&reference.uid)
    );
    if let Some(controller) = reference.controller {
        json.push_str(&format!(",\"controller\":{controller}"));
    }
    if let Some(block) = reference.block_owner_deletion {
        json.push_str(&format!(",\"blockOwnerDeletion\":{block}"));
    }
    json + "}"
}

fn owner_references_json(references: &[OwnerReference]) -> String {
    let each: Vec<String> = references.iter().map(owner_reference_json).collect();
    format!("[{}]", each.join(","))
}

fn owner_reference_go(reference: &OwnerReference) -> String {
    // Go prints the two pointers as addresses, which nobody can foretell.
    let pointer = |value: Option<bool>| if value.is_some() { "(*bool)(0xc000000000)" } else { "(*bool)(nil)" };
    format!(
        "v1.OwnerReference{{APIVersion:{}, Kind:{}, Name:{}, UID:{}, Controller:{}, BlockOwnerDeletion:{}}}",
        quote(&reference.api_version),
        quote(&reference.kind),
        quote(&reference.name),
        quote(&reference.uid),
        pointer(reference.controller),
        pointer(reference.block_owner_deletion)
    )
}

fn owner_references_go(references: &[OwnerReference]) -> String {
    let each: Vec<String> = references.iter().map(owner_reference_go).collect();
    format!("[]v1.OwnerReference{{{}}}", each.join(", "))
}
