//! SARIF 2.1.0, for code scanning and editors: rules with their pages, results with places, fixes and fingerprints.
//! Knows no consumer's extras; columns count Unicode code points, as ours do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Report, safe};
use crate::finding::{Edit, Finding, Fix, Label, Safety, Severity};
use crate::fingerprint;
use crate::rules::{self, Head, Rule};
use crate::source::{Span, Unreadable};

/// What stands in a URI's path as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the whole report as one JSON value.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let rules = told_rules(report);
    let results: Vec<Value> =
        report.findings.iter().zip(report.fingerprints()).map(|(finding, print)| result(finding, &print, &rules, report)).collect();
    let notices: Vec<Value> = report.unreadable.iter().map(notification).collect();
    let sarif = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": notices.is_empty(), "toolExecutionNotifications": notices}],
            "results": results,
        }],
    });
    safe::pretty(out, &sarif)?;
    out.write_all(b"\n")
}

/// The rules that found something, by name: a consumer needs no other pages.
fn told_rules(report: &Report<'_>) -> Vec<&'static Rule> {
    let found: BTreeMap<&str, &Rule> =
        report.findings.iter().filter_map(|finding| rules::find(finding.rule)).map(|rule| (rule.name, rule)).collect();
    found.into_values().collect()
}

fn descriptor(rule: &Rule) -> Value {
    let head = rule.head();
    let page = Head::body(rule.page);
    json!({
        "id": rule.name,
        "shortDescription": {"text": head.summary},
        "helpUri": format!("{}/blob/v{}/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"), rule.name),
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": level(head.severity)},
        "properties": {"tags": ["kubernetes"]},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(finding: &Finding, fingerprint: &str, rules: &[&Rule], report: &Report<'_>) -> Value {
    let mut place = location(finding.span(), report);
    if let Some(logical) = logical(finding) {
        place.insert("logicalLocations".into(), json!([logical]));
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": report.told(finding)},
        "locations": [place],
        "partialFingerprints": {fingerprint::VERSION: fingerprint},
    });
    if let Some(index) = rules.iter().position(|rule| rule.name == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> = finding.labels.iter().skip(1).enumerate().map(|(id, label)| labelled(id, label, report)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([mend(fix, report)]);
    }
    result
}

/// `shop/Service/web`, and the field in it.
fn logical(finding: &Finding) -> Option<Value> {
    let object = finding.object.as_ref()?;
    let namespace = object.namespace.as_deref().map_or(String::new(), |namespace| format!("{namespace}/"));
    let field = finding.field.as_deref().map_or(String::new(), |field| format!("/{field}"));
    Some(json!({
        "name": object.name,
        "fullyQualifiedName": format!("{namespace}{}/{}{field}", object.kind, object.name),
        "kind": "object",
    }))
}

fn labelled(id: usize, label: &Label, report: &Report<'_>) -> Value {
    let mut place = location(label.span, report);
    place.insert("id".into(), json!(id));
    place.insert("message".into(), json!({"text": label.message}));
    Value::Object(place)
}

fn location(span: Span, report: &Report<'_>) -> Map<String, Value> {
    let mut location = Map::new();
    location.insert("physicalLocation".into(), json!({"artifactLocation": artifact(report.path(span)), "region": region(span, report)}));
    location
}

fn artifact(path: &str) -> Value {
    json!({"uri": uri(path)})
}

fn region(span: Span, report: &Report<'_>) -> Value {
    let (start, end) = report.range(span);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn mend(fix: &Fix, report: &Report<'_>) -> Value {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Edit { span, replacement } in &fix.edits {
        let replacement = json!({"deletedRegion": region(*span, report), "insertedContent": {"text": replacement}});
        files.entry(report.path(*span)).or_default().push(replacement);
    }
    let changes: Vec<Value> =
        files.into_iter().map(|(path, replacements)| json!({"artifactLocation": artifact(path), "replacements": replacements})).collect();
    let sure = match fix.safety {
        Safety::Safe => "",
        Safety::Unsafe => " (look at it before you take it)",
    };
    json!({"description": {"text": format!("{}{sure}", fix.title)}, "artifactChanges": changes})
}

fn notification(file: &Unreadable) -> Value {
    json!({
        "level": "error",
        "message": {"text": format!("can't be read: {}", file.message)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(&file.path)}}],
    })
}

/// A path as a URI reference: relative as given, absolute as `file://`.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path, PATH))
}
