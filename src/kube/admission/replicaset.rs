//! ReplicaSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::ReplicaSet;

use super::Context;

/// Fills in and judges a ReplicaSet on create.
pub fn admit(object: &mut ReplicaSet, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
