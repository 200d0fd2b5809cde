//! Cuts text into libyaml's tokens, with its look-ahead for simple keys. Knows no grammar of documents.
//!
//! Three rules decide most of what people trip over, and all come from libyaml as go-yaml v2 carries it: a key without `?`
//! ends on its own line and within 1,024 characters; a tab is blank only where no key could begin; indentation counts characters.

mod block;
mod plain;
mod property;
mod quoted;

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
/// go-yaml's limit for open brackets, and for open indents.
const MAX_DEPTH: usize = 10_000;

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
    /// Scans `bytes` from `from`, skipping a byte order mark there.
    pub(super) fn new(bytes: &'b [u8], from: usize) -> Self {
        let bom = bytes.get(from..).is_some_and(|rest| rest.starts_with(b"\xEF\xBB\xBF"));
        let at = if bom { from + 3 } else { from };
        let first = SimpleKey { possible: false, required: false, awaited: false, token: 0, mark: Mark::default(), column: 0 };
        Self {
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
        loop {
            if let Some(head) = self.tokens.front().copied() {
                if head.key == NO_KEY || !self.may_be_key(head.key as usize)? {
                    return Ok(head);
                }
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
    fn document_indicator(&self) -> bool {
        let rest = self.rest();
        (rest.starts_with(b"---") || rest.starts_with(b"...")) && self.column() == 0 && self.blankz_at(3)
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.at == self.line_start && self.rest().starts_with(b"\xEF\xBB\xBF") {
                self.advance_to(self.at + 3);
            }
            loop {
                match self.byte(0) {
                    b' ' => self.at += 1,
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

    fn key_is_valid(&mut self, level: usize) -> Scanned<bool> {
        let Some(key) = self.keys.get(level).copied() else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.line || key.column as usize + 1024 < self.column() {
            if key.required {
                return self.fail("could not find expected ':'", Some((key.mark, "while scanning a simple key")));
            }
            if let Some(key) = self.keys.get_mut(level) {
                key.possible = false;
            }
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that a simple key may begin with the token that comes next.
    fn save_key(&mut self) -> Scanned {
        if !self.key_allowed {
            return Ok(());
        }
        let column = self.column();
        let required = self.flow == 0 && self.indent == column as i64;
        let token = self.next_number();
        self.forget_key()?;
        let key = SimpleKey { possible: true, required, awaited: true, token, mark: self.mark(), column: column as u32 };
        self.pending_key = (self.keys.len() - 1) as u32;
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    fn next_number(&self) -> u64 {
        self.taken + self.tokens.len() as u64
    }

    fn forget_key(&mut self) -> Scanned {
        if let Some(key) = self.keys.last().copied() {
            if key.possible && key.required {
                return self.fail("could not find expected ':'", Some((key.mark, "while scanning a simple key")));
            }
        }
        if let Some(key) = self.keys.last_mut() {
            key.possible = false;
        }
        Ok(())
    }

    /// Opens a block at `column`, if it lies deeper, with a token before token number `before` (or at the queue's end).
    fn roll(&mut self, column: usize, before: Option<u64>, kind: TokenKind, mark: Mark) -> Scanned {
        if self.flow > 0 || self.indent >= column as i64 {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column as i64;
        if self.indents.len() > MAX_DEPTH {
            return self.fail(&format!("exceeded max depth of {MAX_DEPTH}"), Some((mark, "while increasing indent level")));
        }
        self.insert(before, kind, mark);
        Ok(())
    }

    fn insert(&mut self, before: Option<u64>, kind: TokenKind, mark: Mark) {
        let token = Token { kind, start: mark.at, end: mark.at, line: mark.line, text: INLINE, key: NO_KEY };
        match before {
            Some(number) if number >= self.taken => {
                let index = usize::try_from(number - self.taken).unwrap_or(usize::MAX).min(self.tokens.len());
                self.tokens.insert(index, token);
            }
            _ => self.tokens.push_back(token),
        }
    }

    /// Closes the blocks that lie deeper than `column`.
    #[inline]
    fn unroll(&mut self, column: i64) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            self.insert(None, TokenKind::BlockEnd, self.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn leave_blocks(&mut self) -> Scanned {
        self.unroll(-1);
        self.forget_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn stream_end(&mut self) -> Scanned {
        if self.column() != 0 {
            self.cross(0);
        }
        self.leave_blocks()?;
        let mark = self.mark();
        self.insert(None, TokenKind::StreamEnd, mark);
        Ok(())
    }

    fn open(&mut self, kind: TokenKind) -> Scanned {
        self.save_key()?;
        let mark = self.mark();
        let token = self.next_number();
        self.keys.push(SimpleKey { possible: false, required: false, awaited: false, token, mark, column: 0 });
        self.flow += 1;
        if self.flow > MAX_DEPTH {
            return self.fail(&format!("exceeded max depth of {MAX_DEPTH}"), Some((mark, "while increasing flow level")));
        }
        self.key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn close(&mut self, kind: TokenKind) -> Scanned {
        self.forget_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            // go-yaml forgets the wrong key here when the brackets are empty, so that `[]: a` is a list with text after it
            if let (Some(inner), Some(outer)) = (self.keys.pop(), self.keys.last_mut()) {
                outer.awaited &= inner.token != outer.token;
            }
        }
        self.key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Scanned {
        if self.flow == 0 {
            if !self.key_allowed {
                return self.fail("block sequence entries are not allowed in this context", None);
            }
            self.roll(self.column(), None, TokenKind::BlockSequenceStart, self.mark())?;
        }
        self.forget_key()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Scanned {
        if self.flow == 0 {
            if !self.key_allowed {
                return self.fail("mapping keys are not allowed in this context", None);
            }
            self.roll(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
        }
        self.forget_key()?;
        self.key_allowed = self.flow == 0;
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Scanned {
        let level = self.keys.len() - 1;
        if self.key_is_valid(level)? {
            let key = self.keys[level];
            self.insert(Some(key.token), TokenKind::Key, key.mark);
            self.roll(key.column as usize, Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            self.keys[level].possible = false;
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.key_allowed {
                    return self.fail("mapping values are not allowed in this context", None);
                }
                self.roll(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
            }
            self.key_allowed = self.flow == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }
}
