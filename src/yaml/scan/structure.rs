//! Indentation, brackets and keys: which tokens open and close collections, and where a key without `?` may begin.

use super::{INLINE, Mark, NO_KEY, Scanned, Scanner, SimpleKey, Token, TokenKind};

/// go-yaml's limit for open brackets, and for open indents.
const MAX_DEPTH: usize = 10_000;

impl Scanner<'_> {
    pub(super) fn key_is_valid(&mut self, level: usize) -> Scanned<bool> {
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
    pub(super) fn save_key(&mut self) -> Scanned {
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

    pub(super) fn forget_key(&mut self) -> Scanned {
        if let Some(key) = self.keys.last().copied()
            && key.possible
            && key.required
        {
            return self.fail("could not find expected ':'", Some((key.mark, "while scanning a simple key")));
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
    pub(super) fn unroll(&mut self, column: i64) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            self.insert(None, TokenKind::BlockEnd, self.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    pub(super) fn leave_blocks(&mut self) -> Scanned {
        self.unroll(-1);
        self.forget_key()?;
        self.key_allowed = false;
        Ok(())
    }

    pub(super) fn stream_end(&mut self) -> Scanned {
        if self.column() != 0 {
            self.cross(0);
        }
        self.leave_blocks()?;
        let mark = self.mark();
        self.insert(None, TokenKind::StreamEnd, mark);
        Ok(())
    }

    pub(super) fn open(&mut self, kind: TokenKind) -> Scanned {
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

    pub(super) fn close(&mut self, kind: TokenKind) -> Scanned {
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

    pub(super) fn block_entry(&mut self) -> Scanned {
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

    pub(super) fn key(&mut self) -> Scanned {
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

    pub(super) fn value(&mut self) -> Scanned {
        let level = self.keys.len().saturating_sub(1);
        let key = self.keys.get(level).copied();
        if let Some(key) = key.filter(|key| key.possible)
            && self.key_is_valid(level)?
        {
            self.insert(Some(key.token), TokenKind::Key, key.mark);
            self.roll(key.column as usize, Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            if let Some(key) = self.keys.last_mut() {
                key.possible = false;
            }
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
