//! The run: files to objects, objects to a World, rules over the World, findings in order. Knows no rule and no format.

mod silence;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use crate::config::{Levels, LevelsByFile, Settings};
use crate::cost::{self, Options, Sharing};
use crate::finding::{Finding, Label};
use crate::kube::maps::Map;
use crate::kube::object::State;
use crate::kube::{Object, Profile, World, read};
use crate::parallel;
use crate::rules::{self, Rule};
use crate::source::{Source, Span};
use crate::walk;

/// What a run found.
#[derive(Debug, Default)]
pub struct Checked {
    /// In the order of files and places.
    pub findings: Vec<Finding>,
    /// How many documents were read, without those of context.
    pub documents: usize,
    /// How many findings the manifests ask not to be told.
    pub ignored: usize,
    /// The change that saves most on load balancers, where their rule may speak.
    pub saving: Option<Sharing>,
}

/// The files of one configuration, and how each of them is judged.
#[derive(Debug)]
pub struct Judge<'s> {
    settings: &'s Settings,
    levels: LevelsByFile,
    /// How many of the files are judged; those behind them are context.
    named: usize,
}

impl<'s> Judge<'s> {
    /// A judge of these files, of which the first `named` are judged and the others are context.
    #[must_use]
    pub fn new(sources: &[Source], named: usize, settings: &'s Settings) -> Self {
        let levels = settings.levels(sources, |source| walk::absolute(Path::new(&source.path)));
        Self { settings, levels, named }
    }

    /// Checks the files as they are now: the same ones in the same order, whatever their text.
    #[must_use]
    pub fn check(&self, sources: &[Source]) -> Checked {
        self.run(sources).0
    }

    /// Checks as [`Self::check`] does, in a process that ends after it: to free the World thing by thing would only take time.
    #[must_use]
    pub fn check_last(&self, sources: &[Source]) -> Checked {
        let (checked, world) = self.run(sources);
        std::mem::forget(world);
        checked
    }

    fn run<'t>(&self, sources: &'t [Source]) -> (Checked, World<'t>) {
        let is_context = |source: &Source| source.id.0 as usize >= self.named;
        judged(sources, &is_context, self.settings.profile.clone(), &|source| self.levels.of(source))
    }
}

/// The rule that tells of load balancers and their price.
const PRICED: &str = "service-is-load-balancer";

/// Checks files, with whatever `levels` says of a file's rules.
pub fn check<'l>(
    sources: &[Source],
    context: &(dyn Fn(&Source) -> bool + Sync),
    profile: Profile,
    levels: &(dyn Fn(&Source) -> &'l Levels + Sync),
) -> Checked {
    judged(sources, context, profile, levels).0
}

/// As [`check`], with the World that was asked.
pub fn judged<'s, 'l>(
    sources: &'s [Source],
    context: &(dyn Fn(&Source) -> bool + Sync),
    profile: Profile,
    levels: &(dyn Fn(&Source) -> &'l Levels + Sync),
) -> (Checked, World<'s>) {
    let judge = profile.lenient();
    let objects = read::all(sources, context, Some(&judge));
    let documents = objects.iter().filter(|object| !object.context && object.reference.item.is_none_or(|item| item == 0)).count();
    let world = World::new(sources, profile, objects);
    let (findings, ignored) = judge_all(&world, levels);
    let may_speak = sources.iter().any(|source| !context(source) && levels(source).speaks(PRICED));
    let saving = if may_speak { cost::saving(&world, &Options::of(&world.profile)) } else { None };
    (Checked { findings, documents, ignored, saving }, world)
}

/// Objects that one rule looks at before the next does: while few enough to stay at hand, the more the better, for the code of all
/// rules is several times what a processor keeps at hand.
const BLOCK: usize = 128;

/// What all rules say of a World's own objects, in the order of files and places; and how many findings the manifests silence.
pub fn judge_all<'l>(world: &World<'_>, levels: &(dyn Fn(&Source) -> &'l Levels + Sync)) -> (Vec<Finding>, usize) {
    let (asked, speaking) = ask(world, levels);
    let blocks: Vec<&[Asked<'_, '_, '_>]> = asked.chunks(BLOCK).collect();
    let found = parallel::map(&blocks, parallel::is_much(world.sources), |block| {
        let mut found = Vec::new();
        for (number, rule) in rules::all().iter().enumerate() {
            let speaks = |asked: &&Asked<'_, '_, '_>| speaking.get(asked.sort).and_then(|rules| rules.get(number)) == Some(&true);
            for Asked { object, levels, .. } in block.iter().filter(speaks) {
                let before = found.len();
                if catch_unwind(AssertUnwindSafe(|| (rule.check)(object, world, &mut found))).is_err() {
                    found.truncate(before);
                    found.push(broken(rule, object));
                }
                for finding in found.iter_mut().skip(before) {
                    settle(finding, rule, object, *levels);
                }
            }
        }
        found
    });
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    let ignored = silence::silence(world, &mut findings, levels);
    findings.sort_by(|a, b| (a.span(), a.rule, &a.message).cmp(&(b.span(), b.rule, &b.message)));
    findings.dedup_by(|a, b| a.rule == b.rule && a.span() == b.span() && a.message == b.message);
    (findings, ignored)
}

/// An object that rules are asked about.
struct Asked<'w, 's, 'l> {
    object: &'w Object<'s>,
    levels: Option<&'l Levels>,
    /// Of which sort it is: thousands of objects are of a few.
    sort: usize,
}

/// All objects but context, and for each sort of them by number of the rule whether it looks at them and may speak.
fn ask<'w, 's, 'l>(world: &'w World<'s>, levels: &dyn Fn(&Source) -> &'l Levels) -> (Vec<Asked<'w, 's, 'l>>, Vec<Vec<bool>>) {
    let mut sorts = Map::default();
    let mut speaking: Vec<Vec<bool>> = Vec::new();
    let objects = world.objects().iter().filter(|object| !object.context);
    let asked = objects.map(|object| {
        let levels = world.source(object).map(levels);
        // All that a rule's page may ask of an object before the rule looks at it: its kind, that it is one, and that it makes pods.
        let kind = (object.kind(), object.state == State::Object, object.template().is_some());
        let sort = *sorts.entry((kind, levels.map(std::ptr::from_ref))).or_insert_with(|| {
            let speaks = |rule: &Rule| rule.looks_at(object) && levels.is_none_or(|levels| levels.speaks(rule.name));
            speaking.push(rules::all().iter().map(speaks).collect());
            speaking.len() - 1
        });
        Asked { object, levels, sort }
    });
    (asked.collect(), speaking)
}

fn settle(finding: &mut Finding, rule: &Rule, object: &Object<'_>, levels: Option<&Levels>) {
    finding.rule = rule.name;
    let asked = levels.and_then(|levels| levels.severity.get(rule.name).copied().flatten());
    finding.severity = asked.unwrap_or_else(|| rule.severity(finding.confidence));
    if finding.object.is_none() && !object.reference.kind.is_empty() {
        finding.object = Some(Arc::clone(&object.reference));
    }
    if finding.labels.is_empty() {
        finding.labels = vec![Label { span: Span { end: object.span.start, ..object.span }, message: String::new() }];
    }
}

fn broken(rule: &Rule, object: &Object<'_>) -> Finding {
    Finding::possible(format!("rule `{}` failed on this object: a fault of svclint, not of the file", rule.name))
        .label(object.title(), "")
        .help("please report it with this document; every other rule was checked")
}
