//! The decoded tree of one chunk: nodes in the order of the text, each with its place. Knows no scanner.

use std::borrow::Cow;

use crate::source::{FileId, Span};

/// Position of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar.
    Scalar,
    /// A sequence; its items follow.
    Sequence,
    /// A mapping; its keys and values follow in turn.
    Mapping,
    /// Stands for another node of the tree.
    Alias(NodeId),
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A plain scalar.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// `[…]`, `{…}`
    Flow,
}

/// A tag as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// None.
    None,
    /// `!`, `!!str` or any other, resolved by `%TAG`.
    Some(Box<str>),
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// Its file: composed objects take nodes of several.
    pub file: FileId,
    /// First byte, quotes and brackets included.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The node after this one and all below it.
    pub next: NodeId,
    /// The tag as written.
    pub tag: Tag,
    /// A scalar's text, escapes and folding undone.
    pub text: Cow<'s, str>,
}

/// The nodes of one chunk. Node 0 is the root; an empty tree is a chunk without a node.
#[derive(Clone, Debug)]
pub struct Tree<'s> {
    /// The file it was read from.
    pub file: FileId,
    /// In the order of the text.
    pub nodes: Vec<Node<'s>>,
    /// Places of the comments, from `#` to the line's end.
    pub comments: Vec<(u32, u32)>,
}

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t, 's> {
    /// The key's node.
    pub key: Value<'t, 's>,
    /// The value's node, aliases not followed.
    pub value: Value<'t, 's>,
}

/// A node within its tree.
#[derive(Clone, Copy, Debug)]
pub struct Value<'t, 's> {
    /// The tree.
    pub tree: &'t Tree<'s>,
    /// The node.
    pub id: NodeId,
}

impl<'s> Tree<'s> {
    /// A tree without a node.
    #[must_use]
    pub fn empty(file: FileId) -> Self {
        Self { file, nodes: Vec::new(), comments: Vec::new() }
    }

    /// The root, if there is any node.
    #[must_use]
    pub fn root(&self) -> Option<Value<'_, 's>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, id: NodeId(0) })
    }
}

impl<'t, 's> Value<'t, 's> {
    /// The node itself.
    #[must_use]
    pub fn node(self) -> &'t Node<'s> {
        #[allow(clippy::indexing_slicing)] // a Value is only made for a node that is there
        &self.tree.nodes[self.id.0 as usize]
    }

    /// The node an alias stands for, or this one.
    #[must_use]
    pub fn follow(self) -> Self {
        match self.node().kind {
            Kind::Alias(id) => Self { tree: self.tree, id },
            _ => self,
        }
    }

    /// Its place.
    #[must_use]
    pub fn span(self) -> Span {
        let node = self.node();
        Span::new(node.file, node.start, node.end)
    }
}
impl<'t, 's> Value<'t, 's> {
    pub fn items(self) -> impl Iterator<Item = Value<'t, 's>> {
        std::iter::empty()
    }
    pub fn entries(self) -> impl Iterator<Item = Entry<'t, 's>> {
        std::iter::empty()
    }
    pub fn get(self, _k: &str) -> Option<Value<'t, 's>> {
        None
    }
    pub fn entry(self, _k: &str) -> Option<Entry<'t, 's>> {
        None
    }
    pub fn as_str(self) -> Option<&'t str> {
        None
    }
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault;
pub fn from_value<T: serde::de::DeserializeOwned>(_v: Value<'_, '_>, _f: &mut Vec<Fault>) -> Option<T> {
    None
}
