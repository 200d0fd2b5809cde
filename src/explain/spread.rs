//! How connections from outside spread over pods that stand unevenly on nodes. Knows no address.

use super::model::{NodeShare, Spread};

/// The shares for this many pods on each node; none where no pod is given.
///
/// A balancer splits evenly over the nodes that it holds healthy. With `Local` a node without a ready pod fails the health
/// check and the others keep what they get; with `Cluster` every node sends on to any pod, so that all pods are alike.
#[must_use]
pub fn spread(policy: &str, pods_per_node: &[u32], replicas: Option<u32>, load_balancer: bool) -> Option<Spread> {
    let pods: u64 = pods_per_node.iter().copied().map(u64::from).sum();
    if pods == 0 {
        return None;
    }
    let local = policy == "Local";
    let healthy = pods_per_node.iter().filter(|count| **count > 0).count() as u64;
    let nodes = pods_per_node.iter().map(|count| {
        let on_node = u64::from(*count);
        let (share, each_pod) = if local {
            (percent(u64::from(on_node > 0), healthy), if on_node == 0 { "-".into() } else { percent(1, healthy * on_node) })
        } else {
            (percent(on_node, pods), if on_node == 0 { "-".into() } else { percent(1, pods) })
        };
        NodeShare { pods: *count, share, each_pod, healthy: !local || on_node > 0 }
    });
    let mut says = if local {
        format!(
            "if {} evenly over the nodes, each node with a pod gets 1/{healthy}, and its pods share that: a pod that stands alone on its node gets more",
            if load_balancer { "the balancer splits connections" } else { "clients spread connections" }
        )
    } else {
        format!("policy Cluster: whichever node a connection enters by, kube-proxy picks any of the {pods} pods, so each gets 1/{pods}")
    };
    if let Some(replicas) = replicas.filter(|replicas| u64::from(*replicas) != pods) {
        says += &format!(" (the files make {replicas} pods, not {pods})");
    }
    Some(Spread { policy: policy.to_owned(), nodes: nodes.collect(), says })
}

/// `25 %`, `33.3 %`
fn percent(part: u64, whole: u64) -> String {
    let tenths = (part.saturating_mul(2000) + whole) / whole.saturating_mul(2).max(1);
    if tenths.is_multiple_of(10) { format!("{} %", tenths / 10) } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_pod_alone_on_its_node_gets_half() {
        let each = |policy, pods: &[u32]| {
            spread(policy, pods, None, true).unwrap().nodes.into_iter().map(|node| (node.share, node.each_pod)).collect::<Vec<_>>()
        };
        let pairs = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(each("Local", &[1, 2]), pairs(&[("50 %", "50 %"), ("50 %", "25 %")]));
        assert_eq!(each("Local", &[1, 2, 0]), pairs(&[("50 %", "50 %"), ("50 %", "25 %"), ("0 %", "-")]));
        assert_eq!(each("Cluster", &[1, 2]), pairs(&[("33.3 %", "33.3 %"), ("66.7 %", "33.3 %")]));
        assert!(spread("Local", &[0, 0], None, true).is_none());
    }
}
