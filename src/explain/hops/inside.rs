//! The steps within the cluster: kube-proxy's choice, NetworkPolicies, the pod. Knows no balancer.

use super::outside::ENTERED;
use super::{Way, odds};
use crate::explain::addresses::with_port;
use crate::explain::model::{self, Verdict};
use crate::explain::path::Target;
use crate::explain::slices::answers;
use crate::kube::endpoints::{Backend, Ready};

impl Way<'_, '_, '_, '_> {
    /// kube-proxy's decision.
    pub(super) fn proxy(&mut self, to: &str, whose: &str) {
        let Some(target) = self.targets.first() else {
            let what = if self.unknown {
                format!("kube-proxy on {whose} sends it to one of the pods with the selected labels; the files show none")
            } else {
                format!("kube-proxy on {whose} knows no endpoint for this port and rejects the packet")
            };
            self.hop("proxy", what, Some(to.to_owned()));
            return;
        };
        let chosen = with_port(&self.address_of(target), target.port);
        let spec = self.spec();
        let entering = whose == ENTERED;
        let own = entering && spec.and_then(|spec| spec.external_traffic_policy.as_deref()) == Some("Local")
            || !entering && spec.and_then(|spec| spec.internal_traffic_policy.as_deref()) == Some("Local");
        let choice = match odds(self.targets) {
            _ if own => "one of that node's own endpoints, at random for each connection (no round robin)".to_owned(),
            Some(1) => "the only endpoint".to_owned(),
            Some(n) => format!("one of {n} endpoints, at random for each connection (1/{n} each, no round robin)"),
            None => "one endpoint, at random for each connection (no round robin)".to_owned(),
        };
        // Where the packet was sent the step before says.
        let mut what = if entering {
            format!("kube-proxy's rules there send it to {choice}")
        } else {
            format!("kube-proxy's rules on {whose} send {to} to {choice}")
        };
        if spec.and_then(|spec| spec.session_affinity.as_deref()) == Some("ClientIP") {
            let seconds =
                spec.and_then(|spec| spec.session_affinity_config.as_ref()?.client_ip.as_ref()?.timeout_seconds).unwrap_or(10_800);
            what += &format!(
                "; sessionAffinity ClientIP: the same source address gets the same endpoint of this Service until {seconds} s pass without a connection (clients behind one SNAT count as one)"
            );
        }
        if own && !entering {
            what += "; internalTrafficPolicy Local: where its node has no endpoint the packet is dropped (a time-out)";
        }
        if let Some(distribution) = spec.and_then(|spec| spec.traffic_distribution.as_deref()) {
            what += &format!("; trafficDistribution {distribution}: near endpoints first, where every ready one has a hint");
        }
        self.hop("proxy", what, Some(chosen));
    }

    pub(super) fn policy(&mut self, path: &model::Path) {
        let names = path.policies.join(", ");
        let seen = match self.targets.first() {
            Some(target) if target.port != self.port.port => {
                format!("; policies see the pod's port, {}, never the Service's {}", target.port, self.port.port)
            }
            _ => String::new(),
        };
        let what = match path.verdict {
            Verdict::Unknown if path.why.is_some() => "whether a NetworkPolicy lets it pass the files don't say".into(),
            Verdict::Blocked => format!("dropped at {}: isolated by NetworkPolicy {names}, and no rule lets this in{seen}", ends(path)),
            Verdict::Partial => format!("for some of the pods dropped at {}: isolated by NetworkPolicy {names}", ends(path)),
            Verdict::Allowed if !names.is_empty() => format!("NetworkPolicy {names} lets it pass"),
            _ => return,
        };
        self.hop("policy", format!("{what} (where the network plugin enforces policies: flannel alone does not)"), None);
    }

    pub(super) fn arrive(&mut self, path: &model::Path) {
        if path.verdict == Verdict::Blocked {
            return;
        }
        let Some(target) = self.targets.first() else { return };
        let destination = with_port(&self.address_of(target), target.port);
        let what = match &target.endpoint.backend {
            Backend::Address(address) => {
                format!("{address} is written by hand: whether something listens there on {} only you know", target.port)
            }
            Backend::Pods(pods) => {
                let container = answers(pods.spec, Some(target.port)).map_or_else(String::new, |it| format!(", container `{}`", it.name));
                let ready = match target.endpoint.ready {
                    Ready::Probe => "traffic comes while its readiness probe passes",
                    Ready::Always => "traffic comes even when it is not ready (publishNotReadyAddresses)",
                    _ => "no readiness probe, so traffic comes as soon as its containers run",
                };
                format!("{} `{}`{container}, port {}; {ready}", pods.owner.kind(), pods.owner.name(), target.port)
            }
        };
        self.hop("pod", what, Some(destination));
    }

    pub(super) fn address_of(&self, target: &Target<'_, '_, '_>) -> String {
        match &target.endpoint.backend {
            Backend::Address(address) => address.clone(),
            Backend::Pods(pods) => {
                let n = pods.ordinals.as_ref().map_or(0, |ordinals| ordinals.start);
                self.subject.scene.pod_ip(pods.made_from, n, self.subject.family())
            }
        }
    }
}

fn ends(path: &model::Path) -> String {
    let told: Vec<_> =
        path.blocked_at.iter().map(|end| if *end == "egress" { "the client (egress)" } else { "the pod (ingress)" }).collect();
    told.join(" and ")
}
