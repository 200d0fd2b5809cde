//! The cluster addresses and IP families of a Service: their validation. Knows no allocation.

use k8s_openapi::api::core::v1::ServiceSpec;

use super::Context;
use super::field::Path;
use super::ip::{family, parse_sloppy, validate_ip_for_legacy_field};
use crate::kube::profile::IpFamily;

/// `spec.clusterIPs`
#[must_use]
pub fn cluster_ips(spec: &ServiceSpec) -> &[String] {
    spec.cluster_ips.as_deref().unwrap_or_default()
}

/// Whether `spec.clusterIPs` is exactly `["None"]`.
#[must_use]
pub fn is_headless(spec: &ServiceSpec) -> bool {
    matches!(cluster_ips(spec), [only] if only == "None")
}

/// A family as the API names it.
#[must_use]
pub fn family_name(family: IpFamily) -> &'static str {
    match family {
        IpFamily::V4 => "IPv4",
        IpFamily::V6 => "IPv6",
    }
}

/// `ValidateServiceClusterIPsRelatedFields`; the allocator asks it too, before anything else is looked at.
pub fn validate_service_cluster_ips_related_fields(spec: &ServiceSpec, cx: &mut Context<'_>) {
    if spec.type_.as_deref() == Some("ExternalName") {
        return;
    }
    let path = Path::root("spec");
    let ips = cluster_ips(spec);
    let ips_path = path.child("clusterIPs");
    let invalid_list = |detail: &str, cx: &mut Context<'_>| {
        let shown = cx.errors.list("string", Some(ips));
        cx.errors.invalid(&ips_path, shown, detail);
    };

    match spec.cluster_ip.as_deref().unwrap_or_default() {
        "" if !ips.is_empty() => invalid_list("must be empty when `clusterIP` is not specified", cx),
        "" => {}
        ip => match ips.first() {
            None => cx.errors.required(&ips_path, ""),
            Some(first) if first != ip => invalid_list("first value must match `clusterIP`", cx),
            Some(_) => {}
        },
    }

    let families = spec.ip_families.as_deref().unwrap_or_default();
    for (i, family) in families.iter().enumerate() {
        let path = path.child("ipFamilies");
        if !matches!(family.as_str(), "IPv4" | "IPv6") {
            cx.errors.not_supported(&path.index(i), family, &["IPv4", "IPv6"]);
        }
        if families.iter().take(i).any(|before| before == family) {
            cx.errors.duplicate(&path.index(i), family);
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    if let Some(policy) = spec.ip_family_policy.as_deref().filter(|policy| !policies.contains(policy)) {
        cx.errors.not_supported(&path.child("ipFamilyPolicy"), policy, &policies);
    }

    let mut all_valid = true;
    for (i, ip) in ips.iter().enumerate() {
        if i == 0 && ip == "None" {
            if ips.len() > 1 {
                all_valid = false;
                invalid_list("'None' must be the first and only value", cx);
            }
        } else if !validate_ip_for_legacy_field(ip, &ips_path.index(i), cx) {
            all_valid = false;
        }
    }
    if ips.len() > 2 {
        invalid_list("may only hold up to 2 values", cx);
    }
    if !all_valid || is_headless(spec) {
        return;
    }
    let family_of = |ip: &String| parse_sloppy(ip).map(family);
    let has = |wanted| ips.iter().any(|ip| family_of(ip) == Some(wanted));
    if ips.len() > 1 && !(has(IpFamily::V4) && has(IpFamily::V6)) {
        invalid_list("may specify no more than one IP for each IP family", cx);
    }
    for (i, (ip, expected)) in ips.iter().zip(families).enumerate() {
        let actual = family_of(ip).map(family_name);
        if matches!(expected.as_str(), "IPv4" | "IPv6") && actual != Some(expected) {
            let detail = format!("expected an {expected} value as indicated by `ipFamilies[{i}]`");
            cx.errors.invalid(&ips_path.index(i), ip, &detail);
        }
    }
}
