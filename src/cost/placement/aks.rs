//! AKS: one public and one internal Standard Load Balancer for the whole cluster; each port is a rule, each public Service
//! an address. The choices are cloud-provider-azure's.

use super::{Charge, Placement};
use crate::cost::demand::Demand;

const KEY: &str = "service.beta.kubernetes.io/azure-";

/// What AKS makes of a Service.
pub(super) fn service(demand: &Demand) -> Placement {
    let yes = |key: &str| demand.annotation(&format!("{KEY}{key}")).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let internal = yes("load-balancer-internal");
    let ruleless = |number: i32| demand.annotation(&format!("service.beta.kubernetes.io/port_{number}_no_lb_rule")) == Some("true");
    let ports = demand.ports.iter().filter(|port| !ruleless(port.number)).count();
    let one_for_all = internal && yes("load-balancer-enable-high-availability-ports");
    let rules = if one_for_all { 1 } else { u32::try_from(ports).unwrap_or(u32::MAX) };
    let rules = rules.saturating_mul(demand.families.max(1));
    if internal {
        let charges = vec![Charge::each("azure-internal", rules)];
        return Placement { internal: Some(true), charges, ..Placement::default() };
    }
    let address = match address(demand) {
        Some(address) => Charge::once("azure-ipv4", address),
        None => Charge::each("azure-ipv4", 1),
    };
    let charges = vec![Charge::each("azure-public", rules), address];
    Placement { internal: Some(false), charges, ..Placement::default() }
}

/// The public address a Service asks for by name; those that ask for the same one share it.
fn address(demand: &Demand) -> Option<String> {
    let written = ["load-balancer-ipv4", "pip-name"].into_iter().find_map(|key| demand.annotation(&format!("{KEY}{key}")));
    written.or(demand.address.as_deref()).filter(|address| !address.is_empty()).map(str::to_owned)
}
