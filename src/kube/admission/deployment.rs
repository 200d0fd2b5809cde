//! Deployments as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::Deployment;

use super::Context;

/// Fills in and judges a Deployment on create.
pub fn admit(object: &mut Deployment, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
