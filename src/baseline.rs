//! Findings that were there when svclint came, kept in a file so that only new ones are told. Knows no file system.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::fingerprint;
use crate::source::Source;

/// Known findings: how many of each fingerprint.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: HashMap<u128, u32>,
}

#[derive(Deserialize)]
struct File {
    version: u32,
    findings: Vec<Known>,
}

/// Only the fingerprint counts; the rest tells people what it stands for.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    path: String,
    rule: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    object: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    field: String,
    fingerprint: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u32,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_one(count: &u32) -> bool {
    *count == 1
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Why it is none, in one line.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| format!("it is no baseline of svclint: {error}"))?;
        if file.version != 1 {
            return Err(format!("it is of version {}, and this svclint reads version 1", file.version));
        }
        let mut baseline = Self::default();
        for known in file.findings {
            let hash = u128::from_str_radix(&known.fingerprint, 16).map_err(|_| format!("`{}` is no fingerprint", known.fingerprint))?;
            let count = baseline.known.entry(hash).or_default();
            *count = count.saturating_add(known.count);
        }
        Ok(baseline)
    }

    /// Which findings it knows, in their order. `path` names a file from where the baseline lies.
    #[must_use]
    pub fn knows(&self, findings: &[Finding], sources: &[Source], path: &dyn Fn(&Source) -> String) -> Vec<bool> {
        let known = |hash: u128| self.known.get(&hash).copied().unwrap_or(0);
        fingerprint::all(findings, sources, path).iter().map(|print| print.occurrence <= known(print.hash)).collect()
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.values().map(|count| *count as usize).sum()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// The file that knows these findings: sorted, a line each, so that two branches' lines merge.
#[must_use]
pub fn write(findings: &[Finding], sources: &[Source], path: &dyn Fn(&Source) -> String) -> String {
    let mut counts: BTreeMap<Known, u32> = BTreeMap::new();
    for (finding, print) in findings.iter().zip(fingerprint::all(findings, sources, path)) {
        let known = Known {
            path: sources.get(finding.span().file.0 as usize).map(path).unwrap_or_default(),
            rule: finding.rule.to_owned(),
            object: finding.object.as_ref().map(title).unwrap_or_default(),
            field: finding.field.as_deref().map(fingerprint::without_positions).unwrap_or_default(),
            fingerprint: print.hex(),
            count: 1,
        };
        *counts.entry(known).or_default() += 1;
    }
    let mut text = "{\"version\": 1, \"findings\": [".to_owned();
    for (index, (known, count)) in counts.into_iter().enumerate() {
        let line = serde_json::to_string(&Known { count, ..known }).unwrap_or_default(); // texts and a number can't fail
        let _ = write!(text, "{}\n  {line}", if index == 0 { "" } else { "," });
    }
    text.push_str("\n]}\n");
    text
}

fn title(object: &crate::finding::ObjectRef) -> String {
    let namespace = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} {namespace}{}", object.kind, object.name)
}
