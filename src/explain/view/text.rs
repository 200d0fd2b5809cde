//! The explanation for a reader at a terminal: 80 columns are enough, colour is not needed.

use std::fmt::Write as _;
use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};

use super::drawing;
use crate::explain::Explanation;
use crate::explain::model::{Endpoint, Path, Service, Verdict};
use crate::report::Look;
use crate::report::safe::Safe;
use crate::report::wrap::wrap;

/// Widest text that is still easy to read.
const WIDEST: usize = 100;
/// Variables shown before the rest is counted.
const FEW_VARIABLES: usize = 3;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation, look: Look) -> io::Result<()> {
    let mut page = Page { out, look, width: look.width.min(WIDEST) };
    for (index, service) in explanation.services.iter().enumerate() {
        if index > 0 {
            page.line("")?;
        }
        page.service(service, &explanation.kubernetes_version)?;
    }
    if explanation.services.is_empty() {
        page.line("No Service is in the files named.")?;
    }
    Ok(())
}

struct Page<'o> {
    out: &'o mut dyn Write,
    look: Look,
    width: usize,
}

impl Page<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    fn paint(&self, style: Style) -> Style {
        if self.look.color { style } else { Style::new() }
    }

    fn head(&mut self, text: &str) -> io::Result<()> {
        let bold = self.paint(Style::new().bold());
        writeln!(self.out, "\n{}", Safe(text).style(bold))
    }

    /// A paragraph after `mark`, its lines flush.
    fn item(&mut self, mark: &str, text: &str) -> io::Result<()> {
        let indent = mark.chars().count();
        let room = self.width.saturating_sub(indent).max(20);
        for (index, line) in wrap(&Safe(text).to_string(), room, room).iter().enumerate() {
            let before = if index == 0 { mark.to_owned() } else { " ".repeat(indent) };
            writeln!(self.out, "{before}{line}")?;
        }
        Ok(())
    }

    fn table(&mut self, rows: Vec<Vec<String>>) -> io::Result<()> {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        let columns = rows.first().map_or(0, Vec::len);
        for row in rows {
            table.add_row(row.iter().map(|cell| Safe(cell).to_string()));
        }
        for index in 0..columns {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((if index == 0 { 2 } else { 0 }, 2));
            }
        }
        for line in table.to_string().lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn service(&mut self, service: &Service, version: &str) -> io::Result<()> {
        let namespace = service.namespace.as_deref().map_or_else(String::new, |namespace| format!(" in namespace {namespace}"));
        let bold = self.paint(Style::new().bold().underline());
        writeln!(self.out, "{}", Safe(&format!("Service {}{namespace}", service.name)).style(bold))?;
        self.item("", &kind(service))?;
        self.item("", &format!("{}, told for Kubernetes {version}", service.path))?;
        if let Some(refused) = &service.refused {
            self.head("The API server refuses it")?;
            for line in refused.lines() {
                self.item("  ", line)?;
            }
        }
        self.head("The way")?;
        for line in drawing::lines(service, self.width) {
            writeln!(self.out, "  {}", Safe(&line))?;
        }
        self.names(service)?;
        self.ports(service)?;
        self.endpoints(service)?;
        for path in &service.paths {
            self.path(path)?;
        }
        self.variables(service)?;
        self.life(service)?;
        if !service.unknowns.is_empty() {
            self.head("What the files don't say")?;
            for unknown in &service.unknowns {
                self.item("  - ", unknown)?;
            }
        }
        self.head("What only you can know")?;
        for (index, ask) in service.ask.iter().enumerate() {
            self.item(&format!("  {}. ", index + 1), &ask.question)?;
            let dim = self.paint(Style::new().cyan());
            writeln!(self.out, "     {}", Safe(&ask.command).style(dim))?;
        }
        Ok(())
    }

    fn names(&mut self, service: &Service) -> io::Result<()> {
        self.head("Names")?;
        for name in &service.dns {
            let line = format!("{}  {}  {}", name.name, name.type_, name.answer);
            if line.chars().count() + 2 <= self.width {
                writeln!(self.out, "  {}", Safe(&line))?;
            } else {
                writeln!(self.out, "  {}  {}", Safe(&name.name), name.type_)?;
                self.item("      ", &name.answer)?;
            }
        }
        let namespace = service.namespace.as_deref().unwrap_or("default");
        self.item(
            "  ",
            &format!(
                "Pods of namespace {namespace} may say {0}, pods of other namespaces {0}.{namespace} (their search list adds the rest); nodes and clients outside don't ask the cluster's DNS.",
                service.name
            ),
        )
    }

    fn ports(&mut self, service: &Service) -> io::Result<()> {
        if service.ports.is_empty() {
            return Ok(());
        }
        self.head("Ports")?;
        let cell = |text: &str| text.to_owned();
        let mut rows = vec![vec![cell("name"), cell("port"), cell("sends to"), cell("on every node")]];
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
        self.table(rows)
    }

    fn endpoints(&mut self, service: &Service) -> io::Result<()> {
        if service.type_ == "ExternalName" {
            return Ok(());
        }
        self.head("Who answers")?;
        if let Some(selector) = &service.selector {
            let pairs: Vec<_> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
            self.item("  ", &format!("selects pods with {}", pairs.join(", ")))?;
        } else {
            self.item("  ", "no selector: its endpoints are what you write")?;
        }
        if service.endpoint_slices.iter().all(|slice| slice.endpoints.is_empty()) {
            return self.item("  ", "nobody");
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
            self.item("  ", &format!("{} slice ({}): {ports}", slice.address_type, slice.managed_by))?;
            for endpoint in &slice.endpoints {
                self.item("    - ", &answerer(endpoint))?;
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) -> io::Result<()> {
        let (word, style) = match path.verdict {
            Verdict::Allowed => ("reaches a pod", Style::new().green()),
            Verdict::Blocked => ("is stopped", Style::new().red()),
            Verdict::Partial => ("reaches some pods", Style::new().yellow()),
            Verdict::Unknown => ("can't be told", Style::new().yellow()),
            Verdict::NoEndpoints => ("finds nobody", Style::new().red()),
        };
        let style = self.paint(style.bold());
        let port = path.port.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        let from = match path.from.as_str() {
            "pod" => "From a pod",
            "node" => "From a node",
            "outside" => "From outside",
            other => &format!("From {other}"),
        };
        let title = format!("{from} to port {}/{}{port}: ", path.port.port, path.port.protocol);
        let bold = self.paint(Style::new().bold());
        writeln!(self.out, "\n{}{}", Safe(&title).style(bold), word.style(style))?;
        for (index, hop) in path.hops.iter().enumerate() {
            let at = if hop.at == "load-balancer" { "balancer" } else { hop.at };
            self.item(&format!("  {}. {at:<8} ", index + 1), &hop.what)?;
            if let Some(destination) = &hop.destination {
                let source = hop.source.as_deref().unwrap_or("?");
                writeln!(self.out, "{}{} -> {}", " ".repeat(14), Safe(source), Safe(destination))?;
            }
        }
        let mut sees = format!("the client sees {}", path.client_sees);
        if path.client_sees == "answered" {
            "the client is answered".clone_into(&mut sees);
            let kept = match path.client_address_kept {
                Some(true) => "; the pod sees the client's own address",
                Some(false) => "; the pod does not see the client's address",
                None => "; the pod sees the client's address if the balancer keeps it",
            };
            sees.push_str(kept);
        }
        self.item("  => ", &sees)?;
        path.why.as_ref().map_or(Ok(()), |why| self.item("     ", why))
    }

    fn variables(&mut self, service: &Service) -> io::Result<()> {
        if service.env.is_empty() {
            return Ok(());
        }
        self.head("Variables")?;
        self.item("  ", "containers of its namespace that start after it get, unless enableServiceLinks is false:")?;
        let url = service.env.iter().find(|variable| variable.value.contains("://"));
        let shown: Vec<_> = service.env.iter().take(FEW_VARIABLES - 1).chain(url).collect();
        for variable in &shown {
            self.item("  ", &format!("{}={}", variable.name, variable.value))?;
        }
        let rest = service.env.len().saturating_sub(shown.len());
        if rest > 0 {
            self.item("  ", &format!("and {rest} more for its ports"))?;
        }
        Ok(())
    }

    fn life(&mut self, service: &Service) -> io::Result<()> {
        self.head("After apply")?;
        let mut filled = String::new();
        for default in &service.defaults {
            let _ = write!(filled, "{}{}: {}", if filled.is_empty() { "" } else { ", " }, default.field, default.value);
        }
        let filled = if filled.is_empty() { String::new() } else { format!(" ({filled})") };
        self.item(
            "  1. ",
            &format!("the API server decodes it, fills in what is missing{filled}, validates it{} and stores it", allots(service)),
        )?;
        if service.type_ == "ExternalName" {
            return self.item("  2. ", "CoreDNS, which watches the API server, answers its name with the alias; nothing else happens");
        }
        let slices = match &service.selector {
            Some(_) => "the EndpointSlice controller, which watches Services and Pods through the API server, writes the slices",
            None => "no controller looks for pods: slices are what you write, or what is mirrored from Endpoints of its name",
        };
        self.item("  2. ", slices)?;
        if service.headless {
            return self.item("  3. ", "CoreDNS answers its name with the slices' ready addresses; kube-proxy does nothing for it");
        }
        self.item("  3. ", "kube-proxy on every node watches Services and slices and writes its rules; CoreDNS answers the name")
    }
}

fn allots(service: &Service) -> &'static str {
    match service.type_.as_str() {
        "NodePort" | "LoadBalancer" => ", allots its cluster IP and node ports",
        "ClusterIP" if !service.headless => ", allots its cluster IP",
        _ => "",
    }
}

fn kind(service: &Service) -> String {
    match (service.type_.as_str(), service.headless) {
        ("ClusterIP", true) => "headless (its name answers with pod addresses)".into(),
        ("ClusterIP", false) => "ClusterIP (inside the cluster only)".into(),
        ("NodePort", _) => "NodePort (a cluster IP, and a port on every node)".into(),
        ("LoadBalancer", _) => "LoadBalancer (a cluster IP, node ports, an address from outside)".into(),
        ("ExternalName", _) => "ExternalName (an alias in DNS)".into(),
        (other, _) => other.into(),
    }
}

fn answerer(endpoint: &Endpoint) -> String {
    let hostname = endpoint.hostname.as_ref().map_or_else(String::new, |name| format!(", called {name}"));
    let ready = match endpoint.ready {
        "probe" => "ready when its readiness probe says so",
        "running" => "ready as soon as its containers run (no readiness probe)",
        "always" => "listed even when not ready (publishNotReadyAddresses)",
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
