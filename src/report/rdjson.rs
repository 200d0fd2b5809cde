//! reviewdog's Diagnostic Format, whose columns count bytes of UTF-8. Knows no other consumer.

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, safe};
use crate::finding::{Edit, Finding, Label, Severity};
use crate::source::{Span, Unreadable};

#[derive(Serialize)]
struct Whole<'a> {
    source: Tool,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

/// Writes the whole report as one JSON value.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let found = report.findings.iter().map(|finding| diagnostic(finding, report));
    let whole =
        Whole { source: Tool { name: env!("CARGO_PKG_NAME") }, diagnostics: report.unreadable.iter().map(unread).chain(found).collect() };
    safe::pretty(out, &whole)?;
    out.write_all(b"\n")
}

fn diagnostic<'a>(finding: &'a Finding, report: &Report<'a>) -> Diagnostic<'a> {
    let path = report.path(finding.span());
    let suggestion = |edit: &'a Edit| Suggestion { range: range(edit.span, report), text: &edit.replacement };
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    let labels = finding.labels.iter().skip(1);
    Diagnostic {
        message: report.told(finding),
        location: location(finding.span(), report),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Some(Code { value: finding.rule }),
        suggestions: edits.filter(|edit| report.path(edit.span) == path).map(suggestion).collect(),
        related_locations: labels.map(|Label { span, message }| Related { message, location: location(*span, report) }).collect(),
    }
}

fn unread(file: &Unreadable) -> Diagnostic<'_> {
    Diagnostic {
        message: format!("can't be read: {}", file.message),
        location: Location { path: &file.path, range: None },
        severity: "ERROR",
        code: None,
        suggestions: Vec::new(),
        related_locations: Vec::new(),
    }
}

fn location<'a>(span: Span, report: &Report<'a>) -> Location<'a> {
    Location { path: report.path(span), range: Some(range(span, report)) }
}

fn range(span: Span, report: &Report<'_>) -> Range {
    let position = |offset: u32| {
        let source = report.source(span.file);
        let line = source.map_or(0, |source| source.line_of(offset));
        let start = source.map_or(0, |source| source.line_span(line).start);
        Position { line: u32::try_from(line + 1).unwrap_or(u32::MAX), column: offset.saturating_sub(start) + 1 }
    };
    Range { start: position(span.start), end: position(span.end) }
}
