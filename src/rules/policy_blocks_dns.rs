//! A NetworkPolicy that lets pods connect to others and not ask for their names.

use k8s_openapi::api::networking::v1::NetworkPolicySpec;

use crate::finding::{Confidence, Finding};
use crate::kube::object::Labels;
use crate::kube::pod_spec::PodSpec;
use crate::kube::policy::{Answer, Direction, End, Pod, Policies};
use crate::kube::world::Distance;
use crate::kube::{Object, World, isolation, pods, policy};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    let clients = spec.pod_selector.as_ref();
    if !names_others(spec) || clients.is_some_and(pods::unknown) {
        return;
    }
    let mut selected = isolation::workloads(world, object, clients);
    selected.retain(|workload| workload.template().and_then(|template| template.spec).is_some_and(|spec| spec.host_network != Some(true)));
    let Some(policies) = isolation::policies(world, object) else { return };
    let namespace = world.namespace(object);
    // Where several policies admit others, the first is told of it.
    let earlier: Vec<_> = isolation::around(world, object).unwrap_or_default();
    let earlier: Vec<_> = earlier.into_iter().filter(|it| it.id < object.id && isolation::spec(world, it).is_some_and(names_others)).collect();
    let told = |workload: &Object<'_>| !isolation::isolating(world, &earlier, workload, Direction::Egress).is_empty();
    let cut = selected.iter().find(|workload| !told(workload) && is_cut(&policies, namespace, workload));
    let Some(workload) = cut else { return };
    let template = workload.template();
    let tcp = isolation::rules(spec).filter(|rule| rule.direction == Direction::Egress).any(|rule| {
        let pods = PodSpec::default();
        !rule.ports.is_empty() && policy::may_take(rule.ports, &pods, 53, "TCP")
    });
    let plain = template.and_then(|template| template.spec).is_some_and(|spec| matches!(spec.dns_policy.as_deref(), None | Some("ClusterFirst" | "ClusterFirstWithHostNet")));
    let close = world.distance(object, workload) <= Distance::SameDirectory && !world.changed_later(object) && plain;
    let message = if tcp {
        format!("NetworkPolicy `{}` admits DNS by TCP only, and names are asked for by UDP", object.name())
    } else {
        format!("NetworkPolicy `{}` lets the pods of {} connect, but not look names up", object.name(), world.told(workload))
    };
    out.push(
        Finding::new(if close { Confidence::Likely } else { Confidence::Possible }, message)
            .field("spec.egress")
            .label(object.at("spec.egress").span(), "no policy here admits UDP 53 to the cluster's DNS: every name is an \"unknown host\"")
            .help("admit ports 53 UDP and 53 TCP to the pods `k8s-app: kube-dns` in namespace `kube-system`"),
    );
}

/// Whether its egress rules admit others that clients call by their names.
fn names_others(spec: &NetworkPolicySpec) -> bool {
    isolation::rules(spec).filter(|rule| rule.direction == Direction::Egress).any(|rule| {
        let selects = rule.peers.iter().any(|peer| peer.pod_selector.is_some() || peer.namespace_selector.is_some());
        selects || policy::may_take(rule.ports, &PodSpec::default(), 53, "TCP") && !rule.ports.is_empty()
    })
}

/// Whether none of the places where a cluster's DNS may answer can be asked.
fn is_cut(policies: &Policies<'_>, namespace: &str, workload: &Object<'_>) -> bool {
    let none = Labels::new();
    let Some(template) = workload.template() else { return false };
    let Some(spec) = template.spec else { return false };
    let client = End::Pod(Pod { namespace, labels: template.labels.unwrap_or(&none), spec });
    let dns: Labels = [("k8s-app".to_owned(), "kube-dns".to_owned())].into();
    let server = PodSpec::default();
    let open = PodSpec::default();
    let coredns = End::Pod(Pod { namespace: "kube-system", labels: &dns, spec: &server });
    let openshift: Labels = [("dns.operator.openshift.io/daemonset-dns".to_owned(), "default".to_owned())].into();
    let openshift = End::Pod(Pod { namespace: "openshift-dns", labels: &openshift, spec: &open });
    let node_local = std::net::IpAddr::from([169, 254, 20, 10]);
    let asked = [(coredns, 53), (openshift, 5353), (End::Address(node_local), 53), (End::AnyPod("kube-system"), 53)];
    asked.into_iter().all(|(server, port)| matches!(policies.judge(client, server, port, "UDP"), Answer::Blocked(_, by) if by.contains(&Direction::Egress)))
}
