//! One create, from the decoded object to the API server's answer. Knows every kind, none of them closely.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::context::{Refusal, Written};
use super::served::{Served, group_of, served};
use super::{Context, Verdict, amounts, newer_fields, status};
use crate::kube::version::Change;
use crate::kube::{Decoded, Profile};

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

/// What is said of an object beside its content: what it calls itself, and what was found in decoding it.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// `apiVersion` as written; empty where it is missing.
    pub api_version: &'r str,
    /// `kind` as written; empty where it is missing.
    pub kind: &'r str,
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
    pub fn new(api_version: &'r str, kind: &'r str) -> Self {
        Self { api_version, kind, type_error: None, unknown_fields: &[], validate: Validate::Strict, written: None, stored: false }
    }
}

/// The answer, and the object as it would be stored where that was asked for and it is accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The answer.
    pub verdict: Verdict,
    /// With everything the server fills in.
    pub stored: Option<Decoded>,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, stored: None }
    }
}

/// Judges a decoded object in which nothing was found on the way.
#[must_use]
pub fn judge(typed: &Decoded, api_version: &str, kind: &str, profile: &Profile) -> Outcome {
    admit(&Request::new(api_version, kind), &mut typed.clone(), profile)
}

/// Judges a create: decoding, what is served, namespace, then the kind's own defaults, allocation and validation. The defaults
/// are filled into the object, of ConfigMaps and kinds that are not known by type into the metadata alone.
#[must_use]
pub fn admit(request: &Request<'_>, object: &mut Decoded, profile: &Profile) -> Outcome {
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
    if let Some(error) = amounts::undecodable(object) {
        return status::cannot_be_handled(kind, api_version, &error).into();
    }
    let newer = newer_fields::unknown_fields(object, profile.version);
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
    if matches!(object, Decoded::Endpoints(_)) && profile.version.has(Change::EndpointsDeprecated) {
        warnings.push("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".into());
    }

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
    let known = admit_kind(object, request, namespaced, &mut cx);
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
    let stored = request.stored.then(|| object.clone());
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
fn admit_kind(object: &mut Decoded, request: &Request<'_>, namespaced: bool, cx: &mut Context<'_>) -> bool {
    use super::*;
    let &Request { api_version, kind, .. } = request;
    match object {
        Decoded::Service(object) => service::admit(object, cx),
        Decoded::Endpoints(object) => endpoints::admit(object, cx),
        Decoded::EndpointSlice(object) => endpoint_slice::admit(object, cx),
        Decoded::Pod(object) => pod::admit(object, cx),
        Decoded::ReplicationController(object) => replication_controller::admit(object, cx),
        Decoded::ConfigMap(object) => config_map::admit(object, cx),
        Decoded::Namespace(object) => metadata::validate_object_meta(&object.metadata, false, metadata::name_is_dns_label, cx),
        Decoded::Deployment(object) => deployment::admit(object, cx),
        Decoded::StatefulSet(object) => statefulset::admit(object, cx),
        Decoded::DaemonSet(object) => daemonset::admit(object, cx),
        Decoded::ReplicaSet(object) => replicaset::admit(object, cx),
        Decoded::Job(object) => job::admit(object, cx),
        Decoded::CronJob(object) => cronjob::admit(object, cx),
        Decoded::Ingress(object) => ingress::admit(object, cx),
        Decoded::IngressClass(object) => ingress_class::admit(object, cx),
        Decoded::NetworkPolicy(object) => network_policy::admit(object, cx),
        Decoded::PodDisruptionBudget(object) => pod_disruption_budget::admit(object, cx),
        Decoded::HorizontalPodAutoscalerV1(object) => horizontal_pod_autoscaler::admit_v1(object, cx),
        Decoded::HorizontalPodAutoscaler(object) => horizontal_pod_autoscaler::admit(object, cx),
        Decoded::Other(object) => {
            if let Some(custom) = gateway::kind(api_version, kind) {
                gateway::admit(&object.metadata, object.content.as_ref().and_then(|content| content.spec.as_ref()), custom, cx);
                return true;
            }
            metadata::validate_object_meta(&object.metadata, namespaced, metadata::name_rule(api_version, kind), cx);
            return kind == "ServiceAccount";
        }
    }
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kube::Version;
    use crate::kube::decoded::Other;

    fn service(value: Value) -> Decoded {
        Decoded::Service(Box::new(serde_json::from_value(value).unwrap()))
    }

    fn web() -> Decoded {
        service(json!({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}))
    }

    fn other(metadata: Value) -> Decoded {
        Decoded::Other(Box::new(Other { metadata: serde_json::from_value(metadata).unwrap(), template: None, ..Other::default() }))
    }

    fn code(outcome: &Outcome) -> Option<u16> {
        outcome.verdict.code
    }

    #[test]
    fn what_is_not_served_is_not_judged() {
        let profile = Profile::default();
        let judge = |api_version, kind| judge(&web(), api_version, kind, &profile);
        assert_eq!(code(&judge("", "Service")), Some(400));
        assert_eq!(code(&judge("v1", "")), Some(400));
        assert_eq!(judge("apps/v1", "Service").verdict.message, "no matches for kind \"Service\" in version \"apps/v1\"");
        assert_eq!(judge("serving.knative.dev/v1", "Service"), Outcome::default());
        assert_eq!(code(&judge("v1", "Service")), Some(201));
    }

    #[test]
    fn decoding_comes_first() {
        let profile = Profile::default();
        let admit = |request: &Request<'_>, profile: &Profile| admit(request, &mut web(), profile);
        let unknown = ["unknown field \"spec.foo\"".to_owned(), "unknown field \"spec.bar\"".to_owned()];
        let request = Request { unknown_fields: &unknown, ..Request::new("v1", "Service") };
        let strict = admit(&request, &profile).verdict;
        let start = "Service in version \"v1\" cannot be handled as a Service: ";
        assert_eq!(strict.message, format!("{start}strict decoding error: {}, {}", unknown[0], unknown[1]));
        let warned = admit(&Request { validate: Validate::Warn, ..request }, &profile).verdict;
        assert_eq!((warned.code, warned.warnings.as_slice()), (Some(201), unknown.as_slice()));
        let ignored = admit(&Request { validate: Validate::Ignore, ..request }, &profile).verdict;
        assert_eq!((ignored.code, ignored.warnings.len()), (Some(201), 0));
        let mistyped = admit(&Request { type_error: Some("json: x"), ..request }, &profile).verdict;
        assert_eq!(mistyped.message, format!("{start}json: x"));
    }

    #[test]
    fn fields_of_later_versions_are_unknown() {
        let typed = service(json!({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}], "trafficDistribution": "x"}}));
        let at = |minor| code(&judge(&typed, "v1", "Service", &Profile { version: Version { minor }, ..Profile::default() }));
        assert_eq!([at(29), at(30), at(31)], [Some(400), Some(201), Some(422)]);
    }

    #[test]
    fn namespaces_and_storage() {
        let profile = Profile::default();
        let with =
            |metadata: Value| judge(&service(json!({"metadata": metadata, "spec": {"ports": [{"port": 80}]}})), "v1", "Service", &profile);
        assert_eq!(with(json!({"name": "web", "namespace": "UPPER"})).verdict.message, "namespaces \"UPPER\" not found");
        assert_eq!(code(&with(json!({"name": "web", "resourceVersion": "7"}))), Some(500));
        assert_eq!(code(&with(json!({"name": "web", "resourceVersion": "0"}))), Some(201));
        assert_eq!(code(&with(json!({"name": "kubernetes"}))), Some(409));
        assert_eq!(code(&with(json!({"name": "kubernetes", "namespace": "shop"}))), Some(201));
    }

    #[test]
    fn without_the_cluster_s_ranges_addresses_are_not_judged_by_them() {
        let typed = service(json!({"metadata": {"name": "web"}, "spec": {"clusterIP": "172.30.0.5", "ports": [{"port": 80}]}}));
        let profile = Profile::default();
        assert_eq!(code(&judge(&typed, "v1", "Service", &profile)), Some(201));
        let profile = Profile { service_cidrs: vec!["10.96.0.0/12".into()], ..profile };
        assert_eq!(code(&judge(&typed, "v1", "Service", &profile)), Some(422));
    }

    #[test]
    fn kinds_known_by_metadata_alone_are_refused_but_never_called_valid() {
        let profile = Profile::default();
        let judge = |metadata, api_version, kind| code(&judge(&other(metadata), api_version, kind, &profile));
        assert_eq!(judge(json!({"name": "web"}), "v1", "Secret"), None);
        assert_eq!(judge(json!({"name": "Web"}), "v1", "Secret"), Some(422));
        assert_eq!(judge(json!({"name": "web"}), "v1", "ServiceAccount"), Some(201));
        assert_eq!(judge(json!({"name": "system:web", "namespace": "shop"}), "rbac.authorization.k8s.io/v1", "ClusterRole"), None);
    }

    #[test]
    fn a_quantity_that_cannot_be_read_is_a_fault_of_the_body() {
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "x"}}});
        let object = json!({
            "metadata": {"name": "web"},
            "spec": {"maxReplicas": 2, "metrics": [metric], "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
        });
        let typed = Decoded::HorizontalPodAutoscaler(Box::new(serde_json::from_value(object).unwrap()));
        let verdict = judge(&typed, "autoscaling/v2", "HorizontalPodAutoscaler", &Profile::default()).verdict;
        assert_eq!(verdict.code, Some(400));
        assert!(verdict.message.contains("cannot be handled as a HorizontalPodAutoscaler: quantities must match"));
    }
}
