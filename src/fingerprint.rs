//! What makes a finding the same one tomorrow, when lines above it have moved. Knows no format and no file system.
//!
//! A fingerprint is 128 bits of SipHash-2-4 (its keys are zero) over, in this order, each text with its length in front:
//!
//! 1. `svclint/1`: the version of this definition;
//! 2. the rule's name;
//! 3. the file's path, as the caller names it;
//! 4. the object: API group, kind, namespace and name as written (nothing where the finding is about a file);
//! 5. the field without the positions in lists: `spec.ports[].nodePort`;
//! 6. the first line of the primary place's text, runs of blanks made one.
//!
//! The message, the severity, the line, the number of the document and the version in `apiVersion` play no part, so other
//! words, other settings, comments added and documents reordered leave it as it is. Findings that are alike in all of this
//! are told apart by their occurrence, counted from 1 in the order of the report.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

use crate::finding::Finding;
use crate::source::Source;

/// The version of the definition; another one means that no fingerprint of this one is found again.
pub const VERSION: &str = "svclint/1";

/// Which finding it is, whatever line it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// What the finding is about.
    pub hash: u128,
    /// Which one it is of those that have the same hash, from 1.
    pub occurrence: u32,
}

impl Fingerprint {
    /// The hash alone, 32 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:032x}", self.hash)
    }
}

impl fmt::Display for Fingerprint {
    /// `8f14e45fceea167a5a36dedd4bea2543:1`, different for every finding of a run.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}:{}", self.hash, self.occurrence)
    }
}

/// The fingerprints of a run's findings, in their order; the number of a source is its place in `sources`.
/// `path` names a file: as reports show it, or from wherever the fingerprints are kept.
#[must_use]
pub fn all(findings: &[Finding], sources: &[Source], path: &dyn Fn(&Source) -> String) -> Vec<Fingerprint> {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let mut paths: HashMap<u32, String> = HashMap::new();
    let mut print = |finding: &Finding| {
        let file = finding.span().file.0;
        let source = sources.get(file as usize);
        let path = paths.entry(file).or_insert_with(|| source.map(path).unwrap_or_default());
        let hash = hash(finding, path, source.map_or("", |source| source.slice(finding.span())));
        let occurrence = seen.entry(hash).or_insert(0);
        *occurrence += 1;
        Fingerprint { hash, occurrence: *occurrence }
    };
    findings.iter().map(&mut print).collect()
}

fn hash(finding: &Finding, path: &str, text: &str) -> u128 {
    let mut hasher = SipHasher24::new();
    let mut put = |text: &str| {
        hasher.write(&(text.len() as u64).to_le_bytes());
        hasher.write(text.as_bytes());
    };
    put(VERSION);
    put(finding.rule);
    put(path);
    let object = finding.object.as_ref();
    put(object.map_or("", |object| group(&object.api_version)));
    put(object.map_or("", |object| &object.kind));
    put(object.and_then(|object| object.namespace.as_deref()).unwrap_or(""));
    put(object.map_or("", |object| &object.name));
    put(&without_positions(finding.field.as_deref().unwrap_or("")));
    put(&text.trim_start().lines().next().unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" "));
    hasher.finish128().as_u128()
}

/// `apps` of `apps/v1`; nothing of `v1`.
fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// `spec.ports[].name` of `spec.ports[0].name`; keys in brackets stay.
pub(crate) fn without_positions(field: &str) -> String {
    let mut plain = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, inner)) = rest.split_once('[') {
        let (inside, after) = inner.split_once(']').unwrap_or((inner, ""));
        let inside = if inside.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { inside };
        plain.extend([before, "[", inside, "]"]);
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::ObjectRef;
    use crate::source::FileId;

    fn print(text: &str, at: &str, document: u32, field: &str) -> Fingerprint {
        let source = Source::new(FileId(0), "a.yaml".into(), text.as_bytes().to_vec());
        let start = u32::try_from(text.find(at).unwrap_or(0)).unwrap_or(0);
        let object = ObjectRef { kind: "Service".into(), name: "web".into(), document, ..ObjectRef::default() };
        let span = source.span(start, start + u32::try_from(at.len()).unwrap_or(0));
        let mut finding = Finding::certain(format!("message {start}")).label(span, "").field(field).object(object);
        finding.rule = "some-rule";
        all(&[finding.clone(), finding], &[source], &|source| source.path.clone()).remove(1)
    }

    #[test]
    fn moved_lines_leave_it_as_it_is_and_another_value_does_not() {
        let first = print("nodePort: 8080\n", "8080", 0, "spec.ports[0].nodePort");
        assert_eq!(first, print("# more\n\n---\nx: 1\nnodePort:   8080 # why\n", "8080", 1, "spec.ports[3].nodePort"));
        assert_ne!(first.hash, print("nodePort: 8081\n", "8081", 0, "spec.ports[0].nodePort").hash);
        assert_ne!(first.hash, print("nodePort: 8080\n", "8080", 0, "spec.ports[0].port").hash);
        assert_eq!(first.occurrence, 2);
    }

    #[test]
    fn the_definition_stays_as_it_is_published() {
        assert_eq!(print("nodePort: 8080\n", "8080", 0, "spec.ports[0].nodePort").to_string(), "28d697e52ebb193068eea8bf36f6464e:2");
    }

    #[test]
    fn keys_in_brackets_are_no_positions() {
        assert_eq!(without_positions("metadata.annotations[a.b/c].x[12]"), "metadata.annotations[a.b/c].x[]");
    }
}
