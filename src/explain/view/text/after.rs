//! What stands behind the way in text: variables, ports, endpoints, chains, the Service's life, how to prove it. Knows no
//! page layout.

use std::io;

use owo_colors::Style;

use super::Teller;
use crate::explain::model::Endpoint;

impl Teller<'_, '_, '_> {
    /// What containers get for it.
    pub fn variables(&mut self) -> io::Result<()> {
        let env = &self.service.env;
        if env.is_empty() {
            if self.service.headless {
                self.page.head("Variables")?;
                return self.page.item("  ", "none: a Service without a cluster IP gets none");
            }
            return Ok(());
        }
        self.page.head("Variables")?;
        for variable in env {
            self.page.plain(&format!("  {}={}", variable.name, variable.value))?;
        }
        self.page.item(
            "  ",
                "Only containers of its namespace that start after it get them, and none where the pod says enableServiceLinks: false. A pod's own `env` wins. KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are there always.",
        )
    }

    /// Its ports as a table.
    pub fn ports(&mut self) -> io::Result<()> {
        let service = self.service;
        if service.ports.is_empty() {
            return Ok(());
        }
        self.page.head("Ports")?;
        let mut rows = vec![["name", "port", "sends to", "on every node"].map(str::to_owned).to_vec()];
        for port in &service.ports {
            let open = matches!(service.type_.as_str(), "NodePort" | "LoadBalancer");
            let node_port = match port.node_port {
                Some(port) => port.to_string(),
                None if open => "a port the cluster allots".into(),
                None => "-".into(),
            };
            rows.push(vec![
                port.name.clone().unwrap_or_else(|| "-".into()),
                format!("{}/{}", port.port, port.protocol),
                port.target_port.clone(),
                node_port,
            ]);
        }
        self.page.table(rows)
    }

    /// Its slices.
    pub fn endpoints(&mut self) -> io::Result<()> {
        let service = self.service;
        if service.type_ == "ExternalName" {
            return Ok(());
        }
        self.page.head("Who answers")?;
        if let Some(selector) = &service.selector {
            let pairs: Vec<_> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
            self.page.item("  ", &format!("selects pods of its own namespace with {}", pairs.join(", ")))?;
        } else {
            self.page.item("  ", "no selector: its endpoints are what you write")?;
        }
        if service.endpoint_slices.iter().all(|slice| slice.endpoints.is_empty()) {
            return self.page.item("  ", "nobody");
        }
        for slice in &service.endpoint_slices {
            let ports: Vec<_> = slice
                .ports
                .iter()
                .map(|port| {
                    let name = if port.name.is_empty() { String::new() } else { format!("{} ", port.name) };
                    let number = port.port.map_or_else(|| "all".into(), |port| port.to_string());
                    format!("{name}{number}/{}", port.protocol)
                })
                .collect();
            let ports = if ports.is_empty() { "no port of this Service leads anywhere here".into() } else { ports.join(", ") };
            self.page.item("  ", &format!("{} slice ({}): {ports}", slice.address_type, slice.managed_by))?;
            for endpoint in &slice.endpoints {
                self.page.item("    - ", &answerer(endpoint))?;
            }
        }
        Ok(())
    }

    /// kube-proxy's chains by name.
    pub fn chains(&mut self) -> io::Result<()> {
        if self.service.chains.is_empty() {
            return Ok(());
        }
        self.page.head("kube-proxy's chains (iptables mode, for the addresses used here)")?;
        for chain in &self.service.chains {
            self.page.plain(&format!("  KUBE-SERVICES {} -j {}", chain.from, chain.name))?;
            for link in &chain.endpoints {
                match &link.probability {
                    Some(chance) => {
                        self.page.plain(&format!("    {} -m statistic --mode random --probability {chance}", chain.name))?;
                        self.page.plain(&format!("      -j {} -> DNAT to {}", link.name, link.to))?;
                    }
                    None => self.page.plain(&format!("    {} -j {} -> DNAT to {}", chain.name, link.name, link.to))?,
                }
            }
        }
        self.page.item("  ", "Each rule takes its chance of what the ones before it left, so that all are equal. nftables mode draws from a map, equally at random; only IPVS has round robin (rr). All rules in full: svclint explain --rules iptables")
    }

    /// Who writes what after `kubectl apply`, step by step.
    pub fn after_apply(&mut self) -> io::Result<()> {
        self.page.head("After apply")?;
        for (index, step) in self.service.after_apply.iter().enumerate() {
            self.page.item(&format!("  {}. ", index + 1), &format!("{} {}", step.who, step.does))?;
            if !step.look.is_empty() {
                self.page.command(&step.look)?;
            }
        }
        Ok(())
    }

    /// Who watches whom, once: it is the same for every Service. Where the way is long, what follows from that is left out.
    pub fn after_apply_in_short(&mut self) -> io::Result<()> {
        let most = if self.service.paths.iter().any(|path| path.from.starts_with("outside")) { 2 } else { 4 };
        let steps: Vec<_> = self.service.after_apply.iter().take(most).map(|step| format!("{} {}", step.who, step.brief)).collect();
        if !self.is_first || steps.is_empty() {
            return Ok(());
        }
        self.page.blank()?;
        self.page.marked("After apply ", Style::new().bold(), &steps.join("; "))
    }

    /// How a live cluster proves it.
    pub fn checks(&mut self, title: &str, most: usize) -> io::Result<()> {
        if self.service.checks.is_empty() {
            return Ok(());
        }
        self.page.head(title)?;
        for (index, check) in self.service.checks.iter().take(most).enumerate() {
            let otherwise = if self.is_whole() { format!("; if not, {}", check.otherwise) } else { String::new() };
            self.page.item(&format!("  {}. ", index + 1), &format!("{}{otherwise}", check.proves))?;
            self.page.command(&check.command)?;
        }
        Ok(())
    }
}

fn answerer(endpoint: &Endpoint) -> String {
    let hostname = endpoint.hostname.as_ref().map_or_else(String::new, |name| format!(", called {name}"));
    let ready = match endpoint.ready {
        "probe" => "ready when its readiness probe says so",
        "running" => "ready as soon as its containers run (no readiness probe)",
        "always" => "listed even when not ready (publishNotReadyAddresses)",
        "never" => "never ready: its probe asks for a port that its container lacks",
        "not-ready" => "written as not ready: gets no traffic",
        _ => "written as ready",
    };
    if let Some(address) = &endpoint.address {
        return format!("{address}{hostname}, {ready}");
    }
    let (kind, name) = (endpoint.kind.as_deref().unwrap_or_default(), endpoint.name.as_deref().unwrap_or_default());
    let pods = match endpoint.replicas {
        None => "one pod a node".to_owned(),
        Some(0) => return format!("{kind} {name}: no pod runs"),
        Some(1) => "1 pod".to_owned(),
        Some(n) => format!("{n} pods"),
    };
    let container = endpoint.container.as_ref().map_or_else(String::new, |container| format!(", container {container}"));
    format!("{kind} {name}: {pods}{container}{hostname}, {ready}")
}
