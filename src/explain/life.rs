//! A Service's life after `kubectl apply`, and the looks at a live cluster that prove it. Knows no cluster.

use super::model::{Check, Service, Step};

/// Who writes what, from kubectl to traffic.
#[must_use]
pub fn steps(service: &Service, namespace: &str) -> Vec<Step> {
    let name = &service.name;
    let mut steps = Vec::new();
    let mut step = |who: &str, brief: String, does: String, look: String| steps.push(Step { who: who.to_owned(), does, brief, look });
    let filled: Vec<_> = service.defaults.iter().map(|default| format!("{}: {}", default.field, default.value)).collect();
    let filled = if filled.is_empty() { String::new() } else { format!(" ({})", filled.join(", ")) };
    let count = service.defaults.len();
    step(
        "API server",
        format!("fills in {count} field{}{}, stores it in etcd", if count == 1 { "" } else { "s" }, allots(service)),
        format!("decodes it, fills in what is missing{filled}, validates it{}, stores it in etcd", allots(service)),
        format!("kubectl get service -n {namespace} {name} -o yaml"),
    );
    if service.type_ == "ExternalName" {
        step(
            "CoreDNS",
            "answers the name with the alias; no slice, no rule is made".into(),
            "watches Services through the API server and answers the name with the alias; no slice, no kube-proxy rule is made".into(),
            lookup(name, namespace),
        );
        return steps;
    }
    let slices = format!("kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name}");
    match &service.selector {
        Some(_) => step(
            "EndpointSlice controller",
            "watches the API server (not etcd) and writes the selected pods' addresses into slices".into(),
            "(in kube-controller-manager) watches Services and Pods through the API server, not etcd, and writes the selected pods' addresses into EndpointSlices; Endpoints are the deprecated view of them (1.33)".into(),
            slices,
        ),
        None if service.endpoint_slices.iter().any(|slice| slice.managed_by == "endpointslicemirroring-controller") => step(
            "EndpointSlice mirroring controller",
            "copies your Endpoints into slices, which is what kube-proxy reads".into(),
            "(in kube-controller-manager) copies the Endpoints of the Service's name into EndpointSlices, which is what kube-proxy reads; without a selector nobody looks for pods, and nobody keeps the addresses true but you".into(),
            slices,
        ),
        None => step(
            "nobody",
            "looks for pods: the slices are yours".into(),
            "looks for pods: without a selector the slices are those you write; Endpoints of the same name are copied into slices by the mirroring controller".into(),
            slices,
        ),
    }
    if service.headless {
        step(
            "CoreDNS",
            "answers the name with their ready addresses; kube-proxy does nothing for it".into(),
            "watches Services and EndpointSlices through the API server and answers the name with the ready addresses; kube-proxy does nothing for it".into(),
            lookup(name, namespace),
        );
        return steps;
    }
    step(
        "kube-proxy",
        "on every node writes its rules from them".into(),
        "on every node watches Services and EndpointSlices and writes that node's rules; the kernel, not kube-proxy, carries the packets"
            .into(),
        format!("iptables-save -t nat | grep {namespace}/{name}   # on a node; nft list table ip kube-proxy in nftables mode"),
    );
    let answers = "answers the name with the cluster IP, endpoints or not";
    step("CoreDNS", answers.into(), answers.into(), lookup(name, namespace));
    if let Some(balancer) = &service.balancer {
        let who = match balancer.provider.as_deref() {
            Some("k3s" | "k3d") => "ServiceLB",
            Some("none") => "nobody",
            _ => "a load-balancer controller",
        };
        let does = if who == "nobody" {
            "makes a load balancer: EXTERNAL-IP stays <pending>".to_owned()
        } else {
            "watches Services of this type, makes the balancer and writes its address into the status".to_owned()
        };
        let brief = if who == "nobody" { "makes the load balancer" } else { "makes the balancer and writes its address into the status" };
        step(who, brief.into(), does, format!("kubectl get service -n {namespace} {name} --watch"));
    }
    if let Some((first, last)) = service.env.first().zip(service.env.iter().find(|variable| variable.value.contains("://"))) {
        let rest = service.env.len().saturating_sub(2);
        step(
            "kubelet",
            format!(
                "gives containers started from now on {}={}, {}={} and {rest} more (unless enableServiceLinks: false)",
                first.name, first.value, last.name, last.value
            ),
            "gives the Service's variables to containers that start from now on".into(),
            format!("kubectl exec -n {namespace} POD -- env | grep _SERVICE_HOST"),
        );
    }
    steps
}

fn lookup(name: &str, namespace: &str) -> String {
    format!("kubectl run ask --rm -it --restart=Never --image=busybox:1.36 -- nslookup {name}.{namespace}.svc.cluster.local")
}

fn allots(service: &Service) -> &'static str {
    match service.type_.as_str() {
        "NodePort" | "LoadBalancer" => ", allots cluster IP and node ports",
        "ClusterIP" if !service.headless => ", allots a cluster IP",
        _ => "",
    }
}

/// The looks at a live cluster, from the one that rules out most to the last hop.
#[must_use]
pub fn checks(service: &Service, namespace: &str, domain: &str) -> Vec<Check> {
    let name = &service.name;
    let mut checks = Vec::new();
    let mut check =
        |proves: &str, command: String, otherwise: &str| checks.push(Check { proves: proves.into(), command, otherwise: otherwise.into() });
    let ask = format!("kubectl run ask --rm -it --restart=Never -n {namespace} --image=busybox:1.36 --");
    if service.type_ == "ExternalName" {
        check("the name leads on", format!("{ask} nslookup {name}"), "the alias is wrong, or the other name does not resolve");
        return checks;
    }
    check(
        "addresses and ports stand behind it",
        format!("kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={name}"),
        match service.selector {
            Some(_) => "no address: the selector finds no pod; no port: targetPort names nothing; not ready: look at the pods",
            None => "no slice: nobody wrote one, or its label or name is not this Service's",
        },
    );
    if let Some(selector) = &service.selector {
        let pairs: Vec<_> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        check(
            "the pods are there and ready",
            format!("kubectl get pods -n {namespace} -l '{}' -o wide", pairs.join(",")),
            "none: labels or namespace differ; not 1/1: `kubectl describe pod` says which probe fails",
        );
    }
    let port = service.ports.first();
    let target = service.endpoint_slices.iter().flat_map(|slice| &slice.ports).find_map(|port| port.port);
    if let Some(target) = target {
        let tool = if port.is_some_and(|port| port.protocol == "UDP") { "nc -vuz" } else { "nc -vz" };
        check(
            "the program answers, without the Service",
            format!("{ask} {tool} -w 3 POD-ADDRESS {target}"),
            "refused: nothing listens there, or on 127.0.0.1 only; time-out: a NetworkPolicy or the pod network",
        );
    }
    check(
        "the name resolves",
        format!("{ask} nslookup {name}.{namespace}.svc.{domain}"),
        if service.headless {
            "NXDOMAIN: no endpoint is ready, or name or namespace are wrong"
        } else {
            "NXDOMAIN: name or namespace are wrong (a Service without endpoints still resolves)"
        },
    );
    let Some(port) = port else { return checks };
    let tool = if port.protocol == "UDP" { "nc -vuz" } else { "nc -vz" };
    if !service.headless {
        check(
            "kube-proxy sends it on",
            format!("{ask} {tool} -w 3 {name} {}", port.port),
            "where the pod's own address answered: kube-proxy, or a policy that names the Service's port",
        );
    }
    let node_port = port.node_port.map_or_else(|| "NODE-PORT".to_owned(), |port| port.to_string());
    match service.type_.as_str() {
        "NodePort" => check(
            "it is reached from outside",
            format!("{tool} -w 3 NODE-ADDRESS {node_port}"),
            "a firewall, or node addresses that your machine has no route to (Docker-based clusters)",
        ),
        "LoadBalancer" => check(
            "it is reached from outside",
            format!("kubectl get service -n {namespace} {name}; {tool} -w 3 EXTERNAL-IP {}", port.port),
            "<pending>: nobody makes load balancers here; time-out: its health checks or a firewall",
        ),
        _ => {}
    }
    checks
}
