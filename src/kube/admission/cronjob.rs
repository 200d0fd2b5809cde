//! CronJobs as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::batch::v1::CronJob;

use super::Context;

/// Fills in and judges a CronJob on create.
pub fn admit(object: &mut CronJob, cx: &mut Context<'_>) {
    let _ = (object, cx);
}
