//! What kube-proxy sets up in ipvs mode, as a shell script: addresses of `kube-ipvs0`, sets, virtual services and the few
//! rules around them (`pkg/proxy/ipvs/proxier.go:syncProxyRules`). Follows the source: no run of it was recorded.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Node;
use super::state::{Address, Port};
use crate::explain::addresses::with_port;
use crate::kube::admission::ip::{Cidr, parse_sloppy};
use crate::kube::profile::IpFamily;

/// Sets in the order in which they are made: name, type, comment (`pkg/proxy/ipvs/ipset.go`).
const SETS: [(&str, &str, &str); 17] = [
    ("KUBE-LOOP-BACK", "hash:ip,port,ip", "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose"),
    ("KUBE-CLUSTER-IP", "hash:ip,port", "Kubernetes service cluster ip + port for masquerade purpose"),
    ("KUBE-EXTERNAL-IP", "hash:ip,port", "Kubernetes service external ip + port for masquerade and filter purpose"),
    ("KUBE-EXTERNAL-IP-LOCAL", "hash:ip,port", "Kubernetes service external ip + port with externalTrafficPolicy=local"),
    ("KUBE-LOAD-BALANCER", "hash:ip,port", "Kubernetes service lb portal"),
    ("KUBE-LOAD-BALANCER-FW", "hash:ip,port", "Kubernetes service load balancer ip + port for load balancer with sourceRange"),
    ("KUBE-LOAD-BALANCER-LOCAL", "hash:ip,port", "Kubernetes service load balancer ip + port with externalTrafficPolicy=local"),
    ("KUBE-LOAD-BALANCER-SOURCE-IP", "hash:ip,port,ip", "Kubernetes service load balancer ip + port + source IP for packet filter purpose"),
    (
        "KUBE-LOAD-BALANCER-SOURCE-CIDR",
        "hash:ip,port,net",
        "Kubernetes service load balancer ip + port + source cidr for packet filter purpose",
    ),
    ("KUBE-NODE-PORT-TCP", "bitmap:port", "Kubernetes nodeport TCP port for masquerade purpose"),
    ("KUBE-NODE-PORT-LOCAL-TCP", "bitmap:port", "Kubernetes nodeport TCP port with externalTrafficPolicy=local"),
    ("KUBE-NODE-PORT-UDP", "bitmap:port", "Kubernetes nodeport UDP port for masquerade purpose"),
    ("KUBE-NODE-PORT-LOCAL-UDP", "bitmap:port", "Kubernetes nodeport UDP port with externalTrafficPolicy=local"),
    ("KUBE-NODE-PORT-SCTP-HASH", "hash:ip,port", "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'"),
    (
        "KUBE-NODE-PORT-LOCAL-SCTP-HASH",
        "hash:ip,port",
        "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
    ),
    ("KUBE-HEALTH-CHECK-NODE-PORT", "bitmap:port", "Kubernetes health check node port"),
    ("KUBE-IPVS-IPS", "hash:ip", "Addresses on the ipvs interface"),
];
/// Rules of `nat` that a set has where it holds anything: set, chain, protocol, what is matched, where it goes.
const NAT_BY_SET: [(&str, &str, &str, &str, &str); 9] = [
    ("KUBE-LOOP-BACK", "KUBE-POSTROUTING", "", "dst,dst,src", "MASQUERADE"),
    ("KUBE-LOAD-BALANCER", "KUBE-SERVICES", "", "dst,dst", "KUBE-LOAD-BALANCER"),
    ("KUBE-LOAD-BALANCER-LOCAL", "KUBE-LOAD-BALANCER", "", "dst,dst", "RETURN"),
    ("KUBE-NODE-PORT-LOCAL-TCP", "KUBE-NODE-PORT", "tcp", "dst", "RETURN"),
    ("KUBE-NODE-PORT-TCP", "KUBE-NODE-PORT", "tcp", "dst", "KUBE-MARK-MASQ"),
    ("KUBE-NODE-PORT-LOCAL-UDP", "KUBE-NODE-PORT", "udp", "dst", "RETURN"),
    ("KUBE-NODE-PORT-UDP", "KUBE-NODE-PORT", "udp", "dst", "KUBE-MARK-MASQ"),
    ("KUBE-NODE-PORT-LOCAL-SCTP-HASH", "KUBE-NODE-PORT", "sctp", "dst,dst", "RETURN"),
    ("KUBE-NODE-PORT-SCTP-HASH", "KUBE-NODE-PORT", "sctp", "dst,dst", "KUBE-MARK-MASQ"),
];
/// The same for `filter`.
const FILTER_BY_SET: [(&str, &str, &str, &str, &str); 3] = [
    ("KUBE-LOAD-BALANCER-FW", "KUBE-PROXY-FIREWALL", "", "dst,dst", "KUBE-SOURCE-RANGES-FIREWALL"),
    ("KUBE-LOAD-BALANCER-SOURCE-CIDR", "KUBE-SOURCE-RANGES-FIREWALL", "", "dst,dst,src", "RETURN"),
    ("KUBE-LOAD-BALANCER-SOURCE-IP", "KUBE-SOURCE-RANGES-FIREWALL", "", "dst,dst,src", "RETURN"),
];
const NAT_CHAINS: &str = "*nat
:KUBE-SERVICES - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-LOAD-BALANCER - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES
-A OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING
";
const NAT_LAST: &str = "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
COMMIT
";
const FILTER_CHAINS: &str = "*filter
:KUBE-FORWARD - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SOURCE-RANGES-FIREWALL - [0:0]
:KUBE-IPVS-FILTER - [0:0]
:KUBE-IPVS-OUT-FILTER - [0:0]
-A INPUT -m comment --comment \"kubernetes ipvs access filter\" -j KUBE-IPVS-FILTER
-A INPUT -m comment --comment \"kube-proxy firewall rules\" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment \"kubernetes health check rules\" -j KUBE-NODE-PORT
-A FORWARD -m comment --comment \"kube-proxy firewall rules\" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment \"kubernetes forwarding rules\" -j KUBE-FORWARD
-A OUTPUT -m comment --comment \"kubernetes ipvs access filter\" -j KUBE-IPVS-OUT-FILTER
";
const FORWARD: &str = "-A KUBE-FORWARD -m comment --comment \"kubernetes forwarding rules\" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment \"kubernetes forwarding conntrack rule\" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
";
/// Longest name of a set in the kernel.
const LONGEST_NAME: usize = 31;

/// Writes the script of one family.
#[must_use]
pub fn write(ports: &[Port], node: &Node, family: IpFamily) -> String {
    let node_ip = node.ip(family);
    let mut setup = Setup {
        family,
        node_ip,
        sets: Default::default(),
        services: String::new(),
        bound: BTreeSet::new(),
        kept_out: String::new(),
        legend: Vec::new(),
    };
    for port in ports {
        setup.port(port);
    }
    setup.script(&node.name, &node.cluster_cidr(family))
}

struct Setup {
    family: IpFamily,
    node_ip: String,
    sets: [BTreeSet<String>; SETS.len()],
    services: String,
    bound: BTreeSet<String>,
    kept_out: String,
    legend: Vec<String>,
}

impl Setup {
    fn add(&mut self, name: &str, entry: String) {
        let index = SETS.iter().position(|(known, ..)| *known == name);
        if let Some(set) = index.and_then(|index| self.sets.get_mut(index)) {
            set.insert(entry);
        }
    }

    fn holds(&self, name: &str) -> bool {
        SETS.iter().zip(&self.sets).any(|((known, ..), set)| *known == name && !set.is_empty())
    }

    /// Names of IPv6 sets differ, cut to what the kernel takes.
    fn name(&self, name: &str) -> String {
        match self.family {
            IpFamily::V4 => name.to_owned(),
            IpFamily::V6 => name.replacen("KUBE-", "KUBE-6-", 1).chars().take(LONGEST_NAME).collect(),
        }
    }

    fn port(&mut self, port: &Port) {
        let (name, protocol) = (port.name.replace('\n', " "), &port.protocol);
        for address in port.endpoints.all.iter().filter(|address| address.local) {
            self.add("KUBE-LOOP-BACK", format!("{},{protocol}:{},{}", address.ip, address.port, address.ip));
        }
        let at = |ip: &str| format!("{ip},{protocol}:{}", port.port);
        self.add("KUBE-CLUSTER-IP", at(&port.cluster_ip));
        self.serve(port, &port.cluster_ip, port.port, port.internal_local, true);
        self.legend.push(format!("{name}: cluster IP {}", with_port(&port.cluster_ip, port.port)));
        for ip in &port.external_ips {
            self.add(if port.external_local { "KUBE-EXTERNAL-IP-LOCAL" } else { "KUBE-EXTERNAL-IP" }, at(ip));
            self.serve(port, ip, port.port, port.external_local, *ip != self.node_ip);
        }
        for ip in &port.balancer_ips {
            self.add("KUBE-LOAD-BALANCER", at(ip));
            if port.external_local {
                self.add("KUBE-LOAD-BALANCER-LOCAL", at(ip));
            }
            if port.is_guarded() {
                self.guard(port, ip, &at(ip));
            }
            self.serve(port, ip, port.port, port.external_local, *ip != self.node_ip);
        }
        if let Some(number) = port.node_port {
            let (all, local) = match protocol.as_str() {
                "udp" => ("KUBE-NODE-PORT-UDP", "KUBE-NODE-PORT-LOCAL-UDP"),
                "sctp" => ("KUBE-NODE-PORT-SCTP-HASH", "KUBE-NODE-PORT-LOCAL-SCTP-HASH"),
                _ => ("KUBE-NODE-PORT-TCP", "KUBE-NODE-PORT-LOCAL-TCP"),
            };
            let entry = if protocol == "sctp" { format!("{},sctp:{number}", self.node_ip) } else { number.to_string() };
            self.add(all, entry.clone());
            if port.external_local {
                self.add(local, entry);
            }
            let node_ip = self.node_ip.clone();
            self.serve(port, &node_ip, number, port.external_local, false);
            self.legend.push(format!("{name}: node port {number}"));
        }
        if port.node_port_unknown {
            self.legend.push(format!("{name}: the cluster allots a node port; what it takes is left out"));
        }
        if let Some(number) = port.health_check {
            self.add("KUBE-HEALTH-CHECK-NODE-PORT", number.to_string());
        }
    }

    /// Who may come through the load balancer.
    fn guard(&mut self, port: &Port, ip: &str, at: &str) {
        self.add("KUBE-LOAD-BALANCER-FW", at.to_owned());
        for range in &port.source_ranges {
            self.add("KUBE-LOAD-BALANCER-SOURCE-CIDR", format!("{at},{range}"));
        }
        let node = parse_sloppy(&self.node_ip);
        let from_node =
            port.source_ranges.iter().filter_map(|range| Cidr::parse_sloppy(range)).any(|range| node.is_some_and(|ip| range.contains(ip)));
        if from_node {
            self.add("KUBE-LOAD-BALANCER-SOURCE-IP", format!("{at},{ip}"));
        } else {
            let _ = writeln!(
                self.kept_out,
                "-A KUBE-IPVS-OUT-FILTER -s {ip} -m ipvs --vaddr {ip} --vproto {} --vport {} -j DROP",
                port.protocol, port.port
            );
        }
    }

    /// A virtual service with its endpoints: this node's own where only those count and there are any, else all
    /// (`syncEndpoint`).
    fn serve(&mut self, port: &Port, ip: &str, number: i32, local: bool, bind: bool) {
        let kind = match port.protocol.as_str() {
            "udp" => "-u",
            "sctp" => "--sctp-service",
            _ => "-t",
        };
        let at = with_port(ip, number);
        let persistent = port.affinity.map_or_else(String::new, |seconds| format!(" -p {seconds}"));
        let _ = writeln!(self.services, "-A {kind} {at} -s rr{persistent}");
        let endpoints: &[Address] = if local && !port.endpoints.local.is_empty() { &port.endpoints.local } else { &port.endpoints.cluster };
        for address in endpoints {
            let _ = writeln!(self.services, "-a {kind} {at} -r {} -m -w 1", address.to);
        }
        if bind {
            self.bound.insert(ip.to_owned());
        }
    }

    fn script(mut self, node: &str, cluster_cidr: &str) -> String {
        let (inet, program, bits) = if self.family == IpFamily::V4 { ("inet", "iptables", 32) } else { ("inet6", "ip6tables", 128) };
        for ip in self.bound.clone() {
            self.add("KUBE-IPVS-IPS", ip);
        }
        let mut text = format!(
            "# what kube-proxy sets up in ipvs mode on node {}, for `sh`; it follows the source of 1.35\n",
            node.replace('\n', " ")
        );
        for line in &self.legend {
            let _ = writeln!(text, "# {line}");
        }
        text += "ip link add kube-ipvs0 type dummy\n";
        for ip in &self.bound {
            let _ = writeln!(text, "ip addr add {ip}/{bits} dev kube-ipvs0");
        }
        text += "ipset restore -exist <<'END'\n";
        for ((name, type_, _), entries) in SETS.iter().zip(&self.sets) {
            let name = self.name(name);
            let how =
                if *type_ == "bitmap:port" { "range 0-65535".to_owned() } else { format!("family {inet} hashsize 1024 maxelem 65536") };
            let _ = writeln!(text, "create {name} {type_} {how}");
            for entry in entries {
                let _ = writeln!(text, "add {name} {entry}");
            }
        }
        let _ = write!(text, "END\nipvsadm --restore <<'END'\n{}END\n{program}-restore --noflush <<'END'\n", self.services);
        self.nat(&mut text, cluster_cidr);
        self.filter(&mut text);
        text + "END\n"
    }

    fn by_set(&self, text: &mut String, rules: &[(&str, &str, &str, &str, &str)]) {
        for (set, chain, protocol, matched, jump) in rules {
            if self.holds(set) {
                let protocol = if protocol.is_empty() { String::new() } else { format!(" -p {protocol}") };
                let _ = writeln!(text, "-A {chain}{protocol} {} -j {jump}", self.matching(set, matched));
            }
        }
    }

    fn matching(&self, set: &str, matched: &str) -> String {
        let comment = SETS.iter().find(|(name, ..)| *name == set).map_or("", |(.., comment)| comment);
        format!("-m comment --comment \"{comment}\" -m set --match-set {} {matched}", self.name(set))
    }

    fn nat(&self, text: &mut String, cluster_cidr: &str) {
        *text += NAT_CHAINS;
        let loopback = if self.family == IpFamily::V4 { "127.0.0.0/8" } else { "::1/128" };
        let _ = writeln!(text, "-A KUBE-SERVICES -s {loopback} -j RETURN");
        self.by_set(text, &NAT_BY_SET);
        if self.holds("KUBE-CLUSTER-IP") {
            let _ =
                writeln!(text, "-A KUBE-SERVICES ! -s {cluster_cidr} {} -j KUBE-MARK-MASQ", self.matching("KUBE-CLUSTER-IP", "dst,dst"));
        }
        for set in ["KUBE-EXTERNAL-IP", "KUBE-EXTERNAL-IP-LOCAL"].into_iter().filter(|set| self.holds(set)) {
            let matching = self.matching(set, "dst,dst");
            if set == "KUBE-EXTERNAL-IP" {
                let _ = writeln!(text, "-A KUBE-SERVICES {matching} -j KUBE-MARK-MASQ");
            }
            let _ = writeln!(text, "-A KUBE-SERVICES {matching} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT");
            let _ = writeln!(text, "-A KUBE-SERVICES {matching} -m addrtype --dst-type LOCAL -j ACCEPT");
        }
        *text += "-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT\n-A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ\n";
        for set in ["KUBE-CLUSTER-IP", "KUBE-LOAD-BALANCER"].into_iter().filter(|set| self.holds(set)) {
            let _ = writeln!(text, "-A KUBE-SERVICES -m set --match-set {} dst,dst -j ACCEPT", self.name(set));
        }
        *text += NAT_LAST;
    }

    fn filter(&self, text: &mut String) {
        *text += FILTER_CHAINS;
        self.by_set(text, &FILTER_BY_SET);
        *text += "-A KUBE-SOURCE-RANGES-FIREWALL -j DROP\n";
        *text += &self.kept_out;
        *text += FORWARD;
        let _ = writeln!(text, "-A KUBE-NODE-PORT {} -j ACCEPT", self.matching("KUBE-HEALTH-CHECK-NODE-PORT", "dst"));
        for (set, matched) in [
            ("KUBE-LOAD-BALANCER", "dst,dst"),
            ("KUBE-CLUSTER-IP", "dst,dst"),
            ("KUBE-EXTERNAL-IP", "dst,dst"),
            ("KUBE-EXTERNAL-IP-LOCAL", "dst,dst"),
            ("KUBE-HEALTH-CHECK-NODE-PORT", "dst"),
        ] {
            let _ = writeln!(text, "-A KUBE-IPVS-FILTER -m set --match-set {} {matched} -j RETURN", self.name(set));
        }
        let _ = writeln!(
            text,
            "-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set {} dst -j REJECT",
            self.name("KUBE-IPVS-IPS")
        );
        *text += "COMMIT\n";
    }
}
