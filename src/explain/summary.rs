//! Whether a Service works, in one sentence. Knows the model only.

use std::collections::HashMap;

use super::model::{Path, Service, State, Summary, Verdict};

/// The sentence for a Service that is otherwise complete.
#[must_use]
pub fn of(service: &Service) -> Summary {
    let serious = service.findings.iter().filter(|note| note.severity != "info").count();
    let own = format!("Service/{}", service.name);
    let own = service.findings.iter().any(|note| note.severity != "info" && note.object.as_deref() == Some(own.as_str()));
    let told = |state, says: String| Summary { state, says };
    if service.refused.is_some() {
        return told(State::Refused, "there is no such Service until this is mended".into());
    }
    if service.type_ == "ExternalName" {
        let answer = service.dns.first().map(|name| name.answer.as_str()).unwrap_or_default();
        let name = &service.name;
        return if answer.contains("NXDOMAIN") {
            told(State::Broken, format!("nothing is found under this name: {answer}"))
        } else {
            told(
                if serious > 0 { State::Doubtful } else { State::Works },
                format!("DNS answers {name} with the alias {answer}; Kubernetes carries no packet for it, and maps no port"),
            )
        };
    }
    if service.paths.is_empty() {
        let who = answering(service);
        return if who.is_empty() {
            told(State::Unknown, "it has no ports, and nothing of these files stands behind its name".into())
        } else {
            told(State::Works, format!("it has no ports: only its name leads to {who}"))
        };
    }
    let (inside, outside): (Vec<&Path>, Vec<&Path>) = service.paths.iter().partition(|path| !path.from.starts_with("outside"));
    let inside = telling(inside);
    let first = if inside.is_empty() { &outside } else { &inside };
    let all = |verdict: Verdict| first.iter().all(|path| path.verdict == verdict);
    let any = |verdict: Verdict| first.iter().find(|path| path.verdict == verdict);
    // Of the Service's own faults the findings right below tell.
    let why = |path: &Path| path.why.as_ref().filter(|_| !own).map_or_else(String::new, |why| format!(": {why}"));
    if all(Verdict::NoEndpoints)
        && let Some(path) = first.first()
    {
        return told(State::Broken, format!("nobody answers{}; a client sees {}", why(path), path.client_sees));
    }
    if all(Verdict::Blocked)
        && let Some(path) = first.first()
    {
        let by = if path.policies.is_empty() {
            why(path)
        } else {
            let many = path.policies.len() > 1;
            format!(
                ": NetworkPolic{} {} let{} {} through to port {} of the pods",
                if many { "ies" } else { "y" },
                path.policies.join(", "),
                if many { "" } else { "s" },
                format_args!("nothing from {}", start(path)),
                path.hops.iter().rev().find_map(|hop| hop.destination.as_deref()?.rsplit_once(':').map(|(_, port)| port)).unwrap_or("?"),
            )
        };
        return told(State::Broken, format!("nothing gets through{by}; a client sees {}", path.client_sees));
    }
    if all(Verdict::Unknown)
        && let Some(path) = first.first()
    {
        return told(State::Unknown, path.why.clone().unwrap_or_else(|| "the files don't say".into()));
    }
    if let Some(path) = any(Verdict::NoEndpoints).or_else(|| any(Verdict::Blocked)).or_else(|| any(Verdict::Partial)) {
        let port = path.port.name.clone().unwrap_or_else(|| path.port.port.to_string());
        if path.verdict == Verdict::NoEndpoints {
            return told(State::Partly, format!("nobody answers port {port}{}; a client sees {}", why(path), path.client_sees));
        }
        return told(State::Partly, format!("port {port} does not work from everywhere: a client sees {}{}", path.client_sees, why(path)));
    }
    if let Some(path) = any(Verdict::Unknown) {
        return told(State::Unknown, format!("for port {} the files don't say{}", path.port.port, why(path)));
    }
    let who = answering(service);
    let closed =
        outside.iter().find(|path| path.verdict == Verdict::Blocked && path.blocked_at == ["address"] && !service.fronts.is_empty());
    if let Some(path) = closed.filter(|_| serious > 0 && !inside.is_empty()) {
        return told(State::Partly, format!("inside the cluster packets reach {who}; from outside a client sees {}", path.client_sees));
    }
    if serious > 0 {
        return told(State::Doubtful, format!("packets reach {who}, but:"));
    }
    let unbalanced = service.balancer.as_ref().is_some_and(|balancer| balancer.sends_to == "nowhere");
    // That nothing leads in is a fault only where something was to lead in.
    let meant = |path: &&&Path| {
        path.blocked_at != ["address"] || service.fronts.iter().any(|front| front.leads_to.is_none_or(|to| to == path.port.port))
    };
    let then = match outside.iter().filter(meant).find(|path| path.verdict != Verdict::Allowed) {
        Some(path) if !inside.is_empty() => format!("; from outside a client sees {}", path.client_sees),
        _ if service.type_ == "ClusterIP" && service.fronts.is_empty() && outside.iter().all(|path| path.verdict != Verdict::Allowed) => {
            "; nothing leads in from outside".into()
        }
        _ if unbalanced => "; nobody makes the load balancer, so that from outside only the node port leads in".into(),
        _ if service.type_ == "LoadBalancer" && service.balancer.as_ref().is_some_and(|balancer| balancer.provider.is_none()) => {
            "; from outside only where something makes load balancers, else EXTERNAL-IP stays <pending>".into()
        }
        _ => String::new(),
    };
    told(
        if unbalanced || then.starts_with("; from outside a client") { State::Partly } else { State::Works },
        format!(
            "{who} answer{}, as far as these files tell{then}",
            if (who.starts_with("1 ") || who.starts_with("Pod ") || who.starts_with("a pod ")) && !who.contains(" and ") {
                "s"
            } else {
                ""
            }
        ),
    )
}

/// Where all starts are drawn, those that tell whether a Service works: for each port any start that gets through, else any pod.
/// That a policy keeps some workloads out is what it is for.
fn telling(inside: Vec<&Path>) -> Vec<&Path> {
    let from = |start: &str| inside.iter().any(|path| path.from == start);
    if !from("pod") || !from("node") {
        return inside;
    }
    let through: HashMap<_, &Path> = inside
        .iter()
        .filter(|path| path.verdict == Verdict::Allowed && path.from != "node")
        .map(|path| ((path.port.port, path.port.protocol.as_str()), *path))
        .collect();
    let pods = inside.iter().filter(|path| path.from == "pod");
    pods.map(|path| through.get(&(path.port.port, path.port.protocol.as_str())).copied().unwrap_or(path)).collect()
}

fn start(path: &Path) -> String {
    match path.from.as_str() {
        "pod" => "other pods".into(),
        other => other.to_owned(),
    }
}

/// `3 pods of Deployment web`
fn answering(service: &Service) -> String {
    let mut told: Vec<(String, Option<u32>)> = Vec::new();
    let mut addresses = 0_u32;
    let first = service.endpoint_slices.first().map_or("", |slice| slice.address_type.as_str());
    for endpoint in service.endpoint_slices.iter().filter(|slice| slice.address_type == first).flat_map(|slice| &slice.endpoints) {
        if !endpoint.serves() {
            continue;
        }
        let Some((kind, name)) = endpoint.kind.as_ref().zip(endpoint.name.as_ref()) else {
            addresses += 1;
            continue;
        };
        let owner = format!("{kind} {name}");
        match told.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, count)) => *count = count.zip(endpoint.replicas).map(|(a, b)| a.saturating_add(b)),
            None => told.push((owner, endpoint.replicas)),
        }
    }
    let mut parts: Vec<String> = told
        .into_iter()
        .map(|(owner, count)| match count {
            None => format!("a pod of {owner} on every node"),
            Some(1) if owner.starts_with("Pod ") => owner,
            Some(1) => format!("1 pod of {owner}"),
            Some(n) => format!("{n} pods of {owner}"),
        })
        .collect();
    match addresses {
        0 => {}
        1 => parts.push("1 address written by hand".into()),
        n => parts.push(format!("{n} addresses written by hand")),
    }
    parts.join(" and ")
}
