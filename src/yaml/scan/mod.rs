//! Cuts text into libyaml's tokens, with its look-ahead for simple keys. Knows no grammar of documents.
//!
//! Three rules decide most of what people trip over, and all come from libyaml as go-yaml v2 carries it: a key without `?`
//! ends on its own line and within 1,024 characters; a tab is blank only where no key could begin; indentation counts characters.

mod block;
mod plain;
mod property;
mod quoted;
mod structure;

use std::collections::VecDeque;

use super::bytes::{self, BREAK};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamEnd,
    /// `%YAML`, with its two numbers.
    Version(u8, u8),
    /// `%TAG`; its handle and prefix lie in [`Scanner::tags`].
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    /// Its handle and suffix lie in [`Scanner::tags`].
    Tag,
    Scalar(super::tree::Style),
}

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
    /// Line of its start, from 0, counted from where the scanner began.
    pub line: u32,
    /// Index into [`Scanner::texts`] or [`Scanner::tags`]; [`INLINE`] where the text is the written one.
    pub text: u32,
    /// Level of the simple key that may begin here, or [`NO_KEY`].
    key: u32,
}

/// The token's text is what is written, quotes left out.
pub(super) const INLINE: u32 = u32::MAX;
const NO_KEY: u32 = u32::MAX;

/// A place while scanning.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub at: u32,
    pub line: u32,
}

/// Why scanning or parsing stopped, in libyaml's terms.
#[derive(Debug)]
pub(super) struct Problem {
    pub message: String,
    pub at: Mark,
    /// Where the thing began that could not be finished.
    pub context: Option<(Mark, &'static str)>,
    /// go-yaml adds one to a scanner's line and none to a parser's.
    pub scanner: bool,
}

pub(super) type Scanned<T = ()> = Result<T, Box<Problem>>;

#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    possible: bool,
    required: bool,
    /// Whether the scanner looks ahead for its `:` before it hands its first token on.
    awaited: bool,
    token: u64,
    mark: Mark,
    column: u32,
}

/// The scanner's state.
pub(super) struct Scanner<'b> {
    text: &'b str,
    bytes: &'b [u8],
    at: usize,
    line: u32,
    line_start: usize,
    /// Bytes since `line_start` that continue a character: columns count characters.
    continued: usize,
    indent: i64,
    indents: Vec<i64>,
    flow: usize,
    key_allowed: bool,
    keys: Vec<SimpleKey>,
    tokens: VecDeque<Token>,
    taken: u64,
    pending_key: u32,
    /// Texts that differ from what is written.
    pub texts: Vec<Box<str>>,
    /// Handles and suffixes of tags.
    pub tags: Vec<(String, String)>,
    /// Places of comments.
    pub comments: Vec<(u32, u32)>,
}

impl<'b> Scanner<'b> {
    /// Scans `text` from `from`, skipping a byte order mark there.
    pub(super) fn new(text: &'b str, from: usize) -> Self {
        let bytes = text.as_bytes();
        let bom = bytes.get(from..).is_some_and(|rest| rest.starts_with(b"\xEF\xBB\xBF"));
        let at = if bom { from + 3 } else { from };
        let first = SimpleKey { possible: false, required: false, awaited: false, token: 0, mark: Mark::default(), column: 0 };
        Self {
            text,
            bytes,
            at,
            line: 0,
            line_start: at,
            continued: 0,
            indent: -1,
            indents: Vec::new(),
            flow: 0,
            key_allowed: true,
            keys: vec![first],
            tokens: VecDeque::with_capacity(16),
            taken: 0,
            pending_key: NO_KEY,
            texts: Vec::new(),
            tags: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// The next token, left in the queue.
    #[inline]
    pub(super) fn peek(&mut self) -> Scanned<Token> {
        match self.tokens.front() {
            Some(head) if head.key == NO_KEY => Ok(*head),
            _ => self.fill(),
        }
    }

    /// Scans until the head of the queue is settled: a key token may still come before it.
    #[inline(never)]
    fn fill(&mut self) -> Scanned<Token> {
        loop {
            if let Some(head) = self.tokens.front().copied()
                && (head.key == NO_KEY || !self.may_be_key(head.key as usize)?)
            {
                return Ok(head);
            }
            self.fetch()?;
        }
    }

    /// Takes the token that [`Self::peek`] showed.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.tokens.pop_front();
        self.taken += 1;
    }

    fn may_be_key(&mut self, level: usize) -> Scanned<bool> {
        match self.keys.get(level) {
            Some(key) if key.possible && key.awaited && key.token == self.taken => self.key_is_valid(level),
            _ => Ok(false),
        }
    }

    #[inline]
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// What is written in a range that begins and ends at characters.
    #[inline]
    fn written(&self, start: usize, end: usize) -> &'b str {
        self.text.get(start..end).unwrap_or("")
    }

    fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    #[inline]
    fn column(&self) -> usize {
        self.at - self.line_start - self.continued
    }

    #[inline]
    fn mark(&self) -> Mark {
        Mark { at: self.at as u32, line: self.line }
    }

    /// Length of the line break `ahead`.
    #[inline]
    fn break_at(&self, ahead: usize) -> usize {
        if bytes::is(self.byte(ahead), BREAK) { bytes::break_len(self.bytes.get(self.at + ahead..).unwrap_or(&[])) } else { 0 }
    }

    #[inline]
    fn blank_at(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    /// Blank, line break or end of text.
    #[inline]
    fn blankz_at(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            0 => self.at + ahead >= self.bytes.len(),
            0xC2 | 0xE2 => self.break_at(ahead) > 0,
            _ => false,
        }
    }

    #[inline]
    fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Steps over a break of `len` bytes.
    #[inline]
    fn cross(&mut self, len: usize) {
        self.at += len;
        self.line += 1;
        self.line_start = self.at;
        self.continued = 0;
    }

    /// Steps to `end` on the same line.
    #[inline]
    fn advance_to(&mut self, end: usize) {
        self.continued += bytes::continuations(self.bytes.get(self.at..end).unwrap_or(&[]));
        self.at = end;
    }

    /// The end of this line, its break left out.
    fn line_end(&self) -> usize {
        let mut end = self.at;
        while let Some(byte) = self.bytes.get(end) {
            if bytes::is(*byte, BREAK) && bytes::break_len(self.bytes.get(end..).unwrap_or(&[])) > 0 {
                break;
            }
            end += 1;
        }
        end
    }

    fn fail<T>(&self, message: &str, context: Option<(Mark, &'static str)>) -> Scanned<T> {
        Err(Box::new(Problem { message: message.to_owned(), at: self.mark(), context, scanner: true }))
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, start: Mark, end: usize, text: u32) {
        let key = std::mem::replace(&mut self.pending_key, NO_KEY);
        self.tokens.push_back(Token { kind, start: start.at, end: end as u32, line: start.line, text, key });
    }

    /// A token of `len` characters of one byte.
    #[inline]
    fn push_indicator(&mut self, kind: TokenKind, len: usize) {
        let start = self.mark();
        self.at += len;
        self.push(kind, start, self.at, INLINE);
    }

    /// Scans at least one token into the queue.
    fn fetch(&mut self) -> Scanned {
        self.skip_to_token();
        let column = self.column();
        self.unroll(column as i64);
        if self.at_end() {
            return self.stream_end();
        }
        let byte = self.byte(0);
        if column == 0 {
            if byte == b'%' {
                self.leave_blocks()?;
                return self.directive();
            }
            if self.document_indicator() {
                let kind = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.leave_blocks()?;
                self.push_indicator(kind, 3);
                return Ok(());
            }
        }
        match byte {
            b'[' => self.open(TokenKind::FlowSequenceStart),
            b'{' => self.open(TokenKind::FlowMappingStart),
            b']' => self.close(TokenKind::FlowSequenceEnd),
            b'}' => self.close(TokenKind::FlowMappingEnd),
            b',' => {
                self.forget_key()?;
                self.key_allowed = true;
                self.push_indicator(TokenKind::FlowEntry, 1);
                Ok(())
            }
            b'-' if self.blankz_at(1) => self.block_entry(),
            b'?' if self.flow > 0 || self.blankz_at(1) => self.key(),
            b':' if self.flow > 0 || self.blankz_at(1) => self.value(),
            b'*' => self.anchor(TokenKind::Alias),
            b'&' => self.anchor(TokenKind::Anchor),
            b'!' => self.tag(),
            b'|' if self.flow == 0 => self.block_scalar(true),
            b'>' if self.flow == 0 => self.block_scalar(false),
            b'\'' => self.quoted(true),
            b'"' => self.quoted(false),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                self.fail("found character that cannot start any token", Some((self.mark(), "while scanning for the next token")))
            }
            _ => self.plain(),
        }
    }

    /// `---` or `...` at the start of a line, followed by a blank.
    #[inline]
    fn document_indicator(&self) -> bool {
        if !matches!(self.byte(0), b'-' | b'.') {
            return false;
        }
        let rest = self.rest();
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && self.column() == 0 && self.blankz_at(3)
    }

    #[inline]
    fn skip_to_token(&mut self) {
        loop {
            if self.at == self.line_start && self.byte(0) == 0xEF && self.rest().starts_with(b"\xEF\xBB\xBF") {
                self.advance_to(self.at + 3);
            }
            loop {
                match self.byte(0) {
                    b' ' => self.at += bytes::spaces(self.rest()),
                    b'\t' if self.flow > 0 || !self.key_allowed => self.at += 1,
                    _ => break,
                }
            }
            if self.byte(0) == b'#' {
                self.comment();
            }
            match self.break_at(0) {
                0 => return,
                len => {
                    self.cross(len);
                    if self.flow == 0 {
                        self.key_allowed = true;
                    }
                }
            }
        }
    }

    fn comment(&mut self) {
        let end = self.line_end();
        self.comments.push((self.at as u32, end as u32));
        self.advance_to(end);
    }
}
