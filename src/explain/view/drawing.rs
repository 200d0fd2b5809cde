//! A small drawing of the way from clients to pods, in plain characters. Knows no hop.

use crate::explain::model::{Endpoint, Path, Service, Verdict};

/// Endpoints drawn before the rest is counted.
const FEW: usize = 6;

/// The lines of the drawing, each at most `width` characters.
#[must_use]
pub fn lines(service: &Service, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if service.type_ == "ExternalName" {
        let target = service.dns.first().map(|name| name.answer.clone()).unwrap_or_default();
        lines.push(format!("pod --> {} --> {target}", service.name));
        return lines.iter().map(|line| cut(line, width)).collect();
    }
    for port in &service.ports {
        let name = port.name.clone().unwrap_or_default();
        let address = service.cluster_ips.first().map(|ip| ip.address.as_str());
        let entry = match (service.type_.as_str(), port.node_port) {
            ("NodePort", Some(node_port)) => format!("outside --> any node :{node_port} --> "),
            ("NodePort", None) => "outside --> any node --> ".to_owned(),
            ("LoadBalancer", _) if service.balancer.as_ref().is_some_and(|it| it.sends_to == "nowhere") => {
                "outside --> any node --> ".to_owned()
            }
            ("LoadBalancer", _) => "outside --> balancer --> ".to_owned(),
            _ => "pod --> ".to_owned(),
        };
        let protocol = if port.protocol == "TCP" { String::new() } else { format!("/{}", port.protocol) };
        let middle = match address {
            Some(address) => format!("{} :{}{protocol} ({address}) --> kube-proxy", service.name, port.port),
            None => format!("{} (DNS: pod addresses)", service.name),
        };
        let start = format!("{entry}{middle}");
        lines.push(start);
        let targets: Vec<_> = service
            .endpoint_slices
            .iter()
            .filter(|slice| slice.address_type == service.endpoint_slices.first().map_or("", |first| &first.address_type))
            .flat_map(|slice| {
                let joined = slice.ports.iter().find(|joined| joined.name == name && joined.protocol == port.protocol);
                let number = joined.and_then(|joined| joined.port);
                slice.endpoints.iter().filter_map(move |endpoint| Some((endpoint, number?)))
            })
            .filter(|(endpoint, _)| endpoint.serves())
            .collect();
        for (endpoint, number) in targets.iter().take(FEW) {
            lines.push(format!("    --> {} :{number}", called(endpoint)));
        }
        if let [_] = targets.as_slice()
            && let [.., from, to] = lines.as_slice()
            && from.chars().count() + to.trim_start().chars().count() + 3 <= width
        {
            let joined = format!("{from} {}", to.trim_start());
            lines.truncate(lines.len().saturating_sub(2));
            lines.push(joined);
        }
        match targets.len() {
            0 => {
                let own = |path: &&Path| path.port.port == port.port && path.port.protocol == port.protocol;
                let unknown = service.paths.iter().filter(own).any(|path| path.verdict == Verdict::Unknown);
                let never = service.endpoint_slices.iter().flat_map(|slice| &slice.endpoints).any(|endpoint| endpoint.ready == "never");
                lines.push(
                    if never {
                        "    --x nobody: none of these pods becomes ready"
                    } else if unknown {
                        "    --? pods that these files don't show"
                    } else {
                        "    --x nobody"
                    }
                    .into(),
                );
            }
            n if n > FEW => lines.push(format!("    --> and {} more", n - FEW)),
            _ => {}
        }
    }
    lines.iter().map(|line| cut(line, width)).collect()
}

fn called(endpoint: &Endpoint) -> String {
    if let Some(address) = &endpoint.address {
        return address.clone();
    }
    let times = match endpoint.replicas {
        None => " (one a node)".to_owned(),
        Some(1) => String::new(),
        Some(n) => format!(" ({n} pods)"),
    };
    let name = endpoint.name.as_deref().unwrap_or_default();
    let own = endpoint.hostname.as_deref().filter(|hostname| *hostname != name).map_or_else(String::new, |hostname| format!(" {hostname}"));
    format!("{} {name}{own}{times}", endpoint.kind.as_deref().unwrap_or_default())
}

fn cut(line: &str, width: usize) -> String {
    let room = width.saturating_sub(2);
    if line.chars().count() <= room {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(room.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
