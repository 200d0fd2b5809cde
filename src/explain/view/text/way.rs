//! The way of a packet in text: paths, what stands in front, the load balancer, names. Knows no page layout.

use std::io;

use super::{FEW, Teller};
use crate::explain::model::{Path, Verdict};

impl Teller<'_, '_, '_> {
    /// The hops of each path; of paths that go the same way only the first.
    pub fn paths(&mut self) -> io::Result<()> {
        let mut told: Vec<&Path> = Vec::new();
        for path in &self.service.paths {
            let alike = |known: &&&Path| {
                known.from == path.from
                    && known.verdict == path.verdict
                    && known.policies == path.policies
                    && known.why == path.why
                    && known.hops.len() == path.hops.len()
            };
            if !self.verbose
                && let Some(known) = told.iter().find(alike)
            {
                let to = path.hops.last().and_then(|hop| hop.destination.clone()).map_or_else(String::new, |to| format!(", ends at {to}"));
                let line = format!("{}: {}, the same way as port {}{to}", start(path), word(path), known.port.port);
                self.page.item("", &line)?;
                continue;
            }
            told.push(path);
            self.path(path)?;
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) -> io::Result<()> {
        self.page.head(&format!("{}: {}", start(path), word(path)))?;
        let (mut source, mut destination) = (None, None);
        for (index, hop) in path.hops.iter().enumerate() {
            let at = if hop.at == "load-balancer" { "balancer" } else { hop.at };
            self.page.item(&format!("  {}. {at:<8} ", index + 1), &hop.what)?;
            // Only what changes is worth a line.
            if hop.destination.is_some() && (source, destination) != (hop.source.as_deref(), hop.destination.as_deref()) {
                (source, destination) = (hop.source.as_deref(), hop.destination.as_deref());
                let line = format!("{}{} -> {}", " ".repeat(14), source.unwrap_or("?"), destination.unwrap_or("?"));
                self.page.plain(&line)?;
            }
        }
        let dialled = path.hops.iter().rev().find_map(|hop| hop.destination.as_deref()?.rsplit_once(':')).map(|(_, port)| port);
        let other = dialled.filter(|port| self.service.headless && *port != path.port.port.to_string());
        let mut sees = format!("the client sees {}", path.client_sees);
        if path.client_sees == "answered" {
            sees = other.map_or_else(
                || "the client is answered".to_owned(),
                |port| format!("the client is answered on port {port}; on {} it sees `connection refused`", path.port.port),
            );
            sees.push_str(match path.client_address_kept {
                Some(true) => "; the pod sees the client's own address",
                Some(false) => "; the pod does not see the client's address",
                None if path.from.contains('/') && !path.from.starts_with("outside") => {
                    "; the pod sees the client's address, or its node's where the client is given itself"
                }
                None => "; the pod sees the client's address if the balancer keeps it",
            });
        }
        self.page.item("  => ", &sees)?;
        path.why.as_ref().map_or(Ok(()), |why| self.page.item("     ", why))
    }

    /// Ingresses and routes that send here.
    pub fn fronts(&mut self) -> io::Result<()> {
        if self.service.fronts.is_empty() {
            return Ok(());
        }
        self.page.head("In front of it")?;
        for front in &self.service.fronts {
            let hosts = if front.hosts.is_empty() { "any host".to_owned() } else { front.hosts.join(", ") };
            let paths = if front.paths.is_empty() { String::new() } else { format!(" {}", front.paths.join(", ")) };
            let port = front.port.as_ref().map_or_else(String::new, |port| format!(" -> port {port}"));
            self.page.item("  - ", &format!("{} {}: {hosts}{paths}{port}, by {}", front.kind, front.name, front.through))?;
            if let Some(broken) = &front.broken {
                self.page.item("    ", &format!("nothing comes this way: {broken}"))?;
            }
        }
        Ok(())
    }

    /// What becomes of its load balancer, and the shares of nodes and pods.
    pub fn balancer(&mut self) -> io::Result<()> {
        if let Some(balancer) = &self.service.balancer {
            let provider = balancer.provider.as_ref().map_or_else(String::new, |provider| format!(" ({provider})"));
            self.page.head(&format!("Its load balancer{provider}"))?;
            if let Some(by) = &balancer.known_by {
                self.page.item("  known by     ", &format!("its {by}"))?;
            }
            self.page.item("  becomes      ", &balancer.becomes)?;
            self.page.item("  EXTERNAL-IP  ", &balancer.address)?;
            if let Some(pending) = &balancer.pending {
                self.page.item("  <pending>    ", pending)?;
            }
            self.page.item("  sends to     ", &balancer.targets)?;
            self.page.item("  health       ", &balancer.health)?;
            self.page.item("  source       ", &balancer.source)?;
        }
        let Some(spread) = &self.service.spread else {
            let local =
                self.service.paths.iter().flat_map(|path| &path.hops).any(|hop| hop.what.starts_with("externalTrafficPolicy Local"));
            return if local {
                self.page.item("  ", "Local spreads by node, not by pod: of 3 pods on 2 nodes (1 + 2) the lone one gets 50 %, the others 25 % each (--pods-per-node 1,2)")
            } else {
                Ok(())
            };
        };
        self.page.head(&format!("Shares, externalTrafficPolicy {}", spread.policy))?;
        let mut rows = vec![["node", "pods", "of all connections", "each pod", "health check"].map(str::to_owned).to_vec()];
        for (index, node) in spread.nodes.iter().enumerate() {
            let health = if node.healthy { "passes" } else { "fails" };
            rows.push(vec![format!("{}", index + 1), node.pods.to_string(), node.share.clone(), node.each_pod.clone(), health.into()]);
        }
        self.page.table(rows)?;
        self.page.item("  ", &spread.says)
    }

    /// Its names, and who may use which.
    pub fn names(&mut self) -> io::Result<()> {
        self.page.head("Names")?;
        let plain = self.is_plain();
        let names: Vec<_> = self.service.dns.iter().filter(|name| !plain || name.type_ != "SRV").collect();
        let shown = if self.verbose || names.len() <= FEW + 1 { names.len() } else { FEW };
        for name in names.iter().take(shown) {
            let line = format!("{}  {}  {}", name.name, name.type_, name.answer);
            if line.chars().count() + 2 <= self.page.width {
                self.page.plain(&format!("  {line}"))?;
            } else {
                self.page.plain(&format!("  {}  {}", name.name, name.type_))?;
                self.page.item("      ", &name.answer)?;
            }
        }
        if names.len() > shown {
            self.page.item("  ", &format!("and {} more", names.len() - shown))?;
        }
        if self.verbose {
            for asked in &self.service.asked {
                let sign = if asked.resolves { "->" } else { "-x" };
                self.page.item(&format!("  {} {sign} ", asked.name), &format!("{} (asked by {})", asked.answer, asked.by))?;
            }
            return self.page.item("  ", &format!("pods of its namespace try, in this order: NAME.{} (ndots:5); pods with dnsPolicy Default ask their node's server instead", self.service.search_path.join(", NAME.")));
        }
        let namespace = self.service.namespace.as_deref().unwrap_or("default");
        let name = &self.service.name;
        self.page.item(
            "  ",
            &format!(
                "Pods of namespace {namespace} may say {name}, pods of other namespaces {name}.{namespace}{}",
                if plain {
                    ". Nodes, laptops and browsers ask other DNS servers."
                } else {
                    " (the search list adds the rest). Nodes, laptops and browsers ask other DNS servers, which don't know it."
                }
            ),
        )?;
        if plain {
            return Ok(());
        }
        let meaning = match (self.service.type_.as_str(), self.service.headless) {
            ("ExternalName", _) => return Ok(()),
            (_, true) => "NXDOMAIN means: no endpoint is ready, or the name or namespace is wrong.",
            _ => "NXDOMAIN means: the name or namespace is wrong. A Service without endpoints still resolves.",
        };
        self.page.item("  ", meaning)
    }
}

fn start(path: &Path) -> String {
    let port = path.port.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let from = match path.from.as_str() {
        "pod" => "From a pod",
        "node" => "From a node",
        "outside" => "From outside",
        other => &format!("From {other}"),
    };
    format!("{from} to port {}/{}{port}", path.port.port, path.port.protocol)
}

fn word(path: &Path) -> &'static str {
    match path.verdict {
        Verdict::Allowed => "reaches a pod",
        Verdict::Blocked => "is stopped",
        Verdict::Partial => "reaches some pods",
        Verdict::Unknown if path.client_sees.starts_with("whatever") => "leads to the other name",
        Verdict::Unknown => "can't be told",
        Verdict::NoEndpoints => "finds nobody",
    }
}
