//! Label selectors as Kubernetes evaluates them, and the labels that only controllers add. Knows no object.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::object::Labels;

/// Whether labels have every pair of a Service's selector: string equality, case and all.
#[must_use]
pub fn has_all(labels: Option<&Labels>, selector: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// Whether a label selector takes these labels; an empty one takes all, an unknown operator none.
#[must_use]
pub fn selects(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let has = |key: &str| labels.and_then(|labels| labels.get(key));
    selector.match_labels.as_ref().is_none_or(|wanted| has_all(labels, wanted))
        && selector.match_expressions.iter().flatten().all(|expression| {
            let value = has(&expression.key);
            let listed = |value: &String| expression.values.as_ref().is_some_and(|values| values.contains(value));
            match expression.operator.as_str() {
                "In" => value.is_some_and(listed),
                "NotIn" => !value.is_some_and(listed),
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                _ => false,
            }
        })
}

/// The label by which a StatefulSet's pods carry their own name.
pub const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// Whether controllers put this label on pods of such a workload, so that no manifest shows it.
///
/// StatefulSet: `pkg/controller/statefulset/stateful_set_utils.go`; Deployment, DaemonSet: their `pod-template-hash`,
/// `controller-revision-hash`; Job: `pkg/controller/job/job_controller.go`; Argo Rollouts: `rollouts-pod-template-hash`.
#[must_use]
pub fn added_by_controller(kind: &str, key: &str) -> bool {
    match kind {
        "StatefulSet" => matches!(key, POD_NAME | "apps.kubernetes.io/pod-index" | "controller-revision-hash"),
        "DaemonSet" => matches!(key, "controller-revision-hash" | "pod-template-generation"),
        "Deployment" | "ReplicaSet" => key == "pod-template-hash",
        "Job" | "CronJob" => matches!(
            key,
            "job-name"
                | "controller-uid"
                | "batch.kubernetes.io/job-name"
                | "batch.kubernetes.io/controller-uid"
                | "batch.kubernetes.io/job-completion-index"
        ),
        "Pod" | "ReplicationController" => false,
        // Controllers of other kinds add what they like: a hash is the least of it.
        _ => matches!(key, "rollouts-pod-template-hash" | "pod-template-hash" | "controller-revision-hash" | POD_NAME),
    }
}

/// Whether some controller puts this label on pods.
#[must_use]
pub fn added_by_any_controller(key: &str) -> bool {
    ["StatefulSet", "DaemonSet", "Deployment", "Job", "Rollout"].iter().any(|kind| added_by_controller(kind, key))
}

/// Whether programs or operators set such a label on running pods: who leads, who is live.
#[must_use]
pub fn set_at_run_time(key: &str) -> bool {
    const WORDS: [&str; 13] =
        ["role", "active", "leader", "primary", "master", "slot", "color", "colour", "state", "status", "version", "release", "shard"];
    let last = key.rsplit('/').next().unwrap_or(key).to_lowercase();
    last.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}
