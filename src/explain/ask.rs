//! The questions that files can't answer and that decide a case, each with the command that answers it. Knows no cluster.

use super::model::{Ask, Service};
use crate::kube::variables::prefix;

/// The questions for a Service, most likely first.
#[must_use]
pub fn questions(service: &Service, namespace: &str) -> Vec<Ask> {
    let mut asks = Vec::new();
    let mut ask = |question: String, command: String| asks.push(Ask { question, command });
    let name = &service.name;
    if service.type_ == "ExternalName" {
        ask(
            "does the other name resolve, and does its server accept this Service's name in the Host header or TLS?".into(),
            format!("kubectl run ask --rm -it --restart=Never -n {namespace} --image=busybox:1.36 -- nslookup {name}"),
        );
        return asks;
    }
    let live = service.endpoint_slices.iter().flat_map(|slice| slice.endpoints.iter().map(move |endpoint| (slice, endpoint)));
    let live: Vec<_> = live.filter(|(_, endpoint)| endpoint.replicas != Some(0)).collect();
    if live.iter().any(|(_, endpoint)| endpoint.kind.is_some()) || live.is_empty() {
        let selector = service.selector.iter().flatten().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
        ask("which pods have the labels, and are they ready?".into(), format!("kubectl get pods -n {namespace} -l '{selector}' -o wide"));
    }
    for (slice, endpoint) in live.iter().take(1) {
        let Some(port) = slice.ports.iter().find_map(|port| port.port) else { continue };
        let Some((kind, workload)) = endpoint.kind.as_ref().zip(endpoint.name.as_ref()) else {
            let address = endpoint.address.as_deref().unwrap_or_default();
            ask(
                format!("does something listen on {port} at {address}, and may the nodes reach it?"),
                format!("kubectl run ask --rm -it --restart=Never -n {namespace} --image=busybox:1.36 -- nc -vz -w 3 {address} {port}"),
            );
            continue;
        };
        let container = endpoint.container.as_ref().map_or_else(String::new, |container| format!(" -c {container}"));
        ask(
            format!("does the program listen on {port}, on all addresses and not on 127.0.0.1 alone?"),
            format!("kubectl exec -n {namespace} {}/{workload}{container} -- netstat -ltn", kind.to_lowercase()),
        );
    }
    if live.iter().any(|(_, endpoint)| endpoint.ready == "probe") {
        ask(
            "does the readiness probe's path answer?".into(),
            format!("kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name} -o yaml | grep -B3 -A3 ready"),
        );
    }
    match service.type_.as_str() {
        "LoadBalancer" => ask(
            "who gives out load-balancer addresses here: a cloud controller, MetalLB, k3s, `minikube tunnel`? Without one EXTERNAL-IP stays <pending>".into(),
            format!("kubectl describe service -n {namespace} {name}"),
        ),
        "NodePort" => {
            let port = service.ports.iter().find_map(|port| port.node_port).map_or_else(|| "NODE-PORT".to_owned(), |port| port.to_string());
            ask(
                "may the client reach this port of the node (firewall, security group; on Docker-based clusters a tunnel or a port mapping)?".into(),
                format!("nc -vz -w 3 NODE-ADDRESS {port}"),
            );
        }
        _ => {}
    }
    let port = service.ports.first().map_or(0, |port| port.port);
    ask(
        "where does the client run? The name and the cluster IP work in the cluster's pods only, not on a laptop and, for the name, not on a node".into(),
        format!("kubectl port-forward -n {namespace} service/{name} 8080:{port}"),
    );
    if live.len() > 1 || live.iter().any(|(_, endpoint)| endpoint.replicas.is_none_or(|replicas| replicas > 1)) {
        ask(
            "does it work only on the pod's own node? Then it is the network between nodes, not the Service".into(),
            format!(
                "kubectl get pods -n {namespace} -o wide; kubectl run ask --rm -it --restart=Never --image=busybox:1.36 -- nc -vz -w 3 POD-ADDRESS PORT"
            ),
        );
    }
    if !service.env.is_empty() {
        let variable = format!("{}_PORT", prefix(name));
        ask(
            format!(
                "does a program here read `{variable}`? Every pod started later in this namespace gets {variable}=tcp://…, unless it sets enableServiceLinks: false"
            ),
            format!("kubectl exec -n {namespace} deploy/NAME -- env | grep ^{variable}"),
        );
    }
    asks
}
