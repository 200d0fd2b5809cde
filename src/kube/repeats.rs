//! Keys that one mapping has twice, of which kubectl keeps the last. Knows the text, not the kinds.

use std::collections::HashSet;

use super::near;
use super::object::Object;
use crate::yaml::{Entry, Kind, Marks, NodeId, Tree, Value};

/// A key that a mapping has more than once.
#[derive(Clone, Debug)]
pub struct Repeat<'o, 's> {
    /// The mapping.
    pub mapping: Value<'o, 's>,
    /// Its entries of that key, in the order of the text; the last one counts.
    pub entries: Vec<Entry<'o, 's>>,
}

/// All repeated keys of an object, in the order of the text.
#[must_use]
pub fn of<'o, 's>(object: &'o Object<'s>) -> Vec<Repeat<'o, 's>> {
    if !object.may_repeat_keys {
        return Vec::new();
    }
    let Some(root) = object.value() else { return Vec::new() };
    let ids = root.id.0..root.node().next.0;
    let mut repeats = Vec::new();
    for mapping in ids.map(|id| Value { tree: root.tree, id: NodeId(id) }).filter(|value| value.kind() == Kind::Mapping) {
        if may_repeat(mapping) {
            within(mapping, &mut repeats);
        }
    }
    repeats
}

/// Whether any mapping of a tree has a key more than once.
#[must_use]
pub fn any(tree: &Tree<'_>) -> bool {
    if !tree.may_repeat_keys() {
        return false;
    }
    let ids = 0..u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX);
    let mappings = ids.filter_map(|id| tree.value(NodeId(id))).filter(|value| value.kind() == Kind::Mapping);
    mappings.filter(|mapping| may_repeat(*mapping)).any(|mapping| {
        let mut repeats = Vec::new();
        within(mapping, &mut repeats);
        !repeats.is_empty()
    })
}

/// Up to this many keys are compared one by one; it costs less than hashing.
const FEW: usize = 24;

/// Whether two keys of a mapping are written alike; of one with many keys, whether they may be.
fn may_repeat(mapping: Value<'_, '_>) -> bool {
    if mapping.has_only_different_keys() {
        return false;
    }
    let mut marks = Marks::default();
    for (at, entry) in mapping.entries().enumerate() {
        let key = entry.key.text();
        if at >= FEW || !marks.is_new(key) && mapping.entries().take(at).any(|other| other.key.text() == key) {
            return true;
        }
    }
    false
}

fn within<'o, 's>(mapping: Value<'o, 's>, repeats: &mut Vec<Repeat<'o, 's>>) {
    let mut seen = HashSet::new();
    let mut twice: Vec<&str> = Vec::new();
    for key in mapping.entries().map(|entry| entry.key).filter(|key| key.kind() == Kind::Scalar && key.text() != "<<") {
        if !seen.insert(key.text()) && !twice.contains(&key.text()) {
            twice.push(key.text());
        }
    }
    let entries = |key: &str| mapping.entries().filter(|entry| entry.key.text() == key).collect();
    repeats.extend(twice.into_iter().map(|key| Repeat { mapping, entries: entries(key) }));
}

/// An object that another one follows in its document, `---` having been forgotten: kubectl loses it.
#[derive(Clone, Debug)]
pub struct Lost<'o, 's> {
    /// Its keys.
    pub entries: Vec<Entry<'o, 's>>,
    /// The first key of the object behind it.
    pub seam: Entry<'o, 's>,
}

impl<'o, 's> Lost<'o, 's> {
    /// Its entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<Entry<'o, 's>> {
        self.entries.iter().find(|entry| entry.key.text() == key).copied()
    }

    /// What it has under a key, where that is text.
    #[must_use]
    pub fn text(&self, key: &str) -> &'o str {
        self.entry(key).and_then(|entry| entry.value.follow().as_str()).unwrap_or_default()
    }

    /// The entry whose key may have been meant for this one.
    #[must_use]
    pub fn nearly(&self, key: &str) -> Option<Entry<'o, 's>> {
        nearly(&self.entries, key)
    }
}

/// The entry of an object whose key may have been meant for this one, which it lacks.
#[must_use]
pub fn nearly_in<'o, 's>(object: &'o Object<'s>, key: &str) -> Option<Entry<'o, 's>> {
    let entries: Vec<_> = object.value().filter(|root| root.kind() == Kind::Mapping)?.entries().collect();
    nearly(&entries, key).filter(|_| !entries.iter().any(|entry| entry.key.text() == key))
}

fn nearly<'o, 's>(entries: &[Entry<'o, 's>], key: &str) -> Option<Entry<'o, 's>> {
    entries.iter().find(|entry| near::did_you_mean(entry.key.text(), [key]).is_some()).copied()
}

/// What every object begins with.
const HEAD: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Whether a document holds several objects with no `---` between them.
#[must_use]
pub fn is_several(object: &Object<'_>) -> bool {
    if !object.may_repeat_keys {
        return false;
    }
    let Some(root) = object.value().filter(|root| root.kind() == Kind::Mapping && !root.has_only_different_keys()) else { return false };
    let mut heads = HEAD.map(|key| (key, 0));
    for entry in root.entries() {
        for (_, times) in heads.iter_mut().filter(|(key, _)| *key == entry.key.text()) {
            *times += 1;
        }
    }
    heads.iter().filter(|(_, times)| *times > 1).count() > 1
}

/// The objects of one document that are lost, in their order: all but the last.
#[must_use]
pub fn lost<'o, 's>(object: &'o Object<'s>) -> Vec<Lost<'o, 's>> {
    let Some(root) = object.value().filter(|_| is_several(object)) else { return Vec::new() };
    let mut all = Vec::new();
    let mut open: Vec<Entry<'_, '_>> = Vec::new();
    let mut seen = HashSet::new();
    for entry in root.entries() {
        if seen.insert(entry.key.text()) {
            open.push(entry);
            continue;
        }
        // `apiVersioin: v1` above and `apiVersion: v1` right before the repeated key: that one is the second object's.
        let meant_above = |it: &Entry<'_, '_>| HEAD.contains(&it.key.text()) && nearly(&open, it.key.text()).is_some();
        let own = open.iter().rev().take_while(|it| meant_above(it)).count();
        let mut next = open.split_off(open.len() - own);
        next.push(entry);
        seen = next.iter().map(|it| it.key.text()).collect();
        let seam = next.first().copied().unwrap_or(entry);
        all.push(Lost { entries: std::mem::replace(&mut open, next), seam });
    }
    all
}

/// The path of a node within an object: `spec.template.spec.containers[0]`.
#[must_use]
pub fn path(object: &Object<'_>, to: NodeId) -> String {
    let mut path = String::new();
    let mut at = object.value();
    while let Some(value) = at.filter(|value| value.id != to) {
        let holds = |child: Value<'_, '_>| child.id.0 <= to.0 && to.0 < child.node().next.0;
        at = match value.kind() {
            Kind::Mapping => value.entries().find(|entry| holds(entry.key) || holds(entry.value)).map(|entry| {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(entry.key.text());
                entry.value
            }),
            Kind::Sequence => value.items().enumerate().find(|(_, item)| holds(*item)).map(|(index, item)| {
                path.push_str(&format!("[{index}]"));
                item
            }),
            _ => None,
        };
    }
    path
}
