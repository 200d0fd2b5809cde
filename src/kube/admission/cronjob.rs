//! CronJobs as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, JobSpec};

use super::Context;
use super::cron_schedule;
use super::field::Path;
use super::job::{default_pod_failure_policy, validate_job_template_spec, warn_about_spec};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::pod;
use super::time_zone;
use super::workload::{POD_NAMES, show_selector, validate_not_negative};
use crate::kube::version::Change;

const CONCURRENCY_POLICIES: &[&str] = &["Allow", "Forbid", "Replace"];
const LONGEST_NAME: usize = 52;

/// Fills in and judges a CronJob on create.
pub fn admit(object: &mut CronJob, cx: &mut Context<'_>) {
    let spec = &mut object.spec;
    default_spec(spec, cx);
    object.status = None;
    pod::prepare_template(&mut spec.job_template.spec.get_or_insert_default().template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_subdomain, cx);
    let path = Path::root("spec");
    validate_spec(spec, &path, cx);
    let name = object.metadata.name.as_deref().unwrap_or_default();
    if name.len() > LONGEST_NAME {
        let metadata = Path::root("metadata");
        cx.errors.invalid(&metadata.child("name"), name, "must be no more than 52 characters");
    }
    pod::warn_about_name(&object.metadata, POD_NAMES, cx);
    let template = path.child("jobTemplate");
    if let Some(job) = &spec.job_template.spec {
        warn_about_spec(job, &template.child("spec"), cx);
    }
    if spec.schedule.contains("TZ") && !cx.has(Change::NoTimeZoneInSchedule) {
        cx.warn(
            "CRON_TZ or TZ used in spec.spec.schedule is not officially supported, see \
             https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
        );
    }
    if let Some(job) = &mut spec.job_template.spec {
        pod::omit_empty(&mut job.template, cx);
    }
}

/// `SetDefaults_CronJob`, and the pod template of its Jobs.
fn default_spec(spec: &mut CronJobSpec, cx: &Context<'_>) {
    if spec.concurrency_policy.as_deref().unwrap_or_default().is_empty() {
        spec.concurrency_policy = Some("Allow".into());
    }
    spec.suspend.get_or_insert(false);
    spec.successful_jobs_history_limit.get_or_insert(3);
    spec.failed_jobs_history_limit.get_or_insert(1);
    let job = spec.job_template.spec.get_or_insert_default();
    if cx.has(Change::FailurePatternsDefaulted) {
        default_pod_failure_policy(job);
    }
    pod::default_template(&mut job.template, cx);
}

/// `validateCronJobSpec`
fn validate_spec(spec: &CronJobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let schedule_path = path.child("schedule");
    if spec.schedule.is_empty() {
        cx.errors.required(&schedule_path, "");
    } else {
        validate_schedule(spec, &schedule_path, cx);
    }
    validate_not_negative(spec.starting_deadline_seconds, &path.child("startingDeadlineSeconds"), cx);
    if let Some(zone) = &spec.time_zone {
        for fault in time_zone::faults(zone) {
            cx.errors.invalid(&path.child("timeZone"), zone, &fault);
        }
    }
    let policy = spec.concurrency_policy.as_deref().unwrap_or_default();
    if !CONCURRENCY_POLICIES.contains(&policy) {
        cx.errors.not_supported(&path.child("concurrencyPolicy"), policy, CONCURRENCY_POLICIES);
    }
    if let Some(job) = &spec.job_template.spec {
        let path = path.child("jobTemplate");
        validate_job_template(job, &path.child("spec"), cx);
    }
    let limits =
        [("successfulJobsHistoryLimit", spec.successful_jobs_history_limit), ("failedJobsHistoryLimit", spec.failed_jobs_history_limit)];
    for (field, limit) in limits {
        validate_not_negative(limit.map(i64::from), &path.child(field), cx);
    }
}

/// `validateScheduleFormat`
fn validate_schedule(spec: &CronJobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let schedule = spec.schedule.as_str();
    if let Err(fault) = cron_schedule::parse(schedule) {
        cx.errors.invalid(path, schedule, &fault);
    }
    if !schedule.contains("TZ") {
        return;
    }
    if cx.has(Change::NoTimeZoneInSchedule) {
        cx.errors.invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if spec.time_zone.is_some() {
        cx.errors.invalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}

/// `ValidateJobTemplateSpec`
fn validate_job_template(job: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_job_template_spec(job, path, cx);
    if let Some(selector) = &job.selector {
        let shown = show_selector(selector, cx);
        cx.errors.invalid(&path.child("selector"), shown, "`selector` will be auto-generated");
    }
    if job.manual_selector == Some(true) {
        cx.errors.not_supported(&path.child("manualSelector"), true, &["nil", "false"]);
    }
}
