//! One create, from the decoded object to the API server's answer. Knows every kind, none of them closely.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::context::{Refusal, Written};
use super::served::{Served, group_of, served};
use super::{Context, Verdict, newer_fields, status};
use crate::kube::version::Change;
use crate::kube::{Profile, Typed};

/// What becomes of fields that the server does not know: kubectl's `--validate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validate {
    /// They are refused, kubectl's default.
    #[default]
    Strict,
    /// They are warned about.
    Warn,
    /// They are dropped.
    Ignore,
}

/// An object as it was decoded, and what was found on the way.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// `apiVersion` as written; empty where it is missing.
    pub api_version: &'r str,
    /// `kind` as written; empty where it is missing.
    pub kind: &'r str,
    /// The content.
    pub typed: &'r Typed,
    /// The first error of type, in Go's words: `json: cannot unmarshal …`.
    pub type_error: Option<&'r str>,
    /// Each unknown field in Go's words: `unknown field "spec.foo"`.
    pub unknown_fields: &'r [String],
    /// What becomes of them.
    pub validate: Validate,
    /// Says whether something stands at a path, for the few fields where the typed content cannot tell "" from nothing.
    pub written: Option<Written<'r>>,
    /// Whether the object is wanted as it would be stored.
    pub stored: bool,
}

impl<'r> Request<'r> {
    /// A request for an object in which nothing was found on the way.
    #[must_use]
    pub fn new(typed: &'r Typed, api_version: &'r str, kind: &'r str) -> Self {
        Self { api_version, kind, typed, type_error: None, unknown_fields: &[], validate: Validate::Strict, written: None, stored: false }
    }
}

/// The answer, and the object as it would be stored where that was asked for and it is accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The answer.
    pub verdict: Verdict,
    /// With everything the server fills in.
    pub stored: Option<Typed>,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, stored: None }
    }
}

/// Judges a decoded object in which nothing was found on the way.
#[must_use]
pub fn judge(typed: &Typed, api_version: &str, kind: &str, profile: &Profile) -> Outcome {
    admit(&Request::new(typed, api_version, kind), profile)
}

/// Judges a create: decoding, what is served, namespace, then the kind's own defaults, allocation and validation.
#[must_use]
pub fn admit(request: &Request<'_>, profile: &Profile) -> Outcome {
    let &Request { api_version, kind, .. } = request;
    if kind.is_empty() {
        return status::bad_request("Object 'Kind' is missing").into();
    }
    if api_version.is_empty() {
        return status::bad_request("error validating data: apiVersion not set").into();
    }
    let namespaced = match served(api_version, kind, profile.version) {
        Served::Yes { namespaced } => namespaced,
        Served::No => return status::no_match(kind, api_version).into(),
        Served::NotBuiltIn => return Outcome::default(),
    };
    let mut warnings = Vec::new();
    if let Some(error) = request.type_error {
        return status::cannot_be_handled(kind, api_version, error).into();
    }
    let newer = newer_fields::unknown_fields(request.typed, profile.version);
    let mut unknown = request.unknown_fields.iter().chain(&newer).peekable();
    match request.validate {
        Validate::Strict if unknown.peek().is_some() => {
            let unknown: Vec<&str> = unknown.map(String::as_str).collect();
            let error = format!("strict decoding error: {}", unknown.join(", "));
            return status::cannot_be_handled(kind, api_version, &error).into();
        }
        Validate::Warn => warnings.extend(unknown.cloned()),
        _ => {}
    }
    if matches!(request.typed, Typed::Endpoints(_)) && profile.version.has(Change::EndpointsDeprecated) {
        warnings.push("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".into());
    }

    let mut object = request.typed.clone();
    let meta = object.metadata_mut();
    super::metadata::generate_name(meta);
    meta.deletion_timestamp = None;
    meta.deletion_grace_period_seconds = None;
    meta.namespace = match meta.namespace.take().filter(|namespace| !namespace.is_empty()) {
        _ if !namespaced => None,
        None => Some(profile.default_namespace.clone()),
        namespace => namespace,
    };
    let missing = meta.namespace.as_deref().filter(|namespace| !super::syntax::dns1123_label(namespace).is_empty());
    if let Some(namespace) = missing {
        return Verdict { warnings, ..status::not_found("namespaces", namespace) }.into();
    }

    let mut cx = Context { written: request.written, ..Context::new(profile) };
    let known = admit_kind(&mut object, api_version, kind, namespaced, &mut cx);
    let name = object.metadata().name.clone().unwrap_or_default();
    let refused = match cx.refusal.take() {
        Some(Refusal::Undecodable(error)) => Some(status::cannot_be_handled(kind, api_version, &error)),
        Some(Refusal::Forbidden(resource, why)) => Some(status::forbidden(resource, &name, &why)),
        Some(Refusal::Internal(why)) => Some(status::internal(why)),
        None if !cx.errors.is_empty() => Some(status::invalid(kind, group_of(api_version), &name, cx.errors.into_causes())),
        None if !known => return Outcome::default(),
        None => None,
    };
    if let Some(refused) = refused {
        return Verdict { warnings, ..refused }.into();
    }
    warnings.append(&mut cx.warnings);
    if let Some(refused) = storage_refusal(object.metadata(), kind) {
        return Verdict { warnings, ..refused }.into();
    }
    let stored = request.stored.then_some(object);
    Outcome { verdict: Verdict { code: Some(201), warnings, ..Verdict::default() }, stored }
}

/// What only the storage refuses: objects that come from a cluster, and the one Service that every cluster has.
fn storage_refusal(meta: &ObjectMeta, kind: &str) -> Option<Verdict> {
    let version = meta.resource_version.as_deref().and_then(|version| version.parse::<u64>().ok()).unwrap_or_default();
    if version != 0 {
        return Some(status::resource_version_set());
    }
    let is_api = kind == "Service" && meta.name.as_deref() == Some("kubernetes") && meta.namespace.as_deref() == Some("default");
    is_api.then(|| status::already_exists("services", "kubernetes"))
}

/// Whether anything but the metadata could be judged.
fn admit_kind(object: &mut Typed, api_version: &str, kind: &str, namespaced: bool, cx: &mut Context<'_>) -> bool {
    use super::*;
    match object {
        Typed::Service(object) => service::admit(object, cx),
        Typed::Endpoints(object) => endpoints::admit(object, cx),
        Typed::EndpointSlice(object) => endpoint_slice::admit(object, cx),
        Typed::Pod(object) => pod::admit(object, cx),
        Typed::ReplicationController(object) => replication_controller::admit(object, cx),
        Typed::ConfigMap(object) => config_map::admit(object, cx),
        Typed::Namespace(object) => metadata::validate_object_meta(&object.metadata, false, metadata::name_is_dns_label, cx),
        Typed::Deployment(object) => deployment::admit(object, cx),
        Typed::StatefulSet(object) => statefulset::admit(object, cx),
        Typed::DaemonSet(object) => daemonset::admit(object, cx),
        Typed::ReplicaSet(object) => replicaset::admit(object, cx),
        Typed::Job(object) => job::admit(object, cx),
        Typed::CronJob(object) => cronjob::admit(object, cx),
        Typed::Ingress(object) => ingress::admit(object, cx),
        Typed::IngressClass(object) => ingress_class::admit(object, cx),
        Typed::NetworkPolicy(object) => network_policy::admit(object, cx),
        Typed::PodDisruptionBudget(object) => pod_disruption_budget::admit(object, cx),
        Typed::HorizontalPodAutoscalerV1(object) => horizontal_pod_autoscaler::admit_v1(object, cx),
        Typed::HorizontalPodAutoscaler(object) => horizontal_pod_autoscaler::admit(object, cx),
        Typed::Other(object) => {
            if let Some(custom) = gateway::kind(api_version, kind) {
                gateway::admit(object, custom, cx);
                return true;
            }
            metadata::validate_object_meta(&object.metadata, namespaced, metadata::name_rule(api_version, kind), cx);
            return kind == "ServiceAccount";
        }
    }
    true
}
