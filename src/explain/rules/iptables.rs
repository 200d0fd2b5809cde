//! The rules of kube-proxy's iptables mode, in the form `iptables-save` shows and `iptables-restore` loads
//! (`pkg/proxy/iptables/proxier.go:syncProxyRules`). Knows nothing of how endpoints were found.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Address, Port};
use super::{Node, hash};
use crate::kube::admission::ip::{Cidr, parse_sloppy};
use crate::kube::profile::IpFamily;

/// Rules that every node has, and their chains: `nat`, then `filter`.
const NAT_CHAINS: [&str; 8] =
    ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", "KUBE-MARK-MASQ", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-SERVICES"];
const FILTER_CHAINS: [&str; 9] = [
    "INPUT",
    "FORWARD",
    "OUTPUT",
    "KUBE-EXTERNAL-SERVICES",
    "KUBE-FIREWALL",
    "KUBE-FORWARD",
    "KUBE-NODEPORTS",
    "KUBE-PROXY-FIREWALL",
    "KUBE-SERVICES",
];
const NAT_FIXED: &str = r#"-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
"#;
const NAT_LAST: &str = r#"-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
"#;
const FILTER_FIXED: &str = r#"-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
"#;

/// Writes both tables.
#[must_use]
pub fn write(ports: &[Port], node: &Node, family: IpFamily) -> String {
    let mut tables = Tables {
        family,
        cluster_cidr: node.cluster_cidr(family),
        node_ip: node.ip(family),
        nat: BTreeMap::new(),
        filter: BTreeMap::new(),
        notes: Vec::new(),
    };
    for port in ports {
        tables.port(port);
    }
    tables.text(&node.name)
}

/// Rules by chain.
type Chains = BTreeMap<String, Vec<String>>;

struct Tables {
    family: IpFamily,
    cluster_cidr: String,
    node_ip: String,
    nat: Chains,
    filter: Chains,
    notes: Vec<String>,
}

/// A rule as it is put together, its parts in the order in which `iptables-save` shows them.
#[derive(Default)]
struct Rule<'r> {
    not_from: Option<&'r str>,
    from: Option<String>,
    to: Option<&'r str>,
    protocol: Option<&'r str>,
    comment: String,
    more: String,
    port: Option<i32>,
    jump: String,
}

impl Tables {
    fn cidr(&self, ip: &str) -> String {
        let bits = if self.family == IpFamily::V4 { 32 } else { 128 };
        if ip.contains('/') { ip.to_owned() } else { format!("{ip}/{bits}") }
    }

    fn line(&self, rule: &Rule<'_>) -> String {
        let mut parts = Vec::new();
        if let Some(from) = rule.not_from {
            parts.push(format!("! -s {}", self.cidr(from)));
        }
        if let Some(from) = &rule.from {
            parts.push(format!("-s {}", self.cidr(from)));
        }
        if let Some(to) = rule.to {
            parts.push(format!("-d {}", self.cidr(to)));
        }
        if let Some(protocol) = rule.protocol {
            parts.push(format!("-p {protocol}"));
        }
        if !rule.comment.is_empty() {
            parts.push(format!("-m comment --comment \"{}\"", rule.comment.replace(['"', '\\', '\n'], "?")));
        }
        if !rule.more.is_empty() {
            parts.push(rule.more.clone());
        }
        match (rule.protocol, rule.port) {
            (Some(protocol), Some(port)) => parts.push(format!("-m {protocol} --dport {port}")),
            (Some(protocol), None) => parts.push(format!("-m {protocol}")),
            _ => {}
        }
        if !rule.jump.is_empty() {
            parts.push(format!("-j {}", rule.jump));
        }
        parts.join(" ")
    }

    fn nat(&mut self, chain: &str, rule: &Rule<'_>) {
        let line = self.line(rule);
        self.nat.entry(chain.to_owned()).or_default().push(line);
    }

    fn filter(&mut self, chain: &str, rule: &Rule<'_>) {
        let line = self.line(rule);
        self.filter.entry(chain.to_owned()).or_default().push(line);
    }

    fn port(&mut self, port: &Port) {
        let hash = hash::of(&format!("{}{}", port.name, port.protocol), 16);
        let [cluster, local, external, firewall] = ["SVC", "SVL", "EXT", "FW"].map(|kind| format!("KUBE-{kind}-{hash}"));
        let any = port.endpoints.any;
        let internal = if port.internal_local { &local } else { &cluster };
        let onward = if port.external_local { &local } else { &cluster };
        let (has_internal, has_external) = (port.has_internal(), port.has_external());
        let (name, protocol) = (&port.name, Some(port.protocol.as_str()));
        let reject = if self.family == IpFamily::V4 {
            "REJECT --reject-with icmp-port-unreachable"
        } else {
            "REJECT --reject-with icmp6-port-unreachable"
        };
        let (verdict, why) = if any { ("DROP", "has no local endpoints") } else { (reject, "has no endpoints") };
        let refuse = |to, more: &str, number| Rule {
            to,
            protocol,
            comment: format!("{name} {why}"),
            more: more.to_owned(),
            port: Some(number),
            jump: verdict.to_owned(),
            ..Rule::default()
        };
        let send = |to, comment: &str, number, jump: &str| Rule {
            to,
            protocol,
            comment: format!("{name}{comment}"),
            port: Some(number),
            jump: jump.to_owned(),
            ..Rule::default()
        };

        if has_internal {
            self.nat("KUBE-SERVICES", &send(Some(&port.cluster_ip), " cluster IP", port.port, internal));
        } else {
            self.filter("KUBE-SERVICES", &refuse(Some(&port.cluster_ip), "", port.port));
        }
        for ip in &port.external_ips {
            if any {
                self.nat("KUBE-SERVICES", &send(Some(ip), " external IP", port.port, &external));
            }
            if !has_external {
                self.filter("KUBE-EXTERNAL-SERVICES", &refuse(Some(ip), "", port.port));
            }
        }
        let guarded = any && port.is_guarded();
        for ip in &port.balancer_ips {
            if any {
                self.nat("KUBE-SERVICES", &send(Some(ip), " loadbalancer IP", port.port, if guarded { &firewall } else { &external }));
            }
            if guarded {
                let dropped = send(Some(ip), &format!(" traffic not accepted by {firewall}"), port.port, "DROP");
                self.filter("KUBE-PROXY-FIREWALL", &dropped);
            }
            if !has_external {
                self.filter("KUBE-EXTERNAL-SERVICES", &refuse(Some(ip), "", port.port));
            }
        }
        if let Some(node_port) = port.node_port {
            if any {
                self.nat("KUBE-NODEPORTS", &send(None, "", node_port, &external));
            }
            if !has_external {
                self.filter("KUBE-EXTERNAL-SERVICES", &refuse(None, "-m addrtype --dst-type LOCAL", node_port));
            }
        }
        if port.node_port_unknown {
            self.notes.push(format!("{name}: the cluster allots a node port; its rules in KUBE-NODEPORTS are left out"));
        }
        if let Some(check) = port.health_check {
            let rule = Rule {
                protocol: Some("tcp"),
                comment: format!("{name} health check node port"),
                port: Some(check),
                jump: "ACCEPT".into(),
                ..Rule::default()
            };
            self.filter("KUBE-NODEPORTS", &rule);
        }
        if has_internal {
            let cluster_cidr = self.cluster_cidr.clone();
            let rule = Rule { not_from: Some(&cluster_cidr), ..send(Some(&port.cluster_ip), " cluster IP", port.port, "KUBE-MARK-MASQ") };
            self.nat(internal, &rule);
        }
        if any && port.is_external() {
            self.external(port, &external, &cluster, has_external.then_some(onward));
        }
        if guarded {
            self.guard(port, &firewall, &external);
        }
        if port.uses_cluster() && !port.endpoints.cluster.is_empty() {
            self.balance(port, &cluster, &port.endpoints.cluster);
        }
        if port.uses_local() && !port.endpoints.local.is_empty() {
            self.balance(port, &local, &port.endpoints.local);
        }
        for address in &port.endpoints.reachable {
            self.endpoint(port, address);
        }
    }

    /// `KUBE-EXT-…`: where everything from outside comes in.
    fn external(&mut self, port: &Port, chain: &str, cluster: &str, onward: Option<&String>) {
        let rule =
            |comment: String, more: &str, jump: &str| Rule { comment, more: more.to_owned(), jump: jump.to_owned(), ..Rule::default() };
        let name = &port.name;
        if port.external_local {
            let pods = Rule {
                from: Some(self.cluster_cidr.clone()),
                ..rule(format!("pod traffic for {name} external destinations"), "", cluster)
            };
            self.nat(chain, &pods);
            let here = "-m addrtype --src-type LOCAL";
            self.nat(chain, &rule(format!("masquerade LOCAL traffic for {name} external destinations"), here, "KUBE-MARK-MASQ"));
            self.nat(chain, &rule(format!("route LOCAL traffic for {name} external destinations"), here, cluster));
        } else {
            self.nat(chain, &rule(format!("masquerade traffic for {name} external destinations"), "", "KUBE-MARK-MASQ"));
        }
        if let Some(onward) = onward {
            self.nat(chain, &rule(String::new(), "", onward));
        }
    }

    /// `KUBE-FW-…`: who may come through the load balancer.
    fn guard(&mut self, port: &Port, chain: &str, external: &str) {
        let comment = format!("{} loadbalancer IP", port.name);
        let allow =
            |from: &str| Rule { from: Some(from.to_owned()), comment: comment.clone(), jump: external.to_owned(), ..Rule::default() };
        let mut from_node = false;
        for range in &port.source_ranges {
            self.nat(chain, &allow(range));
            let holds = Cidr::parse_sloppy(range).zip(parse_sloppy(&self.node_ip)).is_some_and(|(range, ip)| range.contains(ip));
            from_node |= holds;
        }
        if from_node {
            for ip in &port.balancer_ips {
                self.nat(chain, &allow(ip));
            }
        }
        let rest = format!("other traffic to {} will be dropped by KUBE-PROXY-FIREWALL", port.name);
        self.nat(chain, &Rule { comment: rest, ..Rule::default() });
    }

    /// Who was here before goes where it went; all others go anywhere at equal odds.
    fn balance(&mut self, port: &Port, chain: &str, endpoints: &[Address]) {
        let rule = |address: &Address, more: String| Rule {
            comment: format!("{} -> {}", port.name, address.to),
            more,
            jump: chain_of(port, address),
            ..Rule::default()
        };
        if let Some(seconds) = port.affinity {
            for address in endpoints {
                let chain_name = chain_of(port, address);
                let more = format!("-m recent --rcheck --seconds {seconds} --reap --name {chain_name} --mask {} --rsource", self.mask());
                self.nat(chain, &rule(address, more));
            }
        }
        for (index, address) in endpoints.iter().enumerate() {
            let left = endpoints.len() - index;
            let more = if left > 1 { format!("-m statistic --mode random --probability {}", probability(left)) } else { String::new() };
            self.nat(chain, &rule(address, more));
        }
    }

    fn endpoint(&mut self, port: &Port, address: &Address) {
        let chain = chain_of(port, address);
        let hairpin = Rule { from: Some(address.ip.clone()), comment: port.name.clone(), jump: "KUBE-MARK-MASQ".into(), ..Rule::default() };
        self.nat(&chain, &hairpin);
        let recent = format!("-m recent --set --name {chain} --mask {} --rsource", self.mask());
        let dnat = Rule {
            protocol: Some(&port.protocol),
            comment: port.name.clone(),
            more: if port.affinity.is_some() { recent } else { String::new() },
            jump: format!("DNAT --to-destination {}", address.to),
            ..Rule::default()
        };
        self.nat(&chain, &dnat);
    }

    fn mask(&self) -> &'static str {
        if self.family == IpFamily::V4 { "255.255.255.255" } else { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }
    }

    fn text(&self, node: &str) -> String {
        let program = if self.family == IpFamily::V4 { "iptables" } else { "ip6tables" };
        let node = node.replace('\n', " ");
        let mut text = format!("# rules of kube-proxy in iptables mode on node {node}, for `{program}-restore --noflush`\n");
        for note in &self.notes {
            text += &format!("# {}\n", note.replace('\n', " "));
        }
        table(&mut text, "nat", &NAT_CHAINS, NAT_FIXED, &self.nat, NAT_LAST);
        table(&mut text, "filter", &FILTER_CHAINS, FILTER_FIXED, &self.filter, "");
        text
    }
}

fn table(text: &mut String, name: &str, fixed: &[&str], rules: &str, chains: &Chains, last: &str) {
    let own: BTreeSet<&str> = chains.keys().map(String::as_str).filter(|chain| !fixed.contains(chain)).collect();
    *text += &format!("*{name}\n");
    for chain in fixed.iter().copied().chain(own) {
        let policy = if chain.starts_with("KUBE-") { "-" } else { "ACCEPT" };
        *text += &format!(":{chain} {policy} [0:0]\n");
    }
    *text += rules;
    for (chain, rules) in chains {
        for rule in rules {
            *text += &format!("-A {chain} {rule}\n");
        }
    }
    *text += last;
    *text += "COMMIT\n";
}

fn chain_of(port: &Port, address: &Address) -> String {
    format!("KUBE-SEP-{}", hash::of(&format!("{}{}{}", port.name, port.protocol, address.to), 16))
}

/// `1/n` as kube-proxy writes it (ten digits) and the kernel keeps it (in units of 2^-31).
fn probability(n: usize) -> String {
    let unit = f64::from(1_u32 << 31);
    let written = (1e10 / n as f64).round() / 1e10;
    format!("{:.11}", (written * unit).round() / unit)
}
