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
    /// The same by rule, object and field: in which file, and how many.
    elsewhere: HashMap<[String; 3], Vec<(String, u32)>>,
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
            baseline.elsewhere.entry([known.rule, known.object, known.field]).or_default().push((known.path, known.count));
        }
        Ok(baseline)
    }

    /// Which findings it knows, in their order. `path` names a file from where the baseline lies; what was found in a
    /// file that is `gone` is known wherever the object is now.
    #[must_use]
    pub fn knows(
        &self,
        findings: &[Finding],
        sources: &[Source],
        path: &dyn Fn(&Source) -> String,
        gone: &dyn Fn(&str) -> bool,
    ) -> Vec<bool> {
        let known = |hash: u128| self.known.get(&hash).copied().unwrap_or(0);
        let mut moved: HashMap<[String; 3], u32> = HashMap::new();
        let mut has_moved = |finding: &Finding| {
            let key = key(finding);
            let Some(places) = self.elsewhere.get(&key).filter(|_| finding.object.is_some()) else { return false };
            let left = moved.entry(key).or_insert_with(|| places.iter().filter(|(path, _)| gone(path)).map(|(_, count)| count).sum());
            let any = *left > 0;
            *left -= u32::from(any);
            any
        };
        let prints = fingerprint::all(findings, sources, path);
        prints.iter().zip(findings).map(|(print, finding)| print.occurrence <= known(print.hash) || has_moved(finding)).collect()
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
        let [rule, object, field] = key(finding);
        let known = Known {
            path: sources.get(finding.span().file.0 as usize).map(path).unwrap_or_default(),
            rule,
            object,
            field,
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

/// The rule, the object and the field, as the file has them.
fn key(finding: &Finding) -> [String; 3] {
    let object = finding.object.as_deref().map(title).unwrap_or_default();
    [finding.rule.to_owned(), object, finding.field.as_deref().map(fingerprint::without_positions).unwrap_or_default()]
}

fn title(object: &crate::finding::ObjectRef) -> String {
    let namespace = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{} {namespace}{}", object.kind, object.name)
}
