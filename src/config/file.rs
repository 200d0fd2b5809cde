//! What `svclint.yaml` may say, and how it is told off. Knows no default.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, de};

use super::{Level, did_you_mean};
use crate::kube::profile::IpFamily;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase", expecting = "settings, as in `failOn: warning`")]
pub struct File {
    pub kubernetes_version: Option<String>,
    pub cluster: Cluster,
    pub provider: Provider,
    pub fail_on: Option<String>,
    pub exclude: Vec<String>,
    pub rules: BTreeMap<String, Level>,
    pub overrides: Vec<Override>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Cluster {
    pub node_port_range: Option<String>,
    #[serde(rename = "serviceCIDR")]
    pub service_cidr: Option<Vec<String>>,
    pub ip_families: Option<Vec<Family>>,
    pub default_namespace: Option<String>,
    pub proxy_mode: Option<ProxyMode>,
    pub domain: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Provider {
    pub name: Option<String>,
    pub controller: Option<String>,
    pub availability_zones: Option<u8>,
    pub region: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub files: Vec<String>,
    pub rules: BTreeMap<String, Level>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub enum Family {
    IPv4,
    IPv6,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyMode {
    Iptables,
    Ipvs,
    Nftables,
}

impl From<Family> for IpFamily {
    fn from(family: Family) -> Self {
        match family {
            Family::IPv4 => Self::V4,
            Family::IPv6 => Self::V6,
        }
    }
}

impl fmt::Display for ProxyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Iptables => "iptables",
            Self::Ipvs => "ipvs",
            Self::Nftables => "nftables",
        })
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Cluster {
    /// The ranges, each an address and a prefix length that fits it.
    pub fn service_cidrs(&self) -> Result<Vec<String>, String> {
        let ranges = self.service_cidr.clone().unwrap_or_default();
        let fits = |range: &str| {
            let (address, bits) = range.split_once('/')?;
            let most = if address.parse::<IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
            bits.parse::<u8>().ok().filter(|bits| *bits <= most)
        };
        match ranges.iter().find(|range| fits(range).is_none()) {
            Some(range) => Err(format!("`{range}` is no range, as 10.96.0.0/12 is")),
            None => Ok(ranges),
        }
    }
}

impl Provider {
    /// What is said beside the name.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, String)> {
        let values = [
            ("controller", self.controller.clone()),
            ("availabilityZones", self.availability_zones.map(|zones| zones.to_string())),
            ("region", self.region.clone()),
        ];
        values.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// Reads the file; an empty one says nothing.
///
/// # Errors
/// What is wrong, in one line that begins with the file and its line.
pub fn read(shown: &str, text: &str) -> Result<File, String> {
    serde_yaml::from_str::<Option<File>>(text).map(Option::unwrap_or_default).map_err(|error| {
        let place = error.location().map_or_else(String::new, |at| format!(":{}:{}", at.line(), at.column()));
        let message = error.to_string();
        format!("{shown}{place}: {}", reworded(message.split(" at line ").next().unwrap_or(&message)))
    })
}

/// serde lists all it expected in place of an unknown key (``unknown field `a`, expected one of `b`, `c` ``): where one is near, it is enough.
#[must_use]
pub fn reworded(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let near = quoted.next().map_or_else(String::new, |unknown| did_you_mean(unknown, quoted));
    match message.split_once(", expected ") {
        Some((unknown, _)) if !near.is_empty() && unknown.contains("unknown ") => format!("{unknown}{near}"),
        _ => message.to_owned(),
    }
}

/// The line, from 1, that has the key.
pub fn line_of(text: &str, key: &str) -> Option<usize> {
    let has = |line: &str| {
        line.match_indices(key).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line.get(at + key.len()..).unwrap_or("").trim_start_matches(['"', '\'']);
            before.is_none_or(|c| " {,\"'\t".contains(c)) && after.trim_start().starts_with(':')
        })
    };
    text.lines().position(|line| !line.trim_start().starts_with('#') && has(line)).map(|index| index + 1)
}
