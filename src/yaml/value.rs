//! Walks a tree: text, meaning, items and entries as written. Knows no merge and no duplicate.

use std::borrow::Cow;

use super::number;
use super::resolve::{self, Scalar};
use super::tree::{Entry, INLINE, Kind, MERGES, Node, NodeId, Shape, Style, TAGGED, Tree, Value};
use crate::source::Span;

impl<'t, 's> Value<'t, 's> {
    /// The node itself.
    #[must_use]
    #[inline]
    pub fn node(self) -> &'t Node {
        #[allow(clippy::indexing_slicing)] // a Value is only made for a node that is there
        &self.tree.nodes[self.id.0 as usize]
    }

    /// Another node of the same tree.
    #[inline]
    pub(super) fn at(self, id: NodeId) -> Self {
        Self { tree: self.tree, id }
    }

    /// What it is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        let node = self.node();
        match node.shape {
            Shape::Scalar(_) => Kind::Scalar,
            Shape::Sequence(_) => Kind::Sequence,
            Shape::Mapping(_) => Kind::Mapping,
            Shape::Alias => Kind::Alias(NodeId(node.text)),
        }
    }

    /// How it is written; an alias counts as plain.
    #[must_use]
    pub fn style(self) -> Style {
        match self.node().shape {
            Shape::Scalar(style) | Shape::Sequence(style) | Shape::Mapping(style) => style,
            Shape::Alias => Style::Plain,
        }
    }

    /// The node an alias stands for, or this one.
    #[must_use]
    #[inline]
    pub fn follow(self) -> Self {
        match self.node().shape {
            Shape::Alias => self.at(NodeId(self.node().text)),
            _ => self,
        }
    }

    /// Its place.
    #[must_use]
    pub fn span(self) -> Span {
        let node = self.node();
        Span::new(self.tree.source(node).0, node.start, node.end)
    }

    /// A scalar's text with escapes and folding undone, whatever it means; empty for collections and aliases.
    #[must_use]
    #[inline]
    pub fn text(self) -> &'t str {
        let node = self.node();
        let Shape::Scalar(style) = node.shape else { return "" };
        if node.text != INLINE {
            return self.tree.texts.get(node.text as usize).map_or("", |text| text);
        }
        let quote = quotes(style);
        self.tree.source(node).1.get((node.start + quote) as usize..node.end.saturating_sub(quote) as usize).unwrap_or("")
    }

    /// Whether it is a scalar with this text.
    #[must_use]
    #[inline]
    pub fn is_text(self, text: &str) -> bool {
        let node = self.node();
        // Nearly every text that is another has another length, which need not be read.
        let has_its_length = match node.shape {
            Shape::Scalar(style) => {
                node.text != INLINE || node.end.saturating_sub(node.start) as usize == text.len() + 2 * quotes(style) as usize
            }
            _ => true,
        };
        has_its_length && self.text() == text
    }

    /// The tag, its handle resolved (`tag:yaml.org,2002:str`), if one is written.
    #[must_use]
    pub fn tag(self) -> Option<&'t str> {
        if self.node().flags & TAGGED == 0 {
            return None;
        }
        let index = self.tree.tags.binary_search_by_key(&self.id, |(id, _)| *id).ok()?;
        self.tree.tags.get(index).map(|(_, tag)| &*tag.0)
    }

    /// A scalar's meaning, aliases followed; none for a collection.
    #[must_use]
    #[inline]
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let value = self.follow();
        let node = value.node();
        let Shape::Scalar(style) = node.shape else { return None };
        let text = value.text();
        if node.flags & TAGGED != 0 {
            let tag = value.tag().unwrap_or("!");
            return Some(resolve::tagged(tag, text).unwrap_or(Scalar::Str(text)));
        }
        Some(if style == Style::Plain { resolve::plain(text) } else { Scalar::Str(text) })
    }

    /// Its text, if it is a string to Kubernetes.
    #[must_use]
    pub fn as_str(self) -> Option<&'t str> {
        match self.scalar() {
            Some(Scalar::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// Its number, if it is one without a fraction: `80`, `80.0`, `0x50`.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self.scalar() {
            Some(Scalar::Int(number)) => Some(number),
            Some(Scalar::Float(number)) => number::whole(number),
            _ => None,
        }
    }

    /// Whether it is true or false, if it is either.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar() {
            Some(Scalar::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// Whether it is null: nothing written, `~`, `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        let value = self.follow();
        let node = value.node();
        match node.shape {
            Shape::Scalar(_) if node.flags & TAGGED != 0 => value.scalar() == Some(Scalar::Null),
            Shape::Scalar(Style::Plain) if node.text == INLINE && node.end.saturating_sub(node.start) > resolve::LONGEST_NULL => false,
            Shape::Scalar(Style::Plain) => resolve::is_null(value.text()),
            _ => false,
        }
    }

    /// Whether it is a mapping, aliases followed.
    #[must_use]
    pub fn is_mapping(self) -> bool {
        self.follow().kind() == Kind::Mapping
    }

    /// Whether it is a sequence, aliases followed.
    #[must_use]
    pub fn is_sequence(self) -> bool {
        self.follow().kind() == Kind::Sequence
    }

    /// A sequence's items in order, aliases not followed; nothing for anything else.
    #[must_use]
    pub fn items(self) -> Items<'t, 's> {
        Items(Children::of(self.follow(), Kind::Sequence))
    }

    /// A mapping's pairs as written, duplicates and merge keys among them; nothing for anything else.
    #[must_use]
    pub fn entries(self) -> Entries<'t, 's> {
        Entries(Children::of(self.follow(), Kind::Mapping))
    }

    /// Whether it is a `<<` key.
    #[must_use]
    pub fn is_merge_key(self) -> bool {
        let Shape::Scalar(style) = self.node().shape else { return false };
        self.is_text("<<")
            && match self.tag() {
                None => style == Style::Plain,
                Some(tag) => tag == "!" || tag == resolve::MERGE,
            }
    }

    /// A key as the JSON of Kubernetes has it: `on` is `true`, `0x10` is `16`. None for null and collections.
    #[must_use]
    #[inline]
    pub fn key_name(self) -> Option<Cow<'t, str>> {
        Some(match self.scalar()? {
            Scalar::Str(text) => Cow::Borrowed(text),
            Scalar::Bool(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
            Scalar::Int(number) => Cow::Owned(number.to_string()),
            Scalar::Float(number) => Cow::Owned(number::key(number)),
            Scalar::Null | Scalar::Uint(_) => return None,
        })
    }

    /// The value that Kubernetes sees under `key`: of equal keys the last, merges applied.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The pair that Kubernetes sees under `key`: of equal keys the last, merges applied.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<Entry<'t, 's>> {
        let mapping = self.follow();
        if mapping.node().flags & MERGES != 0 {
            return mapping.effective().into_iter().find(|pair| pair.name == key).map(|pair| pair.entry);
        }
        if mapping.has_only_different_keys() {
            return mapping.entries().find(|entry| entry.key.is_text(key));
        }
        mapping.entries().filter(|entry| entry.key.is_named(key)).last()
    }

    /// Whether Kubernetes calls a key so.
    #[inline]
    fn is_named(self, name: &str) -> bool {
        let node = self.node();
        if !matches!(node.shape, Shape::Scalar(_)) || node.flags & TAGGED != 0 || is_written_otherwise(name) {
            return self.key_name().is_some_and(|own| own == name);
        }
        self.is_text(name) && (!resolve::may_be_no_text(name) || self.key_name().is_some_and(|own| own == name))
    }
}

/// How many bytes a quote takes to each side of a scalar's text.
#[inline]
fn quotes(style: Style) -> u32 {
    u32::from(matches!(style, Style::SingleQuoted | Style::DoubleQuoted))
}

/// Whether a key of this name may be written in other words: `on` for `true`, `0x10` for `16`.
fn is_written_otherwise(name: &str) -> bool {
    matches!(name.as_bytes().first(), Some(b'0'..=b'9' | b'-' | b'.')) || matches!(name, "true" | "false")
}

impl<'s> Tree<'s> {
    /// A node of this tree.
    #[must_use]
    pub fn value(&self, id: NodeId) -> Option<Value<'_, 's>> {
        ((id.0 as usize) < self.nodes.len()).then_some(Value { tree: self, id })
    }
}

/// The direct children of a node.
#[derive(Clone, Debug)]
struct Children<'t, 's> {
    parent: Value<'t, 's>,
    next: NodeId,
    end: NodeId,
}

impl<'t, 's> Children<'t, 's> {
    fn of(parent: Value<'t, 's>, kind: Kind) -> Self {
        let first = NodeId(parent.id.0 + 1);
        let end = if parent.kind() == kind { parent.node().next } else { first };
        Self { parent, next: first, end }
    }
}

impl<'t, 's> Iterator for Children<'t, 's> {
    type Item = Value<'t, 's>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let value = self.parent.at(self.next);
        self.next = value.node().next;
        Some(value)
    }
}

/// A sequence's items; made by [`Value::items`].
#[derive(Clone, Debug)]
pub struct Items<'t, 's>(Children<'t, 's>);

impl<'t, 's> Iterator for Items<'t, 's> {
    type Item = Value<'t, 's>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// A mapping's pairs; made by [`Value::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'t, 's>(Children<'t, 's>);

impl<'t, 's> Iterator for Entries<'t, 's> {
    type Item = Entry<'t, 's>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.0.next()?;
        Some(Entry { key, value: self.0.next()? })
    }
}
