//! Fields that a version of Kubernetes does not know yet, in the words of strict decoding. Knows no older version than 1.27.

use k8s_openapi::api::batch::v1::JobSpec;
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec};

use super::pod;
use crate::kube::version::Change;
use crate::kube::{Decoded, Version};

/// `unknown field "…"` for each such field that is set.
#[must_use]
pub fn unknown_fields(typed: &Decoded, version: Version) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut push = |path: String| unknown.push(format!("unknown field \"{path}\""));
    match typed {
        Decoded::Service(service) => {
            let written = service.spec.as_ref().is_some_and(|spec| spec.traffic_distribution.is_some());
            if written && !version.has(Change::TrafficDistributionField) {
                push("spec.trafficDistribution".into());
            }
        }
        Decoded::EndpointSlice(slice) if !version.has(Change::NodeHintsField) => {
            for (i, endpoint) in slice.endpoints.iter().flatten().enumerate() {
                if endpoint.hints.as_ref().is_some_and(|hints| hints.for_nodes.is_some()) {
                    push(format!("endpoints[{i}].hints.forNodes"));
                }
            }
        }
        Decoded::HorizontalPodAutoscaler(autoscaler) if !version.has(Change::HpaToleranceField) => {
            let behavior = autoscaler.spec.behavior.as_ref();
            for (name, rules) in behavior.into_iter().flat_map(|it| [("scaleUp", &it.scale_up), ("scaleDown", &it.scale_down)]) {
                if rules.as_ref().is_some_and(|rules| rules.tolerance.is_some()) {
                    push(format!("spec.behavior.{name}.tolerance"));
                }
            }
        }
        Decoded::Job(job) => job.spec.iter().for_each(|spec| of_job(spec, "spec", version, &mut unknown)),
        Decoded::CronJob(cron_job) => {
            cron_job.spec.job_template.spec.iter().for_each(|spec| of_job(spec, "spec.jobTemplate.spec", version, &mut unknown));
        }
        Decoded::Pod(pod) => pod.spec.iter().for_each(|spec| of_pod(spec, "spec", version, &mut unknown)),
        Decoded::Deployment(object) => of_template(Some(&object.spec.template), version, &mut unknown),
        Decoded::StatefulSet(object) => of_template(Some(&object.spec.template), version, &mut unknown),
        Decoded::DaemonSet(object) => of_template(Some(&object.spec.template), version, &mut unknown),
        Decoded::ReplicaSet(object) => of_template(object.spec.template.as_ref(), version, &mut unknown),
        Decoded::ReplicationController(object) => {
            of_template(object.spec.as_ref().and_then(|spec| spec.template.as_ref()), version, &mut unknown);
        }
        _ => {}
    }
    unknown
}

fn of_template(template: Option<&PodTemplateSpec>, version: Version, unknown: &mut Vec<String>) {
    if let Some(spec) = template.and_then(|template| template.spec.as_ref()) {
        of_pod(spec, "spec.template.spec", version, unknown);
    }
}

fn of_pod(spec: &PodSpec, path: &str, version: Version, unknown: &mut Vec<String>) {
    let mut paths = Vec::new();
    pod::newer_fields(spec, path, version, &mut paths);
    unknown.extend(paths.into_iter().map(|path| format!("unknown field \"{path}\"")));
}

fn of_job(spec: &JobSpec, path: &str, version: Version, unknown: &mut Vec<String>) {
    let fields = [
        ("backoffLimitPerIndex", spec.backoff_limit_per_index.is_some(), 28),
        ("managedBy", spec.managed_by.is_some(), 30),
        ("maxFailedIndexes", spec.max_failed_indexes.is_some(), 28),
        ("podReplacementPolicy", spec.pod_replacement_policy.is_some(), 28),
        ("scheduling", spec.scheduling.is_some(), 37),
        ("successPolicy", spec.success_policy.is_some(), 30),
    ];
    for (name, _, _) in fields.into_iter().filter(|(_, set, since)| *set && version.minor < *since) {
        unknown.push(format!("unknown field \"{path}.{name}\""));
    }
    if let Some(pod) = &spec.template.spec {
        of_pod(pod, &format!("{path}.template.spec"), version, unknown);
    }
}
