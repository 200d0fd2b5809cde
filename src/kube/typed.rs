//! What of an object's content is asked for again once it is decoded and judged. Knows no place.

use std::sync::Arc;

use k8s_openapi::api::autoscaling::v1::HorizontalPodAutoscaler as HorizontalPodAutoscalerV1;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{Endpoints, Namespace, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;

use super::admission::gateway::Json;
use super::config_map::ConfigMap;
use super::decoded::{self, Decoded};
use super::metadata::{self, Metadata};
use super::object::Labels;
use super::pod_spec::PodTemplateSpec;
use super::workloads::{CronJob, DaemonSet, Deployment, Job, Pod, ReplicaSet, ReplicationController, StatefulSet};

macro_rules! kinds {
    (whole: $($whole:ident)*; in_part: $($part:ident)*;) => {
        /// An object's typed content: workloads and ConfigMaps in part, other kinds whole. Objects whose text is the same share it.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Typed {
            $(#[doc = stringify!($whole)] $whole(Arc<$whole>),)*
            $(#[doc = stringify!($part)] $part(Arc<$part>),)*
            /// Any other kind: its metadata, and the pod template it holds at `spec.template`.
            Other(Arc<Other>),
        }

        impl Typed {
            /// `metadata.labels`
            #[must_use]
            pub fn labels(&self) -> Option<&Labels> {
                match self {
                    $(Self::$whole(it) => it.metadata.labels.as_ref(),)*
                    $(Self::$part(it) => it.metadata.labels.as_ref(),)*
                    Self::Other(it) => it.metadata.labels.as_ref(),
                }
            }

            /// `metadata.annotations`
            #[must_use]
            pub fn annotations(&self) -> Option<&Labels> {
                match self {
                    $(Self::$whole(it) => it.metadata.annotations.as_ref(),)*
                    $(Self::$part(it) => it.metadata.annotations.as_ref(),)*
                    Self::Other(it) => it.metadata.annotations.as_ref(),
                }
            }

            /// `metadata.uid`
            #[must_use]
            pub fn uid(&self) -> Option<&str> {
                match self {
                    $(Self::$whole(it) => it.metadata.uid.as_deref(),)*
                    $(Self::$part(it) => it.metadata.uid.as_deref(),)*
                    Self::Other(it) => it.metadata.uid.as_deref(),
                }
            }

            /// Whether a field of the metadata is written that only the server writes.
            #[must_use]
            pub fn is_stored(&self) -> bool {
                match self {
                    $(Self::$whole(it) => metadata::is_stored(&it.metadata),)*
                    $(Self::$part(it) => it.metadata.is_stored,)*
                    Self::Other(it) => it.metadata.is_stored,
                }
            }

            /// What of a decoded object is asked for again.
            #[must_use]
            pub fn of(decoded: &Decoded) -> Self {
                match decoded {
                    $(Decoded::$whole(it) => Self::$whole(Arc::new((**it).clone())),)*
                    $(Decoded::$part(it) => Self::$part(Arc::new($part::of(it))),)*
                    Decoded::Other(it) => Self::other((**it).clone()),
                }
            }
        }

        impl From<Decoded> for Typed {
            fn from(decoded: Decoded) -> Self {
                match decoded {
                    $(Decoded::$whole(it) => Self::$whole(Arc::from(it)),)*
                    $(Decoded::$part(it) => Self::$part(Arc::new($part::of(&it))),)*
                    Decoded::Other(it) => Self::other(*it),
                }
            }
        }
    };
}

kinds! {
    whole: Service Endpoints Namespace EndpointSlice Ingress IngressClass NetworkPolicy PodDisruptionBudget
        HorizontalPodAutoscalerV1 HorizontalPodAutoscaler;
    in_part: ConfigMap Pod ReplicationController Deployment StatefulSet DaemonSet ReplicaSet Job CronJob;
}

/// An object of a kind that is not known by type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Other {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.template`, where it has the shape of a pod template.
    pub template: Option<Box<PodTemplateSpec>>,
    /// `spec`, read by the kind's schema with its defaults, where the kind is of the Gateway API.
    pub spec: Option<Json>,
}

impl Typed {
    fn other(decoded: decoded::Other) -> Self {
        let decoded::Other { metadata, template, content } = decoded;
        Self::Other(Arc::new(Other {
            metadata: metadata.into(),
            template: template.map(|template| Box::new(PodTemplateSpec::of(&template))),
            spec: content.and_then(|content| content.spec),
        }))
    }
}
