//! What `dry-run` prints: kubectl's own lines, or JSON, or the objects as they would be stored.

use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};
use serde::Serialize;

use super::Look;
use super::safe::Safe;
use crate::dry_run::Answer;
use crate::source::Source;

/// kubectl's lines: results on `out`, refusals and warnings on `err`.
pub fn text(out: &mut dyn Write, err: &mut dyn Write, sources: &[Source], answers: &[Answer], look: Look) -> io::Result<()> {
    let yellow = if look.color { Style::new().yellow() } else { Style::new() };
    for answer in answers {
        let (object, verdict) = (&answer.object, &answer.verdict);
        for warning in &verdict.warnings {
            writeln!(err, "{} {}", "Warning:".style(yellow), Safe(warning))?;
        }
        let path = sources.get(answer.file.0 as usize).map_or("", |source| source.path.as_str());
        match verdict.code {
            Some(201) => writeln!(out, "{}/{} created (dry run)", resource(&object.api_version, &object.kind), Safe(&object.name))?,
            Some(_) => {
                let told = verdict.kubectl_error(&object.kind, &object.name, object.namespace.as_deref().unwrap_or(""), path);
                // Each line on its own: the line ends are kubectl's, whatever else stands in them is the file's.
                told.lines().try_for_each(|line| writeln!(err, "{}", Safe(line)))?;
            }
            None => {
                let known = format!("{}/{}", resource(&object.api_version, &object.kind), object.name);
                writeln!(out, "{} not judged: {} is no kind of Kubernetes' own", Safe(&known), Safe(&object.api_version))?;
            }
        }
    }
    Ok(())
}

/// `deployment.apps`, as kubectl names a kind in its results.
fn resource(api_version: &str, kind: &str) -> String {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let dot = if group.is_empty() { "" } else { "." };
    format!("{}{dot}{group}", kind.to_lowercase())
}

/// The objects as they would be stored, as one YAML stream.
pub fn yaml(out: &mut dyn Write, answers: &[Answer]) -> io::Result<()> {
    for stored in answers.iter().filter_map(|answer| answer.stored.as_ref()) {
        let text = serde_yaml::to_string(stored).map_err(io::Error::other)?;
        write!(out, "---\n{text}")?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: u32,
    kubernetes_version: String,
    objects: Vec<Object<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    path: &'a str,
    document: u32,
    item: Option<u32>,
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    code: Option<u16>,
    reason: &'a str,
    message: &'a str,
    causes: Vec<Cause<'a>>,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<&'a serde_json::Value>,
}

#[derive(Serialize)]
struct Cause<'a> {
    reason: &'a str,
    field: &'a str,
    message: &'a str,
}

/// The contract of `dry-run -o json`.
pub fn json(out: &mut dyn Write, sources: &[Source], answers: &[Answer], kubernetes_version: String) -> io::Result<()> {
    let objects = answers.iter().map(|answer| {
        let (object, verdict) = (&answer.object, &answer.verdict);
        Object {
            path: sources.get(answer.file.0 as usize).map_or("", |source| &source.path),
            document: object.document,
            item: object.item,
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: &object.name,
            code: verdict.code,
            reason: &verdict.reason,
            message: &verdict.message,
            causes: verdict
                .causes
                .iter()
                .map(|cause| Cause { reason: cause.reason, field: &cause.field, message: &cause.message })
                .collect(),
            warnings: &verdict.warnings,
            stored: answer.stored.as_ref(),
        }
    });
    let document = Document { version: 1, kubernetes_version, objects: objects.collect() };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}
