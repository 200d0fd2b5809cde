//! Whether the findings after a change are those before it without the mended ones. Knows no text.

use std::collections::{HashMap, HashSet};

use super::hides;
use super::patch::Patch;
use crate::check::Checked;
use crate::finding::{Finding, Severity};
use crate::source::{FileId, Span};

/// A change to be judged.
pub struct Change<'a> {
    pub before: &'a Checked,
    pub after: &'a Checked,
    /// The findings that it should mend, with their place among those before.
    pub fixed: &'a [(usize, &'a Finding)],
    pub patches: &'a [Patch],
}

/// Why a change doesn't hold.
pub enum Broken {
    /// These findings are still there.
    Still(HashSet<usize>),
    /// Something new appeared; edits of these files may have brought it.
    New(Vec<FileId>),
}

/// Judges a change: every mended finding is gone, and nothing is found that was not there before.
/// What an error hid may come to light where it was mended, but not in the words that the fix itself has written.
pub fn holds(change: &Change<'_>) -> Result<(), Broken> {
    let patches: HashMap<FileId, &Patch> = change.patches.iter().map(|patch| (patch.file, patch)).collect();
    let key = |rule: &'static str, span: Span| (rule, span.file, span.start);
    let moved = |span: Span| match patches.get(&span.file) {
        Some(patch) => Span { start: patch.moved(span.start), ..span },
        None => span,
    };
    let mut expected: HashMap<_, usize> = HashMap::new();
    let mended: HashSet<usize> = change.fixed.iter().map(|(index, _)| *index).collect();
    let left: Vec<&Finding> =
        change.before.findings.iter().enumerate().filter(|(index, _)| !mended.contains(index)).map(|(_, finding)| finding).collect();
    for finding in &left {
        *expected.entry(key(finding.rule, moved(finding.span()))).or_default() += 1;
    }
    let same: HashMap<_, usize> = change.fixed.iter().filter_map(|(index, finding)| Some((field(finding)?, *index))).collect();
    let fixed: HashMap<_, usize> = change.fixed.iter().map(|(index, finding)| (key(finding.rule, moved(finding.span())), *index)).collect();
    let (mut still, mut new) = (HashSet::new(), Vec::new());
    for finding in &change.after.findings {
        let key = key(finding.rule, finding.span());
        match expected.get_mut(&key) {
            Some(count) if *count > 0 => *count -= 1,
            _ => match fixed.get(&key) {
                Some(index) => _ = still.insert(*index),
                // The same fault of the same field, shown at another place.
                None => match field(finding).and_then(|field| same.get(&field)) {
                    Some(index) => _ = still.insert(*index),
                    None => new.push(finding),
                },
            },
        }
    }
    if !still.is_empty() {
        return Err(Broken::Still(still));
    }
    let mut gone: HashMap<_, Vec<Severity>> = HashMap::new();
    for finding in left {
        match expected.get_mut(&key(finding.rule, moved(finding.span()))) {
            Some(count) if *count > 0 => {
                *count -= 1;
                gone.entry(whose(finding)).or_default().push(finding.severity);
            }
            _ => {}
        }
    }
    // What is told of an object at another place than before is not new.
    new.retain(|finding| {
        let told = gone.entry(whose(finding)).or_default();
        let at = told.iter().position(|severity| *severity >= finding.severity);
        at.map(|at| told.swap_remove(at)).is_none()
    });
    // Of documents that nobody read before everything is new.
    let more = change.after.documents > change.before.documents;
    let opened: HashSet<FileId> = change.fixed.iter().filter(|(_, it)| more || hides(it)).map(|(_, it)| it.span().file).collect();
    let made: HashMap<FileId, Vec<(u32, u32)>> = change.patches.iter().map(|patch| (patch.file, patch.new_ranges())).collect();
    let renamed: HashSet<(FileId, String)> = change.fixed.iter().flat_map(|(_, finding)| renamed(finding)).collect();
    let bad: Vec<&Finding> =
        new.into_iter().filter(|finding| !was_hidden(finding, &opened, &made) || does_not_fit(finding, &renamed)).collect();
    if bad.is_empty() {
        return Ok(());
    }
    let files = bad.iter().flat_map(|finding| finding.labels.iter().map(|label| label.span.file));
    Err(Broken::New(files.filter(|file| patches.contains_key(file)).collect()))
}

/// A rule and the object that it speaks of: a file's document, and the item of a List.
type Whose = (&'static str, FileId, Option<(u32, Option<u32>)>);

fn whose(finding: &Finding) -> Whose {
    (finding.rule, finding.span().file, finding.object.as_ref().map(|object| (object.document, object.item)))
}

/// The rule, the object and the field of a finding, where it names one.
fn field(finding: &Finding) -> Option<(Whose, &str)> {
    Some((whose(finding), finding.field.as_deref()?))
}

/// Whether a new finding has to do with a file in which an error was mended, and is not of the fix's own making.
fn was_hidden(finding: &Finding, opened: &HashSet<FileId>, made: &HashMap<FileId, Vec<(u32, u32)>>) -> bool {
    let at = finding.span();
    let ranges = made.get(&at.file).map_or(&[][..], Vec::as_slice);
    let next = ranges.partition_point(|(_, end)| *end <= at.start);
    let own_making = ranges.get(next).is_some_and(|(start, _)| *start < at.end);
    let near = finding.labels.iter().any(|label| opened.contains(&label.span.file));
    near && (finding.severity == Severity::Info || !own_making)
}

/// The fields that a fix names anew.
fn renamed(finding: &Finding) -> Vec<(FileId, String)> {
    let (Some(field), Some(fix)) = (&finding.field, &finding.fix) else { return Vec::new() };
    let parent = field.rsplit_once('.').map_or("", |(parent, _)| parent);
    let path = |key: &str| if parent.is_empty() { key.to_owned() } else { format!("{parent}.{key}") };
    fix.edits.iter().map(|edit| (edit.span.file, path(&edit.replacement))).collect()
}

/// Whether a value can't be decoded under its new name: then that name was not the one meant.
fn does_not_fit(finding: &Finding, renamed: &HashSet<(FileId, String)>) -> bool {
    let undecodable = finding.server.as_ref().is_some_and(|server| server.reason == "BadRequest");
    let field = finding.field.as_ref().filter(|_| undecodable);
    field.is_some_and(|field| renamed.contains(&(finding.span().file, field.clone())))
}
