//! What `svclint explain` says of the Services, as `-o json` tells it, and the rules it prints.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One way to a Service's port.
#[derive(Clone, Debug)]
pub struct Way {
    /// `clientSees`
    pub sees: String,
    /// `clientAddressKept`
    pub kept: Option<bool>,
    /// The sentences of the hops.
    pub hops: String,
    /// The address and port of the pod that the last hop names.
    pub arrives: Option<String>,
    /// The client's address, as the first hop names it.
    pub source: Option<String>,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A pod answers.
    Answered,
    /// At once: nobody is there.
    Refused,
    /// Nothing comes back.
    Silent,
}

impl Way {
    /// What is foretold for a client in general.
    pub fn fate(&self) -> Fate {
        match self.sees.as_str() {
            "answered" => Fate::Answered,
            sees if sees.contains("refused") => Fate::Refused,
            sees if sees.contains("time-out") => Fate::Silent,
            sees => panic!("neither answered, refused nor silent: {sees}"),
        }
    }

    /// Among how many endpoints the choice is said to be.
    pub fn choice(&self) -> Option<u32> {
        let (_, odds) = self.hops.split_once("1/")?;
        odds.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }

    /// Whether only the node's own endpoints are said to be used, and others dropped.
    pub fn own_node_only(&self) -> bool {
        self.hops.contains("Policy Local") && self.hops.contains("time-out")
    }

    /// Whether a client is said to come back to the same endpoint.
    pub fn sticks(&self) -> bool {
        self.hops.contains("sessionAffinity ClientIP")
    }
}

/// svclint on one manifest.
pub struct Told {
    manifest: PathBuf,
    settings: PathBuf,
    ways: BTreeMap<(String, String), Way>,
    endpoints: BTreeMap<String, Vec<IpAddr>>,
    cluster_ips: BTreeMap<String, String>,
}

const SETTINGS: &str = "cluster: {serviceCIDR: [10.96.0.0/16, 'fd00:10:96::/112'], ipFamilies: [IPv4, IPv6]}\n";

impl Told {
    /// Asks once for all Services: from a pod, and from clients outside.
    pub fn of(manifest: &Path, outside: &[&str]) -> Self {
        let settings = PathBuf::from("/run/svclint.yaml");
        fs::write(&settings, SETTINGS).unwrap();
        let (ways, endpoints, cluster_ips) = Default::default();
        let mut told = Self { manifest: manifest.to_owned(), settings, ways, endpoints, cluster_ips };
        let from: Vec<String> = outside.iter().map(|ip| format!("outside/{ip}")).chain(["pod".to_owned()]).collect();
        let from = from.iter().flat_map(|from| ["--from", from]);
        let json: Value = serde_json::from_str(&told.svclint(&["-o", "json"].into_iter().chain(from).collect::<Vec<_>>())).unwrap();
        for service in json["services"].as_array().unwrap() {
            assert_eq!(service["refused"], Value::Null, "{}", service["name"]);
            told.hear(service);
        }
        told
    }

    fn hear(&mut self, service: &Value) {
        let name = service["name"].as_str().unwrap().to_owned();
        for path in service["paths"].as_array().unwrap() {
            self.ways.insert((name.clone(), path["from"].as_str().unwrap().to_owned()), way(path));
        }
        let slices = service["endpointSlices"].as_array().unwrap().iter();
        let listed = slices.flat_map(|slice| slice["endpoints"].as_array().unwrap());
        let addresses = listed.filter_map(|endpoint| endpoint["address"].as_str()?.parse().ok());
        self.endpoints.insert(name.clone(), addresses.collect());
        self.cluster_ips.insert(name, service["clusterIps"][0]["address"].as_str().unwrap().to_owned());
    }

    /// The addresses of a Service's endpoints, where they are written by hand.
    pub fn endpoints(&self, service: &str) -> Vec<IpAddr> {
        self.endpoints[service].clone()
    }

    /// The Service's own address.
    pub fn cluster_ip(&self, service: &str) -> String {
        self.cluster_ips[service].clone()
    }

    /// The way to a Service from `pod` or `outside/ADDRESS`.
    pub fn way(&self, service: &str, from: &str) -> &Way {
        self.ways.get(&(service.to_owned(), from.to_owned())).unwrap_or_else(|| panic!("no way to {service} from {from}"))
    }

    /// The rules for a node.
    pub fn rules(&self, mode: &str, options: &[&str]) -> String {
        self.svclint(&["--rules", mode].into_iter().chain(options.iter().copied()).collect::<Vec<_>>())
    }

    fn svclint(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svclint"));
        command.args(["explain", "--context", "none", "--config"]).arg(&self.settings).args(args).arg(&self.manifest);
        let done = command.output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

fn way(path: &Value) -> Way {
    let hops = path["hops"].as_array().unwrap();
    let sentences: Vec<&str> = hops.iter().map(|hop| hop["what"].as_str().unwrap()).collect();
    Way {
        sees: path["clientSees"].as_str().unwrap().to_owned(),
        kept: path["clientAddressKept"].as_bool(),
        hops: sentences.join("\n"),
        arrives: hops.last().filter(|hop| hop["at"] == "pod").and_then(|hop| hop["destination"].as_str()).map(str::to_owned),
        source: hops.first().and_then(|hop| hop["source"].as_str()).map(str::to_owned),
    }
}
