//! Pods and pod templates as the API server fills and judges them on create. Knows nothing of places in files.
//!
//! The structure is that of `pkg/apis/core/validation/validation.go`: one function a validator, called in the same order, because the order of
//! the errors is part of the answer.

mod admission_plugins;
mod affinity;
mod annotations;
mod claim;
mod container;
mod defaults;
mod disabled;
mod dns;
mod env;
mod image;
mod mount;
mod newer_fields;
mod overlaps;
mod pod_level_resources;
mod probe;
mod profiles;
mod projected;
mod resources;
mod security;
mod spec;
mod spread;
mod stored;
mod tolerations;
mod volume;
mod volume_sources;
mod warnings;
mod windows;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Pod, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::Context;
use super::field::Path;
use super::labels::{validate_annotations, validate_labels};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::syntax;

pub(super) use claim::{default_claim, validate_claim_spec, warn_about_claim_spec};
pub(super) use newer_fields::newer_fields;
pub(super) use stored::omit;

/// What a pod spec is judged in: a pod of its own, or a template in another object.
#[derive(Clone, Copy, Default)]
struct Owner<'a> {
    /// The pod's metadata; none for a template.
    meta: Option<&'a ObjectMeta>,
    /// A StatefulSet's claim templates: each pod gets a volume of that name, and a hostname and subdomain that the template can't choose.
    claims: Option<&'a [PersistentVolumeClaim]>,
}

impl Owner<'_> {
    /// `PodValidationOptions.ResourceIsPod`
    fn is_pod(self) -> bool {
        self.meta.is_some()
    }
}

/// Fills in and judges a Pod on create.
pub fn admit(pod: &mut Pod, cx: &mut Context<'_>) {
    defaults::default_pod(pod, cx);
    let spec = pod.spec.get_or_insert_default();
    admission_plugins::admit(spec, cx);
    if cx.refusal.is_some() {
        return;
    }
    disabled::drop_disabled_fields(spec, cx.version);
    profiles::sync_app_armor(&pod.metadata, spec, cx);
    let labels = pod.metadata.labels.clone();
    spread::merge_match_label_keys(spec, labels.as_ref(), cx.version);
    validate_pod_create(&pod.metadata, spec, cx);
    warn_about_name(&pod.metadata, "the Pod's hostname", cx);
    warnings::warn_about_pod(&pod.metadata, spec, cx);
    if cx.errors.is_empty() {
        admission_plugins::validate(spec, cx);
        stored::omit_empty(spec);
    }
}

/// Leaves out what a stored template does not say; done last, and only where nothing is wrong.
pub fn omit_empty(template: &mut PodTemplateSpec, cx: &Context<'_>) {
    if let Some(spec) = template.spec.as_mut().filter(|_| cx.errors.is_empty()) {
        stored::omit_empty(spec);
    }
}

/// Fills in a template as every kind that holds one does.
pub fn default_template(template: &mut PodTemplateSpec, cx: &Context<'_>) {
    defaults::default_pod_spec(template.spec.get_or_insert_default(), cx.version);
}

/// `DropDisabledTemplateFields`
pub fn prepare_template(template: &mut PodTemplateSpec, cx: &Context<'_>) {
    disabled::drop_disabled_fields(template.spec.get_or_insert_default(), cx.version);
}

/// `GetWarningsForPodTemplate`
pub fn warn_about_template(template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let meta = template.metadata.as_ref();
    if let Some(spec) = template.spec.as_ref() {
        warnings::warn_about_template(meta.and_then(|meta| meta.annotations.as_ref()), spec, path, cx);
    }
}

/// The warning that a name is no DNS label although pods are named after it.
pub fn warn_about_name(meta: &ObjectMeta, used_in: &str, cx: &mut Context<'_>) {
    let faults = syntax::dns1123_label(meta.name.as_deref().unwrap_or_default());
    if !faults.is_empty() {
        let faults = faults.join(" ");
        cx.warn(format!(
            "metadata.name: this is used in {used_in}, which can result in surprising behavior; a DNS label is recommended: [{faults}]"
        ));
    }
}

/// `ValidatePodTemplateSpec`
pub fn validate_pod_template_spec(template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_template(template, Owner::default(), path, cx);
}

/// `ValidatePodTemplateSpec` as StatefulSets call it.
pub fn validate_stateful_set_template(template: &PodTemplateSpec, claims: &[PersistentVolumeClaim], path: &Path<'_>, cx: &mut Context<'_>) {
    validate_template(template, Owner { meta: None, claims: Some(claims) }, path, cx);
}

/// The labels and annotations of a template, whose paths lack `metadata`.
pub fn validate_template_metadata(template: &PodTemplateSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let meta = template.metadata.as_ref();
    let annotations = meta.and_then(|meta| meta.annotations.as_ref());
    validate_labels(meta.and_then(|meta| meta.labels.as_ref()), &path.child("labels"), cx);
    validate_annotations(annotations, &path.child("annotations"), cx);
    let empty = PodSpec::default();
    let spec = template.spec.as_ref().unwrap_or(&empty);
    annotations::validate_pod_specific_annotations(annotations, spec, &path.child("annotations"), cx);
}

fn validate_template(template: &PodTemplateSpec, owner: Owner<'_>, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_template_metadata(template, path, cx);
    let empty = PodSpec::default();
    let spec = template.spec.as_ref().unwrap_or(&empty);
    let annotations = template.metadata.as_ref().and_then(|meta| meta.annotations.as_ref());
    let spec_path = path.child("spec");
    spec::validate_pod_spec(spec, owner, &spec_path, cx);
    profiles::validate_seccomp_annotations_and_fields(annotations, spec, &spec_path, cx);
    profiles::validate_app_armor_annotations_and_fields(annotations, spec, &spec_path, cx);
    if spec.ephemeral_containers.as_ref().is_some_and(|containers| !containers.is_empty()) {
        cx.errors.forbidden(&spec_path.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// `ValidatePodCreate`
fn validate_pod_create(meta: &ObjectMeta, spec: &PodSpec, cx: &mut Context<'_>) {
    let (meta_path, path) = (Path::root("metadata"), Path::root("spec"));
    validate_object_meta(meta, true, name_is_dns_subdomain, cx);
    annotations::validate_pod_specific_annotations(meta.annotations.as_ref(), spec, &meta_path.child("annotations"), cx);
    spec::validate_pod_spec(spec, Owner { meta: Some(meta), claims: None }, &path, cx);
    spec::validate_only_for_pods(spec, &path, cx);
    if spec.ephemeral_containers.as_ref().is_some_and(|containers| !containers.is_empty()) {
        cx.errors.forbidden(&path.child("ephemeralContainers"), "cannot be set on create");
    }
    let gated = spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty());
    if gated && !spec.node_name.as_deref().unwrap_or_default().is_empty() {
        cx.errors.forbidden(&path.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
    profiles::validate_seccomp_annotations_and_fields(meta.annotations.as_ref(), spec, &path, cx);
    profiles::validate_app_armor_annotations_and_fields(meta.annotations.as_ref(), spec, &path, cx);
}
