//! StatefulSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::StatefulSet;

use super::Context;

/// Fills in and judges a StatefulSet on create.
pub fn admit(object: &mut StatefulSet, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
