//! What the API server allocates for a new Service, before it validates the rest: families, addresses, node ports.
//! Knows one Service; of the cluster it holds only the `kubernetes` Service.

use std::net::IpAddr;

use k8s_openapi::api::core::v1::{Service, ServiceSpec};

use super::Context;
use super::context::Refusal;
use super::field::Path;
use super::ip::{Cidr, family, parse_sloppy, unmapped};
use super::service::{needs_health_check, type_of};
use super::service_ips::{cluster_ips, family_name, validate_service_cluster_ips_related_fields};
use super::syntax;
use crate::kube::maps::Map;
use crate::kube::profile::IpFamily;
use crate::kube::version::Change;

/// `beginCreate`: errors here are the only ones the server tells.
pub fn begin_create(service: &mut Service, cx: &mut Context<'_>) {
    let name = service.metadata.name.clone().unwrap_or_default();
    let Some(spec) = &mut service.spec else { return };
    if let Some(ip) = spec.cluster_ip.as_ref().filter(|ip| !ip.is_empty())
        && cluster_ips(spec).is_empty()
    {
        spec.cluster_ips = Some(vec![ip.clone()]);
    }
    if type_of(spec) != "ExternalName" {
        init_ip_family_fields(spec, cx);
        if cx.errors.is_empty() {
            alloc_cluster_ips(spec, &name, cx);
        }
    }
    if cx.errors.is_empty() && cx.refusal.is_none() {
        alloc_node_ports(spec, cx);
    }
}

/// `initIPFamilyFields`, for a create.
pub fn init_ip_family_fields(spec: &mut ServiceSpec, cx: &mut Context<'_>) {
    let headless = spec.cluster_ip.as_deref() == Some("None");
    let selectorless = spec.selector.as_ref().is_none_or(|selector| selector.is_empty());
    let default = if headless && selectorless { "RequireDualStack" } else { "SingleStack" };
    let policy = spec.ip_family_policy.get_or_insert_with(|| default.into()).clone();
    validate_service_cluster_ips_related_fields(spec, cx);
    if !cx.errors.is_empty() {
        return;
    }

    let path = Path::root("spec");
    let single = policy == "SingleStack";
    let must_be = |what| format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
    if single && cluster_ips(spec).len() == 2 {
        cx.errors.invalid(&path.child("ipFamilyPolicy"), &policy, &must_be("cluster IPs"));
    }
    if single && spec.ip_families.as_ref().is_some_and(|families| families.len() == 2) {
        cx.errors.invalid(&path.child("ipFamilyPolicy"), &policy, &must_be("IP families"));
    }
    infer_families(spec, cx);
    if !cx.errors.is_empty() {
        return;
    }

    let served = &cx.profile.ip_families;
    let primary = served.first().copied().unwrap_or(IpFamily::V4);
    let families = spec.ip_families.get_or_insert_default();
    if headless && selectorless {
        if families.is_empty() {
            families.push(family_name(primary).into());
        }
        if families.len() < 2 && !single {
            append_other_family(families);
        }
        return;
    }

    if policy == "RequireDualStack" && served.len() < 2 {
        cx.errors.invalid(&path.child("ipFamilyPolicy"), &policy, "this cluster is not configured for dual-stack services");
    }
    for (i, family) in families.iter().enumerate() {
        if !served.iter().any(|served| family_name(*served) == family) {
            cx.errors.invalid(&path.child("ipFamilies").index(i), family, "not configured on this cluster");
        }
    }
    if !cx.errors.is_empty() {
        return;
    }
    if families.is_empty() {
        families.push(family_name(primary).into());
    }
    if !single && families.len() == 1 && served.len() == 2 {
        append_other_family(families);
    }
}

fn append_other_family(families: &mut Vec<String>) {
    let other = if families.first().is_some_and(|first| first == "IPv4") { "IPv6" } else { "IPv4" };
    families.push(other.into());
}

/// Families that are not given follow from the addresses.
fn infer_families(spec: &mut ServiceSpec, cx: &mut Context<'_>) {
    let path = Path::root("spec");
    let path = path.child("clusterIPs");
    for (i, ip) in cluster_ips(spec).to_vec().iter().enumerate() {
        if ip == "None" {
            break;
        }
        let Some(family) = parse_sloppy(ip).map(family) else { continue };
        let families = spec.ip_families.get_or_insert_default();
        if i < families.len() {
            continue;
        }
        if cx.profile.ip_families.contains(&family) {
            families.push(family_name(family).into());
        } else {
            let shown = cx.errors.list("string", spec.cluster_ips.as_deref());
            cx.errors.invalid(&path.index(i), shown, &format!("{} is not configured on this cluster", family_name(family)));
        }
    }
}

/// `allocClusterIPs`: addresses that are asked for must be had; the others are made up from the cluster's ranges.
fn alloc_cluster_ips(spec: &mut ServiceSpec, name: &str, cx: &mut Context<'_>) {
    if cluster_ips(spec).first().is_some_and(|first| first == "None") {
        return;
    }
    let families = spec.ip_families.clone().unwrap_or_default();
    let mut ips = spec.cluster_ips.take().unwrap_or_default();
    while ips.len() < families.len() {
        ips.push(String::new());
    }
    let primary = cx.profile.ip_families.first().copied();
    let mut allocated = ips.clone();
    for (slot, wanted) in allocated.iter_mut().zip(&families) {
        let range =
            cx.profile.service_cidrs.iter().filter_map(|cidr| Cidr::parse_sloppy(cidr)).find(|cidr| family_name(cidr.family()) == wanted);
        let explicit = parse_sloppy(slot);
        let refused = match (explicit, range) {
            (Some(ip), Some(range)) => refused_address(ip, range, Some(range.family()) == primary, cx),
            _ => None,
        };
        let picked = explicit.map(unmapped).or_else(|| range.map(pick_address));
        if let Some(detail) = refused.or_else(|| refused_for_name(name, picked, cx)) {
            return refuse_address(slot, &detail, &ips, cx);
        }
        if slot.is_empty() {
            *slot = picked.map(|ip| ip.to_string()).unwrap_or_default();
        }
    }
    allocated.retain(|ip| !ip.is_empty());
    spec.cluster_ip = allocated.first().cloned();
    spec.cluster_ips = (!allocated.is_empty()).then_some(allocated);
}

fn refuse_address(slot: &str, detail: &str, ips: &[String], cx: &mut Context<'_>) {
    if slot.is_empty() && !cx.has(Change::IpAllocationFieldError) {
        return cx.refuse(Refusal::Internal(format!("failed to allocate a serviceIP: {detail}")));
    }
    let what = if slot.is_empty() { "failed to allocate IP".to_owned() } else { format!("failed to allocate IP {slot}") };
    let shown = cx.errors.list("string", Some(ips));
    cx.errors.invalid(&Path::root("spec").child("clusterIPs"), shown, &format!("{what}: {detail}"));
}

/// Why an address cannot be had; only the `kubernetes` Service holds one, the first of the primary range.
fn refused_address(ip: IpAddr, range: Cidr, is_primary: bool, cx: &Context<'_>) -> Option<String> {
    if !range.contains(ip) || range.is_reserved(ip) {
        return Some(if cx.has(Change::IpAddressObjects) {
            "the provided network does not match the current range".into()
        } else {
            format!("the provided IP ({}) is not in the valid range. The range of valid IPs is {range}", unmapped(ip))
        });
    }
    (is_primary && unmapped(ip) == range.first()).then(|| "provided IP is already allocated".into())
}

/// An address becomes an IPAddress object that names the Service, so a name that no object can have fails here.
fn refused_for_name(name: &str, ip: Option<IpAddr>, cx: &Context<'_>) -> Option<String> {
    if !cx.has(Change::IpAddressObjects) {
        return None;
    }
    let fault = if name.is_empty() {
        "Required value".to_owned()
    } else {
        format!("Invalid value: {}: {}", super::field::quote(name), syntax::path_segment_name(name).first()?)
    };
    let ip = ip.map_or_else(|| "10.96.0.10".to_owned(), |ip| ip.to_string());
    Some(format!("IPAddress.networking.k8s.io \"{ip}\" is invalid: spec.parentRef.name: {fault}"))
}

/// Stands for the address the server picks at random: the first beyond the band it keeps for explicit ones.
fn pick_address(range: Cidr) -> IpAddr {
    let (network, bits) = range.network();
    let host_bits = u32::from(if network.is_ipv4() { 32 } else { 128 } - bits);
    let size = 1u128.checked_shl(host_bits).unwrap_or(u128::MAX);
    let offset = if size < 16 { 0 } else { (size / 16).clamp(16, 256) };
    match range.first() {
        IpAddr::V4(v4) => IpAddr::V4(u32::from(v4).saturating_add(u32::try_from(offset).unwrap_or(0)).into()),
        IpAddr::V6(v6) => IpAddr::V6(u128::from(v6).saturating_add(offset).into()),
    }
}

/// The node ports that one Service takes.
struct NodePorts {
    range: (u16, u16),
    taken: Vec<i32>,
}

impl NodePorts {
    fn allocate(&mut self, port: i32) -> Result<(), String> {
        let (first, last) = self.range;
        if !(i32::from(first)..=i32::from(last)).contains(&port) {
            return Err(format!("provided port is not in the valid range. The range of valid ports is {first}-{last}"));
        }
        if self.taken.contains(&port) {
            return Err("provided port is already allocated".into());
        }
        self.taken.push(port);
        Ok(())
    }

    /// Stands for the port the server picks at random: the first free one beyond the band kept for explicit ones.
    fn allocate_next(&mut self, explicit: &[i32]) -> Option<i32> {
        let (first, last) = (i32::from(self.range.0), i32::from(self.range.1));
        let size = last - first + 1;
        let band = if size <= 16 { 0 } else { (size / 32).clamp(16, 128) };
        let free = |port: &i32| !self.taken.contains(port) && !explicit.contains(port);
        let port = (first + band..=last).chain(first..first + band).find(free)?;
        self.taken.push(port);
        Some(port)
    }
}

/// `txnAllocNodePorts`: the first port that cannot be had ends it.
fn alloc_node_ports(spec: &mut ServiceSpec, cx: &mut Context<'_>) {
    let mut free = NodePorts { range: cx.profile.node_ports, taken: Vec::new() };
    let explicit: Vec<i32> = spec.ports.iter().flatten().filter_map(|port| port.node_port).filter(|port| *port != 0).collect();
    if matches!(type_of(spec), "NodePort" | "LoadBalancer") && init_node_ports(spec, &explicit, &mut free, cx).is_err() {
        return;
    }
    if needs_health_check(spec) {
        match spec.health_check_node_port.unwrap_or_default() {
            0 => spec.health_check_node_port = free.allocate_next(&explicit),
            port => {
                if let Err(error) = free.allocate(port) {
                    cx.refuse(Refusal::Internal(format!("failed to allocate requested HealthCheck NodePort {port}: {error}")));
                }
            }
        }
    }
}

/// `initNodePorts`: ports of one number share a node port, whatever their protocol.
fn init_node_ports(spec: &mut ServiceSpec, explicit: &[i32], free: &mut NodePorts, cx: &mut Context<'_>) -> Result<(), ()> {
    let automatic = type_of(spec) == "NodePort" || spec.allocate_load_balancer_node_ports == Some(true);
    let Some(ports) = &mut spec.ports else { return Ok(()) };
    let mut requested: Map<i32, i32> = Map::default();
    for port in ports.iter() {
        if let Some(node_port) = port.node_port.filter(|node_port| *node_port != 0) {
            requested.entry(port.port).or_insert(node_port);
        }
    }
    let mut shared: Map<i32, i32> = Map::default();
    let path = Path::root("spec");
    let path = path.child("ports");
    for (i, port) in ports.iter_mut().enumerate() {
        let own = port.node_port.unwrap_or_default();
        if own == 0 && !automatic {
            continue;
        }
        let wanted = match shared.get(&port.port) {
            None => requested.get(&port.port).copied(),
            Some(number) if own == 0 || own == *number => {
                port.node_port = Some(*number);
                continue;
            }
            Some(_) => Some(own),
        };
        let number = match wanted {
            Some(wanted) => {
                if let Err(error) = free.allocate(wanted) {
                    cx.errors.invalid(&path.index(i).child("nodePort"), wanted, &error);
                    return Err(());
                }
                Some(wanted)
            }
            None => free.allocate_next(explicit),
        };
        port.node_port = number;
        if let Some(number) = number {
            shared.entry(port.port).or_insert(number);
        }
    }
    Ok(())
}
