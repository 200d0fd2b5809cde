//! A Service that only a cluster with certain IP families accepts, where nobody said which the cluster has.

use crate::finding::{Finding, ServerSays};
use crate::kube::profile::IpFamily;
use crate::kube::{Object, Profile, World, verdict};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.service().and_then(|service| service.spec.as_ref()) else { return };
    let asks = spec.ip_family_policy.is_some() || spec.ip_families.is_some();
    // With the families given, what they lack is refused, and told by that name.
    if !asks || world.profile.ip_families_given || !object.accepted || world.kustomize.is_patch(object.span.file) {
        return;
    }
    let alone = Profile { ip_families: vec![IpFamily::V4], ..world.profile.clone() };
    let verdict = verdict::again(object, &alone);
    let Some(cause) = verdict.causes.first() else { return };
    let place = object.at(&cause.field);
    let both = cause.field == "spec.ipFamilyPolicy";
    let (what, without) = if both { ("two IP families", "one alone") } else { ("IPv6", "IPv4 alone") };
    out.push(
        Finding::possible(format!("Service `{}` needs a cluster with {what}", object.name()))
            .field(cause.field.clone())
            .label(place.span(), format!("a cluster with {without} refuses it"))
            .help(if both {
                "write `PreferDualStack` to take what the cluster has, or say in svclint.yaml what it has: `cluster: {ipFamilies: [IPv4, IPv6]}`"
            } else {
                "say in svclint.yaml which families the cluster has: `cluster: {ipFamilies: [IPv4, IPv6]}`"
            })
            .server(ServerSays { field: cause.field.clone(), reason: cause.reason.to_string(), message: cause.message.clone() }),
    );
}
