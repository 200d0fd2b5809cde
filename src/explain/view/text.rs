//! The explanation for a reader at a terminal: the cause first, 80 columns are enough, colour is not needed.

mod after;
mod page;
mod path;
mod way;

use std::collections::HashSet;
use std::io::{self, Write};

use owo_colors::Style;

use self::page::Page;
use super::drawing;
use crate::explain::Explanation;
use crate::explain::model::{Note, Service, State, Verdict};
use crate::report::Look;

/// Widest text that is still easy to read.
const WIDEST: usize = 80;
/// Names, ways in and findings worth knowing that are told before the rest is counted.
const FEW: usize = 3;
/// Findings about other objects that are told before the rest is counted.
const MOST_BESIDES: usize = 5;
/// Services that are told one by one; of more each is told in a few lines.
const MANY: usize = 5;

/// Writes it; `verbose` tells also what a first look can do without, `unread` that a file could not be read.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation, verbose: bool, unread: bool, look: Look) -> io::Result<()> {
    let mut page = Page { out, color: look.color, width: look.width.min(WIDEST) };
    let services = &explanation.services;
    let none = services.is_empty();
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
    let mut asked = HashSet::new();
    let length = match services.len() {
        _ if verbose => Length::Whole,
        n if n > MANY => Length::Lines,
        _ => Length::Screen,
    };
    for (index, service) in services.iter().enumerate() {
        if index > 0 {
            page.blank()?;
            page.plain(&"-".repeat(page.width))?;
        }
        Teller { page: &mut page, service, length, is_first: index == 0, asked: &mut asked }.all(&explanation.kubernetes_version)?;
    }
    hint(&mut page, services, length)
}

/// What the checks are for.
const FIND: &str = "To find the fault in a live cluster, in this order";

/// How much is told of each Service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// Whether it works and what is wrong, the way and what becomes of it.
    Lines,
    /// What one screen holds.
    Screen,
    /// Everything.
    Whole,
}

/// Tells of one Service.
struct Teller<'p, 'o, 'm> {
    page: &'p mut Page<'o>,
    service: &'m Service,
    length: Length,
    /// Whether no other Service was told before it.
    is_first: bool,
    /// What was asked before: nobody has to answer it twice.
    asked: &'p mut HashSet<(&'m str, &'m str)>,
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
        let dead = service.is_dead();
        match self.length {
            Length::Whole => self.everything(),
            Length::Lines if !dead => {
                self.results()?;
                self.balancer()
            }
            Length::Screen if !dead => {
                self.paths_in_short()?;
                self.fronts()?;
                self.balancer()?;
                self.names_in_short()?;
                self.after_apply_in_short()?;
                self.unknowns()?;
                self.ask()
            }
            _ => {
                if service.summary.state == State::Refused || self.length == Length::Lines {
                    return Ok(());
                }
                // Where the fault is found, nothing is left to ask.
                let found = service.findings.iter().any(|note| note.severity == "error");
                if found {
                    return self.checks("To see it in a live cluster", 2);
                }
                self.unknowns()?;
                self.checks(FIND, 2)?;
                self.ask()
            }
        }
    }

    fn everything(&mut self) -> io::Result<()> {
        self.paths()?;
        self.fronts()?;
        self.balancer()?;
        self.names()?;
        self.variables()?;
        self.ports()?;
        self.endpoints()?;
        self.chains()?;
        self.after_apply()?;
        self.unknowns()?;
        self.checks(FIND, usize::MAX)?;
        self.ask()
    }

    fn is_whole(&self) -> bool {
        self.length == Length::Whole
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
        let (serious, infos): (Vec<&Note>, Vec<&Note>) = self.service.findings.iter().partition(|note| note.severity != "info");
        let of_policies = |note: &&Note| note.object.as_ref().is_some_and(|object| object.starts_with("NetworkPolicy/"));
        if let Some(why) = remedy(self.service).filter(|_| !serious.iter().any(of_policies)) {
            self.page.item("  => ", why)?;
        }
        serious.into_iter().try_for_each(|note| self.page.note(note))?;
        // Of what is broken nothing is left out that may tell why.
        let whole = self.is_whole() || matches!(summary.state, State::Broken | State::Refused);
        let most = if whole { usize::MAX } else { FEW };
        infos.iter().take(most).try_for_each(|note| if whole { self.page.note(note) } else { self.page.short_note(note) })?;
        if infos.len() > most {
            self.page.item("  ", &format!("and {} more worth knowing: svclint check", infos.len() - most))?;
        }
        Ok(())
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
        let asked = &mut *self.asked;
        let new: Vec<_> = self.service.ask.iter().filter(|ask| asked.insert((&ask.question, &ask.command))).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.page.head("What only you can know")?;
        for (index, ask) in new.into_iter().enumerate() {
            self.page.item(&format!("  {}. ", index + 1), &ask.question)?;
            self.page.command(&ask.command)?;
        }
        Ok(())
    }
}

/// What would let a client in whom policies keep out, where that is all that is wrong.
fn remedy(service: &Service) -> Option<&str> {
    let stopped = service.paths.iter().find(|path| !path.policies.is_empty() && path.verdict == Verdict::Blocked);
    stopped.filter(|_| service.summary.state == State::Broken)?.why.as_deref()
}

/// What a longer look tells.
fn hint(page: &mut Page<'_>, services: &[Service], length: Length) -> io::Result<()> {
    let refused = |service: &Service| service.summary.state == State::Refused;
    let line = match length {
        _ if services.is_empty() => return Ok(()),
        Length::Whole => return Ok(()),
        Length::Lines => "With --service NAME: one of them on its own, with what only you can know of it. With -v: everything of all.",
        Length::Screen if services.iter().all(refused) => "With -v: the rest, as it would be once accepted.",
        Length::Screen if services.iter().all(Service::is_dead) => "With -v: the way in full, names, variables, after apply.",
        Length::Screen => "With -v: checks for a live cluster, names, variables, ports, endpoints, chains.",
    };
    page.blank()?;
    page.dim(line)
}

fn kind(service: &Service) -> &'static str {
    match (service.type_.as_str(), service.headless) {
        ("ClusterIP", true) => "headless (its name answers with pod addresses)",
        ("NodePort", _) => "NodePort (a port on every node, and a cluster IP)",
        ("LoadBalancer", _) => "LoadBalancer (and node ports, and a cluster IP)",
        ("ExternalName", _) => "ExternalName (an alias in DNS)",
        ("ClusterIP", false) => "ClusterIP (inside the cluster only)",
        _ => "of a type that Kubernetes does not have",
    }
}
