//! Takes out what the manifests ask not to be told. Knows no rule but the one that tells of requests in vain.

use std::collections::{HashMap, HashSet};

use crate::config::Levels;
use crate::finding::{Confidence, Finding, Severity};
use crate::ignores::{self, Ignore};
use crate::kube::World;
use crate::rules;
use crate::source::{FileId, Source, Span};

/// The rule that tells of every request; those that had an effect are taken out here.
const NEEDLESS: &str = "needless-ignore";

/// Takes silenced findings out; how many they were.
pub fn silence<'l>(world: &World<'_>, findings: &mut Vec<Finding>, levels: &(dyn Fn(&Source) -> &'l Levels + Sync)) -> usize {
    let mut asked: HashMap<(FileId, String), Vec<Span>> = HashMap::new();
    let mut told: HashMap<Span, String> = HashMap::new();
    let mut served: HashSet<Span> = HashSet::new();
    let mut covers: HashMap<Span, Span> = HashMap::new();
    for object in world.objects().iter().filter(|object| !object.context) {
        let Some(source) = world.source(object).filter(|source| source.addresses_svclint) else { continue };
        for Ignore { rule, span, covers: lines } in ignores::of(object, source).ignores {
            let off = !levels(source).speaks(&rule) && rules::find(&rule).is_some();
            if off {
                served.insert(span); // it may have its use where the rule speaks
            }
            covers.insert(span, lines);
            told.insert(span, rule.clone());
            asked.entry((source.id, rule)).or_default().push(span);
        }
    }
    if asked.is_empty() {
        return 0;
    }
    let before = findings.len();
    let covered = |finding: &Finding| -> Vec<Span> {
        let at = finding.span();
        let requests = asked.get(&(at.file, finding.rule.to_owned())).into_iter().flatten();
        let holds = |request: &&Span| covers.get(request).is_some_and(|lines| lines.start <= at.start && at.start <= lines.end);
        requests.filter(holds).copied().collect()
    };
    findings.retain(|finding| {
        let requests = if finding.rule == NEEDLESS { Vec::new() } else { covered(finding) };
        served.extend(&requests);
        requests.is_empty()
    });
    let mut silenced = before - findings.len();
    let needless = |finding: &Finding, served: &HashSet<Span>| finding.rule == NEEDLESS && !served.contains(&finding.span());
    let about_itself = |finding: &Finding| told.get(&finding.span()).is_some_and(|rule| rule == NEEDLESS);
    for finding in findings.iter().filter(|finding| finding.rule == NEEDLESS && !about_itself(finding)) {
        if !served.contains(&finding.span()) {
            let requests = covered(finding);
            if !requests.is_empty() {
                silenced += 1;
                served.insert(finding.span());
                served.extend(requests);
            }
        }
    }
    // What an error keeps from being judged may have its use when that is mended.
    let document = |finding: &Finding| (finding.span().file, finding.object.as_ref().map(|object| object.document));
    let refused: HashSet<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).map(document).collect();
    findings.retain(|finding| {
        let open = finding.confidence == Confidence::Possible && refused.contains(&document(finding));
        finding.rule != NEEDLESS || needless(finding, &served) && !open
    });
    silenced
}
