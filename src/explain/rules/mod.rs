//! The rules that kube-proxy would write on one node. Knows the Services of the files and no others: rules that every node
//! has anyway are written out, those of the cluster's own Services are not.

pub(super) mod hash;
mod iptables;
mod ipvs;
mod nft_table;
mod nftables;
mod state;

use crate::kube::World;
use crate::kube::admission::ip::{Cidr, family as family_of, parse_sloppy};
use crate::kube::profile::IpFamily;
use crate::kube::version::Change;

use super::Wanted;
use super::addresses::{For, PODS_V4, PODS_V6, nth};

/// The node whose rules are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its address; one of each family, with a comma between, where it has two.
    pub ip: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
    /// Where pods have their addresses: `--cluster-cidr` of kube-proxy, both families with a comma between.
    pub cluster_cidr: Option<String>,
}

impl Node {
    /// Its address in a family; made up where none is given.
    fn ip(&self, family: IpFamily) -> String {
        let own = |ip: &&str| parse_sloppy(ip).is_some_and(|ip| family_of(ip) == family);
        listed(self.ip.as_ref()).find(own).map_or_else(|| nth(For::Node, 0, family), str::to_owned)
    }

    /// Where the pods of a family have their addresses; the range that they are made up from where none is given.
    fn cluster_cidr(&self, family: IpFamily) -> String {
        let own = listed(self.cluster_cidr.as_ref()).filter_map(Cidr::parse_sloppy).find(|cidr| cidr.family() == family);
        let made_up = if family == IpFamily::V4 { PODS_V4 } else { PODS_V6 };
        own.map_or_else(|| made_up.to_owned(), written)
    }
}

fn listed(text: Option<&String>) -> impl Iterator<Item = &str> {
    text.into_iter().flat_map(|text| text.split(',')).map(str::trim)
}

/// A range as the kernel's tools show it, without bits beyond the mask.
fn written(cidr: Cidr) -> String {
    let (ip, bits) = cidr.network();
    format!("{ip}/{bits}")
}

/// kube-proxy's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `iptables`, for IPv4.
    Iptables,
    /// `iptables`, for IPv6.
    Ip6tables,
    /// `nftables`, a table for each family that the Services have.
    Nftables,
    /// `ipvs`, a script for each family that the Services have.
    Ipvs,
}

/// The rules for the Services asked for: as `iptables-save` would show them, or `nft list table`; for ipvs a script.
#[must_use]
pub fn rules(world: &World<'_>, wanted: &Wanted, node: &Node, mode: Mode) -> String {
    let version = world.profile.version;
    let of = |family| state::ports(world, wanted, node, family);
    match mode {
        Mode::Iptables => iptables::write(&of(IpFamily::V4), node, IpFamily::V4),
        Mode::Ip6tables => iptables::write(&of(IpFamily::V6), node, IpFamily::V6),
        Mode::Nftables if !version.has(Change::NftablesMode) => {
            format!("# kube-proxy {version} has no nftables mode: it came with 1.{}\n", Change::NftablesMode.since())
        }
        Mode::Nftables => {
            let write = |family, ports: &[_]| nftables::write(ports, node, family, version, &world.profile.service_cidrs);
            both(world, of, write)
        }
        Mode::Ipvs => both(world, of, |family, ports| ipvs::write(ports, node, family)),
    }
}

/// What is written for each family in which there are Services; for the cluster's own where there are none.
fn both(world: &World<'_>, of: impl Fn(IpFamily) -> Vec<state::Port>, write: impl Fn(IpFamily, &[state::Port]) -> String) -> String {
    let families = [IpFamily::V4, IpFamily::V6].map(|family| (family, of(family)));
    let nobody = families.iter().all(|(_, ports)| ports.is_empty());
    let first = world.profile.ip_families.first().copied().unwrap_or(IpFamily::V4);
    let shown = families.iter().filter(|(family, ports)| !ports.is_empty() || nobody && *family == first);
    shown.map(|(family, ports)| write(*family, ports)).collect()
}
