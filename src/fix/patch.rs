//! The edits of one file: put in order, applied, and where a place of the old text is in the new. Knows no finding.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Edit;
use crate::source::{FileId, Source, Span};

/// Edits of one file, ascending, none overlapping.
#[derive(Debug)]
pub struct Patch {
    pub file: FileId,
    edits: Vec<Edit>,
    /// By how much the text has grown before each edit, and after the last.
    grown: Vec<i64>,
}

impl Patch {
    /// Sorts edits by file; the same edit twice is one.
    pub fn by_file(edits: impl Iterator<Item = Edit>) -> Vec<Self> {
        let mut files: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            files.entry(edit.span.file).or_default().push(edit);
        }
        let patch = |(file, mut edits): (FileId, Vec<Edit>)| {
            edits.sort_by_key(|edit| edit.span);
            edits.dedup();
            let sums = edits.iter().scan(0, |sum, edit| {
                *sum += i64::try_from(edit.replacement.len()).unwrap_or(0) - i64::from(edit.span.end - edit.span.start);
                Some(*sum)
            });
            let grown = std::iter::once(0).chain(sums).collect();
            Self { file, edits, grown }
        };
        files.into_iter().map(patch).collect()
    }

    /// The file with the edits made.
    pub fn apply(&self, source: &Source) -> Source {
        let mut text = String::with_capacity(source.text.len());
        let mut from = 0;
        for edit in &self.edits {
            text.push_str(source.slice(source.span(from, edit.span.start)));
            text.push_str(&edit.replacement);
            from = edit.span.end;
        }
        text.push_str(source.slice(source.span(from, source.len())));
        Source::new(source.id, source.path.clone(), text.into_bytes())
    }

    /// Whether any edit lies in this range of the old text, its ends included.
    pub fn touches(&self, start: u32, end: u32) -> bool {
        let next = self.edits.partition_point(|edit| edit.span.end < start);
        self.edits.get(next).is_some_and(|edit| edit.span.start <= end)
    }

    /// Where an offset of the old text is in the new: what is inserted there comes before it.
    pub fn moved(&self, offset: u32) -> u32 {
        self.shift(offset, self.edits.partition_point(|edit| edit.span.end <= offset))
    }

    /// The same, with what is inserted there after it.
    pub fn moved_before(&self, offset: u32) -> u32 {
        self.shift(offset, self.edits.partition_point(|edit| edit.span.end < offset || edit.span.end == offset && edit.span.start < offset))
    }

    fn shift(&self, offset: u32, passed: usize) -> u32 {
        let mut at = i64::from(offset) + self.grown.get(passed).copied().unwrap_or(0);
        if let Some(edit) = self.edits.get(passed).filter(|edit| edit.span.start < offset) {
            at -= i64::from(offset - edit.span.start);
        }
        u32::try_from(at).unwrap_or(0)
    }

    /// Whether no edit in this range takes more than one line out, by any line break that YAML knows.
    pub fn takes_out_single_lines(&self, source: &Source, within: Span) -> bool {
        let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
        self.edits
            .iter()
            .filter(|edit| within.contains(edit.span))
            .all(|edit| !source.slice(edit.span).trim_end_matches(['\n', '\r']).contains(breaks))
    }

    /// The ranges of the old text that are replaced.
    pub fn old_ranges(&self) -> Vec<(u32, u32)> {
        self.edits.iter().map(|edit| (edit.span.start, edit.span.end)).collect()
    }

    /// The ranges of the new text that are new.
    pub fn new_ranges(&self) -> Vec<(u32, u32)> {
        let range = |(edit, grown): (&Edit, &i64)| {
            let start = u32::try_from(i64::from(edit.span.start) + grown).unwrap_or(0);
            (start, start + u32::try_from(edit.replacement.len()).unwrap_or(0))
        };
        self.edits.iter().zip(&self.grown).map(range).collect()
    }
}

/// Edits already chosen.
#[derive(Default)]
pub struct Taken {
    /// By file, their ranges by start, so that neighbours are found at once.
    ranges: HashMap<FileId, BTreeMap<u32, Edit>>,
}

impl Taken {
    /// Takes all edits of a fix, or none: those that overlap or touch others wait. The very same edits again are free.
    pub fn take(&mut self, edits: &[Edit]) -> bool {
        let mut spans: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
        spans.sort_unstable();
        let clash = |pair: &[Span]| matches!(pair, [a, b] if a.file == b.file && !beside(*a, *b));
        let free = !spans.windows(2).any(clash)
            && edits.iter().all(|edit| edit.span.start <= edit.span.end && (self.has(edit) || self.is_free(edit.span)));
        let known = edits.iter().filter(|edit| self.has(edit)).count();
        if !free || known != 0 && known != edits.len() {
            return false;
        }
        for edit in edits {
            self.ranges.entry(edit.span.file).or_default().insert(edit.span.start, edit.clone());
        }
        true
    }

    fn has(&self, edit: &Edit) -> bool {
        self.ranges.get(&edit.span.file).and_then(|ranges| ranges.get(&edit.span.start)) == Some(edit)
    }

    fn is_free(&self, span: Span) -> bool {
        let Some(ranges) = self.ranges.get(&span.file) else { return true };
        let before = ranges.range(..=span.end).next_back();
        before.is_none_or(|(_, edit)| apart(edit.span, span))
    }
}

/// Whether two ranges have no byte between or at their ends in common.
fn apart(a: Span, b: Span) -> bool {
    a.end < b.start || b.end < a.start
}

/// Whether two ranges of one fix don't overlap; they may touch, but not insert at one place.
fn beside(a: Span, b: Span) -> bool {
    (a.end <= b.start || b.end <= a.start) && a.start != b.start
}
