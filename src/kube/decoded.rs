//! The kinds that svclint knows by type, each as k8s-openapi reads it whole: what the API server judges. Knows no place.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::autoscaling::v1::HorizontalPodAutoscaler as HorizontalPodAutoscalerV1;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Endpoints, Namespace, Pod, PodSpec, PodTemplateSpec, ReplicationController, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

use super::admission::gateway::{self, Content, Json};
use super::config_map::Whole as ConfigMap;
use super::place::Step;
use super::shape::{self, Fields};
use crate::yaml::{self, Fault, Kind, Value};

macro_rules! kinds {
    ($($type:ident: $api_version:literal $kind:literal;)*) => {
        /// An object's content as it is decoded.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Decoded {
            $(#[doc = $api_version] $type(Box<$type>),)*
            /// Any other kind: its metadata, and the pod template it holds at `spec.template`.
            Other(Box<Other>),
        }

        impl Decoded {
            /// Reads an object by what it says it is.
            #[must_use]
            pub fn read(api_version: &str, kind: &str, root: Value<'_, '_>, faults: &mut Vec<Fault>) -> Self {
                match (api_version, kind) {
                    $(($api_version, $kind) => Self::$type(Box::new(yaml::from_value(root, faults).unwrap_or_default())),)*
                    _ => Self::Other(Box::new(other(api_version, kind, root, faults))),
                }
            }

            /// The object's metadata.
            #[must_use]
            pub fn metadata(&self) -> &ObjectMeta {
                match self {
                    $(Self::$type(it) => &it.metadata,)*
                    Self::Other(it) => &it.metadata,
                }
            }

            /// The object's metadata, to fill in.
            pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
                match self {
                    $(Self::$type(it) => &mut it.metadata,)*
                    Self::Other(it) => &mut it.metadata,
                }
            }
        }

        /// The fields at `path` of a kind; none where the kind is not known or no structure stands there.
        #[must_use]
        pub fn shape(api_version: &str, kind: &str, path: &[Step<'_>]) -> Option<Fields> {
            match (api_version, kind) {
                $(($api_version, $kind) => shape::of::<$type>(path),)*
                _ => None,
            }
        }

        /// The apiVersions and kinds that are known by type.
        pub const KNOWN: &[(&str, &str)] = &[$(($api_version, $kind),)*];
    };
}

kinds! {
    Service: "v1" "Service";
    Endpoints: "v1" "Endpoints";
    Pod: "v1" "Pod";
    ReplicationController: "v1" "ReplicationController";
    ConfigMap: "v1" "ConfigMap";
    Namespace: "v1" "Namespace";
    EndpointSlice: "discovery.k8s.io/v1" "EndpointSlice";
    Deployment: "apps/v1" "Deployment";
    StatefulSet: "apps/v1" "StatefulSet";
    DaemonSet: "apps/v1" "DaemonSet";
    ReplicaSet: "apps/v1" "ReplicaSet";
    Job: "batch/v1" "Job";
    CronJob: "batch/v1" "CronJob";
    Ingress: "networking.k8s.io/v1" "Ingress";
    IngressClass: "networking.k8s.io/v1" "IngressClass";
    NetworkPolicy: "networking.k8s.io/v1" "NetworkPolicy";
    PodDisruptionBudget: "policy/v1" "PodDisruptionBudget";
    HorizontalPodAutoscalerV1: "autoscaling/v1" "HorizontalPodAutoscaler";
    HorizontalPodAutoscaler: "autoscaling/v2" "HorizontalPodAutoscaler";
}

impl Decoded {
    /// The spec of the pods it makes, if it makes any.
    #[must_use]
    pub fn pod_spec(&self) -> Option<&PodSpec> {
        match self {
            Self::Pod(it) => it.spec.as_ref(),
            Self::Deployment(it) => it.spec.template.spec.as_ref(),
            Self::StatefulSet(it) => it.spec.template.spec.as_ref(),
            Self::DaemonSet(it) => it.spec.template.spec.as_ref(),
            Self::ReplicaSet(it) => it.spec.template.as_ref()?.spec.as_ref(),
            Self::ReplicationController(it) => it.spec.as_ref()?.template.as_ref()?.spec.as_ref(),
            Self::Job(it) => it.spec.as_ref()?.template.spec.as_ref(),
            Self::CronJob(it) => it.spec.job_template.spec.as_ref()?.template.spec.as_ref(),
            Self::Other(it) => it.template.as_ref()?.spec.as_ref(),
            _ => None,
        }
    }
}

impl Decoded {
    /// The spec of an object of the Gateway API, read by its kind's schema.
    #[must_use]
    pub fn custom_spec(&self) -> Option<&Json> {
        match self {
            Self::Other(other) => other.content.as_ref()?.spec.as_ref(),
            _ => None,
        }
    }
}

/// An object of a kind that is not known by type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Other {
    /// `metadata`
    pub metadata: ObjectMeta,
    /// `spec.template`, where it has the shape of a pod template.
    #[serde(skip)]
    pub template: Option<Box<PodTemplateSpec>>,
    /// All but the metadata, read by the kind's schema with its defaults, where the kind is of the Gateway API.
    #[serde(flatten)]
    pub content: Option<Content>,
}

/// An object of another kind: its metadata, and the pod template that `spec.template` may be, whatever the kind.
fn other(api_version: &str, kind: &str, root: Value<'_, '_>, faults: &mut Vec<Fault>) -> Other {
    let mut unheard = Vec::new();
    let metadata = root.get("metadata").and_then(|metadata| yaml::from_value(metadata, &mut unheard)).unwrap_or_default();
    let custom = gateway::kind(api_version, kind);
    let mut unknown = unheard.drain(..).map(|fault| Fault { path: format!("metadata.{}", fault.path), ..fault }).collect();
    let content = custom.map(|custom| gateway::read(api_version, custom, root, &mut unknown));
    // Another version than those whose schema is known may have other fields.
    if custom.is_some_and(|custom| custom.is_served(api_version)) {
        faults.append(&mut unknown);
    }
    let mapping =
        |value: Value<'_, '_>, key: &str| -> bool { value.get(key).is_some_and(|value| matches!(value.follow().kind(), Kind::Mapping)) };
    let template = root.get("spec").map(Value::follow).and_then(|spec| spec.get("template")).map(Value::follow);
    let template = template.filter(|template| {
        let labelled = template.get("metadata").map(Value::follow).is_some_and(|metadata| mapping(metadata, "labels"));
        let containers = template.get("spec").map(Value::follow).is_some_and(|spec| spec.get("containers").is_some());
        labelled || containers
    });
    let template = template.and_then(|template| yaml::from_value(template, &mut unheard));
    Other { metadata, template, content }
}
