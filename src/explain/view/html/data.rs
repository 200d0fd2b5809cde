//! What the page is told: the model with equal ways told once, and the findings with their Services. Knows no HTML.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use crate::explain::Explanation;
use crate::explain::model::{Note, Path, Port, Service};

/// All that the page is told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<'a> {
    version: &'static str,
    kubernetes_version: &'a str,
    starts: Vec<Start<'a>>,
    left_out: usize,
    services: Vec<Told<'a>>,
    findings: &'a [Note],
}

/// Where traffic starts.
#[derive(Serialize)]
struct Start<'a> {
    from: &'a str,
    address: Option<&'a str>,
}

/// A Service, its ways told once.
#[derive(Serialize)]
struct Told<'a> {
    service: Value,
    ways: Vec<Way<'a>>,
}

/// A way that several starts have in common.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Way<'a> {
    starts: Vec<usize>,
    port: usize,
    verdict: &'static str,
    policies: &'a [String],
    blocked_at: &'a [&'static str],
    hops: Vec<Hop<'a>>,
    client_address_kept: Option<bool>,
    client_sees: &'a str,
    why: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hop<'a> {
    at: &'static str,
    what: &'a str,
    /// None where it is the start's own.
    source: Option<&'a str>,
    from_client: bool,
    destination: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// Puts it together.
    #[must_use]
    pub fn of(explanation: &'a Explanation, left_out: usize) -> Self {
        let mut starts = Starts::default();
        let services: Vec<_> =
            explanation.services.iter().map(|service| Told { service: but_paths(service), ways: ways(service, &mut starts) }).collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            kubernetes_version: &explanation.kubernetes_version,
            starts: starts.all,
            left_out,
            findings: &explanation.findings,
            services,
        }
    }
}

#[derive(Default)]
struct Starts<'a> {
    all: Vec<Start<'a>>,
    known: HashMap<&'a str, usize>,
}

impl<'a> Starts<'a> {
    fn of(&mut self, path: &'a Path) -> usize {
        let address = path.hops.iter().find_map(|hop| hop.source.as_deref());
        let all = &mut self.all;
        let place = *self.known.entry(&path.from).or_insert_with(|| {
            all.push(Start { from: &path.from, address });
            all.len() - 1
        });
        if let Some(start) = all.get_mut(place) {
            start.address = start.address.or(address);
        }
        place
    }
}

fn but_paths(service: &Service) -> Value {
    let mut value = serde_json::to_value(service).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("paths");
    }
    value
}

/// The ways to a Service, equal ones told once: what differs by the start's own address alone is equal.
fn ways<'a>(service: &'a Service, starts: &mut Starts<'a>) -> Vec<Way<'a>> {
    let mut ways: Vec<Way<'_>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for path in &service.paths {
        let start = starts.of(path);
        let own = starts.all.get(start).and_then(|start| start.address);
        let is_port = |port: &Port| port.port == path.port.port && port.protocol == path.port.protocol;
        let hops = path.hops.iter().map(|hop| {
            let from_client = own.is_some() && hop.source.as_deref() == own;
            let source = hop.source.as_deref().filter(|_| !from_client);
            Hop { at: hop.at, what: &hop.what, source, from_client, destination: hop.destination.as_deref() }
        });
        let way = Way {
            starts: Vec::new(),
            port: service.ports.iter().position(is_port).unwrap_or(0),
            verdict: path.verdict.name(),
            policies: &path.policies,
            blocked_at: &path.blocked_at,
            hops: hops.collect(),
            client_address_kept: path.client_address_kept,
            client_sees: &path.client_sees,
            why: path.why.as_deref(),
        };
        let place = *known.entry(serde_json::to_string(&way).unwrap_or_default()).or_insert_with(|| {
            ways.push(way);
            ways.len() - 1
        });
        if let Some(way) = ways.get_mut(place) {
            way.starts.push(start);
        }
    }
    ways
}
