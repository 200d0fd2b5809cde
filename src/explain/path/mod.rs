//! What becomes of a connection from a start to a port of a Service: the verdict, and what the client sees.
//! Knows no wording of hops.

mod judge;
mod why;

use k8s_openapi::api::core::v1::{Service, ServicePort};

use super::hops;
use super::model::{self, Balancer, Front, PathPort, Verdict};
use super::readiness;
use super::scene::Scene;
use super::start::Start;
use crate::kube::admission::ip::Cidr;
use crate::kube::endpoints::slice::Built;
use crate::kube::endpoints::{self, Backend, Endpoint, Pods};
use crate::kube::object::Object;
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
                let serving = slice.endpoints.iter().filter(|endpoint| endpoint.serves() && readiness::never(endpoint).is_none());
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
        path.client_address_kept = if !matches!(from, Start::Outside(_)) && may_stand_outside(&targets) {
            None
        } else if self.may_meet_itself(&targets, from) {
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

/// Whether those who answer are addresses written by hand: what leaves the pod network mostly carries its node's address.
fn may_stand_outside(targets: &[Target<'_, '_, '_>]) -> bool {
    !targets.is_empty() && targets.iter().all(|target| matches!(target.endpoint.backend, Backend::Address(_)))
}
