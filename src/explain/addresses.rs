//! Addresses for what the files give none: from documentation ranges, the same for the same input. Knows no object.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::kube::profile::IpFamily;

/// What an address is made up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// A cluster IP: from 192.0.2.0/24, or 2001:db8:1::/48.
    Service,
    /// A pod: from 203.0.113.0/24, or 2001:db8:2::/48.
    Pod,
    /// A node: from 192.0.2.0/24, below the cluster IPs, or 2001:db8::/48.
    Node,
}

/// Addresses of a documentation range that are given out before the benchmarking range (RFC 2544) takes over.
const FEW: u32 = 240;

/// Where the made-up pods are: the range that a node takes for its pods where nobody says otherwise.
pub const PODS_V4: &str = "203.0.113.0/24";
/// The same for IPv6.
pub const PODS_V6: &str = "2001:db8:2::/48";

/// A client somewhere outside.
#[must_use]
pub fn client(family: IpFamily) -> &'static str {
    if family == IpFamily::V6 { "2001:db8:3::7" } else { "198.51.100.7" }
}

/// What a load balancer was given.
#[must_use]
pub fn balancer(family: IpFamily) -> &'static str {
    if family == IpFamily::V6 { "2001:db8:3::240" } else { "198.51.100.240" }
}

/// The `n`th address, from 0.
#[must_use]
pub fn nth(what: For, n: u32, family: IpFamily) -> String {
    let (range, more, group) = match what {
        For::Service => (Ipv4Addr::new(192, 0, 2, 10), Ipv4Addr::new(198, 18, 0, 0), 1),
        For::Pod => (Ipv4Addr::new(203, 0, 113, 10), Ipv4Addr::new(198, 19, 0, 0), 2),
        For::Node => (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 1), 0),
    };
    match family {
        IpFamily::V4 if n < FEW => Ipv4Addr::from(u32::from(range).wrapping_add(n)).to_string(),
        // The range has room for 65,536 of a kind; after that addresses repeat.
        IpFamily::V4 => Ipv4Addr::from(u32::from(more).wrapping_add(n % 65_536)).to_string(),
        IpFamily::V6 => {
            let [high, low] = [(n >> 16) as u16, (n & 0xffff) as u16];
            Ipv6Addr::new(0x2001, 0xdb8, group, 0, 0, 0, high, low.wrapping_add(0x10)).to_string()
        }
    }
}

/// `192.0.2.10:80`, `[2001:db8::1]:80`.
#[must_use]
pub fn with_port(address: &str, port: i32) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}
