//! Tells once a folder what is worth knowing of many of its places alike. Knows no rule.

use std::collections::HashMap;

use crate::finding::{Finding, Label, Severity};
use crate::source::{Source, Span};

/// How many of the other places are shown.
const SHOWN: usize = 1;

/// Takes out what an earlier finding of the folder says already; its places become labels of that one. What a baseline
/// knows is taken out before: it knows each place by itself.
#[must_use]
pub fn once(sources: &[Source], mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut first: HashMap<(&str, &str, Box<str>), usize> = HashMap::new();
    let mut again: HashMap<usize, Vec<Span>> = HashMap::new();
    let mut kept = 0;
    findings.retain_mut(|finding| {
        if let Some(what) = finding.once.take().filter(|_| finding.severity == Severity::Info) {
            let told = *first.entry((folder(sources, finding), finding.rule, what)).or_insert(kept);
            if told < kept {
                again.entry(told).or_default().push(finding.span());
                return false;
            }
        }
        kept += 1;
        true
    });
    for (told, places) in again {
        if let Some(finding) = findings.get_mut(told) {
            finding.labels.extend(places.iter().take(SHOWN).map(|span| Label { span: *span, message: "here too".to_owned() }));
            if let (Some(last), more @ 1..) = (finding.labels.last_mut(), places.len().saturating_sub(SHOWN)) {
                last.message = format!("here too, and at {more} more places of this folder");
            }
        }
    }
    findings
}

fn folder<'s>(sources: &'s [Source], finding: &Finding) -> &'s str {
    let path = sources.get(finding.span().file.0 as usize).map_or("", |source| source.path.as_str());
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn at(file: u32, what: Option<&str>) -> Finding {
        let finding = Finding::possible("seen").label(Span::new(FileId(file), 0, 1), "");
        match what {
            Some(what) => finding.once(what),
            None => finding,
        }
    }

    #[test]
    fn places_of_one_folder_are_told_together() {
        let paths = ["a/1.yaml", "a/2.yaml", "b/3.yaml"];
        let sources: Vec<_> =
            paths.iter().zip(0..).map(|(path, id)| Source::new(FileId(id), (*path).to_owned(), b"x: y".to_vec())).collect();
        let told = |findings: Vec<Finding>| once(&sources, findings);
        let many = told(vec![at(0, Some("x")), at(0, None), at(1, Some("x")), at(1, Some("y")), at(2, Some("x"))]);
        assert_eq!(many.iter().map(|finding| finding.labels.len()).collect::<Vec<_>>(), [2, 1, 1, 1]);
        let five = told((0..6).map(|_| at(0, Some("x"))).collect());
        assert_eq!(five.len(), 1);
        assert!(five.iter().all(|finding| finding.labels.last().is_some_and(|last| last.message.contains("4 more places"))));
        let warnings = (0..2).map(|_| Finding { severity: Severity::Warning, ..at(0, Some("x")) }).collect();
        assert_eq!(told(warnings).len(), 2);
    }
}
