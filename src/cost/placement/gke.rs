//! GKE: forwarding rules, charged over the whole project, a block for the first five.

use super::{Charge, Placement};
use crate::cost::demand::Demand;

const OTHERS: &str = "the project has no other forwarding rules";

/// What GKE makes of a Service: a rule for each protocol and IP family, however many ports.
pub(super) fn service(demand: &Demand) -> Placement {
    let class = demand.class.as_deref().unwrap_or("");
    if class == "networking.gke.io/standalone-passthrough-lb-neg" {
        return Placement { title: Some("network endpoint groups only"), ..Placement::default() };
    }
    let keys = ["networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type"];
    // The first of the two that is there counts, whatever it says.
    let annotated = matches!(keys.iter().find_map(|key| demand.annotation(key)), Some("Internal" | "internal"));
    let internal = class.starts_with("networking.gke.io/l4-regional-internal") || class.is_empty() && annotated;
    let title = if internal { "internal passthrough Network Load Balancer" } else { "external passthrough Network Load Balancer" };
    rules(title, "google-regional", internal, demand.protocols().saturating_mul(demand.families.max(1)))
}

/// What GKE makes of an Ingress or a Gateway: a rule for HTTP, one for HTTPS.
#[must_use]
pub fn ingress(internal: bool, count: u32) -> Placement {
    if internal {
        rules("internal Application Load Balancer", "google-regional", true, count)
    } else {
        rules("external Application Load Balancer", "google-global", false, count)
    }
}

/// So many forwarding rules.
#[must_use]
pub fn rules(title: &'static str, product: &'static str, internal: bool, count: u32) -> Placement {
    Placement {
        title: Some(title),
        internal: Some(internal),
        charges: vec![Charge::each(product, count)],
        assumptions: vec![OTHERS.into()],
        ..Placement::default()
    }
}
