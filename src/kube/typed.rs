//! The kinds that svclint knows by type, each as k8s-openapi reads it. Knows no place.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::autoscaling::{v1 as autoscaling_v1, v2 as autoscaling_v2};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, Endpoints, Namespace, Pod, PodTemplateSpec, ReplicationController, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

/// An object's typed content.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Typed {
    /// v1
    Service(Box<Service>),
    /// v1
    Endpoints(Box<Endpoints>),
    /// discovery.k8s.io/v1
    EndpointSlice(Box<EndpointSlice>),
    /// v1
    Pod(Box<Pod>),
    /// v1
    ReplicationController(Box<ReplicationController>),
    /// v1
    ConfigMap(Box<ConfigMap>),
    /// v1
    Namespace(Box<Namespace>),
    /// apps/v1
    Deployment(Box<Deployment>),
    /// apps/v1
    StatefulSet(Box<StatefulSet>),
    /// apps/v1
    DaemonSet(Box<DaemonSet>),
    /// apps/v1
    ReplicaSet(Box<ReplicaSet>),
    /// batch/v1
    Job(Box<Job>),
    /// batch/v1
    CronJob(Box<CronJob>),
    /// networking.k8s.io/v1
    Ingress(Box<Ingress>),
    /// networking.k8s.io/v1
    IngressClass(Box<IngressClass>),
    /// networking.k8s.io/v1
    NetworkPolicy(Box<NetworkPolicy>),
    /// policy/v1
    PodDisruptionBudget(Box<PodDisruptionBudget>),
    /// autoscaling/v1
    HorizontalPodAutoscalerV1(Box<autoscaling_v1::HorizontalPodAutoscaler>),
    /// autoscaling/v2
    HorizontalPodAutoscaler(Box<autoscaling_v2::HorizontalPodAutoscaler>),
    /// Any other kind: its metadata, and the pod template it holds at `spec.template`.
    Other(Box<Other>),
}

/// An object of a kind that is not known by type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Other {
    /// `metadata`
    pub metadata: ObjectMeta,
    /// `spec.template`, where it has the shape of a pod template.
    #[serde(skip)]
    pub template: Option<PodTemplateSpec>,
}

impl Typed {
    /// The object's metadata.
    #[must_use]
    pub fn metadata(&self) -> &ObjectMeta {
        match self {
            Self::Service(it) => &it.metadata,
            Self::Endpoints(it) => &it.metadata,
            Self::EndpointSlice(it) => &it.metadata,
            Self::Pod(it) => &it.metadata,
            Self::ReplicationController(it) => &it.metadata,
            Self::ConfigMap(it) => &it.metadata,
            Self::Namespace(it) => &it.metadata,
            Self::Deployment(it) => &it.metadata,
            Self::StatefulSet(it) => &it.metadata,
            Self::DaemonSet(it) => &it.metadata,
            Self::ReplicaSet(it) => &it.metadata,
            Self::Job(it) => &it.metadata,
            Self::CronJob(it) => &it.metadata,
            Self::Ingress(it) => &it.metadata,
            Self::IngressClass(it) => &it.metadata,
            Self::NetworkPolicy(it) => &it.metadata,
            Self::PodDisruptionBudget(it) => &it.metadata,
            Self::HorizontalPodAutoscalerV1(it) => &it.metadata,
            Self::HorizontalPodAutoscaler(it) => &it.metadata,
            Self::Other(it) => &it.metadata,
        }
    }

    /// The object's metadata, to fill in.
    pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
        match self {
            Self::Service(it) => &mut it.metadata,
            Self::Endpoints(it) => &mut it.metadata,
            Self::EndpointSlice(it) => &mut it.metadata,
            Self::Pod(it) => &mut it.metadata,
            Self::ReplicationController(it) => &mut it.metadata,
            Self::ConfigMap(it) => &mut it.metadata,
            Self::Namespace(it) => &mut it.metadata,
            Self::Deployment(it) => &mut it.metadata,
            Self::StatefulSet(it) => &mut it.metadata,
            Self::DaemonSet(it) => &mut it.metadata,
            Self::ReplicaSet(it) => &mut it.metadata,
            Self::Job(it) => &mut it.metadata,
            Self::CronJob(it) => &mut it.metadata,
            Self::Ingress(it) => &mut it.metadata,
            Self::IngressClass(it) => &mut it.metadata,
            Self::NetworkPolicy(it) => &mut it.metadata,
            Self::PodDisruptionBudget(it) => &mut it.metadata,
            Self::HorizontalPodAutoscalerV1(it) => &mut it.metadata,
            Self::HorizontalPodAutoscaler(it) => &mut it.metadata,
            Self::Other(it) => &mut it.metadata,
        }
    }
}
