//! Real packets, through the very rules that svclint prints, do what `svclint explain` says of the same manifest.
//!
//! Two nodes, their pods and a client outside are network namespaces of this machine. Where those can't be made, or the
//! programs that load rules are not there, the test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]

mod lan;
mod program;
mod told;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use lan::{Lan, NODES, OUTSIDE, PODS};
use program::{Outcome, in_role};
use told::{Fate, Told, Way};

/// Connections whose shares are judged.
const MANY: u32 = 2_000;
/// Connections of which each is to do the same.
const FEW: u32 = 12;
/// Connections that are not answered: each takes its time.
const SLOW: u32 = 2;
/// What svclint and the rules are to take for the pods' addresses.
const POD_RANGES: &str = "10.244.0.0/16,2001:db8:2::/48";

/// A mode of kube-proxy: what svclint is asked for, and what loads the answer.
struct Mode {
    name: &'static str,
    options: &'static [&'static str],
    rules: &'static [(&'static str, &'static [&'static str])],
}

const NFT: &[(&str, &[&str])] = &[("nftables", &["nft", "-f", "-"])];
const MODES: [Mode; 3] = [
    Mode {
        name: "iptables",
        options: &[],
        rules: &[("iptables", &["iptables-restore", "--noflush"]), ("ip6tables", &["ip6tables-restore", "--noflush"])],
    },
    Mode { name: "nftables", options: &[], rules: NFT },
    Mode { name: "nftables of 1.35", options: &["--kube-version", "1.35"], rules: NFT },
];

/// One of the processes that the test starts; alone it does nothing.
#[test]
fn role() {
    match program::role().as_deref() {
        None => {}
        Some("prove") => prove(),
        Some(role) => program::play(role),
    }
}

#[test]
fn packets_do_what_explain_says() {
    if program::role().is_some() {
        return;
    }
    let unshare = match namespaces() {
        Ok(unshare) => unshare,
        Err(why) => {
            println!("skipped: no packets were sent, {why}");
            return;
        }
    };
    let started = Instant::now();
    let prove = in_role("prove");
    let mut command = Command::new("unshare");
    command.args(unshare).arg(std::env::current_exe().unwrap()).args(prove.get_args());
    command.envs(prove.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let done = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{out}\n{err}");
    println!("{out}\nin {:.1} s", started.elapsed().as_secs_f32());
    for mode in MODES {
        assert!(out.contains(&format!("{}: all as explained", mode.name)), "{out}\n{err}");
    }
}

/// How namespaces can be made here, and everything ended with its first process: as root, or else with users of their own.
fn namespaces() -> Result<Vec<&'static str>, String> {
    const NEEDED: [&str; 6] = ["ip", "unshare", "mount", "iptables-restore", "ip6tables-restore", "nft"];
    const TRY: &str = "mount -t tmpfs tmpfs /run && ip netns add try && ip netns exec try nft add table ip try \
                       && ip netns exec try iptables-restore --noflush < /dev/null && echo 0 > /proc/sys/net/ipv4/icmp_ratelimit";
    if let Some(missing) = NEEDED.iter().find(|program| !has(program)) {
        return Err(format!("there is no `{missing}` here"));
    }
    let alone = vec!["--net", "--mount", "--pid", "--fork", "--kill-child"];
    let with_users: Vec<_> = ["--user", "--map-root-user"].into_iter().chain(alone.clone()).collect();
    let mut why = String::new();
    for options in [alone, with_users] {
        match Command::new("unshare").args(&options).args(["sh", "-c", TRY]).output() {
            Ok(tried) if tried.status.success() => return Ok(options),
            Ok(tried) => why = String::from_utf8_lossy(&tried.stderr).trim().to_owned(),
            Err(error) => why = error.to_string(),
        }
    }
    Err(format!("network namespaces can't be made here: {why}"))
}

fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).exists()))
}

/// In namespaces of its own: builds the network, loads the rules of each mode and sends packets.
fn prove() {
    let lan = Lan::build();
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packets");
    let told = Told::of(&manifests.join("cluster.yaml"), &[OUTSIDE.0]);
    let made_up = Told::of(&manifests.join("made-up.yaml"), &[]);
    let options = |number: usize| {
        let (v4, v6) = NODES[number - 1];
        ["--node".into(), format!("node-{number}"), "--node-ip".into(), format!("{v4},{v6}"), "--cluster-cidr".into(), POD_RANGES.into()]
    };
    for mode in MODES {
        for number in [1, 2] {
            load(&lan, &told, &mode, number, &options(number));
        }
        let proof = Proof { lan: &lan, told: &told, mode: mode.name };
        proof.asked_by_pods();
        proof.own_node();
        proof.affinity();
        proof.asked_from_outside();
        proof.external_local();
        clear(&lan);
        load(&lan, &made_up, &mode, 1, &[]);
        Proof { lan: &lan, told: &made_up, mode: mode.name }.made_up();
        clear(&lan);
        println!("{}: all as explained", mode.name);
    }
    ipvs(&lan, &told, &options(1));
}

/// Loads what svclint prints for a node.
fn load(lan: &Lan, told: &Told, mode: &Mode, number: usize, options: &[String]) {
    let options: Vec<&str> = mode.options.iter().copied().chain(options.iter().map(String::as_str)).collect();
    for (rules, program) in mode.rules {
        lan.load(&format!("node-{number}"), program, &told.rules(rules, &options));
    }
}

/// The parts of the script for ipvs mode that every kernel takes: the sets, and the rules that look into them.
fn ipvs(lan: &Lan, told: &Told, options: &[String]) {
    if !has("ipset") {
        println!("ipvs: not loaded, there is no `ipset` here");
        return;
    }
    let script = told.rules("ipvs", &options.iter().map(String::as_str).collect::<Vec<_>>());
    let (mut rest, mut loaded) = (script.as_str(), 0);
    while let Some((before, after)) = rest.split_once(" <<'END'\n") {
        let program: Vec<&str> = before.lines().last().unwrap().split(' ').collect();
        let (body, tail) = after.split_once("\nEND\n").unwrap();
        rest = tail;
        if program[0] != "ipvsadm" {
            let body: String = body.lines().filter(|line| !line.contains(" -m ipvs ")).map(|line| format!("{line}\n")).collect();
            lan.load("node-1", &program, &body);
            loaded += 1;
        }
    }
    assert_eq!(loaded, 4, "sets and rules of both families: {script}");
    println!("ipvs: sets and rules load; no packets were sent through virtual services");
}

/// Both ways to write rules end up in the same place of the kernel.
fn clear(lan: &Lan) {
    for node in ["node-1", "node-2"] {
        lan.load(node, &["nft", "-f", "-"], "flush ruleset\n");
    }
}

struct Proof<'p> {
    lan: &'p Lan,
    told: &'p Told,
    mode: &'p str,
}

impl Proof<'_> {
    fn asked_by_pods(&self) {
        for (service, protocol, to, port) in [
            ("three", "tcp", "10.96.0.10", 80),
            ("datagrams", "udp", "10.96.0.12", 53),
            ("empty", "tcp", "10.96.0.13", 80),
            ("not-ready", "tcp", "10.96.0.14", 80),
            ("other-port-name", "tcp", "10.96.0.15", 80),
            ("node-port-local", "tcp", "10.96.0.18", 80),
            ("node-port-local-elsewhere", "tcp", "10.96.0.19", 80),
            ("balanced", "tcp", "10.96.0.21", 80),
            ("alone", "tcp", "10.96.0.23", 80),
            ("six", "tcp", "fd00:10:96::24", 80),
            ("six-empty", "tcp", "fd00:10:96::25", 80),
        ] {
            let way = self.told.way(service, "pod");
            let count = match way.fate() {
                Fate::Answered if service == "three" => MANY,
                Fate::Answered => FEW,
                Fate::Refused | Fate::Silent => SLOW,
            };
            for client in ["client-1", "client-2"] {
                let outcome = self.lan.ask(client, protocol, to, port, count);
                self.agrees(service, way, way.fate(), &outcome, client);
                if way.fate() == Fate::Answered {
                    self.shares(service, way, &self.told.endpoints(service), &outcome);
                }
            }
        }
        // A pod that is given itself is answered, too: only the node's address in place of its own makes that work.
        let outcome = self.lan.ask("pod-1a", "tcp", "10.96.0.23", 80, FEW);
        assert_eq!(outcome.answered(), FEW, "{} alone from itself: {outcome:?}", self.mode);
    }

    /// internalTrafficPolicy Local: each node's pods ask the node's own endpoints, or nobody.
    fn own_node(&self) {
        let way = self.told.way("own-node", "pod");
        assert!(way.own_node_only(), "{way:?}");
        for (client, node) in [("client-1", 1), ("client-2", 2)] {
            let here = on(node, &self.told.endpoints("own-node"));
            let fate = if here.is_empty() { Fate::Silent } else { way.fate() };
            let outcome = self.lan.ask(client, "tcp", "10.96.0.16", 80, if fate == Fate::Silent { SLOW } else { MANY });
            self.agrees("own-node", way, fate, &outcome, client);
            self.shares("own-node", way, &here, &outcome);
        }
    }

    /// sessionAffinity: a client comes back to the same pod; without it, it does not.
    fn affinity(&self) {
        for (service, to) in [("sticky", "10.96.0.11"), ("three", "10.96.0.10")] {
            let way = self.told.way(service, "pod");
            assert_eq!(way.sticks(), service == "sticky", "{way:?}");
            for client in ["client-1", "client-2"] {
                let outcome = self.lan.ask(client, "tcp", to, 80, 60);
                self.agrees(service, way, way.fate(), &outcome, client);
                assert_eq!(outcome.by_pod().len() == 1, way.sticks(), "{} {service} from {client}: {outcome:?}", self.mode);
            }
        }
    }

    fn asked_from_outside(&self) {
        let from = format!("outside/{}", OUTSIDE.0);
        for (service, to, port) in [
            ("three", "10.96.0.10", 80),
            ("node-port", NODES[0].0, 30017),
            ("node-port", NODES[1].0, 30017),
            ("node-port-empty", NODES[0].0, 30020),
            ("node-port-empty", NODES[1].0, 30020),
            ("balanced", NODES[1].0, 30021),
            ("balanced", "203.0.113.21", 80),
            ("external-ip", "203.0.113.22", 80),
        ] {
            let way = self.told.way(service, &from);
            let count = if way.fate() == Fate::Answered { MANY / 2 } else { SLOW };
            let outcome = self.lan.ask("outside", "tcp", to, port, count);
            self.agrees(service, way, way.fate(), &outcome, "outside");
            if way.fate() == Fate::Answered {
                self.shares(service, way, &self.told.endpoints(service), &outcome);
            }
        }
    }

    /// externalTrafficPolicy Local: a balancer that gives every node with a pod the same gives the pods unequal shares.
    fn external_local(&self) {
        let from = format!("outside/{}", OUTSIDE.0);
        for (service, port, six) in
            [("node-port-local", 30018, false), ("node-port-local-elsewhere", 30019, false), ("six-node-port", 30026, true)]
        {
            let way = self.told.way(service, &from);
            assert!(way.own_node_only(), "{way:?}");
            let all = self.told.endpoints(service);
            let mut total = BTreeMap::<IpAddr, u32>::new();
            for (node, (v4, v6)) in (1..).zip(NODES) {
                let here = on(node, &all);
                let fate = if here.is_empty() { Fate::Silent } else { way.fate() };
                let count = if fate == Fate::Silent { SLOW } else { MANY / 2 };
                let outcome = self.lan.ask("outside", "tcp", if six { v6 } else { v4 }, port, count);
                self.agrees(service, way, fate, &outcome, "outside");
                self.shares(service, way, &here, &outcome);
                for (pod, count) in outcome.by_pod() {
                    *total.entry(pod).or_default() += count;
                }
            }
            println!("{} {service}: {total:?}", self.mode);
        }
    }

    /// The addresses that svclint made up, with all options left out.
    fn made_up(&self) {
        let way = self.told.way("web", "pod");
        let source = way.source.as_deref().unwrap();
        assert_eq!(source.parse::<IpAddr>().unwrap(), addresses("made-up-client")[0], "{way:?}");
        let to = self.told.cluster_ip("web");
        let outcome = self.lan.ask("made-up-client", "tcp", &to, 80, MANY);
        self.agrees("web", way, way.fate(), &outcome, "made-up-client");
        assert_eq!(outcome.by_pod().len(), way.choice().unwrap() as usize, "{way:?}, but {outcome:?}");
        let pods: Vec<IpAddr> = outcome.by_pod().into_keys().collect();
        self.shares("web", way, &pods, &outcome);
    }

    /// What became of the connections, and whose address the pods saw, is as foretold.
    fn agrees(&self, service: &str, way: &Way, fate: Fate, outcome: &Outcome, client: &str) {
        let told = format!("{} {service} from {client}: {way:?}, but {outcome:?}", self.mode);
        let (answered, refused, silent) = (outcome.answered() > 0, outcome.refused > 0, outcome.silent > 0);
        let expected = (fate == Fate::Answered, fate == Fate::Refused, fate == Fate::Silent);
        assert_eq!((answered, refused, silent), expected, "{told}");
        let own = addresses(client);
        let nodes: Vec<IpAddr> = NODES.iter().flat_map(|(v4, v6)| [v4.parse().unwrap(), v6.parse().unwrap()]).collect();
        for answer in outcome.answers.keys() {
            match way.kept {
                Some(true) => assert!(own.contains(&answer.seen), "{told}"),
                Some(false) => assert!(nodes.contains(&answer.seen), "{told}"),
                None => {}
            }
        }
        if fate == Fate::Answered && !way.own_node_only() && !way.sticks() && outcome.answered() == MANY {
            let pods: Vec<String> = outcome.by_pod().keys().map(|ip| format!("{ip}:8080")).collect();
            assert!(way.arrives.as_ref().is_some_and(|to| pods.contains(to)), "{told}");
        }
    }

    /// Each of these endpoints has its share, and no other pod any: five standard deviations are allowed, which a right
    /// choice leaves less than once in a million times.
    fn shares(&self, service: &str, way: &Way, endpoints: &[IpAddr], outcome: &Outcome) {
        let counts = outcome.by_pod();
        if let Some(choice) = way.choice().filter(|_| !way.own_node_only()) {
            assert_eq!(choice as usize, endpoints.len(), "{} {service}: {way:?}, but {outcome:?}", self.mode);
        }
        assert!(counts.keys().all(|pod| endpoints.contains(pod)), "{} {service}: {endpoints:?}, but {counts:?}", self.mode);
        let (all, share) = (f64::from(outcome.answered()), 1.0 / endpoints.len() as f64);
        if all < 200.0 {
            return;
        }
        for pod in endpoints {
            let got = f64::from(counts.get(pod).copied().unwrap_or(0));
            let deviation = (all * share * (1.0 - share)).sqrt();
            assert!((got - all * share).abs() <= 5.0 * deviation, "{} {service}: {share} of {all} for {pod}, but {counts:?}", self.mode);
        }
    }
}

/// Those endpoints whose pods are on a node.
fn on(node: u8, endpoints: &[IpAddr]) -> Vec<IpAddr> {
    let here: Vec<IpAddr> = PODS.iter().filter(|pod| pod.node == node).flat_map(|pod| addresses(pod.name)).collect();
    endpoints.iter().copied().filter(|ip| here.contains(ip)).collect()
}

/// The addresses of a namespace.
fn addresses(namespace: &str) -> Vec<IpAddr> {
    let pod = PODS.iter().find(|pod| pod.name == namespace);
    let own = match pod {
        Some(pod) => pod.v4.iter().copied().chain([pod.v6]).collect(),
        None => vec![OUTSIDE.0, OUTSIDE.1],
    };
    own.iter().map(|ip| ip.parse().unwrap()).collect()
}
