//! Fields that take a number or a percentage, as `pkg/apis/apps/validation` checks them. Knows no kind.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Context;
use super::field::Path;
use super::syntax;

/// `ValidatePositiveIntOrPercent`
pub fn validate_positive_int_or_percent(value: &IntOrString, path: &Path<'_>, cx: &mut Context<'_>) {
    match value {
        IntOrString::Int(number) if *number < 0 => cx.errors.invalid(path, *number, "must be greater than or equal to 0"),
        IntOrString::Int(_) => {}
        IntOrString::String(text) => {
            for fault in syntax::percent(text) {
                let shown = cx.errors.int_or_string(value);
                cx.errors.invalid(path, shown, &fault);
            }
        }
    }
}

/// The number before `%`; none for anything else. Numbers beyond `u64` are capped.
#[must_use]
pub fn percent_value(value: &IntOrString) -> Option<u64> {
    match value {
        IntOrString::String(text) if syntax::percent(text).is_empty() => Some(text.trim_end_matches('%').parse().unwrap_or(u64::MAX)),
        _ => None,
    }
}

/// `IsNotMoreThan100Percent`
pub fn is_not_more_than_100_percent(value: &IntOrString, path: &Path<'_>, cx: &mut Context<'_>) {
    if percent_value(value).is_some_and(|percent| percent > 100) {
        let shown = cx.errors.int_or_string(value);
        cx.errors.invalid(path, shown, "must not be greater than 100%");
    }
}
