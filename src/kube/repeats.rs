//! Keys that one mapping has twice, of which kubectl keeps the last. Knows the text, not the kinds.

use std::collections::HashSet;

use super::object::Object;
use crate::yaml::{Entry, Kind, NodeId, Value};

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
    let mappings = ids.map(|id| Value { tree: root.tree, id: NodeId(id) }).filter(|value| value.kind() == Kind::Mapping);
    mappings.flat_map(within).collect()
}

/// Up to this many keys are compared one by one; it costs less than hashing.
const FEW: usize = 24;

fn within<'o, 's>(mapping: Value<'o, 's>) -> Vec<Repeat<'o, 's>> {
    let few = mapping.entries().nth(FEW).is_none();
    if few && !mapping.entries().enumerate().any(|(at, entry)| mapping.entries().take(at).any(|other| other.key.text() == entry.key.text()))
    {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut twice: Vec<&str> = Vec::new();
    for key in mapping.entries().map(|entry| entry.key).filter(|key| key.kind() == Kind::Scalar && key.text() != "<<") {
        if !seen.insert(key.text()) && !twice.contains(&key.text()) {
            twice.push(key.text());
        }
    }
    let entries = |key: &str| mapping.entries().filter(|entry| entry.key.text() == key).collect();
    twice.into_iter().map(|key| Repeat { mapping, entries: entries(key) }).collect()
}

/// Where a second object begins within one document, `---` having been forgotten: the first key of each further object.
#[must_use]
pub fn seams<'o, 's>(object: &'o Object<'s>) -> Vec<Entry<'o, 's>> {
    let Some(root) = object.value().filter(|root| root.kind() == Kind::Mapping) else { return Vec::new() };
    let count = |key: &str| root.entries().filter(|entry| entry.key.text() == key).count();
    let heads = ["apiVersion", "kind", "metadata"].iter().filter(|key| count(key) > 1).count();
    if heads < 2 {
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
