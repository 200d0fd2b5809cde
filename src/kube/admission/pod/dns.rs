//! `dnsPolicy` and `dnsConfig`. Knows no resolver.

use k8s_openapi::api::core::v1::PodSpec;

use crate::kube::admission::Context;
use crate::kube::admission::field::Path;
use crate::kube::admission::ip::validate_ip_for_legacy_field;
use crate::kube::admission::syntax;
use crate::kube::version::Change;

const POLICIES: &[&str] = &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const MAX_NAMESERVERS: usize = 3;
const MAX_SEARCHES: usize = 32;
const MAX_SEARCH_CHARACTERS: usize = 2048;

/// `validateDNSPolicy`
pub fn validate_dns_policy(policy: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if policy.is_empty() {
        cx.errors.required(path, "");
    } else if !POLICIES.contains(&policy) {
        cx.errors.not_supported(path, policy, POLICIES);
    }
}

/// `validatePodDNSConfig`
pub fn validate_dns_config(spec: &PodSpec, path: &Path<'_>, cx: &mut Context<'_>) {
    let none = spec.dns_policy.as_deref() == Some("None");
    let Some(config) = &spec.dns_config else {
        if none {
            cx.errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        return;
    };
    let nameservers = config.nameservers.as_deref().unwrap_or_default();
    let nameservers_path = path.child("nameservers");
    if none && nameservers.is_empty() {
        cx.errors.required(&nameservers_path, "must provide at least one DNS nameserver when `dnsPolicy` is None");
        return;
    }
    if nameservers.len() > MAX_NAMESERVERS {
        let shown = cx.errors.list("string", Some(nameservers));
        cx.errors.invalid(&nameservers_path, shown, &format!("must not have more than {MAX_NAMESERVERS} nameservers"));
    }
    for (i, nameserver) in nameservers.iter().enumerate() {
        validate_ip_for_legacy_field(nameserver, &nameservers_path.index(i), cx);
    }
    validate_searches(config.searches.as_deref().unwrap_or_default(), &path.child("searches"), cx);
    let options = path.child("options");
    for (i, option) in config.options.iter().flatten().enumerate() {
        if option.name.as_deref().unwrap_or_default().is_empty() {
            cx.errors.required(&options.index(i), "must not be empty");
        }
    }
}

fn validate_searches(searches: &[String], path: &Path<'_>, cx: &mut Context<'_>) {
    if searches.len() > MAX_SEARCHES {
        let shown = cx.errors.list("string", Some(searches));
        cx.errors.invalid(path, shown, &format!("must not have more than {MAX_SEARCHES} search paths"));
    }
    let characters = searches.iter().map(|search| search.len() + 1).sum::<usize>().saturating_sub(1);
    if characters > MAX_SEARCH_CHARACTERS {
        let shown = cx.errors.list("string", Some(searches));
        let detail = format!("must not have more than {MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list");
        cx.errors.invalid(path, shown, &detail);
    }
    let relaxed = cx.has(Change::RelaxedDnsSearches);
    for (i, search) in searches.iter().enumerate() {
        if relaxed && search == "." {
            continue;
        }
        let search = search.strip_suffix('.').unwrap_or(search);
        let faults = if relaxed { syntax::dns1123_subdomain_with_underscore(search) } else { syntax::dns1123_subdomain(search) };
        cx.errors.invalid_each(&path.index(i), search, &faults);
    }
}
