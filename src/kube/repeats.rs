//! Keys that one mapping has twice, of which kubectl keeps the last. Knows the text, not the kinds.

use std::collections::HashSet;

use super::object::Object;
use crate::yaml::{Entry, Kind, NodeId, Tree, Value};

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
    let mut marks = 0u128;
    for (at, entry) in mapping.entries().enumerate() {
        let key = entry.key.text();
        let letter = |at: usize| usize::from(key.as_bytes().get(at).copied().unwrap_or(0));
        // Keys of another mark are other keys; those of one mark may be.
        let mark = 1 << ((key.len() + 3 * letter(0) + 7 * letter(key.len() / 2) + 13 * letter(key.len().wrapping_sub(1))) % 128);
        if at >= FEW || marks & mark != 0 && mapping.entries().take(at).any(|other| other.key.text() == key) {
            return true;
        }
        marks |= mark;
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

/// Where a second object begins within one document, `---` having been forgotten: the first key of each further object.
#[must_use]
pub fn seams<'o, 's>(object: &'o Object<'s>) -> Vec<Entry<'o, 's>> {
    let Some(root) = object.value().filter(|root| root.kind() == Kind::Mapping) else { return Vec::new() };
    let mut heads = [0; 3];
    for entry in root.entries() {
        match entry.key.text() {
            "apiVersion" => heads[0] += 1,
            "kind" => heads[1] += 1,
            "metadata" => heads[2] += 1,
            _ => {}
        }
    }
    if heads.iter().filter(|times| **times > 1).count() < 2 {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut seams = Vec::new();
    for entry in root.entries() {
        if !seen.insert(entry.key.text().to_string()) {
            seams.push(entry);
            seen.clear();
            seen.insert(entry.key.text().to_string());
        }
    }
    seams
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
