//! The closing line: how much was found in how many files. Knows no finding's words.

use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};

use super::safe::Safe;
use super::wrap::wrap;
use super::{Look, Report, style};
use crate::cost::{Sharing, title_of};
use crate::finding::{Safety, Severity};

/// Writes the line, and where to read more about what was found.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>, look: Look) -> io::Result<()> {
    let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| match report.count(severity) {
            0 => None,
            n => Some(many(n, severity.name()).style(style(severity, look)).to_string()),
        })
        .collect();
    let files = format!("{} ({})", many(report.files, "file"), many(report.documents, "document"));
    let mut line = match found.as_slice() {
        [] if report.files == 0 => "no YAML or JSON file found".to_owned(),
        [] => {
            let green = if look.color { Style::new().green().bold() } else { Style::new() };
            format!("{} in {files}", "nothing found".style(green))
        }
        found => format!("{} in {files}", found.join(", ")),
    };
    line.push_str(&mends(report));
    for (n, what) in [(report.ignored, "ignored"), (report.in_baseline, "in the baseline")] {
        if n > 0 {
            line.push_str(&format!(", {n} {what}"));
        }
    }
    if !report.unreadable.is_empty() {
        line.push_str(&format!(", {} could not be read", many(report.unreadable.len(), "file")));
    }
    writeln!(out, "{line}")?;
    report.saving.as_ref().map_or(Ok(()), |it| saving(out, it, look))
}

/// What a change of the load balancers would save, with whose prices say so.
fn saving(out: &mut dyn Write, it: &Sharing, look: Look) -> io::Result<()> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    let prices: Vec<_> = it.sources.iter().map(|source| title_of(source)).collect();
    let oldest = it.as_of.map_or_else(|| "without a date".to_owned(), |date| format!("{date} or later"));
    writeln!(out, "{}: {}", format!("save {} a month", it.saves).style(bold), Safe(&it.change))?;
    let fine = format!(
        "list prices of {oldest} ({}), 730 hours, no traffic, taken for one cluster; `svclint cost` shows the whole",
        prices.join("; ")
    );
    wrap(&Safe(&fine).to_string(), look.width - 2, look.width - 2).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// What was mended, or could be.
fn mends(report: &Report<'_>) -> String {
    let of = |safety: Safety| report.findings.iter().filter(|it| it.fix.as_ref().is_some_and(|fix| fix.safety == safety)).count();
    let (safe, more) = (of(Safety::Safe), of(Safety::Unsafe));
    match (report.fixed, safe, more) {
        (Some(fixed), _, 0) => format!(", {fixed} fixed"),
        (Some(fixed), _, more) => format!(", {fixed} fixed ({more} more with --unsafe-fixes)"),
        (None, 0, 0) => String::new(),
        (None, safe, 0) => format!(", {safe} fixable with --fix"),
        (None, safe, more) => format!(", {safe} fixable with --fix ({more} more with --unsafe-fixes)"),
    }
}

fn many(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
