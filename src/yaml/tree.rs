//! The decoded tree of one chunk: nodes in the order of the text, each with its place. Knows no scanner.

use crate::source::{FileId, Shift, Source, Span};

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

/// A tag with its handle resolved: `tag:yaml.org,2002:str` for `!!str`, or `!` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(pub Box<str>);

/// A node of the tree, kept small (20 bytes): what is rare lies beside the nodes.
#[derive(Clone, Debug)]
pub struct Node {
    /// First byte, quotes and brackets included, tag and anchor left out.
    pub start: u32,
    /// The byte after the last; of a block scalar, after its last line's last character.
    pub end: u32,
    /// The node after this one and all below it.
    pub next: NodeId,
    /// Index of a text, the target of an alias, or [`INLINE`].
    pub(super) text: u32,
    /// 0, or one more than the index into the tree's other files: composed objects take nodes of several.
    pub(super) file: u8,
    pub(super) shape: Shape,
    pub(super) flags: u8,
}

/// Kind and style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar(Style),
    Sequence(Style),
    Mapping(Style),
    Alias,
}

/// The scalar's text is what is written, quotes left out.
pub(super) const INLINE: u32 = u32::MAX;
/// The node has a tag.
pub(super) const TAGGED: u8 = 1;
/// The mapping has a merge key.
pub(super) const MERGES: u8 = 2;
/// Of the mapping's keys two may be alike, or one may be no text. Of one without this flag all keys are texts, and all different.
pub(super) const MIXED: u8 = 4;

/// The nodes of one chunk. Node 0 is the root; an empty tree is a chunk without a node.
#[derive(Clone, Debug)]
pub struct Tree<'s> {
    /// The file it was read from.
    pub file: FileId,
    /// In the order of the text.
    pub nodes: Vec<Node>,
    /// Places of the comments, from `#` to the line's end.
    pub comments: Vec<(u32, u32)>,
    /// Text of the chunk that kubectl never looks at: what follows `...`, or the first document's end.
    pub ignored: Option<Span>,
    /// Whether any mapping is [`MIXED`].
    pub(super) mixed: bool,
    /// The file's text.
    pub(super) written: &'s str,
    pub(super) others: Vec<(FileId, &'s str)>,
    pub(super) texts: Vec<Box<str>>,
    /// Ascending by node.
    pub(super) tags: Vec<(NodeId, Tag)>,
}

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t, 's> {
    /// The key's node.
    pub key: Value<'t, 's>,
    /// The value's node, aliases not followed.
    pub value: Value<'t, 's>,
}

impl Entry<'_, '_> {
    /// From the key's first byte to the value's last.
    #[must_use]
    pub fn span(&self) -> Span {
        let (key, value) = (self.key.span(), self.value.span());
        Span::new(key.file, key.start, if key.file == value.file { value.end.max(key.end) } else { key.end })
    }
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
        Self::over(file, "")
    }

    /// A tree without a node yet, over a file's text.
    pub(super) fn over(file: FileId, text: &'s str) -> Self {
        Self {
            file,
            nodes: Vec::new(),
            comments: Vec::new(),
            ignored: None,
            mixed: false,
            written: text,
            others: Vec::new(),
            texts: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// The tree of the same text where it stands again. Knows one file only.
    #[must_use]
    pub fn again<'t>(&self, source: &'t Source, shift: Shift) -> Tree<'t> {
        let moved = |node: &Node| Node { start: shift.offset(node.start), end: shift.offset(node.end), ..node.clone() };
        Tree {
            nodes: self.nodes.iter().map(moved).collect(),
            comments: self.comments.iter().map(|(start, end)| (shift.offset(*start), shift.offset(*end))).collect(),
            ignored: self.ignored.map(|span| shift.span(span)),
            mixed: self.mixed,
            texts: self.texts.clone(),
            tags: self.tags.clone(),
            ..Tree::over(source.id, &source.text)
        }
    }

    /// The root, if there is any node.
    #[must_use]
    pub fn root(&self) -> Option<Value<'_, 's>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, id: NodeId(0) })
    }

    /// Whether two keys of any of its mappings can be written alike.
    #[must_use]
    pub fn may_repeat_keys(&self) -> bool {
        self.mixed
    }

    /// Places of the comments.
    pub fn comments(&self) -> impl Iterator<Item = Span> + '_ {
        self.comments.iter().map(|(start, end)| Span::new(self.file, *start, *end))
    }

    /// Adds a node below those that are open; its end is set by [`Self::close`].
    pub(super) fn push(&mut self, shape: Shape, start: u32, end: u32, text: u32) -> NodeId {
        let id = self.len();
        self.nodes.push(Node { start, end, next: NodeId(id.0 + 1), text, file: 0, shape, flags: 0 });
        id
    }

    /// Closes a collection: all nodes added since are below it.
    pub(super) fn close(&mut self, id: NodeId, end: u32) {
        let next = self.len();
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.next = next;
            node.end = end.max(node.start);
        }
    }

    /// The file that a node stands in, and its text.
    #[inline]
    pub(super) fn source(&self, node: &Node) -> (FileId, &'s str) {
        match usize::from(node.file).checked_sub(1) {
            None => (self.file, self.written),
            Some(other) => self.others.get(other).copied().unwrap_or((self.file, "")),
        }
    }

    pub(super) fn len(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn flag(&mut self, id: NodeId, flag: u8) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.flags |= flag;
            self.mixed |= flag == MIXED;
        }
    }
}
