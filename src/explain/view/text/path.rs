//! The ways to a Service in text, hop by hop or in short. Knows no page layout.

use std::io;

use super::{Teller, remedy};
use crate::explain::model::{Hop, Path, Verdict};

impl Teller<'_, '_, '_> {
    /// The hops of each path.
    pub fn paths(&mut self) -> io::Result<()> {
        for path in &self.service.paths {
            self.page.head(&format!("{}: {}", start(path), word(path)))?;
            let numbered = |(index, hop): (usize, &Hop)| format!("  {}. {:<8} ", index + 1, place(hop));
            self.hops(path.hops.iter().enumerate().map(|it| (numbered(it), it.1)))?;
            self.page.item("  => ", &self.sees(path))?;
            path.why.as_ref().map_or(Ok(()), |why| self.page.item("     ", why))?;
        }
        Ok(())
    }

    /// The hops of each path that differs from those told before; of a working way inside only that it works, where a way
    /// from outside is told at length.
    pub fn paths_in_short(&mut self) -> io::Result<()> {
        let mut told: Vec<&Path> = Vec::new();
        let outside = self.service.paths.iter().any(|path| path.from.starts_with("outside") && path.verdict == Verdict::Allowed);
        for path in &self.service.paths {
            let alike = |known: &&&Path| {
                known.from == path.from
                    && known.verdict == path.verdict
                    && known.policies == path.policies
                    && known.why == path.why
                    && known.hops.len() == path.hops.len()
            };
            if let Some(known) = told.iter().find(alike) {
                let last = path.hops.last().filter(|_| path.verdict == Verdict::Allowed);
                let to = last.and_then(|hop| hop.destination.as_ref()).map_or_else(String::new, |to| format!(", ends at {to}"));
                let line = format!("{}: {}, the same way as port {}{to}", start(path), word(path), known.port.port);
                self.page.item("", &line)?;
                continue;
            }
            self.page.head(&format!("{}: {}", start(path), word(path)))?;
            if outside && !path.from.starts_with("outside") && path.verdict == Verdict::Allowed && path.why.is_none() {
                let name = path.hops.first().map_or("", |hop| hop.what.as_str());
                self.page.item("  ", &format!("{name}; {}", self.sees(path)))?;
            } else {
                let known = |hop: &&Hop| !(hop.at == "pod" && told.iter().any(|path| path.hops.contains(hop)));
                let placed = |hop| (format!("  {:<8} ", place(hop)), hop);
                self.hops(path.hops.iter().filter(known).map(placed))?;
                self.result(path)?;
            }
            told.push(path);
        }
        Ok(())
    }

    /// What becomes of each path, without its hops.
    pub fn results(&mut self) -> io::Result<()> {
        self.page.blank()?;
        for path in &self.service.paths {
            self.page.item("", &format!("{}: {}", start(path), word(path)))?;
            if path.verdict != Verdict::Allowed {
                self.result(path)?;
            }
        }
        Ok(())
    }

    /// What the client sees, and why, unless that was said at the top.
    fn result(&mut self, path: &Path) -> io::Result<()> {
        self.page.item("  => ", &self.sees(path))?;
        let said = |why: &&String| remedy(self.service) == Some(why) || self.service.summary.says.contains(why.as_str());
        match path.why.as_ref().filter(|why| !said(why)) {
            Some(why) => self.page.item("     ", why),
            None => Ok(()),
        }
    }

    fn hops<'h>(&mut self, hops: impl Iterator<Item = (String, &'h Hop)>) -> io::Result<()> {
        let (mut source, mut destination) = (None, None);
        for (mark, hop) in hops {
            self.page.item(&mark, &hop.what)?;
            // Only what changes is worth a line.
            if hop.destination.is_some() && (source, destination) != (hop.source.as_deref(), hop.destination.as_deref()) {
                (source, destination) = (hop.source.as_deref(), hop.destination.as_deref());
                let indent = " ".repeat(mark.chars().count());
                self.page.plain(&format!("{indent}{} -> {}", source.unwrap_or("?"), destination.unwrap_or("?")))?;
            }
        }
        Ok(())
    }

    fn sees(&self, path: &Path) -> String {
        if path.client_sees != "answered" {
            return format!("the client sees {}", path.client_sees);
        }
        let dialled = path.hops.iter().rev().find_map(|hop| hop.destination.as_deref()?.rsplit_once(':')).map(|(_, port)| port);
        let other = dialled.filter(|port| self.service.headless && *port != path.port.port.to_string());
        let answered = other.map_or_else(
            || "answered if the program listens".to_owned(),
            |port| format!("answered on port {port} if the program listens; on {} the client sees `connection refused`", path.port.port),
        );
        let outside = path.from.starts_with("outside");
        answered
            + match path.client_address_kept {
                Some(true) => "; the pod sees the client's own address",
                Some(false) => "; the pod does not see the client's address",
                None if outside => "; the pod sees the client's address if the balancer keeps it",
                None if path.from.contains('/')
                    && self.service.endpoint_slices.iter().flat_map(|it| &it.endpoints).any(|it| it.kind.is_some()) =>
                {
                    "; the pod sees the client's address, or its node's where the client is given itself"
                }
                None => "; whoever answers sees the client's address, or its node's if it stands outside the pod network",
            }
    }
}

fn place(hop: &Hop) -> &'static str {
    if hop.at == "load-balancer" { "balancer" } else { hop.at }
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
