//! The report for machines. Its shape is a contract: fields may join, none may leave without a new `version`.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Report, safe};
use crate::cost::Sharing;
use crate::finding::{Finding, Fix, Label, ObjectRef, Safety, ServerSays, Severity};
use crate::source::{Span, Unreadable};

/// Writes the whole report as one JSON value.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    safe::pretty(out, &Whole::of(report))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    version: u32,
    tool: Tool,
    kubernetes_version: &'a str,
    summary: Summary,
    findings: Items<'a>,
    unreadable: Vec<Unread<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    files: usize,
    documents: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    ignored: usize,
    in_baseline: usize,
    fixed: usize,
    saving: Option<Saving>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Saving {
    amount: String,
    currency: String,
    change: String,
    mechanism: &'static str,
    of: usize,
    caveats: Vec<&'static str>,
    prices_as_of: Option<String>,
    source: String,
}

impl From<&Sharing> for Saving {
    fn from(it: &Sharing) -> Self {
        Self {
            amount: it.saves.rounded(),
            currency: it.saves.currency.clone(),
            change: it.change.clone(),
            mechanism: it.mechanism,
            of: it.of,
            caveats: it.caveats.clone(),
            prices_as_of: it.as_of.map(|date| date.to_string()),
            source: it.sources.join("; "),
        }
    }
}

/// The findings, each made when it is written: there may be a hundred thousand.
struct Items<'a>(&'a Report<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.findings.iter().map(|finding| Item::of(finding, self.0)))
    }
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    object: Option<Object<'a>>,
    field: Option<&'a str>,
    labels: Vec<Marked<'a>>,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server<'a>>,
    fix: Option<Mend<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    document: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
}

#[derive(Serialize)]
struct Marked<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct Server<'a> {
    field: &'a str,
    reason: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    path: &'a str,
    start: u32,
    end: u32,
    replacement: &'a str,
}

#[derive(Serialize)]
struct Unread<'a> {
    path: &'a str,
    message: &'a str,
}

impl<'a> Whole<'a> {
    fn of(report: &'a Report<'_>) -> Self {
        Self {
            version: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            kubernetes_version: &report.kubernetes_version,
            summary: Summary {
                files: report.files,
                documents: report.documents,
                errors: report.count(Severity::Error),
                warnings: report.count(Severity::Warning),
                infos: report.count(Severity::Info),
                ignored: report.ignored,
                in_baseline: report.in_baseline,
                fixed: report.fixed.unwrap_or(0),
                saving: report.saving.as_ref().map(Saving::from),
            },
            findings: Items(report),
            unreadable: report.unreadable.iter().map(|Unreadable { path, message }| Unread { path, message }).collect(),
        }
    }
}

impl<'a> Item<'a> {
    fn of(finding: &'a Finding, report: &'a Report<'_>) -> Self {
        let label = |(index, label): (usize, &'a Label)| Marked {
            place: Place::of(label.span, report),
            message: &label.message,
            primary: index == 0,
        };
        Self {
            rule: finding.rule,
            severity: finding.severity.name(),
            message: &finding.message,
            place: Place::of(finding.span(), report),
            object: finding.object.as_deref().map(Object::of),
            field: finding.field.as_deref(),
            labels: finding.labels.iter().enumerate().map(label).collect(),
            help: finding.help.as_deref(),
            server: finding.server.as_deref().map(|ServerSays { field, reason, message }| Server { field, reason, message }),
            fix: finding.fix.as_ref().map(|fix| Mend::of(fix, report)),
        }
    }
}

impl<'a> Place<'a> {
    fn of(span: Span, report: &'a Report<'_>) -> Self {
        let point = |offset| {
            let place = report.source(span.file).map(|source| source.line_column(offset));
            place.map_or(Point { line: 1, column: 1, offset }, |place| Point { line: place.line, column: place.column, offset })
        };
        Self { path: report.path(span), start: point(span.start), end: point(span.end) }
    }
}

impl<'a> Object<'a> {
    fn of(object: &'a ObjectRef) -> Self {
        Self {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: &object.name,
            document: object.document,
            item: object.item,
        }
    }
}

impl<'a> Mend<'a> {
    fn of(fix: &'a Fix, report: &'a Report<'_>) -> Self {
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        let edit = |edit: &'a crate::finding::Edit| Change {
            path: report.path(edit.span),
            start: edit.span.start,
            end: edit.span.end,
            replacement: &edit.replacement,
        };
        Self { title: &fix.title, safety, edits: fix.edits.iter().map(edit).collect() }
    }
}
