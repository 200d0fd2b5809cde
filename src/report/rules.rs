//! The rules as a table, and one rule's page as a terminal shows it. Knows no rule by name.

use std::cmp::Reverse;
use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};
use serde::Serialize;

use super::wrap::wrap;
use super::{Look, safe, style};
use crate::finding::Safety;
use crate::rules::Rule;

#[derive(Serialize)]
struct Listing<'a> {
    version: u32,
    rules: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    severity: &'static str,
    summary: &'a str,
    fix: Option<&'static str>,
    since: &'a str,
}

impl<'a> Row<'a> {
    fn of(rule: &'a Rule) -> Self {
        let head = rule.head();
        Self { name: rule.name, severity: head.severity.name(), summary: head.summary, fix: head.fix.map(fix), since: head.since }
    }
}

fn fix(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}

/// Writes all rules as one JSON value.
///
/// # Errors
/// What the writer answers.
pub fn json(out: &mut dyn Write, rules: &[Rule]) -> io::Result<()> {
    let listing = Listing { version: 1, rules: rules.iter().map(Row::of).collect() };
    safe::pretty(out, &listing)?;
    out.write_all(b"\n")
}

/// Writes all rules as a table, the gravest first.
///
/// # Errors
/// What the writer answers.
pub fn table(out: &mut dyn Write, rules: &[Rule], look: Look) -> io::Result<()> {
    let mut rules: Vec<&Rule> = rules.iter().collect();
    rules.sort_by_key(|rule| (Reverse(rule.head().severity), rule.name));
    let names = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0).max(4);
    let indent = names + 19;
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    writeln!(out, "{}", format_args!("{:names$}  SEVERITY  FIX     WHAT IT FINDS", "RULE").style(bold))?;
    for rule in rules {
        let row = Row::of(rule);
        let severity = format!("{:8}", row.severity);
        write!(out, "{:names$}  {}  {:6}", row.name, severity.style(style(rule.head().severity, look)), row.fix.unwrap_or(""))?;
        let width = look.width.saturating_sub(indent + 1).max(30);
        for (index, line) in wrap(row.summary, width, width).iter().enumerate() {
            let before = if index == 0 { 2 } else { indent + 1 };
            writeln!(out, "{:before$}{line}", "")?;
        }
    }
    Ok(())
}

/// Writes a rule's page: its Markdown, with what the head says in a line of its own.
///
/// # Errors
/// What the writer answers.
pub fn page(out: &mut dyn Write, rule: &Rule, look: Look) -> io::Result<()> {
    let paint = |style: Style| if look.color { style } else { Style::new() };
    let head = rule.head();
    let body = rule.page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(rule.page, |(_, body)| body);
    let mut in_code = false;
    for line in body.trim().lines() {
        let fence = line.starts_with("```");
        if line.starts_with('#') && !in_code {
            writeln!(out, "{}", line.style(paint(Style::new().bold())))?;
            if line.starts_with("# ") {
                let fix = head.fix.map_or_else(String::new, |safety| format!(", with a fix ({})", fix(safety)));
                writeln!(out, "\n{}{fix}: {}", head.severity.name().style(style(head.severity, look)), head.summary)?;
            }
        } else if fence {
            writeln!(out, "{}", line.style(paint(Style::new().dimmed())))?;
            in_code = !in_code;
        } else if let Some((code, mark)) = line.split_once("# <-").filter(|_| in_code) {
            writeln!(out, "{code}{}{}", "# <-".style(paint(Style::new().red())), mark.style(paint(Style::new().red())))?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
