//! The explanation as Markdown for a pull request: a table of all Services, a drawing, and each way folded below it.
//! Knows no terminal.

use std::io::{self, Write};

use super::graph::{self, Graph};
use super::mermaid;
use crate::explain::Explanation;
use crate::explain::model::{Note, Path, Service, Verdict};
use crate::report::safe::Safe;

/// Services in one drawing; of more, each gets its own.
const IN_ONE_DRAWING: usize = 8;
/// Services that are shown unfolded.
const UNFOLDED: usize = 1;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let services = &explanation.services;
    writeln!(out, "### How traffic reaches {}\n", if services.len() == 1 { "this Service" } else { "these Services" })?;
    if services.is_empty() {
        return writeln!(out, "No Service is in the files named.");
    }
    writeln!(out, "| Service | type | from | becomes of it | who answers |\n|---|---|---|---|---|")?;
    services.iter().try_for_each(|service| rows(out, service))?;
    if services.len() <= IN_ONE_DRAWING {
        drawing(out, services)?;
    }
    for service in services {
        let title = code(&graph::in_namespace(service.namespace.as_deref(), &service.name));
        if services.len() > UNFOLDED {
            // A summary is HTML: Markdown is not read in it.
            let title = graph::title(service);
            writeln!(out, "\n<details><summary>{}</summary>", html(&title))?;
        } else {
            writeln!(out, "\n#### Service {title}")?;
        }
        if services.len() > IN_ONE_DRAWING {
            drawing(out, std::slice::from_ref(service))?;
        }
        details(out, service)?;
        if services.len() > UNFOLDED {
            writeln!(out, "\n</details>")?;
        }
    }
    if !explanation.findings.is_empty() {
        writeln!(out, "\nFound besides:\n")?;
        explanation.findings.iter().try_for_each(|note| finding(out, note))?;
    }
    writeln!(
        out,
        "\nTold for Kubernetes {} from the files alone; addresses that no file gives are made up from documentation ranges.",
        prose(&explanation.kubernetes_version)
    )
}

fn drawing(out: &mut dyn Write, services: &[Service]) -> io::Result<()> {
    writeln!(out, "\n```mermaid\n{}```", mermaid::flowchart(&Graph::of(services)))
}

fn rows(out: &mut dyn Write, service: &Service) -> io::Result<()> {
    let name = code(&graph::in_namespace(service.namespace.as_deref(), &service.name));
    let type_ = if service.headless { "ClusterIP, headless" } else { &service.type_ };
    let behind: Vec<String> = service
        .endpoint_slices
        .iter()
        .flat_map(|slice| &slice.endpoints)
        .map(|endpoint| {
            let (who, how_many) = graph::answerer(endpoint);
            format!("{} ({how_many})", prose(&who))
        })
        .fold(Vec::new(), |mut all, one| {
            if !all.contains(&one) && all.len() < 6 {
                all.push(one);
            }
            all
        });
    let behind = if behind.is_empty() { "nobody".to_owned() } else { behind.join(", ") };
    let several = service.ports.len() > 1;
    for (index, path) in service.paths.iter().enumerate() {
        let port = if several { format!(" to {}", path.port.port) } else { String::new() };
        let [name, type_, behind] = if index == 0 { [&name, &prose(type_), &behind] } else { [""; 3].map(|_| EMPTY) };
        writeln!(out, "| {name} | {type_} | {}{port} | {} {} | {behind} |", prose(&graph::start(&path.from)), mark(path), word(path))?;
    }
    if service.paths.is_empty() {
        writeln!(out, "| {name} | {} | | | {behind} |", prose(type_))?;
    }
    Ok(())
}

static EMPTY: &String = &String::new();

fn mark(path: &Path) -> &'static str {
    match path.verdict {
        Verdict::Allowed => "✅",
        Verdict::Blocked | Verdict::NoEndpoints => "❌",
        Verdict::Partial => "⚠️",
        Verdict::Unknown => "❔",
    }
}

fn word(path: &Path) -> &'static str {
    match path.verdict {
        Verdict::Allowed => "reaches a pod",
        Verdict::Blocked => "is stopped",
        Verdict::Partial => "reaches some pods",
        Verdict::Unknown => "can't be told",
        Verdict::NoEndpoints => "finds nobody",
    }
}

fn details(out: &mut dyn Write, service: &Service) -> io::Result<()> {
    if let Some(refused) = &service.refused {
        writeln!(out, "\n**The API server refuses it:** {}", prose(refused))?;
    }
    if !service.summary.says.is_empty() {
        writeln!(out, "\n{}", prose(&service.summary.says))?;
    }
    if !service.findings.is_empty() {
        writeln!(out)?;
        service.findings.iter().try_for_each(|note| finding(out, note))?;
    }
    for path in &service.paths {
        let port = path.port.name.as_ref().map_or_else(String::new, |name| format!(" ({})", prose(name)));
        let from = graph::start(&path.from);
        writeln!(
            out,
            "\n{} **From {} to port {}/{}{port}: {}**\n",
            mark(path),
            prose(&from),
            path.port.port,
            prose(&path.port.protocol),
            word(path)
        )?;
        for (index, hop) in path.hops.iter().enumerate() {
            write!(out, "{}. **{}**: {}", index + 1, hop.at, prose(&hop.what))?;
            if let Some(destination) = &hop.destination {
                write!(out, " — {} → {}", code(hop.source.as_deref().unwrap_or("?")), code(destination))?;
            }
            writeln!(out)?;
        }
        let sees = if path.client_sees == "answered" { "is answered".to_owned() } else { format!("sees {}", prose(&path.client_sees)) };
        writeln!(out, "\nThe client {sees}.")?;
        if let Some(why) = &path.why {
            writeln!(out, "Why: {}.", prose(why))?;
        }
    }
    if !service.unknowns.is_empty() {
        writeln!(out, "\nWhat the files don't say:\n")?;
        service.unknowns.iter().try_for_each(|unknown| writeln!(out, "- {}", prose(unknown)))?;
    }
    if !service.ask.is_empty() {
        writeln!(out, "\nWhat only you can know:\n")?;
        for (index, ask) in service.ask.iter().enumerate() {
            writeln!(out, "{}. {}\n   {}", index + 1, prose(&ask.question), code(&ask.command))?;
        }
    }
    Ok(())
}

fn finding(out: &mut dyn Write, note: &Note) -> io::Result<()> {
    let help = note.help.as_ref().map_or_else(String::new, |help| format!(" — {}", prose(help)));
    let place = code(&format!("{}:{}", note.path, note.line));
    writeln!(out, "- **{}** {}{help} ({place}, {})", note.severity, prose(&note.message), code(note.rule))
}

/// Foreign text in HTML.
fn html(text: &str) -> String {
    Safe(text).to_string().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A sentence: what it has between backticks stays code, everything else means nothing in Markdown or HTML.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    let mut prose = String::new();
    for (index, part) in parts.iter().enumerate() {
        if paired && index % 2 == 1 {
            prose.push_str(&code(part));
            continue;
        }
        for c in Safe(part).to_string().chars() {
            match c {
                '<' => prose.push_str("&lt;"),
                '&' => prose.push_str("&amp;"),
                '|' | '*' | '_' | '[' | ']' | '\\' | '@' | '#' | '!' | '~' | '>' => prose.extend(['\\', c]),
                c => prose.push(c),
            }
        }
        if !paired && index + 1 < parts.len() {
            prose.push_str("\\`");
        }
    }
    prose
}

/// Text as code, whatever it holds; in a table, too.
fn code(text: &str) -> String {
    let text = Safe(text).to_string().replace('|', "\\|");
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(runs + 1);
    // A space beside a backtick is taken off again when it is read.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
