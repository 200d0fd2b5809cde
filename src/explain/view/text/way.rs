//! What stands around the way in text: what is in front, the load balancer, names. Knows no page layout.

use std::io;

use owo_colors::Style;

use super::{FEW, Teller};
use crate::explain::model::{Front, Name};

impl Teller<'_, '_, '_> {
    /// Ingresses and routes that send here; in short not the one that the way from outside tells.
    pub fn fronts(&mut self) -> io::Result<()> {
        let service = self.service;
        let told = match service.fronts.as_slice() {
            [_] => !self.is_whole() && service.type_ == "ClusterIP" && service.paths.iter().any(|path| path.from.starts_with("outside")),
            fronts => fronts.is_empty(),
        };
        if told {
            return Ok(());
        }
        if let ([only], false) = (service.fronts.as_slice(), self.is_whole()) {
            self.page.blank()?;
            return self.front("In front ", only);
        }
        self.page.head("In front of it")?;
        let most = if self.is_whole() { usize::MAX } else { FEW };
        service.fronts.iter().take(most).try_for_each(|front| self.front("  - ", front))?;
        if service.fronts.len() > most {
            self.page.item("  ", &format!("and {} more", service.fronts.len() - most))?;
        }
        Ok(())
    }

    fn front(&mut self, mark: &str, front: &Front) -> io::Result<()> {
        let hosts = if front.hosts.is_empty() { "any host".to_owned() } else { front.hosts.join(", ") };
        let paths = if front.paths.is_empty() { String::new() } else { format!(" {}", front.paths.join(", ")) };
        let port = front.port.as_ref().map_or_else(String::new, |port| format!(" -> port {port}"));
        let says = format!("{} {}: {hosts}{paths}{port}, by {}", front.kind, front.name, front.through);
        if mark.starts_with(' ') {
            self.page.item(mark, &says)?;
        } else {
            self.page.marked(mark, Style::new().bold(), &says)?;
        }
        match &front.broken {
            Some(broken) => self.page.item("    ", &format!("nothing comes this way: {broken}")),
            None => Ok(()),
        }
    }

    /// What becomes of its load balancer, and the shares of nodes and pods; in short nothing of a balancer that nobody knows.
    pub fn balancer(&mut self) -> io::Result<()> {
        if let Some(balancer) = self.service.balancer.as_ref().filter(|it| self.is_whole() || it.provider.is_some()) {
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
            if self.is_whole() {
                self.page.item("  health       ", &balancer.health)?;
                self.page.item("  source       ", &balancer.source)?;
            }
        }
        let Some(spread) = &self.service.spread else {
            let local =
                self.service.paths.iter().flat_map(|path| &path.hops).any(|hop| hop.what.starts_with("externalTrafficPolicy Local"));
            if !local || !self.is_whole() {
                return Ok(());
            }
            self.page.blank()?;
            return self.page.marked("Shares ", Style::new().bold(), "Local spreads by node, not by pod: of 3 pods on 2 nodes (1 + 2) the lone one gets 50 %, the others 25 % each (--pods-per-node 1,2)");
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
        let all: Vec<_> = self.service.dns.iter().collect();
        self.list(&all, usize::MAX)?;
        for asked in &self.service.asked {
            let sign = if asked.resolves { "->" } else { "-x" };
            self.page.item(&format!("  {} {sign} ", asked.name), &format!("{} (asked by {})", asked.answer, asked.by))?;
        }
        let meaning = match (self.service.type_.as_str(), self.service.headless) {
            ("ExternalName", _) => "",
            (_, true) => "NXDOMAIN means: no endpoint is ready, or the name or namespace is wrong.",
            _ => "NXDOMAIN means: the name or namespace is wrong. A Service without endpoints still resolves.",
        };
        if !meaning.is_empty() {
            self.page.item("  ", meaning)?;
        }
        self.page.item(
            "  ",
            &format!(
                "pods of its namespace try, in this order: NAME.{} (ndots:5); pods with dnsPolicy Default ask their node's server instead",
                self.service.search_path.join(", NAME.")
            ),
        )
    }

    /// The names that most clients use; those of ports only where there are several.
    pub fn names_in_short(&mut self) -> io::Result<()> {
        self.page.head("Names")?;
        let several = self.service.ports.len() > 1;
        let names: Vec<_> = self.service.dns.iter().filter(|name| several || name.type_ != "SRV").collect();
        self.list(&names, if several { FEW } else { FEW - 1 })?;
        let namespace = self.service.namespace.as_deref().unwrap_or("default");
        let name = &self.service.name;
        let headless = if self.service.headless { " NXDOMAIN means: no endpoint is ready, or the name is wrong." } else { "" };
        self.page.item("  ", &format!("Pods of namespace {namespace} may say {name}, pods of other namespaces {name}.{namespace}. Nodes, laptops and browsers ask other DNS servers.{headless}"))
    }

    fn list(&mut self, names: &[&Name], most: usize) -> io::Result<()> {
        for name in names.iter().take(most) {
            let line = format!("{}  {}  {}", name.name, name.type_, name.answer);
            if line.chars().count() + 2 <= self.page.width {
                self.page.plain(&format!("  {line}"))?;
            } else {
                self.page.plain(&format!("  {}  {}", name.name, name.type_))?;
                self.page.item("      ", &name.answer)?;
            }
        }
        if names.len() > most {
            self.page.item("  ", &format!("and {} more", names.len() - most))?;
        }
        Ok(())
    }
}
