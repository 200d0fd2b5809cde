//! DaemonSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::DaemonSet;

use super::Context;

/// Fills in and judges a DaemonSet on create.
pub fn admit(object: &mut DaemonSet, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
