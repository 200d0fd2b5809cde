//! ReplicationControllers as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::core::v1::ReplicationController;

use super::Context;

/// Fills in and judges a ReplicationController on create.
pub fn admit(object: &mut ReplicationController, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
