//! The chains of kube-proxy's iptables mode, by their real names. Knows no rule in full: `--rules iptables` prints those.

use super::model::{Chain, ChainLink, Endpoint, Service};
use super::rules::hash;

/// Endpoints that are followed; the rest is what `--rules` is for.
const FEW: usize = 10;

/// The chains of each port, for these addresses of its pods: the hash is over namespace, name, port name and protocol.
#[must_use]
pub fn chains(service: &Service, namespace: &str, addresses: impl Fn(&Endpoint, &str, i32) -> Vec<String>) -> Vec<Chain> {
    let Some(ip) = service.cluster_ips.first().map(|ip| ip.address.as_str()) else { return Vec::new() };
    let family = if ip.contains(':') { "IPv6" } else { "IPv4" };
    let mut chains = Vec::new();
    for port in &service.ports {
        let name = port.name.as_deref().map_or_else(String::new, |name| format!(":{name}"));
        let called = format!("{namespace}/{}{name}", service.name);
        let protocol = port.protocol.to_lowercase();
        let mut all: Vec<String> = Vec::new();
        for slice in service.endpoint_slices.iter().filter(|slice| slice.address_type == family) {
            let joined = slice
                .ports
                .iter()
                .find(|joined| joined.name == port.name.as_deref().unwrap_or_default() && joined.protocol == port.protocol);
            let Some(number) = joined.and_then(|joined| joined.port) else { continue };
            let live = slice.endpoints.iter().filter(|endpoint| endpoint.serves());
            all.extend(live.flat_map(|endpoint| addresses(endpoint, &slice.address_type, number)));
        }
        if all.is_empty() {
            continue;
        }
        let count = all.len();
        let endpoints = all.into_iter().enumerate().take(FEW).map(|(index, to)| ChainLink {
            name: format!("KUBE-SEP-{}", hash::of(&format!("{called}{protocol}{to}"), 16)),
            // The rule for the i-th of n takes 1/(n-i) of what reaches it.
            probability: (index + 1 < count).then(|| format!("{:.10}", 1.0 / f64::from(u32::try_from(count - index).unwrap_or(u32::MAX)))),
            to,
        });
        chains.push(Chain {
            name: format!("KUBE-SVC-{}", hash::of(&format!("{called}{protocol}"), 16)),
            from: format!("-d {ip} -p {protocol} --dport {}", port.port),
            endpoints: endpoints.collect(),
            port: called,
        });
    }
    chains
}
