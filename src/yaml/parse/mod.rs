//! libyaml's grammar over the scanner's tokens, into a tree: an explicit stack of states, nothing recurses on input.
//! Knows neither what a scalar means nor where a file is cut.

mod collections;

use std::collections::HashMap;

use super::entries::Marks;
use super::resolve::{self, Scalar};
use super::scan::{INLINE as WRITTEN, Mark, Problem, Scanned, Scanner, Token, TokenKind};
use super::tree::{INLINE, MERGES, MIXED, NodeId, Shape, Style, TAGGED, Tag, Tree};

/// Deepest nesting that is read. Kubernetes' own limit is 10,000; nothing real comes near either.
pub(in crate::yaml) const MAX_DEPTH: usize = 512;

/// Most nodes of one document. A node takes 20 bytes, so that memory stays bounded where a bracket is followed by millions of commas.
const MAX_NODES: usize = 1 << 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    DocumentEnd,
    BlockSequence,
    IndentlessSequence,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequence,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingNoValue,
}

/// What a chunk parses to.
pub(in crate::yaml) struct Parsed<'s> {
    pub tree: Tree<'s>,
    /// Whether go-yaml's decoder or the step to JSON may refuse something: aliases, tags, unusual keys, infinities.
    pub doubtful: bool,
    /// Where the text that nobody looks at begins, if there is any.
    pub ignored_from: Option<u32>,
}

struct Parser<'b, 's> {
    scan: Scanner<'b>,
    states: Vec<State>,
    /// Where each open collection began.
    marks: Vec<Mark>,
    open: Vec<NodeId>,
    /// Of each open collection, the keys that were seen.
    keys: Vec<Marks>,
    tree: Tree<'s>,
    text: &'b str,
    directives: Vec<(String, String)>,
    anchors: HashMap<&'b str, NodeId>,
    last_end: u32,
    doubtful: bool,
}

#[derive(Default)]
struct Properties<'b> {
    anchor: Option<&'b str>,
    tag: Option<String>,
}

/// Parses the first document of `text` from `from`. `tree` is empty, over the file's text.
pub(in crate::yaml) fn parse<'s>(text: &str, from: usize, tree: Tree<'s>) -> Scanned<Parsed<'s>> {
    let mut tree = tree;
    // A node for every 24 bytes is what manifests come to.
    tree.nodes.reserve((text.len().saturating_sub(from) / 24).min(1 << 16));
    let mut parser = Parser {
        scan: Scanner::new(text, from),
        states: Vec::with_capacity(32),
        marks: Vec::with_capacity(32),
        open: Vec::with_capacity(32),
        keys: Vec::with_capacity(32),
        tree,
        text,
        directives: Vec::new(),
        anchors: HashMap::new(),
        last_end: u32::try_from(from).unwrap_or(u32::MAX),
        doubtful: false,
    };
    let ignored_from = parser.document()?;
    let Parser { scan, mut tree, doubtful, .. } = parser;
    tree.texts = scan.texts;
    tree.comments = scan.comments;
    // A tree lives as long as the run: what it grew by and does not need is given back.
    tree.nodes.shrink_to_fit();
    tree.texts.shrink_to_fit();
    tree.comments.shrink_to_fit();
    Ok(Parsed { tree, doubtful, ignored_from })
}

impl<'b> Parser<'b, '_> {
    /// One document. Answers with the place after it, if anything but the end of the stream follows.
    fn document(&mut self) -> Scanned<Option<u32>> {
        use TokenKind::{DocumentEnd, DocumentStart, StreamEnd, TagDirective, Version};
        let token = self.scan.peek()?;
        if token.kind == StreamEnd {
            return Ok(None);
        }
        self.states.push(State::DocumentEnd);
        let mut state = if matches!(token.kind, Version(..) | TagDirective | DocumentStart) {
            self.directives()?;
            let token = self.scan.peek()?;
            if token.kind != DocumentStart {
                return Err(problem("did not find expected <document start>", &token, None));
            }
            self.skip(&token);
            let token = self.scan.peek()?;
            match token.kind {
                Version(..) | TagDirective | DocumentStart | DocumentEnd | StreamEnd => self.empty(false)?,
                _ => self.node(true, false, false)?,
            }
        } else {
            self.directives()?;
            self.node(true, false, false)?
        };
        while state != State::DocumentEnd {
            state = self.step(state)?;
            if self.tree.nodes.len() > MAX_NODES {
                let message = format!("document has more than {MAX_NODES} values");
                return Err(Box::new(Problem { message, at: Mark { at: self.last_end, line: 0 }, context: None, scanner: true }));
            }
        }
        let token = self.scan.peek()?;
        Ok(match token.kind {
            StreamEnd => None,
            DocumentEnd => Some(token.end),
            _ => Some(token.start),
        })
    }

    fn directives(&mut self) -> Scanned {
        let mut version = false;
        loop {
            let token = self.scan.peek()?;
            match token.kind {
                TokenKind::Version(..) if version => return Err(problem("found duplicate %YAML directive", &token, None)),
                TokenKind::Version(1, 1) => version = true,
                TokenKind::Version(..) => return Err(problem("found incompatible YAML document", &token, None)),
                TokenKind::TagDirective => {
                    let pair = self.scan.tags.get(token.text as usize).cloned().unwrap_or_default();
                    if self.directives.iter().any(|(handle, _)| *handle == pair.0) {
                        return Err(problem("found duplicate %TAG directive", &token, None));
                    }
                    self.directives.push(pair);
                }
                _ => break,
            }
            self.skip(&token);
        }
        for (handle, prefix) in [("!", "!"), ("!!", resolve::LONG)] {
            if !self.directives.iter().any(|(known, _)| known == handle) {
                self.directives.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }

    #[inline]
    fn skip(&mut self, token: &Token) {
        if token.end > token.start {
            self.last_end = token.end;
        }
        self.scan.skip();
    }

    #[inline]
    fn pop(&mut self) -> State {
        self.states.pop().unwrap_or(State::DocumentEnd)
    }

    fn step(&mut self, state: State) -> Scanned<State> {
        match state {
            State::BlockSequence => self.block_sequence(),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirst => self.flow_sequence(true),
            State::FlowSequence => self.flow_sequence(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.end(self.last_end);
                Ok(State::FlowSequence)
            }
            State::FlowMappingFirst => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingNoValue => {
                self.scan.peek()?;
                self.empty_then(false, State::FlowMappingKey)
            }
            State::DocumentEnd => Ok(State::DocumentEnd),
        }
    }

    /// A node; the state that follows is on the stack.
    fn node(&mut self, block: bool, indentless: bool, key: bool) -> Scanned<State> {
        let mut token = self.scan.peek()?;
        if let TokenKind::Scalar(style) = token.kind {
            self.scalar(&token, style, Properties::default(), key);
            return Ok(self.pop());
        }
        if token.kind == TokenKind::Alias {
            if key {
                self.note_key(None);
            }
            self.alias(&token)?;
            return Ok(self.pop());
        }
        let start = token;
        let mut properties = Properties::default();
        if matches!(token.kind, TokenKind::Anchor | TokenKind::Tag) {
            properties = self.properties(&mut token)?;
        }
        let sequence = |style| (Shape::Sequence(style), style);
        let mapping = |style| (Shape::Mapping(style), style);
        let (shape, next) = match token.kind {
            TokenKind::BlockEntry if indentless => (sequence(Style::Block).0, State::IndentlessSequence),
            TokenKind::Scalar(style) => {
                self.scalar(&token, style, properties, key);
                return Ok(self.pop());
            }
            TokenKind::FlowSequenceStart => (sequence(Style::Flow).0, State::FlowSequenceFirst),
            TokenKind::FlowMappingStart => (mapping(Style::Flow).0, State::FlowMappingFirst),
            TokenKind::BlockSequenceStart if block => (sequence(Style::Block).0, State::BlockSequence),
            TokenKind::BlockMappingStart if block => (mapping(Style::Block).0, State::BlockMappingKey),
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                self.empty_with(properties, key);
                return Ok(self.pop());
            }
            _ => {
                let context = if block { "while parsing a block node" } else { "while parsing a flow node" };
                return Err(problem("did not find expected node content", &token, Some((mark(&start), context))));
            }
        };
        if key {
            self.doubtful = true;
            self.note_key(None);
        }
        self.begin(shape, &token, properties)?;
        if next != State::IndentlessSequence {
            self.marks.push(mark(&token));
            self.skip(&token);
        }
        Ok(next)
    }

    /// Anchor and tag, in either order; leaves the token after them in `token`.
    fn properties(&mut self, token: &mut Token) -> Scanned<Properties<'b>> {
        let start = mark(token);
        let mut properties = Properties::default();
        let mut tag = None;
        loop {
            match token.kind {
                TokenKind::Anchor if properties.anchor.is_none() => properties.anchor = Some(self.name(token)),
                TokenKind::Tag if tag.is_none() => tag = Some(*token),
                _ => break,
            }
            self.skip(token);
            *token = self.scan.peek()?;
        }
        if let Some(tag) = tag {
            let (handle, suffix) = self.scan.tags.get(tag.text as usize).cloned().unwrap_or_default();
            let prefix = match handle.as_str() {
                "" => Some(""),
                _ => self.directives.iter().find(|(known, _)| *known == handle).map(|(_, prefix)| prefix.as_str()),
            };
            let resolved = prefix.map(|prefix| format!("{prefix}{suffix}")).filter(|tag| !tag.is_empty());
            let Some(resolved) = resolved else {
                return Err(problem("found undefined tag handle", &tag, Some((start, "while parsing a node"))));
            };
            properties.tag = Some(resolved);
            self.doubtful = true;
        }
        Ok(properties)
    }

    fn name(&self, token: &Token) -> &'b str {
        self.text.get(token.start as usize + 1..token.end as usize).unwrap_or("")
    }

    fn alias(&mut self, token: &Token) -> Scanned {
        let name = self.name(token);
        let Some(target) = self.anchors.get(name).copied() else {
            let message = format!("unknown anchor '{name}' referenced");
            // go-yaml's decoder says this, and without a line
            return Err(Box::new(Problem { message, at: Mark { at: token.start, line: 0 }, context: None, scanner: false }));
        };
        self.tree.push(Shape::Alias, token.start, token.end, target.0);
        self.doubtful = true;
        self.skip(token);
        Ok(())
    }

    #[inline]
    fn scalar(&mut self, token: &Token, style: Style, properties: Properties<'b>, key: bool) {
        let text = if token.text == WRITTEN { INLINE } else { token.text };
        if key {
            let simple = style == Style::Plain && text == INLINE && properties.tag.is_none();
            self.note_key(if simple { self.text.get(token.start as usize..token.end as usize) } else { None });
        }
        if style == Style::Plain && properties.tag.is_none() {
            let written = match self.scan.texts.get(text as usize) {
                Some(text) => text,
                None => self.text.get(token.start as usize..token.end as usize).unwrap_or(""),
            };
            match doubt(written, key) {
                Doubt::None => {}
                Doubt::Some => self.doubtful = true,
                Doubt::Merge => {
                    self.doubtful = true;
                    if let Some(mapping) = self.open.last() {
                        self.tree.flag(*mapping, MERGES);
                    }
                }
            }
        }
        let tagged_merge = properties.tag.as_deref().is_some_and(|tag| tag == resolve::MERGE || tag == "!");
        let id = self.tree.push(Shape::Scalar(style), token.start, token.end, text);
        if key
            && tagged_merge
            && let Some(mapping) = self.open.last()
        {
            self.tree.flag(*mapping, MERGES);
        }
        self.attach(id, properties);
        self.skip(token);
    }

    /// Notes a key of the innermost mapping, of which there may be none like it before; none is a key that is no plain text.
    #[inline]
    fn note_key(&mut self, text: Option<&str>) {
        let (Some(mapping), Some(seen)) = (self.open.last(), self.keys.last_mut()) else { return };
        let is_text = |text: &str| !resolve::may_be_no_text(text) || matches!(resolve::plain(text), Scalar::Str(_));
        if !text.is_some_and(|text| seen.is_new(text) && is_text(text)) {
            self.tree.flag(*mapping, MIXED);
        }
    }

    fn attach(&mut self, id: NodeId, properties: Properties<'b>) {
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, id);
        }
        if let Some(tag) = properties.tag {
            self.tree.flag(id, TAGGED);
            self.tree.tags.push((id, Tag(tag.into_boxed_str())));
        }
    }

    fn empty_with(&mut self, properties: Properties<'b>, key: bool) {
        if key {
            self.doubtful = true;
            self.note_key(None);
        }
        let id = self.tree.push(Shape::Scalar(Style::Plain), self.last_end, self.last_end, INLINE);
        self.attach(id, properties);
    }

    /// A scalar that isn't there; the state that follows is on the stack.
    fn empty(&mut self, key: bool) -> Scanned<State> {
        self.empty_with(Properties::default(), key);
        Ok(self.pop())
    }

    fn empty_then(&mut self, key: bool, next: State) -> Scanned<State> {
        self.empty_with(Properties::default(), key);
        Ok(next)
    }

    fn node_then(&mut self, block: bool, indentless: bool, key: bool, next: State) -> Scanned<State> {
        self.states.push(next);
        self.node(block, indentless, key)
    }

    fn begin(&mut self, shape: Shape, token: &Token, properties: Properties<'b>) -> Scanned {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("exceeded max depth of {MAX_DEPTH}");
            return Err(Box::new(Problem { message, at: mark(token), context: None, scanner: true }));
        }
        let id = self.tree.push(shape, token.start, token.start, INLINE);
        self.attach(id, properties);
        self.open.push(id);
        self.keys.push(Marks::default());
        Ok(())
    }

    fn end(&mut self, end: u32) {
        self.keys.pop();
        if let Some(id) = self.open.pop() {
            self.tree.close(id, end);
        }
    }

    /// The end of a collection that has a mark.
    fn end_marked(&mut self, token: &Token) -> State {
        self.skip(token);
        self.marks.pop();
        self.end(self.last_end);
        self.pop()
    }

    fn expected(&self, message: &str, token: &Token, context: &'static str) -> Box<Problem> {
        problem(message, token, self.marks.last().map(|mark| (*mark, context)))
    }
}

fn mark(token: &Token) -> Mark {
    Mark { at: token.start, line: token.line }
}

fn problem(message: &str, token: &Token, context: Option<(Mark, &'static str)>) -> Box<Problem> {
    Box::new(Problem { message: message.to_owned(), at: mark(token), context, scanner: false })
}

enum Doubt {
    None,
    Some,
    Merge,
}

/// Whether a plain scalar may be refused later: a null or unsigned key, an infinity, a merge.
#[inline]
fn doubt(text: &str, key: bool) -> Doubt {
    let suspect = match text.as_bytes() {
        [b'.', ..] | [b'+' | b'-', b'.', ..] => true,
        [] | [b'~' | b'n' | b'N' | b'+' | b'-' | b'0'..=b'9', ..] => key,
        b"<<" if key => return Doubt::Merge,
        _ => false,
    };
    if !suspect {
        return Doubt::None;
    }
    match resolve::plain(text) {
        Scalar::Float(number) if !number.is_finite() => Doubt::Some,
        Scalar::Null | Scalar::Uint(_) if key => Doubt::Some,
        _ => Doubt::None,
    }
}
