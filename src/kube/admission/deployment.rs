//! Deployments as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::{Path, Shown, json_quote, quote};
use super::int_or_percent::{is_not_more_than_100_percent, validate_positive_int_or_percent};
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::pod;
use super::workload::{
    POD_NAMES, given, int_or_percent, is_usable, show_selector, validate_not_negative, validate_running_template, validate_selector,
    validate_selector_matches,
};

/// Fills in and judges a Deployment on create.
pub fn admit(object: &mut Deployment, cx: &mut Context<'_>) {
    let spec = &mut object.spec;
    default_spec(spec);
    pod::default_template(&mut spec.template, cx);
    object.status = None;
    pod::prepare_template(&mut spec.template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_subdomain, cx);
    validate_spec(spec, &Path::root("spec"), cx);
    pod::warn_about_name(&object.metadata, POD_NAMES, cx);
    let path = Path::root("spec");
    pod::warn_about_template(&spec.template, &path.child("template"), cx);
    pod::omit_empty(&mut spec.template, cx);
    pod::omit(&mut spec.min_ready_seconds);
    pod::omit(&mut spec.paused);
}

/// `SetDefaults_Deployment`
fn default_spec(spec: &mut DeploymentSpec) {
    spec.replicas.get_or_insert(1);
    let strategy = spec.strategy.get_or_insert_default();
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".into());
    }
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert_with(|| IntOrString::String("25%".into()));
        rolling.max_surge.get_or_insert_with(|| IntOrString::String("25%".into()));
    }
    spec.revision_history_limit.get_or_insert(10);
    spec.progress_deadline_seconds.get_or_insert(600);
}

/// `ValidateDeploymentSpec`
fn validate_spec(spec: &DeploymentSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_not_negative(spec.replicas.map(i64::from), &path.child("replicas"), cx);
    let selector_path = path.child("selector");
    let selector = given(&spec.selector, &selector_path, cx);
    validate_selector(selector, "deployment", &selector_path, cx);
    if is_usable(selector, cx) {
        let path = path.child("template");
        if selector.is_none_or(|selector| !super::labels::selector_is_empty(selector)) {
            validate_selector_matches(selector, &spec.template, &path, cx);
        }
        validate_running_template(&spec.template, spec.replicas, "ReplicaSet", &path, cx);
    } else {
        let shown = show_selector(&spec.selector, cx);
        cx.errors.invalid(&selector_path, shown, "invalid label selector");
    }
    if let Some(strategy) = &spec.strategy {
        validate_strategy(strategy, &path.child("strategy"), cx);
    }
    validate_not_negative(spec.min_ready_seconds.map(i64::from), &path.child("minReadySeconds"), cx);
    validate_not_negative(spec.revision_history_limit.map(i64::from), &path.child("revisionHistoryLimit"), cx);
    if let Some(seconds) = spec.progress_deadline_seconds {
        let path = path.child("progressDeadlineSeconds");
        validate_not_negative(Some(seconds.into()), &path, cx);
        if seconds <= spec.min_ready_seconds.unwrap_or_default() {
            cx.errors.invalid(&path, seconds, "must be greater than minReadySeconds");
        }
    }
}

/// `ValidateDeploymentStrategy`
fn validate_strategy(strategy: &DeploymentStrategy, path: &Path<'_>, cx: &mut Context<'_>) {
    match (strategy.type_.as_deref().unwrap_or_default(), &strategy.rolling_update) {
        ("Recreate", Some(_)) => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            cx.errors.forbidden(&path.child("rollingUpdate"), detail);
        }
        ("Recreate", None) => {}
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &path.child("rollingUpdate"), cx),
        ("RollingUpdate", None) => {
            cx.errors.required(&path.child("rollingUpdate"), "this should be defaulted and never be nil");
        }
        (kind, _) => {
            let shown = show_strategy(kind, strategy, cx);
            cx.errors.not_supported(path, shown, &["Recreate", "RollingUpdate"]);
        }
    }
}

/// `ValidateRollingUpdateDeployment`
fn validate_rolling_update(rolling: &RollingUpdateDeployment, path: &Path<'_>, cx: &mut Context<'_>) {
    let zero = IntOrString::Int(0);
    let (unavailable, surge) = (rolling.max_unavailable.as_ref().unwrap_or(&zero), rolling.max_surge.as_ref().unwrap_or(&zero));
    let unavailable_path = path.child("maxUnavailable");
    validate_positive_int_or_percent(unavailable, &unavailable_path, cx);
    validate_positive_int_or_percent(surge, &path.child("maxSurge"), cx);
    if int_or_percent(unavailable) == 0 && int_or_percent(surge) == 0 {
        let shown = cx.errors.int_or_string(unavailable);
        cx.errors.invalid(&unavailable_path, shown, "may not be 0 when `maxSurge` is 0");
    }
    is_not_more_than_100_percent(unavailable, &unavailable_path, cx);
}

fn show_strategy<'v>(kind: &str, strategy: &DeploymentStrategy, cx: &Context<'_>) -> Shown<'v> {
    let number = |value: &Option<IntOrString>| match value {
        None => "0".to_owned(),
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(text)) => json_quote(text),
    };
    cx.errors.structure(
        || {
            let rolling = strategy.rolling_update.as_ref().map_or("null".to_owned(), |rolling| {
                format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", number(&rolling.max_unavailable), number(&rolling.max_surge))
            });
            format!("{{\"Type\":{},\"RollingUpdate\":{rolling}}}", json_quote(kind))
        },
        || {
            let rolling = if strategy.rolling_update.is_some() { "0xc000000000" } else { "nil" };
            format!("apps.DeploymentStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateDeployment)({rolling})}}", quote(kind))
        },
    )
}
