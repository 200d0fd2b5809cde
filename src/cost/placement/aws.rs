//! AWS: Classic or Network Load Balancer by controller, class and annotation; Application Load Balancer for Ingresses.
//!
//! The choice is cloud-provider-aws' (`isNLB`, `isLBExternal`) and the AWS Load Balancer Controller's
//! (`webhooks/core/service_mutator.go`, the service model's scheme).

use super::{Charge, Otherwise, Placement, listed};
use crate::cost::Options;
use crate::cost::demand::Demand;
use crate::cost::provider::Controller;

const KEY: &str = "service.beta.kubernetes.io/aws-load-balancer-";
const WEBHOOK: &str = "where the AWS Load Balancer Controller (2.5 or later) or EKS Auto Mode looks after new Services";

/// What AWS makes of a Service.
pub(super) fn service(demand: &Demand, options: &Options) -> Placement {
    let lbc = || nlb(demand, options, lbc_internal(demand));
    match (&demand.class, by_hostname(demand), options.controller) {
        (Some(_), ..) => lbc(),
        (None, Some(true), _) if demand.annotation(&format!("{KEY}type")) != Some("nlb") => lbc(),
        (None, None, Some(Controller::Lbc | Controller::Auto)) => lbc(),
        (None, Some(_), _) | (None, None, Some(Controller::Ccm)) => ccm(demand, options),
        (None, None, None) => {
            let (mut placement, other) = (ccm(demand, options), lbc());
            if (&other.internal, &other.charges) != (&placement.internal, &placement.charges) {
                placement.assumptions.insert(0, "the cloud controller manager makes it (--controller)".into());
                placement.otherwise = Some(Box::new(Otherwise { when: WEBHOOK, placement: other }));
            }
            placement
        }
    }
}

/// Whether the status names an NLB (`….elb.<region>.amazonaws.com`) or a Classic one (`….<region>.elb.amazonaws.com`).
fn by_hostname(demand: &Demand) -> Option<bool> {
    let name = demand.hostnames.iter().find(|name| name.ends_with(".amazonaws.com"))?;
    Some(!name.ends_with(".elb.amazonaws.com"))
}

fn ccm(demand: &Demand, options: &Options) -> Placement {
    let of = |key: &str| demand.annotation(&format!("{KEY}{key}"));
    match of("type") {
        Some("nlb-ip") => nlb(demand, options, lbc_internal(demand)),
        Some("external") if matches!(of("nlb-target-type"), Some("instance" | "ip")) => nlb(demand, options, lbc_internal(demand)),
        Some("external") => {
            Placement { title: Some("none: no controller takes type `external` without `nlb-target-type`"), ..Placement::default() }
        }
        Some("nlb") => nlb(demand, options, ccm_internal(demand)),
        _ => made("aws-clb", ccm_internal(demand) || named_internal(demand), zones(demand, options)),
    }
}

/// AWS puts `internal-` before the name of an internal Classic Load Balancer.
fn named_internal(demand: &Demand) -> bool {
    demand.hostnames.iter().any(|name| name.starts_with("internal-") && name.ends_with(".elb.amazonaws.com"))
}

fn nlb(demand: &Demand, options: &Options, internal: bool) -> Placement {
    made("aws-nlb", internal, zones(demand, options))
}

/// The cloud controller manager takes any value but the empty one and exactly `false` for yes.
fn ccm_internal(demand: &Demand) -> bool {
    demand.annotation(&format!("{KEY}internal")).is_some_and(|value| !matches!(value, "" | "false"))
}

/// The AWS Load Balancer Controller makes it internal unless told otherwise.
fn lbc_internal(demand: &Demand) -> bool {
    match demand.annotation(&format!("{KEY}scheme")) {
        Some(scheme) => scheme != "internet-facing",
        None => demand.annotation(&format!("{KEY}internal")).is_none_or(|value| value != "false"),
    }
}

/// A node in each zone, and on each node of a public one an IPv4 address.
fn made(product: &'static str, internal: bool, (zones, assumption): (u32, Option<String>)) -> Placement {
    let mut charges = vec![Charge::each(product, 1)];
    if !internal {
        charges.push(Charge::each("aws-ipv4", zones));
    }
    let assumptions = assumption.filter(|_| !internal).into_iter().collect();
    Placement { internal: Some(internal), charges, assumptions, ..Placement::default() }
}

fn zones(demand: &Demand, options: &Options) -> (u32, Option<String>) {
    let lists = ["service.beta.kubernetes.io/aws-load-balancer-subnets", "service.beta.kubernetes.io/aws-load-balancer-eip-allocations"];
    let ingress = ["alb.ingress.kubernetes.io/subnets"];
    let written = lists.iter().chain(&ingress).filter_map(|key| demand.annotation(key)).map(listed).find(|count| *count > 0);
    match (written, options.zones) {
        (Some(count), _) => (count.min(MOST_ZONES), None),
        (None, Some(count)) => (count.clamp(1, MOST_ZONES), None),
        (None, None) => (3, Some("3 availability zones (--azs)".into())),
    }
}

/// No region has more; a longer list is no list of zones.
const MOST_ZONES: u32 = 16;

/// The Application Load Balancer of an Ingress group or a Gateway: charged once, however many share it.
pub fn alb(group: &str, demand: &Demand, internal: bool, options: &Options) -> Placement {
    let mut charges = vec![Charge::once("aws-alb", format!("alb {group}"))];
    let without_ipv4 = demand.annotation("alb.ingress.kubernetes.io/ip-address-type") == Some("dualstack-without-public-ipv4");
    let (zones, assumption) = zones(demand, options);
    if !internal && !without_ipv4 {
        // One key for each zone: of Ingresses that name different subnets the longest list counts.
        charges.extend((0..zones).map(|zone| Charge::once("aws-ipv4", format!("alb {group} zone {zone}"))));
    }
    Placement {
        internal: Some(internal),
        charges,
        assumptions: assumption.filter(|_| !internal).into_iter().collect(),
        ..Placement::default()
    }
}

/// Whether an Ingress for this controller is internal: yes, unless it or its class says `internet-facing`.
pub fn http_scheme(annotation: Option<&str>, class: Option<&str>) -> bool {
    class.or(annotation) != Some("internet-facing")
}
