//! DaemonSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, RollingUpdateDaemonSet};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::{Path, Shown, json_quote, quote};
use super::int_or_percent::{is_not_more_than_100_percent, validate_positive_int_or_percent};
use super::labels::validate_label_selector;
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::pod;
use super::workload::{
    given, int_or_percent, is_usable, refuse_empty_selector, validate_not_negative, validate_running_template, validate_selector_matches,
};

/// `DeprecatedTemplateGeneration`, which the server writes to every DaemonSet.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Fills in and judges a DaemonSet on create.
pub fn admit(object: &mut DaemonSet, cx: &mut Context<'_>) {
    let spec = &mut object.spec;
    default_spec(spec);
    pod::default_template(&mut spec.template, cx);
    object.status = None;
    pod::prepare_template(&mut spec.template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_subdomain, cx);
    let path = Path::root("spec");
    validate_spec(spec, &path, cx);
    pod::warn_about_template(&spec.template, &path.child("template"), cx);
    pod::omit_empty(&mut spec.template, cx);
    pod::omit(&mut spec.min_ready_seconds);
    if cx.errors.is_empty() {
        object.metadata.annotations.get_or_insert_default().insert(TEMPLATE_GENERATION.into(), "1".into());
    }
}

/// `SetDefaults_DaemonSet`
fn default_spec(spec: &mut DaemonSetSpec) {
    let strategy = spec.update_strategy.get_or_insert_default();
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".into());
    }
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
        rolling.max_surge.get_or_insert(IntOrString::Int(0));
    }
    spec.revision_history_limit.get_or_insert(10);
}

/// `ValidateDaemonSetSpec`: a missing selector is told only by the labels that it does not choose.
fn validate_spec(spec: &DaemonSetSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let (selector_path, template_path) = (path.child("selector"), path.child("template"));
    let selector = given(&spec.selector, &selector_path, cx);
    validate_label_selector(selector, &selector_path, cx);
    if is_usable(selector, cx) {
        validate_selector_matches(selector, &spec.template, &template_path, cx);
    }
    if let Some(selector) = selector {
        refuse_empty_selector(selector, "daemonset", &selector_path, cx);
    }
    validate_running_template(&spec.template, None, "DaemonSet", &template_path, cx);
    validate_not_negative(spec.min_ready_seconds.map(i64::from), &path.child("minReadySeconds"), cx);
    if let Some(strategy) = &spec.update_strategy {
        validate_update_strategy(strategy, &path.child("updateStrategy"), cx);
    }
    validate_not_negative(spec.revision_history_limit.map(i64::from), &path.child("revisionHistoryLimit"), cx);
}

/// `ValidateDaemonSetUpdateStrategy`
fn validate_update_strategy(strategy: &DaemonSetUpdateStrategy, path: &Path<'_>, cx: &mut Context<'_>) {
    match (strategy.type_.as_deref().unwrap_or_default(), &strategy.rolling_update) {
        ("OnDelete", _) => {}
        ("RollingUpdate", None) => cx.errors.required(&path.child("rollingUpdate"), ""),
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &path.child("rollingUpdate"), cx),
        (kind, _) => {
            let shown = show_strategy(kind, strategy, cx);
            cx.errors.not_supported(path, shown, &["RollingUpdate", "OnDelete"]);
        }
    }
}

/// `ValidateRollingUpdateDaemonSet`
fn validate_rolling_update(rolling: &RollingUpdateDaemonSet, path: &Path<'_>, cx: &mut Context<'_>) {
    let zero = IntOrString::Int(0);
    let (unavailable, surge) = (rolling.max_unavailable.as_ref().unwrap_or(&zero), rolling.max_surge.as_ref().unwrap_or(&zero));
    let (unavailable_path, surge_path) = (path.child("maxUnavailable"), path.child("maxSurge"));
    validate_positive_int_or_percent(unavailable, &unavailable_path, cx);
    validate_positive_int_or_percent(surge, &surge_path, cx);
    is_not_more_than_100_percent(unavailable, &unavailable_path, cx);
    is_not_more_than_100_percent(surge, &surge_path, cx);
    match (int_or_percent(unavailable) != 0, int_or_percent(surge) != 0) {
        (true, true) => {
            let shown = cx.errors.int_or_string(surge);
            cx.errors.invalid(&surge_path, shown, "may not be set when maxUnavailable is non-zero");
        }
        (false, false) => cx.errors.required(&unavailable_path, "cannot be 0 when maxSurge is 0"),
        _ => {}
    }
}

fn show_strategy<'v>(kind: &str, strategy: &DaemonSetUpdateStrategy, cx: &Context<'_>) -> Shown<'v> {
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
            format!("apps.DaemonSetUpdateStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateDaemonSet)({rolling})}}", quote(kind))
        },
    )
}
