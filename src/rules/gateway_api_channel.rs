//! What the standard channel of the Gateway API does not have, and the experimental one may.

use crate::finding::Finding;
use crate::kube::admission::gateway;
use crate::kube::{Object, World};
use crate::yaml::FaultKind;

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    let api_version = object.reference.api_version.as_str();
    let Some(custom) = gateway::kind(api_version, object.kind()) else { return };
    if !custom.is_served(api_version) {
        let served = custom.served.first().copied().unwrap_or("v1");
        let finding = Finding::possible(format!("the standard channel of the Gateway API v1.6 does not serve {} as `{api_version}`", custom.kind))
            .label(object.at("apiVersion").span(), format!("it serves `{}/{served}`", gateway::OWN_GROUP))
            .help("older versions and the experimental channel may; what the cluster has, `kubectl api-resources` says");
        out.push(finding.field("apiVersion").once(format!("{} {api_version}", custom.kind)));
        return;
    }
    let unknown = object.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::Unknown { .. }));
    for fault in unknown.filter(|fault| custom.is_experimental(&fault.path)) {
        let field = fault.path.rsplit('.').next().unwrap_or(&fault.path);
        let finding = Finding::possible(format!("`{field}` is a field of the experimental channel of the Gateway API"))
            .label(fault.key.unwrap_or(fault.span), "with the standard channel's CRDs kubectl refuses it")
            .help("install the experimental channel's CRDs, or take it out");
        out.push(finding.field(fault.path.as_str()).once(format!("{} {field}", custom.kind)));
    }
}
