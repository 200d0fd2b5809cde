//! StatefulSets as the API server defaults and validates them. Knows nothing of places in files.

use k8s_openapi::api::apps::v1::{RollingUpdateStatefulSetStrategy, StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::{Path, Shown, json_quote, quote};
use super::int_or_percent::{is_not_more_than_100_percent, validate_positive_int_or_percent};
use super::labels::selector_is_empty;
use super::metadata::{name_is_dns_label, validate_object_meta};
use super::pod;
use super::syntax;
use super::workload::{
    given, int_or_percent, is_usable, show_selector, validate_keeps_running, validate_not_negative, validate_selector,
    validate_selector_matches,
};
use crate::kube::Version;
use crate::kube::version::Change;

const RETENTION_POLICIES: &[&str] = &["Retain", "Delete"];

/// Fills in and judges a StatefulSet on create.
pub fn admit(object: &mut StatefulSet, cx: &mut Context<'_>) {
    let spec = &mut object.spec;
    default_spec(spec, cx.version);
    pod::default_template(&mut spec.template, cx);
    object.status = None;
    pod::prepare_template(&mut spec.template, cx);
    validate_object_meta(&object.metadata, true, name_is_dns_label, cx);
    let path = Path::root("spec");
    validate_spec(spec, &path, cx);
    pod::warn_about_template(&spec.template, &path.child("template"), cx);
    let claims = path.child("volumeClaimTemplates");
    for (i, claim) in spec.volume_claim_templates.iter().flatten().enumerate() {
        if let Some(claim) = &claim.spec {
            pod::warn_about_claim_spec(claim, &claims.index(i), cx);
        }
    }
    if spec.revision_history_limit.is_some_and(|limit| limit < 0) && cx.has(Change::RevisionHistoryWarning) {
        cx.warn("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended");
    }
    pod::omit_empty(&mut spec.template, cx);
    pod::omit(&mut spec.min_ready_seconds);
    spec.service_name.get_or_insert_default();
    if let Some(ordinals) = &mut spec.ordinals {
        ordinals.start.get_or_insert(0);
    }
}

/// `SetDefaults_StatefulSet`, and the fields whose gate is off.
fn default_spec(spec: &mut StatefulSetSpec, version: Version) {
    let or = |text: &mut Option<String>, default: &str| {
        if text.as_deref().unwrap_or_default().is_empty() {
            *text = Some(default.into());
        }
    };
    or(&mut spec.pod_management_policy, "OrderedReady");
    let strategy = spec.update_strategy.get_or_insert_default();
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".into());
        strategy.rolling_update.get_or_insert_default();
    }
    let max_unavailable = version.has(Change::StatefulSetMaxUnavailable) && !version.has(Change::StatefulSetMaxUnavailableOff);
    if let Some(rolling) = &mut strategy.rolling_update {
        if strategy.type_.as_deref() == Some("RollingUpdate") {
            rolling.partition.get_or_insert(0);
            if max_unavailable {
                rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
            }
        }
        if !max_unavailable {
            rolling.max_unavailable = None;
        }
    }
    let retention = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
    or(&mut retention.when_deleted, "Retain");
    or(&mut retention.when_scaled, "Retain");
    spec.replicas.get_or_insert(1);
    spec.revision_history_limit.get_or_insert(10);
    for claim in spec.volume_claim_templates.iter_mut().flatten() {
        pod::default_claim(claim.spec.get_or_insert_default());
        or(&mut claim.status.get_or_insert_default().phase, "Pending");
    }
}

/// `ValidateStatefulSetSpec`
fn validate_spec(spec: &StatefulSetSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let policy = spec.pod_management_policy.as_deref().unwrap_or_default();
    if !matches!(policy, "OrderedReady" | "Parallel") {
        cx.errors.invalid(&path.child("podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
    }
    if let Some(strategy) = &spec.update_strategy {
        validate_update_strategy(strategy, &path.child("updateStrategy"), cx);
    }
    if let Some(retention) = &spec.persistent_volume_claim_retention_policy {
        let path = path.child("persistentVolumeClaimRetentionPolicy");
        for (field, policy) in [("whenDeleted", &retention.when_deleted), ("whenScaled", &retention.when_scaled)] {
            let policy = policy.as_deref().unwrap_or_default();
            if !RETENTION_POLICIES.contains(&policy) {
                cx.errors.not_supported(&path.child(field), policy, RETENTION_POLICIES);
            }
        }
    }
    if cx.has(Change::StatefulSetTemplate) {
        let claims = path.child("volumeClaimTemplates");
        for (i, claim) in spec.volume_claim_templates.iter().flatten().enumerate() {
            if let Some(claim) = &claim.spec {
                pod::validate_claim_spec(claim, &claims.index(i).child("spec"), cx);
            }
        }
    }
    validate_not_negative(spec.replicas.map(i64::from), &path.child("replicas"), cx);
    validate_not_negative(spec.min_ready_seconds.map(i64::from), &path.child("minReadySeconds"), cx);
    if let Some(ordinals) = &spec.ordinals {
        validate_not_negative(ordinals.start.map(i64::from), &path.child("ordinals.start"), cx);
    }
    let service = spec.service_name.as_deref().unwrap_or_default();
    if !service.is_empty() && cx.has(Change::ServiceNameChecked) {
        cx.errors.invalid_each(&path.child("serviceName"), service, &syntax::dns1123_label(service));
    }
    validate_selector_and_template(spec, path, cx);
}

fn validate_selector_and_template(spec: &StatefulSetSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let (selector_path, template_path) = (path.child("selector"), path.child("template"));
    let selector = given(&spec.selector, &selector_path, cx);
    validate_selector(selector, "statefulset", &selector_path, cx);
    if is_usable(selector, cx) {
        if selector.is_none_or(|selector| !selector_is_empty(selector)) {
            validate_selector_matches(selector, &spec.template, &template_path, cx);
        }
        if cx.has(Change::StatefulSetTemplate) {
            let claims = spec.volume_claim_templates.as_deref().unwrap_or_default();
            pod::validate_stateful_set_template(&spec.template, claims, &template_path, cx);
        }
        pod::validate_template_metadata(&spec.template, &template_path, cx);
    } else {
        let shown = show_selector(&spec.selector, cx);
        cx.errors.invalid(&selector_path, shown, "");
    }
    validate_keeps_running(&spec.template, "StatefulSet", &template_path, cx);
}

fn validate_update_strategy(strategy: &StatefulSetUpdateStrategy, path: &Path<'_>, cx: &mut Context<'_>) {
    let rolling_path = path.child("rollingUpdate");
    match (strategy.type_.as_deref().unwrap_or_default(), &strategy.rolling_update) {
        ("OnDelete", Some(rolling)) => {
            let shown = show_rolling_update(rolling, cx);
            cx.errors.invalid(&rolling_path, shown, "only allowed for updateStrategy 'RollingUpdate'");
        }
        ("RollingUpdate", Some(rolling)) => validate_rolling_update(rolling, &rolling_path, cx),
        ("OnDelete" | "RollingUpdate", None) => {}
        (kind, rolling) => {
            let shown = cx.errors.structure(
                || {
                    let rolling = rolling.as_ref().map_or("null".to_owned(), rolling_update_json);
                    format!("{{\"Type\":{},\"RollingUpdate\":{rolling}}}", json_quote(kind))
                },
                || {
                    let rolling = if rolling.is_some() { "0xc000000000" } else { "nil" };
                    format!(
                        "apps.StatefulSetUpdateStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)({rolling})}}",
                        quote(kind)
                    )
                },
            );
            cx.errors.invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

/// `validateRollingUpdateStatefulSet`
fn validate_rolling_update(rolling: &RollingUpdateStatefulSetStrategy, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_not_negative(rolling.partition.map(i64::from), &path.child("partition"), cx);
    if let Some(unavailable) = &rolling.max_unavailable {
        let path = path.child("maxUnavailable");
        validate_positive_int_or_percent(unavailable, &path, cx);
        if int_or_percent(unavailable) == 0 {
            let shown = cx.errors.int_or_string(unavailable);
            cx.errors.invalid(&path, shown, "cannot be 0");
        }
        is_not_more_than_100_percent(unavailable, &path, cx);
    }
}

fn show_rolling_update<'v>(rolling: &RollingUpdateStatefulSetStrategy, cx: &Context<'_>) -> Shown<'v> {
    cx.errors.structure(
        || rolling_update_json(rolling),
        || {
            let partition = rolling.partition.unwrap_or_default();
            let unavailable = if rolling.max_unavailable.is_some() { "0xc000000000" } else { "nil" };
            format!("apps.RollingUpdateStatefulSetStrategy{{Partition:{partition}, MaxUnavailable:(*intstr.IntOrString)({unavailable})}}")
        },
    )
}

fn rolling_update_json(rolling: &RollingUpdateStatefulSetStrategy) -> String {
    let unavailable = match &rolling.max_unavailable {
        None => "null".to_owned(),
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(text)) => json_quote(text),
    };
    format!("{{\"Partition\":{},\"MaxUnavailable\":{unavailable}}}", rolling.partition.unwrap_or_default())
}
