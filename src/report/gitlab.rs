//! GitLab's Code Quality report: what a merge request shows as new or mended. Knows GitLab's fields only.

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, safe};
use crate::finding::{Finding, Severity};
use crate::source::Unreadable;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes all findings as one JSON array.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let fingerprints = report.fingerprints();
    let found = report.findings.iter().zip(fingerprints).map(|(finding, fingerprint)| issue(finding, fingerprint, report));
    let issues: Vec<Issue<'_>> = report.unreadable.iter().map(unread).chain(found).collect();
    safe::pretty(out, &issues)?;
    out.write_all(b"\n")
}

fn issue<'a>(finding: &'a Finding, fingerprint: String, report: &Report<'a>) -> Issue<'a> {
    let (start, end) = report.range(finding.span());
    Issue {
        description: report.told(finding),
        check_name: finding.rule,
        fingerprint,
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location { path: relative(report.path(finding.span())), lines: Lines { begin: start.line, end: end.line } },
    }
}

fn unread(file: &Unreadable) -> Issue<'_> {
    Issue {
        description: format!("can't be read: {}", file.message),
        check_name: "unreadable",
        fingerprint: format!("unreadable:{}", file.path),
        severity: "blocker",
        location: Location { path: relative(&file.path), lines: Lines { begin: 1, end: 1 } },
    }
}

/// GitLab joins only paths from the repository's root, without `./`.
fn relative(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}
