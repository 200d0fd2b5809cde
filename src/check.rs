//! The run: files to objects, objects to a World, rules over the World, findings in order. The only place with rayon.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::config::Levels;
use crate::finding::Finding;
use crate::kube::{Object, Profile, World, read};
use crate::rules::{self, Rule};
use crate::source::{Source, Span};

/// What a run found.
#[derive(Debug, Default)]
pub struct Checked {
    /// In the order of files and places.
    pub findings: Vec<Finding>,
    /// How many documents were read, without those of context.
    pub documents: usize,
}

/// Checks files, with whatever `levels` says of a file's rules.
pub fn check<'l>(
    sources: &[Source],
    context: &(dyn Fn(&Source) -> bool + Sync),
    profile: Profile,
    levels: &(dyn Fn(&Source) -> &'l Levels + Sync),
) -> Checked {
    let judge = profile.lenient();
    let objects: Vec<Vec<Object<'_>>> = sources
        .par_iter()
        .map(|source| {
            let context = context(source);
            read::objects(source, context, (!context).then_some(&judge))
        })
        .collect();
    let documents = objects.iter().flatten().filter(|object| !object.context && object.reference.item.is_none_or(|item| item == 0)).count();
    let world = World::new(sources, profile, objects.into_iter().flatten().collect());
    let findings = judge_all(&world, levels);
    Checked { findings, documents }
}

/// What all rules say of a World's own objects, in the order of files and places.
pub fn judge_all<'l>(world: &World<'_>, levels: &(dyn Fn(&Source) -> &'l Levels + Sync)) -> Vec<Finding> {
    let rules: Vec<&Rule> = rules::all().iter().collect();
    let mut findings: Vec<Finding> = world
        .objects()
        .par_iter()
        .filter(|object| !object.context)
        .flat_map_iter(|object| {
            let levels = world.source(object).map(levels);
            let mut found = Vec::new();
            for rule in rules.iter().filter(|rule| levels.is_none_or(|levels| levels.speaks(rule.name)) && rule.looks_at(object)) {
                let before = found.len();
                if catch_unwind(AssertUnwindSafe(|| (rule.check)(object, world, &mut found))).is_err() {
                    found.truncate(before);
                    found.push(broken(rule, object));
                }
                for finding in found.iter_mut().skip(before) {
                    settle(finding, rule, object, levels);
                }
            }
            found
        })
        .collect();
    findings.sort_by(|a, b| (a.span(), a.rule, &a.message).cmp(&(b.span(), b.rule, &b.message)));
    findings.dedup_by(|a, b| a.rule == b.rule && a.span() == b.span() && a.message == b.message);
    findings
}

fn settle(finding: &mut Finding, rule: &Rule, object: &Object<'_>, levels: Option<&Levels>) {
    finding.rule = rule.name;
    let asked = levels.and_then(|levels| levels.severity.get(rule.name).copied().flatten());
    finding.severity = asked.unwrap_or_else(|| rule.severity(finding.confidence));
    if finding.object.is_none() && !object.reference.kind.is_empty() {
        finding.object = Some(object.reference.clone());
    }
    if finding.labels.is_empty() {
        finding.labels.push(crate::finding::Label { span: Span { end: object.span.start, ..object.span }, message: String::new() });
    }
}

fn broken(rule: &Rule, object: &Object<'_>) -> Finding {
    Finding::possible(format!("rule `{}` failed on this object: a fault of svclint, not of the file", rule.name))
        .label(object.title(), "")
        .help("please report it with this document; every other rule was checked")
}
