//! Plain scalars: words up to `: `, ` #`, a bracket in flow, or a line that lies too far left.

use super::{INLINE, Scanned, Scanner, TokenKind};
use crate::yaml::bytes::{self, FLOW_WORD, WORD};
use crate::yaml::tree::Style;

impl Scanner<'_> {
    pub(super) fn plain(&mut self) -> Scanned {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        let indent = self.indent + 1;
        let mut end = self.at;
        let mut text: Option<String> = None; // none while what is written is the text
        let mut breaks = Breaks::default();
        loop {
            if self.at == self.line_start && self.document_indicator() || self.byte(0) == b'#' {
                break;
            }
            let word = self.at;
            self.word();
            if self.at > word {
                if breaks.seen {
                    let text = text.get_or_insert_with(|| self.written(start.at as usize, end).to_owned());
                    breaks.fold_into(text);
                    text.push_str(self.written(word, self.at));
                } else if let Some(text) = &mut text {
                    text.push_str(self.written(end, self.at));
                }
                end = self.at;
            }
            let blanks = self.at;
            loop {
                if self.byte(0) == b' ' {
                    self.at += bytes::spaces(self.rest());
                } else if self.byte(0) == b'\t' {
                    if breaks.seen && (self.column() as i64) < indent {
                        return self
                            .fail("found a tab character that violates indentation", Some((start, "while scanning a plain scalar")));
                    }
                    self.at += 1;
                } else {
                    let len = self.break_at(0);
                    if len == 0 {
                        break;
                    }
                    if !breaks.seen {
                        self.count_line(start.at as usize, end);
                    }
                    breaks.push(self.bytes.get(self.at..self.at + len).unwrap_or(&[]));
                    self.cross(len);
                }
            }
            if self.at == blanks || (self.flow == 0 && (self.column() as i64) < indent) {
                break;
            }
        }
        if breaks.seen {
            self.key_allowed = true;
        }
        self.count_line(start.at as usize, end);
        let index = self.keep(text);
        self.push(TokenKind::Scalar(Style::Plain), start, end, index);
        Ok(())
    }

    /// Steps over characters that are neither blank nor the scalar's end.
    #[inline]
    fn word(&mut self) {
        let class = if self.flow > 0 { FLOW_WORD } else { WORD };
        loop {
            self.at += self.rest().iter().take_while(|byte| !bytes::is(**byte, class)).count();
            let more = match self.byte(0) {
                b':' => !self.blankz_at(1),
                0xC2 | 0xE2 => self.break_at(0) == 0,
                _ => false,
            };
            if !more {
                return;
            }
            self.at += 1;
        }
    }

    /// Counts the characters of this line's part of `start..end` that take more than a byte.
    #[inline]
    fn count_line(&mut self, start: usize, end: usize) {
        let start = start.max(self.line_start);
        if start < end {
            self.continued += bytes::continuations(self.bytes.get(start..end).unwrap_or(&[]));
        }
    }

    /// Keeps a text that differs from the written one.
    pub(super) fn keep(&mut self, text: Option<String>) -> u32 {
        match text {
            Some(text) => {
                self.texts.push(text.into_boxed_str());
                (self.texts.len() - 1) as u32
            }
            None => INLINE,
        }
    }
}

/// Line breaks between two words, as libyaml folds them: one becomes a space, of several the first is dropped.
#[derive(Default)]
pub(super) struct Breaks {
    /// Whether there was any.
    pub seen: bool,
    first: Option<char>,
    more: String,
}

impl Breaks {
    /// Takes a break as written: LS and PS stay, any other is a line feed.
    pub(super) fn push(&mut self, written: &[u8]) {
        if self.seen {
            push_break(&mut self.more, written);
        } else {
            self.first = Some(normal(written));
        }
        self.seen = true;
    }

    /// An escaped line break: nothing is put in its place.
    pub(super) fn swallow(&mut self) {
        self.seen = true;
    }

    /// Writes what the breaks stand for, and starts anew.
    pub(super) fn fold_into(&mut self, text: &mut String) {
        match self.first.take() {
            Some('\n') if self.more.is_empty() => text.push(' '),
            Some('\n') | None => {}
            Some(other) => text.push(other),
        }
        text.push_str(&self.more);
        self.more.clear();
        self.seen = false;
    }
}

/// Appends a break of one, two or three bytes as libyaml normalises it.
pub(super) fn push_break(into: &mut String, written: &[u8]) {
    if !written.is_empty() {
        into.push(normal(written));
    }
}

fn normal(written: &[u8]) -> char {
    match written {
        [0xE2, 0x80, 0xA8] => '\u{2028}',
        [0xE2, 0x80, 0xA9] => '\u{2029}',
        _ => '\n',
    }
}
