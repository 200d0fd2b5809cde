//! A mapping as Kubernetes sees it: merge keys applied, of equal keys the last. Knows no scanner.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use super::resolve::Scalar;
use super::tree::{Entry, Kind, MERGES, MIXED, NodeId, Shape, Tree, Value};

/// One key with its value after merging.
#[derive(Clone, Debug)]
pub struct Pair<'t, 's> {
    /// The key as JSON has it.
    pub name: Cow<'t, str>,
    /// Where both stand.
    pub entry: Entry<'t, 's>,
}

/// A pair that another one with the same key overrides: kubectl keeps the last and says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'t, 's> {
    /// The one that is lost.
    pub lost: Entry<'t, 's>,
    /// The one that stays.
    pub kept: Entry<'t, 's>,
}

/// Up to this many keys are compared one by one; it costs less than hashing.
const FEW: usize = 24;

impl<'t, 's> Value<'t, 's> {
    /// The pairs as Kubernetes sees them, in order of their keys' first appearance.
    #[must_use]
    pub fn effective(self) -> Vec<Pair<'t, 's>> {
        let mut pairs = Vec::new();
        self.effective_into(&mut pairs, |_| ());
        pairs
    }

    /// The pairs as Kubernetes sees them, without a list of them where they are just as they are written.
    pub fn pairs(self) -> impl Iterator<Item = Pair<'t, 's>> {
        let written = self.is_effective_as_written().then(|| self.entries());
        let gathered = if written.is_none() { self.effective() } else { Vec::new() };
        let pair = |entry: Entry<'t, 's>| Pair { name: Cow::Borrowed(entry.key.follow().text()), entry };
        written.into_iter().flatten().map(pair).chain(gathered)
    }

    /// The pairs of this mapping that a later one overrides, as written here: merges don't count.
    #[must_use]
    pub fn duplicates(self) -> Vec<Lost<'t, 's>> {
        let mut all = Vec::new();
        let mut pairs = Vec::new();
        self.effective_into(&mut pairs, |lost| all.push(lost));
        all
    }

    /// Whether the effective pairs are the entries just as they are written: nothing is merged, no key is there twice, and all
    /// keys are text. Nearly every mapping is so; of one with a million keys no list need be made.
    pub(super) fn is_effective_as_written(self) -> bool {
        let mapping = self.follow();
        if mapping.kind() != Kind::Mapping || mapping.node().flags & MERGES != 0 {
            return false;
        }
        if mapping.node().flags & MIXED == 0 {
            return true;
        }
        let keys = || mapping.entries().map(|entry| if let Some(Scalar::Str(text)) = entry.key.scalar() { Some(text) } else { None });
        let mut marks = Marks::default();
        let few = keys()
            .take(FEW)
            .enumerate()
            .all(|(at, key)| key.is_some_and(|key| marks.is_new(key) || !keys().take(at).any(|other| other == Some(key))));
        if !few || keys().nth(FEW).is_none() {
            return few;
        }
        // Keys of one hash may be alike.
        let mut seen: HashSet<u64, foldhash::fast::RandomState> = HashSet::default();
        let hash = foldhash::fast::RandomState::default();
        keys().all(|key| key.is_some_and(|key| seen.insert(hash.hash_one(key))))
    }

    /// Whether no two keys of this mapping can be written alike: it was seen in reading them. False also for what is no mapping.
    #[must_use]
    pub fn has_only_different_keys(self) -> bool {
        let node = self.node();
        matches!(node.shape, Shape::Mapping(_)) && node.flags & MIXED == 0
    }

    /// Appends the effective pairs to `pairs`, and tells of each pair that is written twice in this mapping.
    pub(super) fn effective_into(self, pairs: &mut Vec<Pair<'t, 's>>, mut lost: impl FnMut(Lost<'t, 's>)) {
        let mapping = self.follow();
        if mapping.kind() != Kind::Mapping {
            return;
        }
        if mapping.node().flags & (MERGES | MIXED) == 0 {
            pairs.extend(mapping.entries().map(|entry| Pair { name: Cow::Borrowed(entry.key.text()), entry }));
            return;
        }
        let base = pairs.len();
        let mut index = HashMap::new();
        if mapping.node().flags & MERGES == 0 {
            for entry in mapping.entries() {
                if let Some(name) = entry.key.key_name()
                    && let Some(before) = put(pairs, base, &mut index, Pair { name, entry })
                {
                    lost(Lost { lost: before, kept: entry });
                }
            }
            return;
        }
        let own = mapping.id;
        let mut open = vec![(own, NodeId(own.0 + 1))];
        while let Some((id, next)) = open.pop() {
            let end = mapping.at(id).node().next;
            if next >= end {
                continue;
            }
            let key = mapping.at(next);
            let value = mapping.at(key.node().next);
            open.push((id, value.node().next));
            if key.is_merge_key() {
                // of several merged mappings the first wins, so it is applied last
                merged(value).for_each(|source| open.push((source.id, NodeId(source.id.0 + 1))));
            } else if let Some(name) = key.key_name() {
                let entry = Entry { key, value };
                if let Some(before) = put(pairs, base, &mut index, Pair { name, entry }) {
                    let written_here = |entry: Entry<'_, '_>| (own.0 < entry.key.id.0) && entry.key.id < mapping.node().next;
                    if id == own && written_here(before) {
                        lost(Lost { lost: before, kept: entry });
                    }
                }
            }
        }
    }
}

impl<'s> Tree<'s> {
    /// The pairs of any mapping of the tree that a later one of the same mapping overrides.
    #[must_use]
    pub fn duplicates(&self) -> Vec<Lost<'_, 's>> {
        let ids = (0..self.len().0).map(NodeId);
        let mappings = ids.filter_map(|id| self.value(id)).filter(|value| value.kind() == Kind::Mapping);
        mappings.flat_map(Value::duplicates).collect()
    }
}

/// Which keys may have been seen: those of another mark are other keys.
#[derive(Default)]
pub struct Marks(u128);

impl Marks {
    /// Marks a key; whether it is certainly another than all before it.
    #[must_use]
    pub fn is_new(&mut self, key: &str) -> bool {
        let letter = |at: usize| usize::from(key.as_bytes().get(at).copied().unwrap_or(0));
        let mark = 1 << ((key.len() + 3 * letter(0) + 7 * letter(key.len() / 2) + 13 * letter(key.len().wrapping_sub(1))) % 128);
        let is_new = self.0 & mark == 0;
        self.0 |= mark;
        is_new
    }
}

/// The mappings that a merge key's value names.
fn merged<'t, 's>(value: Value<'t, 's>) -> impl Iterator<Item = Value<'t, 's>> {
    let single = value.is_mapping().then(|| value.follow());
    let several = (value.kind() == Kind::Sequence).then(|| value.items()).into_iter().flatten();
    single.into_iter().chain(several.map(Value::follow).filter(|item| item.kind() == Kind::Mapping))
}

/// Puts a pair in; answers with the one it replaces.
fn put<'t, 's>(
    pairs: &mut Vec<Pair<'t, 's>>,
    base: usize,
    index: &mut HashMap<Cow<'t, str>, usize>,
    pair: Pair<'t, 's>,
) -> Option<Entry<'t, 's>> {
    let known = pairs.len() - base;
    let found = if known <= FEW {
        pairs.iter().skip(base).position(|known| known.name == pair.name).map(|at| base + at)
    } else {
        if index.is_empty() {
            index.extend(pairs.iter().enumerate().skip(base).map(|(at, pair)| (pair.name.clone(), at)));
        }
        index.get(&pair.name).copied()
    };
    match found.and_then(|at| pairs.get_mut(at)) {
        Some(known) => Some(std::mem::replace(known, pair).entry),
        None => {
            if !index.is_empty() {
                index.insert(pair.name.clone(), pairs.len());
            }
            pairs.push(pair);
            None
        }
    }
}
