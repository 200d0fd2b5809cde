//! Why a connection does not get through, and what would mend it, in words. Knows no hop.

use k8s_openapi::api::core::v1::ServicePort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Subject, Target};
use crate::explain::model::{self, Front, Verdict};
use crate::explain::nobody;
use crate::explain::readiness;
use crate::explain::start::Start;
use crate::kube::Typed;
use crate::kube::dangling::{self, Cause};
use crate::kube::ports;
use crate::kube::world::Namespaces;

impl<'w, 's> Subject<'_, 'w, 's> {
    /// Where the policies that drop it are, and what would let it in.
    pub(super) fn remedy(&self, targets: &[Target<'_, 'w, 's>], port: &ServicePort, path: &model::Path) -> Option<String> {
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
    pub(super) fn turned_away(&self, port: &ServicePort) -> &'static str {
        let broken = self.fronts.iter().find(|front| front.broken.is_some() && front.leads_to.is_none_or(|to| to == port.port));
        match broken.map(|front| front.kind.as_str()) {
            Some("Ingress") => "an error page of the ingress controller (503 or 404)",
            Some("HTTPRoute" | "GRPCRoute") => "an error page of the Gateway (404 or 500), if it answers at all",
            _ => "no route: time-out or `host unreachable`",
        }
    }

    pub(super) fn no_way_in(&self, port: &ServicePort) -> String {
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

    pub(super) fn nobody(&self, port: &ServicePort, from: &Start, path: &mut model::Path) {
        let nobody_known = !self.knows_workloads() && !self.pods_are_elsewhere();
        let unknown = nobody_known || !self.built.unknown.is_empty() || !self.built.far.is_empty();
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
        path.why = Some(if let Some(far) = self.built.far.first() {
            let far = self.scene.world.told(far);
            format!(
                "of these files only {far} makes pods with the selected labels, in a folder of its own: whether they are meant can't be told"
            )
        } else if nobody_known {
            "no workload is in the files: which pods have the selected labels can't be told".into()
        } else if let Some(why) = self.built.slices.iter().flat_map(|slice| &slice.endpoints).find_map(readiness::never) {
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
        listed.any(|endpoint| endpoint.serves() && readiness::never(endpoint).is_none())
    }
}
