//! The admission plugins that are on by default and touch pods: Priority, DefaultTolerationSeconds, RuntimeClass. ServiceAccount is left out:
//! it needs what lives in a cluster. Knows the classes of an empty cluster only.

use k8s_openapi::api::core::v1::{PodSpec, Toleration};

use crate::kube::admission::Context;
use crate::kube::admission::context::Refusal;
use crate::kube::admission::field::quote;

const TOLERATION_SECONDS: i64 = 300;
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// The mutating plugins in the server's order, before validation; the first refusal is final.
pub fn admit(spec: &mut PodSpec, cx: &mut Context<'_>) {
    if let Err(message) = admit_priority(spec) {
        cx.refuse(Refusal::Forbidden("pods", message));
        return;
    }
    admit_default_toleration_seconds(spec);
    if let Some(class) = &spec.runtime_class_name {
        cx.refuse(Refusal::Forbidden("pods", format!("pod rejected: RuntimeClass {} not found", quote(class))));
    }
}

/// The validating plugins, after validation.
pub fn validate(spec: &PodSpec, cx: &mut Context<'_>) {
    if spec.overhead.is_some() {
        let message = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
        cx.refuse(Refusal::Forbidden("pods", message.into()));
    }
}

fn admit_priority(spec: &mut PodSpec) -> Result<(), String> {
    let class = spec.priority_class_name.as_deref().unwrap_or_default();
    let priority = match class {
        "" => 0,
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        _ => return Err(format!("no PriorityClass with name {class} was found")),
    };
    if let Some(given) = spec.priority.filter(|given| *given != priority) {
        return Err(format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {priority} from the \
             given PriorityClass name"
        ));
    }
    let policy = "PreemptLowerPriority";
    if let Some(given) = spec.preemption_policy.as_deref().filter(|given| *given != policy) {
        return Err(format!(
            "the string value of PreemptionPolicy ({given}) must not be provided in pod spec; priority admission controller computed {policy} from \
             the given PriorityClass name"
        ));
    }
    spec.priority = Some(priority);
    spec.preemption_policy = Some(policy.into());
    Ok(())
}

fn admit_default_toleration_seconds(spec: &mut PodSpec) {
    for taint in [NOT_READY, UNREACHABLE] {
        let tolerated = spec.tolerations.iter().flatten().any(|toleration| {
            let (key, effect) = (toleration.key.as_deref().unwrap_or_default(), toleration.effect.as_deref().unwrap_or_default());
            (key.is_empty() || key == taint) && matches!(effect, "" | "NoExecute")
        });
        if !tolerated {
            spec.tolerations.get_or_insert_default().push(Toleration {
                key: Some(taint.into()),
                operator: Some("Exists".into()),
                effect: Some("NoExecute".into()),
                toleration_seconds: Some(TOLERATION_SECONDS),
                value: None,
            });
        }
    }
}
