//! Whether a change of a file changed only the fields that its edits stand in, as Kubernetes decodes them. Knows no finding.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::patch::Patch;
use crate::source::{Source, Span};
use crate::yaml::{self, Chunk, Kind, Tree, Value};

/// Values of a document at most; in a larger one nothing is mended.
const MOST_VALUES: usize = 500_000;
/// Parts of a path are told apart by a character that no key of a manifest has.
const STEP: char = '\u{1f}';

/// Whether only named fields changed, no document was lost and every comment is still there.
pub fn only_named(old: &Source, new: &Source, patch: &Patch) -> bool {
    let after = yaml::documents(new);
    let by_start: HashMap<u32, &Chunk> = after.iter().map(|chunk| (chunk.span.start, chunk)).collect();
    let mut accounted = 0;
    for chunk in yaml::documents(old) {
        if !patch.touches(chunk.span.start, chunk.span.end) {
            let same = by_start.get(&patch.moved(chunk.span.start)).filter(|other| new.slice(other.span) == old.slice(chunk.span));
            if same.is_none() {
                return false;
            }
            accounted += 1;
            continue;
        }
        let (first, last) = (patch.moved_before(chunk.span.start), patch.moved(chunk.span.end));
        let from = after.partition_point(|other| other.span.start < first);
        let to = after.partition_point(|other| other.span.start < last.max(first + 1));
        let made: Vec<&Chunk> = after.iter().take(to).skip(from).collect();
        accounted += made.len();
        if !document(old, &chunk, new, &made, patch) {
            return false;
        }
    }
    accounted == after.len()
}

/// Whether what became of one document is that document with its named fields changed.
fn document(old: &Source, chunk: &Chunk, new: &Source, made: &[&Chunk], patch: &Patch) -> bool {
    let Ok(trees) = made.iter().map(|chunk| yaml::read(new, chunk)).collect::<Result<Vec<_>, _>>() else { return false };
    let before = yaml::read(old, chunk);
    if before.is_err() && !patch.takes_out_single_lines(old, chunk.span) {
        return false; // what can't be read can't be compared either
    }
    if trees.is_empty() {
        return before.is_err(); // a line that made a document of its own and is gone
    }
    let Ok(before) = before else { return trees.iter().any(|tree| tree.root().is_some()) };
    if chunk.is_json() && !made.iter().all(|chunk| chunk.is_json()) {
        return false;
    }
    let comments = |source: &Source, trees: &[&Tree<'_>]| -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for span in trees.iter().flat_map(|tree| tree.comments()) {
            *counted.entry(source.slice(span).to_owned()).or_default() += 1;
        }
        counted
    };
    // What kubectl ignores after `...` had its comments too; they count once the text is read.
    let had = comments(old, &[&before]);
    let has = comments(new, &trees.iter().collect::<Vec<_>>());
    if had.iter().any(|(text, count)| has.get(text).is_none_or(|now| now < count)) {
        return false;
    }
    let Some(values) = Values::of(&before, &patch.old_ranges()) else { return false };
    match trees.as_slice() {
        [tree] => Values::of(tree, &patch.new_ranges()).is_some_and(|after| values.differ_only_where_named(&after)),
        // One document became several: nothing that counted before may be lost.
        several => {
            let all: Option<Vec<Values>> = several.iter().map(|tree| Values::of(tree, &[])).collect();
            let lost = |all: &[Values]| {
                let mut kept = values.leaves.iter().filter(|(path, _)| !values.names(path));
                kept.any(|(path, value)| all.iter().all(|it| it.leaves.get(path) != Some(value)))
            };
            all.is_some_and(|all| !lost(&all))
        }
    }
}

/// A document's values by path, and the paths that edits stand in.
struct Values {
    leaves: HashMap<String, String>,
    /// Paths that hold something, so that a null that gives way to it is known.
    inner: HashSet<String>,
    named: HashSet<String>,
}

impl Values {
    /// None where there are too many.
    fn of(tree: &Tree<'_>, ranges: &[(u32, u32)]) -> Option<Self> {
        let mut values = Self { leaves: HashMap::new(), inner: HashSet::new(), named: HashSet::new() };
        let touched = |span: Span| {
            let next = ranges.partition_point(|(_, end)| *end <= span.start);
            span.start < span.end && ranges.get(next).is_some_and(|(start, end)| start < end && *start < span.end)
        };
        let Some(root) = tree.root() else { return Some(values) };
        // A value reached over an alias or a merge stands elsewhere: an edit there doesn't name this place.
        let mut open = vec![(root, String::new(), true)];
        while let Some((value, path, here)) = open.pop() {
            if values.leaves.len() + open.len() > MOST_VALUES {
                return None;
            }
            let here = here && !matches!(value.kind(), Kind::Alias(_));
            let target = value.follow();
            let leaf = match target.kind() {
                Kind::Mapping => values.mapping(target, &path, here, &touched, &mut open),
                Kind::Sequence => {
                    let before = open.len();
                    open.extend(target.items().enumerate().map(|(index, item)| (item, format!("{path}{STEP}{index}"), here)));
                    open.len() == before
                }
                _ => true,
            };
            if leaf {
                if here && touched(target.span()) {
                    values.named.insert(path.clone());
                }
                values.leaves.insert(path, yaml::value_json(target));
            } else {
                values.inner.insert(path);
            }
        }
        Some(values)
    }

    /// Opens a mapping's entries; whether it has none.
    fn mapping<'t, 's>(
        &mut self,
        mapping: Value<'t, 's>,
        path: &str,
        here: bool,
        touched: &dyn Fn(Span) -> bool,
        open: &mut Vec<(Value<'t, 's>, String, bool)>,
    ) -> bool {
        let own = |value: Value<'_, '_>| mapping.id < value.id && value.id < mapping.node().next;
        let pairs = mapping.effective();
        for pair in &pairs {
            let path = format!("{path}{STEP}{}", pair.name);
            let here = here && own(pair.entry.key);
            if here && touched(pair.entry.key.span()) {
                self.named.insert(path.clone());
            }
            open.push((pair.entry.value, path, here));
        }
        pairs.is_empty()
    }

    /// Whether an edit stands in this path or in one that it lies under.
    fn names(&self, path: &str) -> bool {
        let mut ends = path.match_indices(STEP).map(|(at, _)| at).skip(1).chain([path.len()]);
        !self.named.is_empty() && ends.any(|end| path.get(..end).is_some_and(|part| self.named.contains(part)))
    }

    fn differ_only_where_named(&self, after: &Self) -> bool {
        let is_named = |path: &str| self.names(path) || after.names(path);
        let filled = |path: &str, value: &str| matches!(value, "null" | "{}" | "[]") && after.inner.contains(path);
        let kept = |(path, value): (&String, &String)| after.leaves.get(path) == Some(value) || is_named(path) || filled(path, value);
        let added = |(path, _): (&String, &String)| self.leaves.contains_key(path) || is_named(path);
        self.leaves.iter().all(kept) && after.leaves.iter().all(added)
    }
}
