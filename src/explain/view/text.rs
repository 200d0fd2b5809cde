//! The explanation for a reader at a terminal: the cause first, 80 columns are enough, colour is not needed.

mod after;
mod page;
mod way;

use std::io::{self, Write};

use owo_colors::Style;

use self::page::Page;
use super::drawing;
use crate::explain::Explanation;
use crate::explain::model::{Note, Service, State, Verdict};
use crate::report::Look;

/// Widest text that is still easy to read.
const WIDEST: usize = 80;
/// Names told before the rest is counted.
const FEW: usize = 3;
/// Findings about other objects that are told before the rest is counted.
const MOST_BESIDES: usize = 5;

/// Writes it; `verbose` tells also what a first look can do without, `unread` that a file could not be read.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation, verbose: bool, unread: bool, look: Look) -> io::Result<()> {
    let mut page = Page { out, color: look.color, width: look.width.min(WIDEST) };
    let none = explanation.services.is_empty();
    if none && !unread {
        page.plain("No Service is in the files named.")?;
    }
    // What is wrong elsewhere may well be the cause: it comes first, too, unless it is only worth knowing.
    let besides: Vec<&Note> = explanation.findings.iter().filter(|note| none || note.severity != "info").collect();
    if !besides.is_empty() {
        if none {
            page.blank()?;
        }
        page.title(if none { "In these files" } else { "Besides the Services, in these files" })?;
        besides.iter().take(MOST_BESIDES).try_for_each(|note| page.note(note))?;
        if besides.len() > MOST_BESIDES {
            page.item("  ", &format!("and {} more: svclint check", besides.len() - MOST_BESIDES))?;
        }
        page.blank()?;
    }
    for (index, service) in explanation.services.iter().enumerate() {
        if index > 0 {
            page.blank()?;
            page.plain(&"-".repeat(page.width))?;
        }
        Teller { page: &mut page, service, verbose }.all(&explanation.kubernetes_version)?;
    }
    Ok(())
}

/// Tells of one Service.
struct Teller<'p, 'o, 'm> {
    page: &'p mut Page<'o>,
    service: &'m Service,
    verbose: bool,
}

impl Teller<'_, '_, '_> {
    fn all(&mut self, version: &str) -> io::Result<()> {
        let service = self.service;
        let namespace = service.namespace.as_ref().map_or_else(String::new, |namespace| format!(", namespace {namespace}"));
        self.page.title(&format!("Service {}{namespace}: {}", service.name, kind(service)))?;
        let made_up = service.cluster_ips.iter().any(|ip| ip.made_up);
        let addresses = if made_up { ", addresses made up" } else { "" };
        self.page.item("", &format!("{}, told for Kubernetes {version}{addresses}", service.path))?;
        self.page.blank()?;
        self.verdict()?;
        self.page.head("The way")?;
        for line in drawing::lines(service, self.page.width) {
            self.page.plain(&format!("  {line}"))?;
        }
        // Where nothing works the cause is all that counts; the rest is told on request.
        let dead = matches!(service.summary.state, State::Refused)
            || !service.paths.is_empty() && service.paths.iter().all(|path| path.verdict == Verdict::NoEndpoints);
        let full = self.verbose || !dead;
        if full {
            self.paths()?;
            self.fronts()?;
            self.balancer()?;
            self.names()?;
        }
        if self.verbose {
            self.variables()?;
            self.ports()?;
            self.endpoints()?;
            self.chains()?;
        }
        if full {
            self.after_apply()?;
        }
        if self.is_plain() {
            self.ask()?;
            self.page.blank()?;
            return self.page.dim("With -v: checks for a live cluster, names, variables, ports, endpoints, chains.");
        }
        let explained = dead && service.findings.iter().any(|note| note.severity != "info");
        if self.verbose || !explained {
            self.unknowns()?;
        }
        if service.summary.state == State::Refused && !self.verbose {
            self.page.blank()?;
            return self.page.dim("With -v: the rest, as it would be once accepted.");
        }
        self.checks(if dead && !self.verbose { 2 } else { usize::MAX })?;
        self.ask()?;
        if !self.verbose {
            self.page.blank()?;
            self.page.dim(if dead {
                "With -v: the way in full, names, variables, after apply."
            } else {
                "With -v: all names, variables, filled-in fields, ports, endpoints, kube-proxy's chains."
            })?;
        }
        Ok(())
    }

    /// Whether there is so little to tell that one screen holds it: it works, and only from inside.
    fn is_plain(&self) -> bool {
        let service = self.service;
        let inside = service.type_ == "ClusterIP" && !service.headless && service.fronts.is_empty() && service.ports.len() == 1;
        !self.verbose && inside && service.summary.state == State::Works
    }

    /// Whether it works, and what is wrong with it.
    fn verdict(&mut self) -> io::Result<()> {
        let summary = &self.service.summary;
        let (word, style) = match summary.state {
            State::Works => ("Works", Style::new().green()),
            State::Doubtful => ("Doubtful", Style::new().yellow()),
            State::Partly => ("Works in part", Style::new().yellow()),
            State::Broken => ("Broken", Style::new().red()),
            State::Refused => ("Refused", Style::new().red()),
            State::Unknown => ("Not known", Style::new().yellow()),
        };
        self.page.marked(&format!("{word}: "), style.bold(), &summary.says)?;
        if summary.state == State::Refused && self.service.findings.iter().all(|note| note.severity == "info") {
            for line in self.service.refused.iter().flat_map(|words| words.lines()) {
                self.page.item("  ", line)?;
            }
        }
        let stopped = self.service.paths.iter().find(|path| !path.policies.is_empty() && path.verdict == Verdict::Blocked);
        if let Some(why) = stopped.filter(|_| summary.state == State::Broken).and_then(|path| path.why.as_ref()) {
            self.page.item("  => ", why)?;
        }
        let (serious, infos): (Vec<&Note>, Vec<&Note>) = self.service.findings.iter().partition(|note| note.severity != "info");
        serious.into_iter().chain(infos).try_for_each(|note| self.page.note(note))
    }

    fn unknowns(&mut self) -> io::Result<()> {
        if self.service.unknowns.is_empty() {
            return Ok(());
        }
        self.page.head("What the files don't say")?;
        for unknown in &self.service.unknowns {
            self.page.item("  - ", unknown)?;
        }
        Ok(())
    }

    fn ask(&mut self) -> io::Result<()> {
        if self.service.ask.is_empty() {
            return Ok(());
        }
        self.page.head("What only you can know")?;
        for (index, ask) in self.service.ask.iter().enumerate() {
            self.page.item(&format!("  {}. ", index + 1), &ask.question)?;
            self.page.command(&ask.command)?;
        }
        Ok(())
    }
}

fn kind(service: &Service) -> &'static str {
    match (service.type_.as_str(), service.headless) {
        ("ClusterIP", true) => "headless (its name answers with pod addresses)",
        ("NodePort", _) => "NodePort (a cluster IP, and a port on every node)",
        ("LoadBalancer", _) => "LoadBalancer (a cluster IP, node ports, an address from outside)",
        ("ExternalName", _) => "ExternalName (an alias in DNS)",
        ("ClusterIP", false) => "ClusterIP (inside the cluster only)",
        _ => "of a type that Kubernetes does not have",
    }
}
