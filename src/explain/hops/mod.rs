//! The steps of a path in words, with the packet's source and destination at each. Knows no verdict but what it is told.

mod inside;
mod outside;

use k8s_openapi::api::core::v1::ServicePort;

use super::addresses::{self, For, nth, with_port};
use super::model::{self, Hop, Verdict};
use super::path::{Subject, Target};
use super::start::Start;
use crate::kube::endpoints;

/// The made-up address of a client pod, after those of all others.
const CLIENT_POD: u32 = 239;

/// Adds the hops of a path.
pub fn add(subject: &Subject<'_, '_, '_>, port: &ServicePort, from: &Start, targets: &[Target<'_, '_, '_>], path: &mut model::Path) {
    let unknown = path.verdict == Verdict::Unknown;
    let mut way = Way { subject, port, targets, unknown, hops: Vec::new(), source: String::new() };
    if endpoints::is_external(subject.service) {
        way.alias();
        path.hops = way.hops;
        return;
    }
    let family = subject.family();
    let ranges = (path.blocked_at == ["source-ranges"]).then(|| subject.source_ranges(from).unwrap_or_default().join(", "));
    match from {
        Start::Outside(address) => {
            way.outside(address.map_or_else(|| addresses::client(family).to_owned(), |address| address.to_string()), ranges.as_deref())
        }
        Start::Node => way.node(),
        Start::Pod => way.pod(nth(For::Pod, CLIENT_POD, family)),
        Start::Workload { namespace, kind, name } => {
            let named = subject.scene.world.named(kind, name, subject.object);
            let client = named.into_iter().find(|object| subject.scene.world.namespace(object) == namespace);
            way.pod(client.map_or_else(|| nth(For::Pod, CLIENT_POD, family), |client| subject.scene.pod_ip(client, 0, family)));
        }
    }
    if !targets.is_empty() && path.blocked_at != ["address"] && ranges.is_none() {
        way.policy(path);
        way.arrive(path);
    }
    path.hops = way.hops;
}

struct Way<'p, 'a, 'w, 's> {
    subject: &'p Subject<'a, 'w, 's>,
    port: &'p ServicePort,
    targets: &'p [Target<'p, 'w, 's>],
    /// Whether the files may lack who answers.
    unknown: bool,
    hops: Vec<Hop>,
    /// The packet's source so far.
    source: String,
}

impl Way<'_, '_, '_, '_> {
    fn hop(&mut self, at: &'static str, what: String, destination: Option<String>) {
        let source = (!self.source.is_empty()).then(|| self.source.clone());
        self.hops.push(Hop { at, what, source, destination });
    }

    fn alias(&mut self) {
        let target = self.subject.service.spec.as_ref().and_then(|spec| spec.external_name.as_deref()).unwrap_or_default();
        self.hop("dns", format!("the name is an alias (CNAME) of `{target}`: the client asks for that name next"), Some(target.to_owned()));
        self.hop(
            "node",
            "the client connects on its own: no port is mapped, and a server that looks at the Host header or TLS name sees the Service's name".into(),
            None,
        );
    }

    fn spec(&self) -> Option<&k8s_openapi::api::core::v1::ServiceSpec> {
        self.subject.service.spec.as_ref()
    }

    fn pod(&mut self, address: String) {
        self.source = address;
        let name = self.subject.object.name().to_owned();
        match self.subject.cluster_ip {
            Some(cluster_ip) => {
                let anyway = if self.targets.is_empty() { ", endpoints or not" } else { "" };
                self.hop("dns", format!("`{name}` is the cluster IP {cluster_ip}{anyway}"), None);
                let to = with_port(cluster_ip, self.port.port);
                self.proxy(&to, "the client's node");
            }
            None => self.headless(&name),
        }
    }

    fn headless(&mut self, name: &str) {
        let Some(target) = self.targets.first() else {
            self.hop("dns", format!("`{name}` has no address: a headless Service without ready endpoints does not resolve"), None);
            return;
        };
        let name = if self.source == nth(For::Node, 0, self.subject.family()) { "the name" } else { name };
        let to = with_port(&self.address_of(target), target.port);
        self.hop("dns", format!("`{name}` resolves to the addresses of the ready endpoints; the client picks one"), None);
        let dials = if target.port == self.port.port {
            "the client connects to the pod itself: no kube-proxy, no port mapping".to_owned()
        } else {
            format!(
                "the client connects to the pod itself: nothing maps {} to {}, so it must dial {}",
                self.port.port, target.port, target.port
            )
        };
        self.hop("node", dials, Some(to));
    }

    fn node(&mut self) {
        self.source = nth(For::Node, 0, self.subject.family());
        match self.subject.cluster_ip {
            Some(cluster_ip) => {
                let what = format!("a node does not ask the cluster's DNS: use the address, {cluster_ip}");
                self.hop("dns", what, None);
                let to = with_port(cluster_ip, self.port.port);
                self.proxy(&to, "this node");
            }
            None => {
                let name = self.subject.object.name().to_owned();
                self.headless(&name);
            }
        }
    }
}

/// How many endpoints there are to choose from; none where it depends on the nodes.
#[must_use]
pub fn odds(targets: &[Target<'_, '_, '_>]) -> Option<u32> {
    targets.iter().try_fold(0_u32, |sum, target| Some(sum.saturating_add(target.endpoint.count?)))
}
