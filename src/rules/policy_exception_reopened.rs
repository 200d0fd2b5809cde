//! Addresses that a NetworkPolicy excepts and admits again beside it.

use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicyPort};

use crate::finding::{Confidence, Finding};
use crate::kube::admission::ip::Cidr;
use crate::kube::isolation::{self, Rule};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    let rules: Vec<_> = isolation::rules(spec).collect();
    // What opens everything or holds a large table of addresses is judged by its first blocks only.
    let blocks: Vec<_> = rules.iter().flat_map(|rule| rule.peers.iter().enumerate().filter_map(move |(at, peer)| Some((rule, at, peer.ip_block.as_ref()?)))).take(32).collect();
    for (rule, at, block) in &blocks {
        for (index, except) in block.except.iter().flatten().enumerate() {
            let reopened = blocks.iter().find(|(other, other_at, it)| {
                let itself = other.field == rule.field && other_at == at;
                !itself && other.direction == rule.direction && covers(other.ports, rule.ports) && admits(it, except)
            });
            let Some((other, other_at, it)) = reopened else { continue };
            let sure = if world.changed_later(object) { Confidence::Possible } else { Confidence::Likely };
            let field = format!("{}.ipBlock.except[{index}]", peer(rule, *at));
            out.push(
                Finding::new(sure, format!("NetworkPolicy `{}` excepts {except} and admits it beside that", object.name()))
                    .label(object.at(&field).span(), "an exception counts for its own block only")
                    .label(object.at(&format!("{}.ipBlock.cidr", peer(other, *other_at))).span(), format!("{} has these addresses, and rules add up", it.cidr))
                    .help("write the exception in every block that holds the addresses")
                    .field(field),
            );
        }
    }
}

fn peer(rule: &Rule<'_>, at: usize) -> String {
    format!("{}.{}[{at}]", rule.field, rule.peers_field)
}

/// Whether the one rule's ports are all ports, or the other's own.
fn covers(ports: &[NetworkPolicyPort], others: &[NetworkPolicyPort]) -> bool {
    ports.is_empty() || ports == others
}

/// Whether a block takes a whole range of addresses.
fn admits(block: &IPBlock, range: &str) -> bool {
    let first = |cidr: &str| cidr.split('/').next().and_then(|address| address.parse().ok());
    let bits = |cidr: &str| cidr.split('/').nth(1).and_then(|bits| bits.parse::<u8>().ok());
    let holds = |cidr: &str| {
        let within = Cidr::parse_sloppy(cidr).zip(first(range)).is_some_and(|(cidr, address)| cidr.contains(address));
        within && bits(cidr) <= bits(range)
    };
    let touches = |cidr: &String| holds(cidr) || Cidr::parse_sloppy(range).zip(first(cidr)).is_some_and(|(range, address)| range.contains(address));
    holds(&block.cidr) && !block.except.iter().flatten().any(touches)
}
