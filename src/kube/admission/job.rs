//! Jobs as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::batch::v1::{Job, JobSpec};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::Context;
use super::field::Path;
use super::job_policies::{validate_pod_failure_policy, validate_pod_replacement_policy, validate_success_policy};
use super::labels::{selector_matches, validate_label_selector};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::pod;
use super::syntax;
use super::workload::{POD_NAMES, is_usable, mismatch, show_labels, show_selector, template_labels, validate_not_negative};
use crate::kube::Version;
use crate::kube::object::Labels;
use crate::kube::version::Change;

/// Stands for the identifier that the server would give the Job.
const UID: &str = "00000000-0000-0000-0000-000000000000";
const CONTROLLER_UID: &str = "batch.kubernetes.io/controller-uid";
const JOB_NAME: &str = "batch.kubernetes.io/job-name";
const OLD_CONTROLLER_UID: &str = "controller-uid";
const OLD_JOB_NAME: &str = "job-name";

const MOST: i32 = 100_000;
const MOST_AT_HIGH_COMPLETIONS: i32 = 10_000;

/// Fills in and judges a Job on create.
pub fn admit(object: &mut Job, cx: &mut Context<'_>) {
    let shared = default(object, cx);
    object.status = None;
    let name = object.metadata.name.clone().unwrap_or_default();
    let spec = object.spec.get_or_insert_default();
    if spec.manual_selector != Some(true) {
        generate_selector(spec, &name);
    }
    if shared {
        object.metadata.labels = template_labels(&spec.template).cloned();
    }
    drop_disabled_fields(spec, cx.version);
    pod::prepare_template(&mut spec.template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_subdomain, cx);
    let path = Path::root("spec");
    validate_generated_selector(spec, &name, &path, cx);
    validate_job_spec(spec, &path, cx);
    validate_index_in_hostname(spec, &name, cx);
    pod::warn_about_name(&object.metadata, POD_NAMES, cx);
    warn_about_spec(spec, &path, cx);
    pod::omit_empty(&mut spec.template, cx);
    // Defaulted once more on the way back.
    if object.metadata.labels.as_ref().is_none_or(Labels::is_empty) {
        object.metadata.labels = template_labels(&spec.template).cloned();
    }
}

/// `SetDefaults_Job`: whether the Job's labels are from then on those of its template, generated ones included: Go shares the map.
fn default(object: &mut Job, cx: &Context<'_>) -> bool {
    let spec = object.spec.get_or_insert_default();
    if spec.completions.is_none() && spec.parallelism.is_none() {
        spec.completions = Some(1);
    }
    spec.parallelism.get_or_insert(1);
    let per_index = spec.backoff_limit_per_index.is_some() && cx.has(Change::JobFieldsOf28);
    spec.backoff_limit.get_or_insert(if per_index { i32::MAX } else { 6 });
    let unlabelled = object.metadata.labels.as_ref().is_none_or(Labels::is_empty);
    let shared = unlabelled && template_labels(&spec.template).is_some_and(|labels| !labels.is_empty());
    spec.completion_mode.get_or_insert_with(|| "NonIndexed".into());
    spec.suspend.get_or_insert(false);
    default_pod_failure_policy(spec);
    if cx.has(Change::JobFieldsOf29) {
        let policy = if spec.pod_failure_policy.is_some() { "Failed" } else { "TerminatingOrFailed" };
        spec.pod_replacement_policy.get_or_insert_with(|| policy.into());
        spec.manual_selector.get_or_insert(false);
    }
    pod::default_template(&mut spec.template, cx);
    shared
}

/// `SetDefaults_PodFailurePolicyOnPodConditionsPattern`
pub fn default_pod_failure_policy(spec: &mut JobSpec) {
    let rules = spec.pod_failure_policy.iter_mut().flat_map(|policy| &mut policy.rules);
    for pattern in rules.flat_map(|rule| rule.on_pod_conditions.iter_mut().flatten()) {
        if pattern.status.as_deref().unwrap_or_default().is_empty() {
            pattern.status = Some("True".into());
        }
    }
}

/// What `PrepareForCreate` drops of Jobs, though not of CronJobs.
fn drop_disabled_fields(spec: &mut JobSpec, version: Version) {
    if !version.has(Change::JobManagedBy) {
        spec.managed_by = None;
    }
    if !version.has(Change::JobSuccessPolicy) {
        spec.success_policy = None;
    }
    if !version.has(Change::JobFieldsOf29) {
        spec.backoff_limit_per_index = None;
        spec.max_failed_indexes = None;
        spec.pod_replacement_policy = None;
        if let Some(policy) = &mut spec.pod_failure_policy {
            policy.rules.retain(|rule| rule.action != "FailIndex");
        }
    }
}

/// `generateSelector`: labels that are there already stay, to be refused later.
fn generate_selector(spec: &mut JobSpec, name: &str) {
    let labels = spec.template.metadata.get_or_insert_default().labels.get_or_insert_default();
    for (key, value) in [(OLD_JOB_NAME, name), (JOB_NAME, name), (OLD_CONTROLLER_UID, UID), (CONTROLLER_UID, UID)] {
        labels.entry(key.into()).or_insert_with(|| value.into());
    }
    let selector = spec.selector.get_or_insert_default().match_labels.get_or_insert_default();
    selector.entry(CONTROLLER_UID.into()).or_insert_with(|| UID.into());
}

/// `validateGeneratedSelector`
fn validate_generated_selector(spec: &JobSpec, name: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(selector) = spec.selector.as_ref().filter(|_| spec.manual_selector != Some(true)) else { return };
    let expected = [(OLD_CONTROLLER_UID, UID), (OLD_JOB_NAME, name), (CONTROLLER_UID, UID), (JOB_NAME, name)];
    let template = path.child("template");
    for (key, value) in expected {
        validate_has_label(&spec.template, key, value, &template.child("metadata"), cx);
    }
    let expected: Labels = expected.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    if is_usable(Some(selector), cx) && !selector_matches(selector, Some(&expected)) {
        let shown = show_selector(selector, cx);
        cx.errors.invalid(&path.child("selector"), shown, "`selector` not auto-generated");
    }
}

/// `ValidateHasLabel`
fn validate_has_label(template: &PodTemplateSpec, key: &str, expected: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let (labels, path) = (template_labels(template), path.child("labels"));
    let detail = || format!("must be '{expected}'");
    match labels.and_then(|labels| labels.get(key)) {
        None => cx.errors.required(&path.key(key), &detail()),
        Some(value) if value != expected => {
            let shown = show_labels(labels, cx);
            cx.errors.invalid(&path.key(key), shown, &detail());
        }
        Some(_) => {}
    }
}

/// `ValidateJobSpec`
fn validate_job_spec(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_job_template_spec(spec, path, cx);
    if spec.selector.is_none() {
        cx.errors.required(&path.child("selector"), "");
    }
    validate_label_selector(spec.selector.as_ref(), &path.child("selector"), cx);
    let selector: Option<&LabelSelector> = spec.selector.as_ref();
    let labels = template_labels(&spec.template);
    if is_usable(selector, cx) && !selector.is_some_and(|selector| selector_matches(selector, labels)) {
        mismatch(labels, &path.child("template"), cx);
    }
}

/// `validateJobSpec`: what Jobs and the templates of CronJobs have in common.
pub fn validate_job_template_spec(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let not_negative = [
        ("parallelism", spec.parallelism.map(i64::from)),
        ("completions", spec.completions.map(i64::from)),
        ("activeDeadlineSeconds", spec.active_deadline_seconds),
        ("backoffLimit", spec.backoff_limit.map(i64::from)),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished.map(i64::from)),
        ("backoffLimitPerIndex", spec.backoff_limit_per_index.map(i64::from)),
        ("maxFailedIndexes", spec.max_failed_indexes.map(i64::from)),
    ];
    for (field, number) in not_negative {
        validate_not_negative(number, &path.child(field), cx);
    }
    if spec.max_failed_indexes.is_some() && spec.backoff_limit_per_index.is_none() {
        cx.errors.required(&path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = &spec.managed_by {
        validate_managed_by(manager, &path.child("managedBy"), cx);
    }
    validate_completion_mode(spec, path, cx);
    if let Some(policy) = &spec.pod_failure_policy {
        validate_pod_failure_policy(policy, spec, &path.child("podFailurePolicy"), cx);
    }
    if let Some(policy) = &spec.success_policy {
        validate_success_policy(policy, spec, &path.child("successPolicy"), cx);
    }
    validate_pod_replacement_policy(spec, &path.child("podReplacementPolicy"), cx);
    let template_path = path.child("template");
    pod::validate_pod_template_spec(&spec.template, &template_path, cx);
    validate_restart_policy(spec, &template_path, cx);
}

fn validate_restart_policy(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let path = path.child("spec");
    let path = path.child("restartPolicy");
    match spec.template.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref()).unwrap_or_default() {
        "" | "Always" => cx.errors.required(&path, "valid values: \"OnFailure\", \"Never\""),
        policy @ "OnFailure" if spec.pod_failure_policy.is_some() => {
            cx.errors.invalid(&path, policy, "only \"Never\" is supported when podFailurePolicy is specified");
        }
        "OnFailure" | "Never" => {}
        policy => cx.errors.not_supported(&path, policy, &["OnFailure", "Never"]),
    }
}

fn validate_completion_mode(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    match spec.completion_mode.as_deref() {
        Some("Indexed") => validate_indexed(spec, path, cx),
        None | Some("NonIndexed") => {
            let detail = "requires indexed completion mode";
            for (field, number) in [("backoffLimitPerIndex", spec.backoff_limit_per_index), ("maxFailedIndexes", spec.max_failed_indexes)] {
                if let Some(number) = number {
                    cx.errors.invalid(&path.child(field), number, detail);
                }
            }
        }
        Some(mode) => cx.errors.not_supported(&path.child("completionMode"), mode, &["NonIndexed", "Indexed"]),
    }
}

fn validate_indexed(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let (parallelism_path, failed_path) = (path.child("parallelism"), path.child("maxFailedIndexes"));
    if spec.completions.is_none() {
        cx.errors.required(&path.child("completions"), "when completion mode is Indexed");
    }
    if let Some(parallelism) = spec.parallelism.filter(|parallelism| *parallelism > MOST) {
        let detail = format!("must be less than or equal to {MOST} when completion mode is Indexed");
        cx.errors.invalid(&parallelism_path, parallelism, &detail);
    }
    if let Some(failed) = spec.max_failed_indexes {
        if spec.completions.is_some_and(|completions| failed > completions) {
            cx.errors.invalid(&failed_path, failed, "must be less than or equal to completions");
        }
        if failed > MOST {
            cx.errors.invalid(&failed_path, failed, &format!("must be less than or equal to {MOST}"));
        }
    }
    if spec.completions.is_none_or(|completions| completions <= MOST) || spec.backoff_limit_per_index.is_none() {
        return;
    }
    if spec.max_failed_indexes.is_none() {
        cx.errors.required(&failed_path, &format!("must be specified when completions is above {MOST}"));
    }
    let detail = format!(
        "must be less than or equal to {MOST_AT_HIGH_COMPLETIONS} when completions are above {MOST} and used with backoff limit per index"
    );
    for (path, number) in [(&parallelism_path, spec.parallelism), (&failed_path, spec.max_failed_indexes)] {
        if let Some(number) = number.filter(|number| *number > MOST_AT_HIGH_COMPLETIONS) {
            cx.errors.invalid(path, number, &detail);
        }
    }
}

/// `IsDomainPrefixedPath`, and a length.
fn validate_managed_by(manager: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    match manager.split_once('/') {
        _ if manager.is_empty() => cx.errors.required(path, ""),
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            cx.errors.invalid_each(path, host, &syntax::dns1123_subdomain(host));
            cx.errors.invalid_each(path, rest, &syntax::http_path(rest));
        }
        _ => cx.errors.invalid(path, manager, "must be a domain-prefixed path (such as \"acme.io/foo\")"),
    }
    if manager.len() > 63 {
        cx.errors.too_long(path, 63);
    }
}

/// The pods of an indexed Job carry their index in their hostname.
fn validate_index_in_hostname(spec: &JobSpec, name: &str, cx: &mut Context<'_>) {
    let Some(completions) = spec.completions.filter(|completions| *completions > 0) else { return };
    if spec.completion_mode.as_deref() != Some("Indexed") {
        return;
    }
    let hostname = format!("{name}-{}", completions - 1);
    if !syntax::dns1123_label(&hostname).is_empty() {
        let path = Path::root("metadata");
        let detail = format!("will not able to create pod with invalid DNS label: {hostname}");
        cx.errors.invalid(&path.child("name"), name, &detail);
    }
}

/// `WarningsForJobSpec`
pub fn warn_about_spec(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let (completions, parallelism) = (spec.completions.unwrap_or_default(), spec.parallelism.unwrap_or_default());
    let many = completions > MOST && parallelism > MOST_AT_HIGH_COMPLETIONS;
    if many && spec.completion_mode.as_deref() == Some("Indexed") && cx.has(Change::JobFieldsOf28) {
        let text = "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be \
                    able to track completedIndexes when a big number of indexes fail";
        cx.warn_at(path, text);
    }
    pod::warn_about_template(&spec.template, &path.child("template"), cx);
}
