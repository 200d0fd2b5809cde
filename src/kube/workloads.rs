//! Workloads as rules ask of them: how many pods, of which labels, made from which template. Knows no world.

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::batch::v1 as batch;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::metadata::Metadata;
use super::object::Labels;
use super::pod_spec::{PodSpec, PodTemplateSpec};

/// `v1` Pod
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pod {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec`
    pub spec: Option<PodSpec>,
}

/// `v1` ReplicationController
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicationController {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.replicas`
    pub replicas: Option<i32>,
    /// `spec.selector`
    pub selector: Option<Labels>,
    /// `spec.template`
    pub template: Option<PodTemplateSpec>,
}

/// `apps/v1` Deployment
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deployment {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.replicas`
    pub replicas: Option<i32>,
    /// `spec.paused`
    pub paused: Option<bool>,
    /// `spec.selector`
    pub selector: LabelSelector,
    /// `spec.template`
    pub template: PodTemplateSpec,
}

/// `apps/v1` StatefulSet
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatefulSet {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.replicas`
    pub replicas: Option<i32>,
    /// `spec.ordinals.start`
    pub first_ordinal: Option<i32>,
    /// `spec.serviceName`
    pub service_name: Option<String>,
    /// The names of `spec.volumeClaimTemplates`.
    pub claims: Vec<String>,
    /// `spec.selector`
    pub selector: LabelSelector,
    /// `spec.template`
    pub template: PodTemplateSpec,
}

/// `apps/v1` DaemonSet
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DaemonSet {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.selector`
    pub selector: LabelSelector,
    /// `spec.template`
    pub template: PodTemplateSpec,
}

/// `apps/v1` ReplicaSet
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaSet {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.replicas`
    pub replicas: Option<i32>,
    /// `spec.selector`
    pub selector: LabelSelector,
    /// `spec.template`
    pub template: Option<PodTemplateSpec>,
}

/// `batch/v1` Job
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.suspend`
    pub suspend: Option<bool>,
    /// `spec.parallelism`
    pub parallelism: Option<i32>,
    /// `spec.completions`
    pub completions: Option<i32>,
    /// `spec.completionMode`
    pub completion_mode: Option<String>,
    /// `spec.selector`
    pub selector: Option<LabelSelector>,
    /// `spec.template`
    pub template: Option<PodTemplateSpec>,
}

/// `batch/v1` CronJob
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CronJob {
    /// `metadata`
    pub metadata: Metadata,
    /// `spec.jobTemplate.spec.template`
    pub template: Option<PodTemplateSpec>,
}

impl Pod {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(pod: &core::Pod) -> Self {
        Self { metadata: Metadata::of(&pod.metadata), spec: pod.spec.as_ref().map(PodSpec::of) }
    }
}

impl ReplicationController {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &core::ReplicationController) -> Self {
        let spec = it.spec.as_ref();
        Self {
            metadata: Metadata::of(&it.metadata),
            replicas: spec.and_then(|spec| spec.replicas),
            selector: spec.and_then(|spec| spec.selector.clone()),
            template: spec.and_then(|spec| spec.template.as_ref()).map(PodTemplateSpec::of),
        }
    }
}

impl Deployment {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &apps::Deployment) -> Self {
        Self {
            metadata: Metadata::of(&it.metadata),
            replicas: it.spec.replicas,
            paused: it.spec.paused,
            selector: it.spec.selector.clone(),
            template: PodTemplateSpec::of(&it.spec.template),
        }
    }
}

impl StatefulSet {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &apps::StatefulSet) -> Self {
        let claims = it.spec.volume_claim_templates.iter().flatten();
        Self {
            metadata: Metadata::of(&it.metadata),
            replicas: it.spec.replicas,
            first_ordinal: it.spec.ordinals.as_ref().and_then(|ordinals| ordinals.start),
            service_name: it.spec.service_name.clone(),
            claims: claims.filter_map(|claim| claim.metadata.name.clone()).collect(),
            selector: it.spec.selector.clone(),
            template: PodTemplateSpec::of(&it.spec.template),
        }
    }
}

impl DaemonSet {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &apps::DaemonSet) -> Self {
        Self { metadata: Metadata::of(&it.metadata), selector: it.spec.selector.clone(), template: PodTemplateSpec::of(&it.spec.template) }
    }
}

impl ReplicaSet {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &apps::ReplicaSet) -> Self {
        Self {
            metadata: Metadata::of(&it.metadata),
            replicas: it.spec.replicas,
            selector: it.spec.selector.clone(),
            template: it.spec.template.as_ref().map(PodTemplateSpec::of),
        }
    }
}

impl Job {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &batch::Job) -> Self {
        let spec = it.spec.as_ref();
        Self {
            metadata: Metadata::of(&it.metadata),
            suspend: spec.and_then(|spec| spec.suspend),
            parallelism: spec.and_then(|spec| spec.parallelism),
            completions: spec.and_then(|spec| spec.completions),
            completion_mode: spec.and_then(|spec| spec.completion_mode.clone()),
            selector: spec.and_then(|spec| spec.selector.clone()),
            template: spec.map(|spec| PodTemplateSpec::of(&spec.template)),
        }
    }
}

impl CronJob {
    /// What of a decoded one is asked for again.
    #[must_use]
    pub fn of(it: &batch::CronJob) -> Self {
        let spec = it.spec.job_template.spec.as_ref();
        Self { metadata: Metadata::of(&it.metadata), template: spec.map(|spec| PodTemplateSpec::of(&spec.template)) }
    }
}
