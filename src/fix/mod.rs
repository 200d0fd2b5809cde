//! Mends what findings offer to mend, in memory, and keeps only what is proven: the finding gone, nothing new, only the
//! named fields changed. Knows no rule and no option; [`write`] alone touches files.
//!
//! A round takes the fixes that don't overlap, first come by place and rule, and reads the result again; what overlapped
//! or came to light has its turn in the next round. Where a batch doesn't hold, it is halved until the culprit is alone.

mod fields;
mod patch;
mod proof;
mod write;

use std::collections::{BTreeMap, HashSet};

use crate::check::Checked;
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fingerprint;
use crate::source::{FileId, Source};

use patch::Patch;
pub use write::write;

/// Rounds at most: what still overlaps then is left for the next run.
const MOST_ROUNDS: usize = 10;
/// Times at most that all is read again, so that a tree full of fixes that don't hold ends.
const MOST_TRIALS: usize = 64;

/// What may be mended.
pub struct Limits<'a> {
    /// Also what somebody should look at.
    pub with_unsafe: bool,
    /// Whether a file may change: no context, nothing that could not be written back byte for byte.
    pub open: &'a dyn Fn(&Source) -> bool,
    /// Which findings are told, and so may be mended.
    pub told: &'a dyn Fn(&[Source], &[Finding]) -> Vec<bool>,
}

/// What mending came to.
#[derive(Debug, Default)]
pub struct Mended {
    /// All files, those that changed with their new text.
    pub sources: Vec<Source>,
    /// Those that changed, as they were.
    pub originals: BTreeMap<FileId, Source>,
    /// What is still found.
    pub checked: Checked,
    /// What was mended, by file: rule and title.
    pub fixed: Vec<Fixed>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// In which file.
    pub file: FileId,
    /// Whose finding it mended.
    pub rule: &'static str,
    /// What it did.
    pub title: String,
}

/// A finding that is to be mended, with its fix.
#[derive(Clone, Copy)]
struct Plan<'a> {
    index: usize,
    finding: &'a Finding,
    fix: &'a Fix,
}

/// Mends as much as can be proven; `check` runs the rules over a state of the files.
pub fn mend(sources: Vec<Source>, limits: &Limits<'_>, check: &dyn Fn(&[Source]) -> Checked) -> Mended {
    let checked = check(&sources);
    let mut mended = Mended { sources, checked, ..Mended::default() };
    let mut refused = HashSet::new();
    let mut trials = MOST_TRIALS;
    for _ in 0..MOST_ROUNDS {
        if !round(&mut mended, limits, check, &mut refused, &mut trials) {
            break;
        }
    }
    mended
}

/// One round; whether anything was mended.
fn round(
    mended: &mut Mended,
    limits: &Limits<'_>,
    check: &dyn Fn(&[Source]) -> Checked,
    refused: &mut HashSet<u128>,
    trials: &mut usize,
) -> bool {
    let before = std::mem::take(&mut mended.checked);
    let prints = fingerprint::all(&before.findings, &mended.sources, &|source| source.path.clone());
    let told = (limits.told)(&mended.sources, &before.findings);
    let plans: Vec<Plan<'_>> = before
        .findings
        .iter()
        .zip(prints.iter().zip(told))
        .enumerate()
        .filter(|(_, (_, (print, told)))| *told && !refused.contains(&print.hash))
        .filter_map(|(index, (finding, _))| Some(Plan { index, finding, fix: allowed(finding, limits, &mended.sources)? }))
        .collect();
    let mut waiting = vec![choose(&plans)];
    let mut kept: Vec<Plan<'_>> = Vec::new();
    let mut result: Option<Checked> = None;
    while let Some(batch) = waiting.pop() {
        if batch.is_empty() {
            continue;
        }
        if *trials == 0 {
            break;
        }
        *trials -= 1;
        let both: Vec<Plan<'_>> = kept.iter().chain(&batch).copied().collect();
        match attempt(&mut mended.sources, &before, &both, check) {
            Ok(after) => {
                kept = both;
                result = Some(after);
            }
            Err(suspects) => split(batch, &suspects, &mut waiting, |plan| {
                refused.extend(prints.get(plan.index).map(|print| print.hash));
            }),
        }
    }
    let Some(after) = result else {
        mended.checked = before;
        return false;
    };
    for patch in patches(&kept) {
        if let Some(source) = mended.sources.get_mut(patch.file.0 as usize) {
            let new = patch.apply(source);
            let old = std::mem::replace(source, new);
            mended.originals.entry(patch.file).or_insert(old);
        }
    }
    mended.fixed.extend(kept.iter().map(|plan| Fixed {
        file: plan.finding.span().file,
        rule: plan.finding.rule,
        title: plan.fix.title.clone(),
    }));
    mended.checked = after;
    true
}

/// The finding's fix, if it may be applied here.
fn allowed<'a>(finding: &'a Finding, limits: &Limits<'_>, sources: &[Source]) -> Option<&'a Fix> {
    let fix = finding.fix.as_ref().filter(|fix| limits.with_unsafe || fix.safety == Safety::Safe)?;
    let open = |file: FileId| sources.get(file.0 as usize).is_some_and(|source| (limits.open)(source));
    (!fix.edits.is_empty() && fix.edits.iter().all(|edit| open(edit.span.file))).then_some(fix)
}

/// Those that don't get in each other's way, in the order of findings. Fixes with the very same edits are one.
fn choose<'a>(plans: &[Plan<'a>]) -> Vec<Plan<'a>> {
    let mut taken = patch::Taken::default();
    plans.iter().filter(|plan| taken.take(&plan.fix.edits)).copied().collect()
}

fn patches(plans: &[Plan<'_>]) -> Vec<Patch> {
    Patch::by_file(plans.iter().flat_map(|plan| plan.fix.edits.iter()).cloned())
}

/// Applies a batch, reads all again and puts the files back. The findings then, or which findings' fixes don't hold.
fn attempt(
    sources: &mut [Source],
    before: &Checked,
    plans: &[Plan<'_>],
    check: &dyn Fn(&[Source]) -> Checked,
) -> Result<Checked, HashSet<usize>> {
    let patches = patches(plans);
    let of_files = |files: &[FileId]| -> HashSet<usize> {
        let touches = |plan: &&Plan<'_>| plan.fix.edits.iter().any(|edit| files.contains(&edit.span.file));
        plans.iter().filter(touches).map(|plan| plan.index).collect()
    };
    let mut swapped = Vec::new();
    let mut wild = Vec::new();
    for patch in &patches {
        let Some(old) = sources.get_mut(patch.file.0 as usize) else { continue };
        let new = patch.apply(old);
        if !fields::only_named(old, &new, patch) {
            wild.push(patch.file);
        }
        swapped.push((patch.file, std::mem::replace(old, new)));
    }
    let result = if wild.is_empty() {
        let after = check(sources);
        let fixed: Vec<(usize, &Finding)> = plans.iter().map(|plan| (plan.index, plan.finding)).collect();
        match proof::holds(&proof::Change { before, after: &after, fixed: &fixed, patches: &patches }) {
            Ok(()) => Ok(after),
            Err(proof::Broken::Still(still)) => Err(still),
            Err(proof::Broken::New(files)) => Err(of_files(&files)),
        }
    } else {
        Err(of_files(&wild))
    };
    for (file, old) in swapped {
        if let Some(source) = sources.get_mut(file.0 as usize) {
            *source = old;
        }
    }
    result
}

/// Puts the two parts of a batch that failed in line: what nobody suspects first, then the suspects by halves.
fn split<'a>(batch: Vec<Plan<'a>>, suspects: &HashSet<usize>, waiting: &mut Vec<Vec<Plan<'a>>>, mut refuse: impl FnMut(&Plan<'a>)) {
    if let [alone] = batch.as_slice() {
        return refuse(alone);
    }
    let (mut suspected, mut free): (Vec<_>, Vec<_>) = batch.into_iter().partition(|plan| suspects.contains(&plan.index));
    if suspected.is_empty() || free.is_empty() {
        suspected.append(&mut free);
        free = suspected.split_off(suspected.len() / 2);
    }
    waiting.push(suspected);
    waiting.push(free);
}

/// Whether the fault kept the object from being read or applied: what it hid may come to light when it is mended.
fn hides(finding: &Finding) -> bool {
    finding.severity == Severity::Error || finding.confidence == crate::finding::Confidence::Certain && finding.server.is_some()
}
