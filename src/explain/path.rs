//! What becomes of a connection from a start to a port of a Service: the verdict, and what the client sees.
//! Knows no wording of hops.

use std::net::IpAddr;

use k8s_openapi::api::core::v1::{PodSpec, Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::addresses;
use super::hops;
use super::model::{self, Balancer, Front, PathPort, Verdict};
use super::nobody;
use super::readiness;
use super::scene::Scene;
use super::start::Start;
use crate::kube::Typed;
use crate::kube::admission::ip::Cidr;
use crate::kube::dangling::{self, Cause};
use crate::kube::endpoints::slice::Built;
use crate::kube::endpoints::{self, Backend, Endpoint, Pods, Ready};
use crate::kube::object::Object;
use crate::kube::policy::{Answer, Direction, Doubt, End, Pod};
use crate::kube::ports;
use crate::kube::profile::IpFamily;
use crate::kube::world::Namespaces;

/// A Service with all that its paths depend on.
pub struct Subject<'a, 'w, 's> {
    /// What all Services share.
    pub scene: &'a Scene<'w, 's>,
    /// The object.
    pub object: &'w Object<'s>,
    /// As it is stored.
    pub service: &'a Service,
    /// Its slices.
    pub built: &'a Built<'w, 's>,
    /// Its first cluster IP; none where it has none.
    pub cluster_ip: Option<&'a str>,
    /// The Ingresses and routes that send to it.
    pub fronts: &'a [Front],
    /// What becomes of its load balancer.
    pub balancer: Option<&'a Balancer>,
}

/// An endpoint that a port leads to.
#[derive(Clone, Copy)]
pub struct Target<'a, 'w, 's> {
    /// The endpoint.
    pub endpoint: &'a Endpoint<'w, 's>,
    /// The port there.
    pub port: i32,
    /// Its protocol.
    pub protocol: &'a str,
}

/// Members of a StatefulSet that are judged one by one.
const MOST_MEMBERS: usize = 100;

impl<'a, 'w, 's> Subject<'a, 'w, 's> {
    /// The endpoints that kube-proxy sends a port's traffic to, in one family: joined by the port's name and protocol, the
    /// target port plays no part (`pkg/proxy/endpointslicecache.go`).
    #[must_use]
    pub fn targets(&self, port: &'a ServicePort) -> Vec<Target<'a, 'w, 's>> {
        let name = port.name.as_deref().unwrap_or_default();
        let protocol = ports::protocol(port.protocol.as_deref());
        let family = self.built.slices.iter().map(|slice| slice.address_type.as_str()).find(|family| *family != "FQDN").unwrap_or("IPv4");
        let slices = self.built.slices.iter().filter(|slice| slice.address_type == family);
        slices
            .flat_map(|slice| {
                let joined = slice.ports.iter().find(|port| port.name == name && port.protocol == protocol).and_then(|port| port.port);
                let serving = slice.endpoints.iter().filter(|endpoint| endpoint.serves() && never_ready(endpoint).is_none());
                joined.into_iter().flat_map(move |port| serving.clone().map(move |endpoint| Target { endpoint, port, protocol }))
            })
            .collect()
    }

    /// Whether its files hold any workload that its selector might have meant.
    fn knows_workloads(&self) -> bool {
        let world = self.scene.world;
        endpoints::selector(self.service).is_none()
            || world
                .workloads_near(self.object, crate::kube::world::Distance::Near)
                .iter()
                .any(|workload| world.namespaces(self.object, workload) != Namespaces::Different)
    }

    fn type_(&self) -> &str {
        self.service.spec.as_ref().and_then(|spec| spec.type_.as_deref()).unwrap_or("ClusterIP")
    }

    /// Whether clients outside have an address to go to.
    #[must_use]
    pub fn is_external(&self) -> bool {
        let external_ips = self.service.spec.as_ref().and_then(|spec| spec.external_ips.as_ref());
        matches!(self.type_(), "NodePort" | "LoadBalancer") || external_ips.is_some_and(|ips| !ips.is_empty())
    }

    /// The Ingresses and routes that lead to a port.
    pub fn fronts_to(&self, port: &ServicePort) -> impl Iterator<Item = &'a Front> {
        let (fronts, number) = (self.fronts, port.port);
        fronts.iter().filter(move |front| front.leads_to == Some(number) && front.broken.is_none())
    }

    /// The way to a port.
    #[must_use]
    pub fn path(&self, port: &'a ServicePort, from: &Start) -> model::Path {
        let mut path = model::Path {
            from: from.to_string(),
            port: PathPort { name: port.name.clone(), port: port.port, protocol: ports::protocol(port.protocol.as_deref()).to_owned() },
            ..model::Path::default()
        };
        let targets = self.targets(port);
        if endpoints::is_external(self.service) {
            path.client_sees = "whatever the other name's server answers".into();
            path.why = Some("an ExternalName Service is an alias in DNS: Kubernetes carries no packet for it".into());
        } else if matches!(from, Start::Outside(_)) && !self.is_external() && self.fronts_to(port).next().is_none() {
            path.verdict = Verdict::Blocked;
            path.blocked_at = vec!["address"];
            path.client_sees = self.turned_away(port).into();
            path.why = Some(self.no_way_in(port));
        } else if let Some(ranges) = self.source_ranges(from).filter(|_| !targets.is_empty()) {
            path.verdict = Verdict::Blocked;
            path.blocked_at = vec!["source-ranges"];
            path.client_sees = "a time-out: the packets are dropped".into();
            path.why = Some(format!("loadBalancerSourceRanges takes clients of {} only", ranges.join(", ")));
        } else if targets.is_empty() {
            self.nobody(port, from, &mut path);
        } else {
            self.judge(&targets, from, &mut path);
            if path.verdict == Verdict::Blocked && path.why.is_none() {
                path.why = self.remedy(&targets, port, &path);
            }
        }
        path.client_address_kept = if self.may_meet_itself(&targets, from) {
            // Behind its cluster IP a pod that is given itself sees its node's address: the answer has to come back (hairpin).
            if hops::odds(&targets) == Some(1) { Some(false) } else { None }
        } else {
            self.keeps_client_address(from)
        };
        hops::add(self, port, from, &targets, &mut path);
        path
    }

    /// The family of its first address, which the hops are told for.
    #[must_use]
    pub fn family(&self) -> IpFamily {
        let first = self.built.slices.iter().map(|slice| slice.address_type.as_str()).find(|family| *family != "FQDN");
        if self.cluster_ip.map_or(first == Some("IPv6"), |ip| ip.contains(':')) { IpFamily::V6 } else { IpFamily::V4 }
    }

    /// The ranges whose clients a load balancer takes, where they leave out the address that a client is said to have.
    /// kube-proxy looks at those of the address's own family only (`pkg/proxy/serviceport.go`).
    #[must_use]
    pub fn source_ranges(&self, from: &Start) -> Option<Vec<String>> {
        let Start::Outside(Some(client)) = from else { return None };
        self.balancer.filter(|balancer| balancer.sends_to != "nowhere")?;
        let written = self.service.spec.as_ref()?.load_balancer_source_ranges.as_ref()?;
        let parsed: Vec<Cidr> = written.iter().filter_map(|range| Cidr::parse_sloppy(range.trim())).collect();
        let mut own = parsed.iter().filter(|range| range.network().0.is_ipv4() == client.is_ipv4()).peekable();
        let left_out = own.peek().is_some() && !own.any(|range| range.contains(*client));
        left_out.then(|| written.iter().map(|range| range.trim().to_owned()).collect())
    }

    /// Whether a workload that asks is among those that answer, behind a cluster IP.
    fn may_meet_itself(&self, targets: &[Target<'_, 'w, 's>], from: &Start) -> bool {
        let Start::Workload { namespace, kind, name } = from else { return false };
        let Ok((client, _)) = self.client(namespace, kind, name) else { return false };
        let own = |target: &Target<'_, 'w, 's>| matches!(&target.endpoint.backend, Backend::Pods(pods) if pods.owner.id == client.owner.id);
        self.cluster_ip.is_some() && targets.iter().any(own)
    }

    /// Where the policies that drop it are, and what would let it in.
    fn remedy(&self, targets: &[Target<'_, 'w, 's>], port: &ServicePort, path: &model::Path) -> Option<String> {
        let world = self.scene.world;
        let target = targets.first()?;
        let mut told = Vec::new();
        let mut naming = Vec::new();
        for called in &path.policies {
            let (namespace, name) = called.split_once('/')?;
            let named = world.named("NetworkPolicy", name, self.object);
            let policy = named.into_iter().find(|policy| world.namespace(policy) == namespace)?;
            let file = world.source(policy).map(|source| format!("{}:{}", source.path, source.line_column(policy.span.start).line));
            if let Some(Typed::NetworkPolicy(policy)) = &policy.typed {
                let rules = policy.spec.iter().flat_map(|spec| spec.ingress.iter().flatten());
                let ports = rules.flat_map(|rule| rule.ports.iter().flatten()).filter_map(|port| port.port.as_ref());
                if ports.into_iter().any(|named| *named == IntOrString::Int(port.port)) {
                    naming.extend(file.clone());
                }
            }
            told.extend(file);
        }
        let (places, s) = (told.join(", "), if told.len() == 1 { "s" } else { "" });
        let naming = naming.join(", ");
        Some(if !naming.is_empty() && target.port != port.port && path.blocked_at == ["ingress"] {
            format!("{naming} lets in port {}, the Service's: a policy sees the pod's port, so write {} there", port.port, target.port)
        } else if path.blocked_at == ["egress"] {
            format!(
                "{places} isolate{s} the client: a rule under `egress` with port {} lets it out, there or in another policy",
                target.port
            )
        } else if path.blocked_at == ["ingress"] {
            format!(
                "{places} isolate{s} the pods: a rule under `ingress` for this client and port {} lets it in, there or in another policy",
                target.port
            )
        } else {
            format!("{places} isolate{s} both ends: it takes a rule under `egress` and one under `ingress`, for port {}", target.port)
        })
    }

    /// What a client outside sees where nothing leads in.
    fn turned_away(&self, port: &ServicePort) -> &'static str {
        let broken = self.fronts.iter().find(|front| front.broken.is_some() && front.leads_to.is_none_or(|to| to == port.port));
        match broken.map(|front| front.kind.as_str()) {
            Some("Ingress") => "an error page of the ingress controller (503 or 404)",
            Some("HTTPRoute" | "GRPCRoute") => "an error page of the Gateway (404 or 500), if it answers at all",
            _ => "no route: time-out or `host unreachable`",
        }
    }

    fn no_way_in(&self, port: &ServicePort) -> String {
        let inside = if self.cluster_ip.is_some() {
            "a cluster IP exists inside the cluster only"
        } else {
            "pod addresses exist inside the cluster only"
        };
        let broken = self.fronts.iter().find(|front| front.broken.is_some() || front.leads_to.is_some_and(|to| to != port.port));
        match broken {
            Some(Front { kind, name, broken: Some(why), .. }) => format!("{inside}, and {kind} `{name}` does not lead here: {why}"),
            Some(Front { kind, name, leads_to: Some(other), .. }) => format!("{inside}, and {kind} `{name}` leads to port {other} only"),
            _ => format!("{inside}; NodePort, LoadBalancer, an Ingress or a route lead in, for a trial `kubectl port-forward`"),
        }
    }

    fn nobody(&self, port: &ServicePort, from: &Start, path: &mut model::Path) {
        let nobody_known = !self.knows_workloads() && !self.pods_are_elsewhere();
        let unknown = nobody_known || !self.built.unknown.is_empty();
        path.verdict = if unknown { Verdict::Unknown } else { Verdict::NoEndpoints };
        let refused = match (self.cluster_ip, from) {
            (_, Start::Outside(_)) if !self.is_external() => "an error page of whoever carries the Ingress or route (503)",
            (None, _) if self.someone_listed() => "no port that answers: the name leads to pods without it",
            (None, _) => "no such name (NXDOMAIN)",
            _ => match ports::protocol(port.protocol.as_deref()) {
                "UDP" => "nothing, or `port unreachable` at once: kube-proxy rejects what nobody answers",
                _ => "`connection refused` at once: kube-proxy rejects what nobody answers",
            },
        };
        path.client_sees = if unknown { format!("an answer if such pods run in the cluster, else {refused}") } else { refused.into() };
        path.why = Some(if nobody_known {
            "no workload is in the files: which pods have the selected labels can't be told".into()
        } else if let Some(why) = self.built.slices.iter().flat_map(|slice| &slice.endpoints).find_map(never_ready) {
            why
        } else {
            nobody::why(self.scene.world, self.object, self.service, port, self.built)
        });
    }

    /// Whether the files show the pods that are meant, out of the selector's reach.
    fn pods_are_elsewhere(&self) -> bool {
        match dangling::cause(self.scene.world, self.object) {
            Some(Cause::OtherNamespace(found)) => found.iter().all(|found| found.namespaces == Namespaces::Different),
            _ => false,
        }
    }

    fn someone_listed(&self) -> bool {
        let mut listed = self.built.slices.iter().flat_map(|slice| &slice.endpoints);
        listed.any(|endpoint| endpoint.serves() && never_ready(endpoint).is_none())
    }

    fn judge(&self, targets: &[Target<'_, 'w, 's>], from: &Start, path: &mut model::Path) {
        let client = match from {
            Start::Workload { namespace, kind, name } => match self.client(namespace, kind, name) {
                Ok(client) => Some(client),
                Err(why) => {
                    path.why = Some(why);
                    path.client_sees = "what the files can't tell".into();
                    return;
                }
            },
            _ => None,
        };
        if let Some((client, namespace)) = &client {
            path.why = self.no_names(client, namespace);
        }
        let clients: Vec<Option<u32>> = client.as_ref().map_or_else(|| vec![None], |(client, _)| members(client));
        let mut tally = Tally::default();
        for ordinal in clients {
            for target in targets {
                self.judge_one(client.as_ref(), ordinal, target, from, &mut tally);
            }
        }
        tally.settle(path);
    }

    fn judge_one(
        &self,
        client: Option<&(Pods<'w, 's>, &'w str)>,
        ordinal: Option<u32>,
        target: &Target<'_, 'w, 's>,
        from: &Start,
        tally: &mut Tally,
    ) {
        let own = client.map(|(client, _)| match ordinal {
            Some(ordinal) => client.member(ordinal).labels.into_owned(),
            None => client.labels.clone().into_owned(),
        });
        let source = match (from, client, &own) {
            (Start::Workload { .. }, Some((client, namespace)), Some(labels)) => End::Pod(Pod { namespace, labels, spec: client.spec }),
            (Start::Node, ..) => End::Node,
            (Start::Outside(address), ..) => {
                let given = address.or_else(|| addresses::client(self.family()).parse().ok());
                given.map_or(End::Node, End::Address)
            }
            _ => End::AnyPod(self.scene.world.namespace(self.object)),
        };
        let protocol = target.protocol;
        match &target.endpoint.backend {
            Backend::Address(address) => {
                let Ok(address) = address.parse::<IpAddr>() else { return };
                tally.add(self.scene.policies.judge(source, End::Address(address), target.port, protocol));
            }
            Backend::Pods(pods) => {
                let namespace = self.scene.world.namespace(pods.owner);
                for member in members(pods) {
                    let same = client.is_some_and(|(client, _)| client.owner.id == pods.owner.id);
                    if same && (member.is_some() && member == ordinal || pods.count == Some(1) && member.is_none()) {
                        tally.own += 1;
                        continue;
                    }
                    let labels = match member {
                        Some(ordinal) => pods.member(ordinal).labels,
                        None => pods.labels.clone(),
                    };
                    let pod = Pod { namespace, labels: &labels, spec: pods.spec };
                    if matches!(from, Start::Outside(_)) && !self.is_external() {
                        tally.add(self.through_ingress(pod));
                    } else {
                        tally.add(self.scene.policies.judge(source, End::Pod(pod), target.port, protocol));
                    }
                }
            }
        }
    }

    /// What policies do to the client's questions to the cluster's DNS, if they drop them.
    fn no_names(&self, client: &Pods<'w, 's>, namespace: &str) -> Option<String> {
        let labels = [("k8s-app".to_owned(), "kube-dns".to_owned())].into();
        let spec = PodSpec::default();
        let dns = End::Pod(Pod { namespace: "kube-system", labels: &labels, spec: &spec });
        let asking = End::Pod(Pod { namespace, labels: &client.labels, spec: client.spec });
        let Answer::Blocked(by, _) = self.scene.policies.judge(asking, dns, 53, "UDP") else { return None };
        Some(format!(
            "NetworkPolicy {} admits no DNS (UDP 53 to kube-system): the client's names don't resolve (\"unknown host\")",
            by.join(", ")
        ))
    }

    /// What the ingress controller's pods meet: their labels and namespace are not in the files.
    fn through_ingress(&self, pod: Pod<'_>) -> Answer {
        if self.scene.policies.isolating(pod, Direction::Ingress).is_empty() {
            Answer::Allowed(Vec::new())
        } else {
            Answer::Unknown(vec![Doubt::PodLabels])
        }
    }

    fn client(&self, namespace: &str, kind: &str, name: &str) -> Result<(Pods<'w, 's>, &'w str), String> {
        let world = self.scene.world;
        let named = world.named(kind, name, self.object);
        let object = named.into_iter().find(|object| world.namespace(object) == namespace);
        let object = object.ok_or_else(|| format!("no {kind} `{name}` in namespace `{namespace}` is in the files"))?;
        let pods = Pods::of(object, &world.profile).map_err(|_| format!("{kind} `{name}` makes no pods"))?;
        Ok((pods, world.namespace(object)))
    }

    /// Whether the pod sees the client's own address.
    fn keeps_client_address(&self, from: &Start) -> Option<bool> {
        let spec = self.service.spec.as_ref();
        let headless = self.cluster_ip.is_none();
        match from {
            Start::Pod | Start::Workload { .. } => Some(true),
            Start::Node => Some(headless),
            Start::Outside(_) if !self.is_external() => Some(false),
            Start::Outside(_) if self.balancer.is_some_and(|balancer| balancer.sends_to == "pod") => {
                self.balancer.and_then(|balancer| balancer.keeps_client_address)
            }
            Start::Outside(_) if spec.and_then(|spec| spec.external_traffic_policy.as_deref()) != Some("Local") => Some(false),
            // The balancer may put its own address in place of the client's.
            Start::Outside(_) => match self.balancer {
                Some(balancer) if balancer.sends_to == "nowhere" => Some(true),
                Some(balancer) => balancer.keeps_client_address,
                None => Some(true),
            },
        }
    }
}

/// Why the pods of an endpoint never become ready, where they have to.
fn never_ready(endpoint: &Endpoint<'_, '_>) -> Option<String> {
    match &endpoint.backend {
        Backend::Pods(pods) if endpoint.ready == Ready::Probe => readiness::never(pods.spec),
        _ => None,
    }
}

/// The ordinals of pods that labels tell apart; one nameless pod for all others.
fn members(pods: &Pods<'_, '_>) -> Vec<Option<u32>> {
    let named = pods.ordinals.clone().filter(|ordinals| pods.owner.kind() == "StatefulSet" && !ordinals.is_empty());
    named.map_or_else(|| vec![None], |ordinals| ordinals.take(MOST_MEMBERS).map(Some).collect())
}

/// The answers for all pairs of pods.
#[derive(Default)]
struct Tally {
    allowed: usize,
    blocked: usize,
    doubts: Vec<Doubt>,
    own: usize,
    allowing: Vec<String>,
    blocking: Vec<String>,
    ends: Vec<Direction>,
}

impl Tally {
    fn add(&mut self, answer: Answer) {
        match answer {
            Answer::Allowed(by) => {
                self.allowed += 1;
                self.allowing.extend(by);
            }
            Answer::Blocked(by, ends) => {
                self.blocked += 1;
                self.blocking.extend(by);
                self.ends.extend(ends);
            }
            Answer::Unknown(why) => self.doubts.extend(why),
        }
    }

    fn settle(mut self, path: &mut model::Path) {
        for names in [&mut self.allowing, &mut self.blocking] {
            names.sort();
            names.dedup();
        }
        self.ends.sort();
        self.ends.dedup();
        let ends: Vec<_> = self.ends.iter().map(|end| end.name()).collect();
        let dropped = "a time-out: the packets are dropped";
        (path.verdict, path.client_sees) = match (self.allowed, self.blocked, self.doubts.first()) {
            (_, _, Some(doubt)) => {
                path.why = Some(explain(*doubt).to_owned());
                (Verdict::Unknown, "what the files can't tell".into())
            }
            (0, 0, None) => {
                path.why = Some("a pod that asks its own Service may be given itself: no policy is sure to see that".into());
                (if self.own > 0 { Verdict::Allowed } else { Verdict::Unknown }, "answered".into())
            }
            (_, 0, None) => (Verdict::Allowed, "answered".into()),
            (0, ..) => (Verdict::Blocked, dropped.into()),
            _ => (Verdict::Partial, format!("an answer from some pods; from the others {dropped}")),
        };
        match path.verdict {
            Verdict::Allowed => path.policies = self.allowing,
            Verdict::Blocked | Verdict::Partial => {
                path.policies = self.blocking;
                path.blocked_at = ends;
            }
            Verdict::Unknown | Verdict::NoEndpoints => {}
        }
    }
}

fn explain(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::BlockAgainstPod => "a NetworkPolicy admits it by `ipBlock` only: network plugins differ on whether that takes pods",
        Doubt::NamespaceLabels => "a NetworkPolicy selects namespaces by labels that the files don't show",
        Doubt::PodLabels => "a NetworkPolicy admits some pods only: it depends on the client's labels and namespace",
        Doubt::HostNetwork => "NetworkPolicies are not defined for pods on their node's network",
        Doubt::Node => "a NetworkPolicy isolates the pods: they take traffic of their own node, of other nodes it depends on the plugin",
        Doubt::SidecarPort => "a NetworkPolicy names a port of a sidecar: network plugins differ on those",
    }
}
