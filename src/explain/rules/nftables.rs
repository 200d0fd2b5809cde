//! The table of kube-proxy's nftables mode, in the form `nft list table` shows and `nft -f` loads
//! (`pkg/proxy/nftables/proxier.go:syncProxyRules`). Knows nothing of how endpoints were found.

use std::fmt::Write;

use super::nft_table::{self, Chain, Container};
use super::state::{Address, Port};
use super::{Node, hash};
use crate::kube::Version;
use crate::kube::admission::ip::{Cidr, parse_sloppy};
use crate::kube::profile::IpFamily;
use crate::kube::version::Change;

/// Bit 14, as `nft` writes it.
const MARK: &str = "0x00004000";
/// `knftables.NameLengthMax` less the room for a prefix.
const LONGEST_NAME: usize = 256 - 16;

/// Which rules a version writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Marks are set in a chain of their own, and every endpoint has a chain.
    Chains,
    /// One rule sends to all endpoints; who asks itself is masqueraded by a set.
    Maps,
}

/// The addresses behind one word in `ip` and `ip6` rules.
struct Words {
    ip: &'static str,
    address: &'static str,
}

/// Writes the table of one family.
#[must_use]
pub fn write(ports: &[Port], node: &Node, family: IpFamily, version: Version, service_cidrs: &[String]) -> String {
    let words = match family {
        IpFamily::V4 => Words { ip: "ip", address: "ipv4_addr" },
        IpFamily::V6 => Words { ip: "ip6", address: "ipv6_addr" },
    };
    let layout = if version.has(Change::NftablesDnatMaps) { Layout::Maps } else { Layout::Chains };
    let mut table = Table {
        cluster_cidr: node.cluster_cidr(family),
        node_ip: node.ip(family),
        layout,
        sets: Sets::new(&words),
        affinity: Vec::new(),
        chains: Vec::new(),
        words,
    };
    table.sets.nodeport_ips.elements.push(table.node_ip.clone());
    for port in ports {
        table.port(port);
    }
    let ip = table.words.ip;
    let mut text = format!("# rules of kube-proxy in nftables mode on node {}, for `nft -f`\n", node.name.replace('\n', " "));
    for note in notes(ports, layout) {
        let _ = writeln!(text, "# {}", note.replace('\n', " "));
    }
    let base = table.base(service_cidrs, family);
    nft_table::write(&mut text, ip, &table.sets.all(layout), &table.affinity, base.iter().chain(&table.chains));
    text
}

fn notes(ports: &[Port], layout: Layout) -> Vec<String> {
    let mut notes = Vec::new();
    if layout == Layout::Chains {
        notes.push("as the sources of 1.34 and 1.35 have it; some base chains had other names before".to_owned());
    }
    let unknown = ports.iter().filter(|port| port.node_port_unknown);
    notes
        .extend(unknown.map(|port| format!("{}: the cluster allots a node port; its element of service-nodeports is left out", port.name)));
    notes
}

/// The sets and maps that the fixed rules look into.
struct Sets {
    hairpin: Container,
    cluster_ips: Container,
    nodeport_ips: Container,
    no_endpoint_services: Container,
    no_endpoint_nodeports: Container,
    firewall_ips: Container,
    service_ips: Container,
    service_nodeports: Container,
}

impl Sets {
    fn new(words: &Words) -> Self {
        let address = words.address;
        let service = format!("{address} . inet_proto . inet_service : verdict");
        let port = "inet_proto . inet_service : verdict";
        let hairpin = format!("{address} . {address} . inet_proto . inet_service");
        Self {
            hairpin: Container::set("hairpin-connections", &hairpin, "service hairpin connections"),
            cluster_ips: Container::set("cluster-ips", address, "Active ClusterIPs"),
            nodeport_ips: Container::set("nodeport-ips", address, "IPs that accept NodePort traffic"),
            no_endpoint_services: Container::map(
                "no-endpoint-services",
                &service,
                "vmap to drop or reject packets to services with no endpoints",
            ),
            no_endpoint_nodeports: Container::map(
                "no-endpoint-nodeports",
                port,
                "vmap to drop or reject packets to service nodeports with no endpoints",
            ),
            firewall_ips: Container::map("firewall-ips", &service, "destinations that are subject to LoadBalancerSourceRanges"),
            service_ips: Container::map("service-ips", &service, "ClusterIP, ExternalIP and LoadBalancer IP traffic"),
            service_nodeports: Container::map("service-nodeports", port, "NodePort traffic"),
        }
    }

    fn all(&self, layout: Layout) -> Vec<&Container> {
        let hairpin = (layout == Layout::Maps).then_some(&self.hairpin);
        let rest = [
            &self.cluster_ips,
            &self.nodeport_ips,
            &self.no_endpoint_services,
            &self.no_endpoint_nodeports,
            &self.firewall_ips,
            &self.service_ips,
            &self.service_nodeports,
        ];
        hairpin.into_iter().chain(rest).collect()
    }
}

struct Table {
    words: Words,
    cluster_cidr: String,
    node_ip: String,
    layout: Layout,
    sets: Sets,
    affinity: Vec<Container>,
    chains: Vec<Chain>,
}

/// The chains of a Service's port, and their names.
struct Names {
    /// `HASH-namespace/name/protocol/port`
    base: String,
}

impl Names {
    fn of(port: &Port) -> Self {
        Self { base: hashed(&path_of(port)) }
    }

    fn chain(&self, kind: &str) -> String {
        format!("{kind}-{}", self.base)
    }
}

impl Table {
    /// The chains that every node has.
    fn base(&self, service_cidrs: &[String], family: IpFamily) -> Vec<Chain> {
        let ip = self.words.ip;
        let service = format!("{ip} daddr . meta l4proto . th dport vmap");
        let node_port = format!("{ip} daddr @nodeport-ips meta l4proto . th dport vmap");
        let new = |chain: &str| format!("ct state new jump {chain}");
        let hook = |name: &str, hook: &str, rules: &[String]| Chain::new(name, rules.to_vec()).hooked(hook);
        let mut check = vec![format!("{ip} daddr @cluster-ips reject comment \"Reject traffic to invalid ports of ClusterIPs\"")];
        let ranges: Vec<_> = service_cidrs.iter().filter_map(|text| Cidr::parse_sloppy(text)).filter(|it| it.family() == family).collect();
        if !ranges.is_empty() {
            check.push(format!("{ip} daddr {} drop comment \"Drop traffic to unallocated ClusterIPs\"", one_of(&ranges)));
        }
        let mut services = vec![format!("{service} @service-ips"), format!("{node_port} @service-nodeports")];
        let masquerading = match self.layout {
            Layout::Maps => {
                let cidr = &self.cluster_cidr;
                services.insert(
                    0,
                    format!(
                        "{ip} daddr @cluster-ips {ip} saddr != {cidr} {} comment \"masquerade clusterIP traffic from outside cluster\"",
                        set_mark()
                    ),
                );
                vec![
                    format!("meta mark & {MARK} != 0x00000000 meta mark set meta mark ^ {MARK} masquerade fully-random"),
                    format!(
                        "ct status dnat {ip} saddr . {ip} daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random"
                    ),
                ]
            }
            Layout::Chains => vec![
                format!("meta mark & {MARK} == 0x00000000 return"),
                format!("meta mark set meta mark ^ {MARK}"),
                "masquerade fully-random".to_owned(),
            ],
        };
        let reject =
            Chain::new("reject-chain", vec!["reject".to_owned()]).told("helper for @no-endpoint-services / @no-endpoint-nodeports");
        let marks = (self.layout == Layout::Chains).then(|| Chain::new("mark-for-masquerade", vec![set_mark()]));
        let chains = [
            hook("filter-prerouting-pre-dnat", "filter hook prerouting priority dstnat - 10", &[new("firewall-check")]),
            hook("filter-output-pre-dnat", "filter hook output priority -110", &[new("firewall-check")]),
            hook("filter-input", "filter hook input priority filter", &[new("nodeport-endpoints-check"), new("service-endpoints-check")]),
            hook("filter-forward", "filter hook forward priority filter", &[new("service-endpoints-check"), new("cluster-ips-check")]),
            hook("filter-output", "filter hook output priority filter", &[new("service-endpoints-check"), new("cluster-ips-check")]),
            hook("nat-prerouting", "nat hook prerouting priority dstnat", &["jump services".to_owned()]),
            hook("nat-output", "nat hook output priority -100", &["jump services".to_owned()]),
            hook("nat-postrouting", "nat hook postrouting priority srcnat", &["jump masquerading".to_owned()]),
            Chain::new("nodeport-endpoints-check", vec![format!("{node_port} @no-endpoint-nodeports")]),
            Chain::new("service-endpoints-check", vec![format!("{service} @no-endpoint-services")]),
            Chain::new("firewall-check", vec![format!("{service} @firewall-ips")]),
            Chain::new("services", services),
            Chain::new("masquerading", masquerading),
            Chain::new("cluster-ips-check", check),
            reject,
        ];
        marks.into_iter().chain(chains).collect()
    }

    fn port(&mut self, port: &Port) {
        let names = Names::of(port);
        self.dispatch(port, &names);
        if port.is_guarded() {
            self.guard(port, &names);
        }
        for address in &port.endpoints.reachable {
            if self.layout == Layout::Maps && address.local {
                let element = format!("{0} . {0} . {1} . {2}", canonical(&address.ip), port.protocol, address.port);
                self.sets.hairpin.add(element);
            }
            if self.layout == Layout::Chains || port.affinity.is_some() {
                self.endpoint(port, address);
            }
        }
        if port.uses_cluster() && !port.endpoints.cluster.is_empty() {
            self.balance(port, &names, "service", &port.endpoints.cluster);
        }
        if port.uses_local() && !port.endpoints.local.is_empty() {
            self.balance(port, &names, "local", &port.endpoints.local);
        }
        if port.endpoints.any && port.is_external() {
            self.external(port, &names);
        }
    }

    /// What the maps say of the port.
    fn dispatch(&mut self, port: &Port, names: &Names) {
        let at = |ip: &str| format!("{} . {} . {}", canonical(ip), port.protocol, port.port);
        let verdict = if port.endpoints.any { "drop" } else { "goto reject-chain" };
        let told = port.name.replace(['"', '\\', '\n'], "?");
        let refused = |key: String| format!("{key} comment \"{told}\" : {verdict}");
        let external = names.chain("external");
        let internal = names.chain(if port.internal_local { "local" } else { "service" });
        let sets = &mut self.sets;
        sets.cluster_ips.add(canonical(&port.cluster_ip));
        if port.has_internal() {
            sets.service_ips.add(format!("{} : goto {internal}", at(&port.cluster_ip)));
        } else {
            sets.no_endpoint_services.add(refused(at(&port.cluster_ip)));
        }
        for ip in port.external_ips.iter().chain(&port.balancer_ips) {
            if port.endpoints.any {
                sets.service_ips.add(format!("{} : goto {external}", at(ip)));
            }
            if !port.has_external() {
                sets.no_endpoint_services.add(refused(at(ip)));
            }
        }
        if port.is_guarded() {
            for ip in &port.balancer_ips {
                sets.firewall_ips.add(format!("{} : goto {}", at(ip), names.chain("firewall")));
            }
        }
        if let Some(number) = port.node_port {
            let key = format!("{} . {number}", port.protocol);
            if port.endpoints.any {
                sets.service_nodeports.add(format!("{key} : goto {external}"));
            }
            if !port.has_external() {
                sets.no_endpoint_nodeports.add(refused(key));
            }
        }
    }

    /// Where everything from outside comes in.
    fn external(&mut self, port: &Port, names: &Names) {
        let cluster = names.chain("service");
        let mark = self.mark();
        let mut rules = Vec::new();
        if port.external_local {
            rules.push(format!("{} saddr {} goto {cluster} comment \"short-circuit pod traffic\"", self.words.ip, self.cluster_cidr));
            rules.push(format!("fib saddr type local {mark} comment \"masquerade local traffic\""));
            rules.push(format!("fib saddr type local goto {cluster} comment \"short-circuit local traffic\""));
        } else if self.layout == Layout::Maps {
            rules.push(format!("{mark} comment \"masquerade\""));
        } else {
            rules.push(mark);
        }
        if port.has_external() {
            rules.push(format!("goto {}", if port.external_local { names.chain("local") } else { cluster }));
        }
        self.chains.push(Chain::new(&names.chain("external"), rules));
    }

    fn mark(&self) -> String {
        match self.layout {
            Layout::Maps => set_mark(),
            Layout::Chains => "jump mark-for-masquerade".to_owned(),
        }
    }

    /// Who may come through the load balancer.
    fn guard(&mut self, port: &Port, names: &Names) {
        let mut allowed: Vec<_> = port.source_ranges.iter().filter_map(|range| Cidr::parse_sloppy(range)).collect();
        let own = parse_sloppy(&self.node_ip);
        if allowed.iter().any(|range| own.is_some_and(|ip| range.contains(ip))) {
            let whole = |ip: &String| Cidr::parse_sloppy(&format!("{ip}/{}", if ip.contains(':') { 128 } else { 32 }));
            allowed.extend(port.balancer_ips.iter().filter_map(whole));
        }
        let rule = format!("{} saddr != {} drop", self.words.ip, one_of(&allowed));
        self.chains.push(Chain::new(&names.chain("firewall"), vec![rule]));
    }

    /// Any endpoint at equal odds; who was here before goes where it went.
    fn balance(&mut self, port: &Port, names: &Names, kind: &str, endpoints: &[Address]) {
        let mut rules = Vec::new();
        let ip = self.words.ip;
        if self.layout == Layout::Chains && (kind == "local") == port.internal_local {
            rules.push(format!("{ip} daddr {} {ip} saddr != {} jump mark-for-masquerade", canonical(&port.cluster_ip), self.cluster_cidr));
        }
        let chains: Vec<_> = endpoints.iter().map(|address| endpoint_of(port, address)).collect();
        if port.affinity.is_some() {
            rules.extend(chains.iter().map(|name| format!("{ip} saddr @affinity-{name} goto endpoint-{name}")));
        }
        let count = endpoints.len();
        let numbered = |words: Vec<String>| {
            words.into_iter().enumerate().map(|(index, word)| format!("{index} : {word}")).collect::<Vec<_>>().join(", ")
        };
        rules.push(if self.layout == Layout::Chains || port.affinity.is_some() {
            format!(
                "numgen random mod {count} vmap {{ {} }}",
                numbered(chains.iter().map(|name| format!("goto endpoint-{name}")).collect())
            )
        } else {
            let to = endpoints.iter().map(|address| format!("{} . {}", canonical(&address.ip), address.port)).collect();
            format!("meta l4proto {} dnat {ip} to numgen random mod {count} map {{ {} }}", port.protocol, numbered(to))
        });
        self.chains.push(Chain::new(&names.chain(kind), rules));
    }

    fn endpoint(&mut self, port: &Port, address: &Address) {
        let name = endpoint_of(port, address);
        let ip = self.words.ip;
        let mut rules = Vec::new();
        if self.layout == Layout::Chains {
            rules.push(format!("{ip} saddr {} jump mark-for-masquerade", canonical(&address.ip)));
        }
        if let Some(seconds) = port.affinity {
            rules.push(format!("update @affinity-{name} {{ {ip} saddr }}"));
            self.affinity.push(Container::timed(&format!("affinity-{name}"), self.words.address, seconds));
        }
        rules.push(format!("meta l4proto {} dnat to {}", port.protocol, address.to));
        self.chains.push(Chain::new(&format!("endpoint-{name}"), rules));
    }
}

fn set_mark() -> String {
    format!("meta mark set meta mark | {MARK}")
}

/// Go's and nft's way to write an address.
fn canonical(ip: &str) -> String {
    parse_sloppy(ip).map_or_else(|| ip.to_owned(), |ip| ip.to_string())
}

/// One range as it is, several as a set without those that another holds already.
fn one_of(ranges: &[Cidr]) -> String {
    let mut ranges: Vec<_> =
        ranges.iter().filter(|range| !ranges.iter().any(|other| other.contains_strictly(range))).map(Cidr::network).collect();
    ranges.sort();
    ranges.dedup();
    let mut told: Vec<_> = ranges
        .iter()
        .map(|(ip, bits)| if *bits == if ip.is_ipv4() { 32 } else { 128 } { ip.to_string() } else { format!("{ip}/{bits}") })
        .collect();
    if told.len() == 1 { told.remove(0) } else { format!("{{ {} }}", told.join(", ")) }
}

/// `namespace/name/protocol/port`
fn path_of(port: &Port) -> String {
    let (service, name) = port.name.split_once(':').unwrap_or((&port.name, ""));
    format!("{service}/{}/{name}", port.protocol)
}

/// `HASH-namespace/name/protocol/port__address/number`, the colons of IPv6 turned to dots.
fn endpoint_of(port: &Port, address: &Address) -> String {
    hashed(&format!("{}__{}/{}", path_of(port), address.ip.replace(':', "."), address.port))
}

/// A name after its own hash, cut where `nft` takes no more.
fn hashed(name: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "_./-".contains(c) { c } else { '_' };
    let mut text: String = format!("{}-{name}", hash::of(name, 8)).chars().map(allowed).collect();
    if text.len() > LONGEST_NAME {
        text.truncate(LONGEST_NAME - 3);
        text += "...";
    }
    text
}
