//! The rules that kube-proxy would write on one node. Knows the Services of the files and no others: rules that every node
//! has anyway are written out, those of the cluster's own Services are not.

pub(super) mod hash;
mod iptables;
mod state;

use crate::kube::World;
use crate::kube::profile::IpFamily;

use super::Wanted;

/// The node whose rules are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its address.
    pub ip: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
    /// Where pods have their addresses: `--cluster-cidr` of kube-proxy.
    pub cluster_cidr: Option<String>,
}

/// kube-proxy's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `iptables`, for IPv4.
    Iptables,
    /// `iptables`, for IPv6.
    Ip6tables,
}

/// The rules for the Services asked for, as `iptables-save` would show them.
#[must_use]
pub fn rules(world: &World<'_>, wanted: &Wanted, node: &Node, mode: Mode) -> String {
    let family = match mode {
        Mode::Iptables => IpFamily::V4,
        Mode::Ip6tables => IpFamily::V6,
    };
    let ports = state::ports(world, wanted, node, family);
    iptables::write(&ports, node, family)
}
