//! A Job's pod failure, success and pod replacement policies. Knows nothing else of the Job than what they refer to.

use k8s_openapi::api::batch::v1::{
    JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule,
    SuccessPolicy, SuccessPolicyRule,
};

use super::Context;
use super::field::{Path, Shown, json_quote, quote};
use super::syntax;
use super::workload::validate_not_negative;
use crate::kube::maps::Set;
use crate::kube::version::Change;

const MOST_RULES: usize = 20;
const MOST_EXIT_CODES: usize = 255;
const MOST_PATTERNS: usize = 20;
const LONGEST_INDEXES: usize = 64 * 1024;
const ACTIONS: &[&str] = &["Count", "FailIndex", "FailJob", "Ignore"];
const OLD_ACTIONS: &[&str] = &["Count", "FailJob", "Ignore"];
const STATUSES: &[&str] = &["False", "True", "Unknown"];
const REPLACEMENTS: &[&str] = &["Failed", "TerminatingOrFailed"];

/// Go's `%q` of a list.
fn quoted(values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| quote(value)).collect();
    format!("valid values: [{}]", values.join(" "))
}

fn validate_choice(value: &str, supported: &[&str], path: &Path<'_>, cx: &mut Context<'_>) {
    if value.is_empty() {
        cx.errors.required(path, &quoted(supported));
    } else if !supported.contains(&value) {
        cx.errors.not_supported(path, value, supported);
    }
}

/// `validatePodFailurePolicy`
pub fn validate_pod_failure_policy(policy: &PodFailurePolicy, spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let path = path.child("rules");
    if policy.rules.len() > MOST_RULES {
        cx.errors.too_many(&path, policy.rules.len(), MOST_RULES);
    }
    let pod = spec.template.spec.iter();
    let names = pod.flat_map(|pod| pod.containers.iter().chain(pod.init_containers.iter().flatten()));
    let names: Set<&str> = names.map(|container| container.name.as_str()).collect();
    for (i, rule) in policy.rules.iter().enumerate() {
        validate_failure_rule(rule, spec, &names, &path.index(i), cx);
    }
}

/// `validatePodFailurePolicyRule`
fn validate_failure_rule(rule: &PodFailurePolicyRule, spec: &JobSpec, names: &Set<&str>, path: &Path<'_>, cx: &mut Context<'_>) {
    let per_index = cx.has(Change::JobFieldsOf28);
    if rule.action == "FailIndex" && per_index {
        if spec.backoff_limit_per_index.is_none() {
            cx.errors.invalid(&path.child("action"), &rule.action, "requires the backoffLimitPerIndex to be set");
        }
    } else {
        validate_choice(&rule.action, if per_index { ACTIONS } else { OLD_ACTIONS }, &path.child("action"), cx);
    }
    if let Some(codes) = &rule.on_exit_codes {
        validate_exit_codes(codes, names, &path.child("onExitCodes"), cx);
    }
    let patterns = rule.on_pod_conditions.as_deref().unwrap_or_default();
    validate_patterns(patterns, &path.child("onPodConditions"), cx);
    let detail = match (rule.on_exit_codes.is_some(), patterns.is_empty()) {
        (true, false) => "specifying both OnExitCodes and OnPodConditions is not supported",
        (false, true) => "specifying one of OnExitCodes and OnPodConditions is required",
        _ => return,
    };
    cx.errors.invalid(path, Shown::Raw(detail.into()), "");
}

/// `validatePodFailurePolicyRuleOnPodConditions`
fn validate_patterns(patterns: &[PodFailurePolicyOnPodConditionsPattern], path: &Path<'_>, cx: &mut Context<'_>) {
    if patterns.len() > MOST_PATTERNS {
        cx.errors.too_many(path, patterns.len(), MOST_PATTERNS);
    }
    for (i, pattern) in patterns.iter().enumerate() {
        let path = path.index(i);
        cx.errors.invalid_each(&path.child("type"), &pattern.type_, &syntax::qualified_name(&pattern.type_, cx.version));
        validate_choice(pattern.status.as_deref().unwrap_or_default(), STATUSES, &path.child("status"), cx);
    }
}

/// `validatePodFailurePolicyRuleOnExitCodes`
fn validate_exit_codes(codes: &PodFailurePolicyOnExitCodesRequirement, names: &Set<&str>, path: &Path<'_>, cx: &mut Context<'_>) {
    validate_choice(&codes.operator, &["In", "NotIn"], &path.child("operator"), cx);
    if let Some(name) = codes.container_name.as_deref().filter(|name| !names.contains(name)) {
        let detail = "must be one of the container or initContainer names in the pod template";
        cx.errors.invalid(&path.child("containerName"), name, detail);
    }
    let path = path.child("values");
    if codes.values.is_empty() {
        let shown = match cx.is_written(&path) {
            true => show_numbers(&codes.values, cx),
            false => cx.errors.structure(|| "null".to_owned(), || "[]int32(nil)".to_owned()),
        };
        cx.errors.invalid(&path, shown, "at least one value is required");
    } else if codes.values.len() > MOST_EXIT_CODES {
        cx.errors.too_many(&path, codes.values.len(), MOST_EXIT_CODES);
    }
    let mut seen = Set::default();
    for (i, code) in codes.values.iter().enumerate() {
        let path = path.index(i);
        if codes.operator == "In" && *code == 0 {
            cx.errors.invalid(&path, 0, "must not be 0 for the In operator");
        }
        if !seen.insert(*code) {
            cx.errors.duplicate(&path, *code);
        }
    }
    if !codes.values.is_sorted() {
        let shown = show_numbers(&codes.values, cx);
        cx.errors.invalid(&path, shown, "must be ordered");
    }
}

fn show_numbers<'v>(numbers: &[i32], cx: &Context<'_>) -> Shown<'v> {
    let joined = |by: &str| numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(by);
    cx.errors.structure(|| format!("[{}]", joined(",")), || format!("[]int32{{{}}}", joined(", ")))
}

/// `validatePodReplacementPolicy`
pub fn validate_pod_replacement_policy(spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(policy) = spec.pod_replacement_policy.as_deref() else { return };
    let supported = if spec.pod_failure_policy.is_some() { &["Failed"][..] } else { REPLACEMENTS };
    if !supported.contains(&policy) {
        cx.errors.not_supported(path, policy, supported);
    }
}

/// `validateSuccessPolicy`
pub fn validate_success_policy(policy: &SuccessPolicy, spec: &JobSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    if spec.completion_mode.as_deref() != Some("Indexed") {
        let shown = show_success_policy(policy, path, cx);
        cx.errors.invalid(path, shown, "requires indexed completion mode");
        return;
    }
    let path = path.child("rules");
    if policy.rules.is_empty() {
        cx.errors.required(&path, "at least one rules must be specified when the successPolicy is specified");
    }
    if policy.rules.len() > MOST_RULES {
        cx.errors.too_many(&path, policy.rules.len(), MOST_RULES);
    }
    let completions = spec.completions.unwrap_or_default();
    for (i, rule) in policy.rules.iter().enumerate() {
        validate_success_rule(rule, completions, &path.index(i), cx);
    }
}

/// `validateSuccessPolicyRule`
fn validate_success_rule(rule: &SuccessPolicyRule, completions: i32, path: &Path<'_>, cx: &mut Context<'_>) {
    if rule.succeeded_count.is_none() && rule.succeeded_indexes.is_none() {
        cx.errors.required(path, "at least one of succeededCount or succeededIndexes must be specified");
    }
    let mut indexes = 0;
    if let Some(text) = &rule.succeeded_indexes {
        let path = path.child("succeededIndexes");
        if text.len() > LONGEST_INDEXES {
            cx.errors.too_long(&path, LONGEST_INDEXES);
        }
        match count_indexes(text, completions) {
            Ok(count) => indexes = count,
            Err(fault) => cx.errors.invalid(&path, text, &format!("error parsing succeededIndexes: {fault}")),
        }
    }
    if let Some(count) = rule.succeeded_count {
        let path = path.child("succeededCount");
        validate_not_negative(Some(count.into()), &path, cx);
        if count > completions {
            let detail = format!("must be less than or equal to {completions} (the number of specified completions)");
            cx.errors.invalid(&path, count, &detail);
        }
        if rule.succeeded_indexes.is_some() && i64::from(count) > indexes {
            let detail = format!("must be less than or equal to {indexes} (the number of indexes in the specified succeededIndexes field)");
            cx.errors.invalid(&path, count, &detail);
        }
    }
}

/// `validateIndexesFormat`: `0,2-4`
fn count_indexes(text: &str, completions: i32) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let (mut last, mut total) = (None, 0);
    for interval in text.split(',') {
        let (first, end) = read_interval(interval, i64::from(completions))?;
        if let Some(last) = last.filter(|last| *last >= first) {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

/// `parseIndexInterval`
fn read_interval(interval: &str, completions: i64) -> Result<(i64, i64), String> {
    let index = |text: &str| {
        let number: i64 = text.parse().map_err(|_| format!("cannot convert string to integer for index: {}", quote(text)))?;
        if number >= completions { Err(format!("too large index: {}", quote(text))) } else { Ok(number) }
    };
    let mut parts = interval.split('-');
    match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
        (_, _, Some(_)) => Err(format!(
            "the fragment {} violates the requirement that an index interval can have at most two parts separated by '-'",
            quote(interval)
        )),
        (first, None, _) => index(first).map(|first| (first, first)),
        (first, Some(end), _) => {
            let (first, end) = (index(first)?, index(end)?);
            if first >= end { Err(format!("non-increasing order, previous: {first}, current: {end}")) } else { Ok((first, end)) }
        }
    }
}

fn show_success_policy<'v>(policy: &SuccessPolicy, path: &Path<'_>, cx: &Context<'_>) -> Shown<'v> {
    if policy.rules.is_empty() && !cx.is_written(&path.child("rules")) {
        let go = || "batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule(nil)}".to_owned();
        return cx.errors.structure(|| "{\"Rules\":null}".to_owned(), go);
    }
    cx.errors.structure(
        || {
            let rules: Vec<String> = policy
                .rules
                .iter()
                .map(|rule| {
                    let indexes = rule.succeeded_indexes.as_deref().map_or("null".to_owned(), json_quote);
                    let count = rule.succeeded_count.map_or("null".to_owned(), |count| count.to_string());
                    format!("{{\"SucceededIndexes\":{indexes},\"SucceededCount\":{count}}}")
                })
                .collect();
            format!("{{\"Rules\":[{}]}}", rules.join(","))
        },
        || format!("batch.SuccessPolicy{{Rules:[]batch.SuccessPolicyRule{{{}}}}}", "…".repeat(policy.rules.len())),
    )
}
