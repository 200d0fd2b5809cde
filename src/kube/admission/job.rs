//! Jobs as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::batch::v1::Job;

use super::Context;

/// Fills in and judges a Job on create.
pub fn admit(object: &mut Job, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
