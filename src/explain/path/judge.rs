//! What NetworkPolicies let through between all pods of a client and all that answer. Knows no hop.

use std::net::IpAddr;

use super::{Subject, Target};
use crate::explain::addresses;
use crate::explain::model::{self, Verdict};
use crate::explain::start::Start;
use crate::kube::endpoints::{Backend, Pods};
use crate::kube::pod_spec::PodSpec;
use crate::kube::policy::{Answer, Direction, Doubt, End, Pod};

/// Members of a StatefulSet that are judged one by one.
const MOST_MEMBERS: usize = 100;

impl<'w, 's> Subject<'_, 'w, 's> {
    pub(super) fn judge(&self, targets: &[Target<'_, 'w, 's>], from: &Start, path: &mut model::Path) {
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
