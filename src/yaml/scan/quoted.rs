//! Quoted scalars: escapes undone, line breaks folded.

use super::plain::Breaks;
use super::{Mark, Scanned, Scanner, TokenKind};
use crate::yaml::bytes::{self, DOUBLE, SINGLE};
use crate::yaml::tree::Style;

impl Scanner<'_> {
    pub(super) fn quoted(&mut self, single: bool) -> Scanned {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        let (quote, style) = if single { (b'\'', Style::SingleQuoted) } else { (b'"', Style::DoubleQuoted) };
        self.at += 1;
        let body = self.at;
        self.copyable(single);
        if self.byte(0) == quote && !(single && self.byte(1) == quote) {
            let end = self.at;
            self.at = body;
            self.advance_to(end);
            self.at += 1;
            self.push(TokenKind::Scalar(style), start, self.at, super::INLINE);
            return Ok(());
        }
        let clean = self.at;
        self.at = body;
        self.advance_to(clean);
        // blanks at the end of a line fall away, so the tail of what was copied is looked at again
        let mut text = self.written(body, clean).to_owned();
        let kept = text.trim_end_matches([' ', '\t']).len();
        let mut blanks = text.split_off(kept);
        self.quoted_rest(single, start, &mut text, &mut blanks)?;
        self.at += 1;
        let index = self.keep(Some(text));
        self.push(TokenKind::Scalar(style), start, self.at, index);
        Ok(())
    }

    /// Moves to the next quote, backslash or line break.
    #[inline]
    fn copyable(&mut self, single: bool) {
        let class = if single { SINGLE } else { DOUBLE };
        loop {
            self.at += self.rest().iter().take_while(|byte| !bytes::is(**byte, class)).count();
            if !matches!(self.byte(0), 0xC2 | 0xE2) || self.break_at(0) > 0 {
                return;
            }
            self.at += 1;
        }
    }

    fn quoted_rest(&mut self, single: bool, start: Mark, text: &mut String, blanks: &mut String) -> Scanned {
        let context = Some((start, "while scanning a quoted scalar"));
        let mut breaks = Breaks::default();
        loop {
            if self.at == self.line_start && self.document_indicator() {
                return self.fail("found unexpected document indicator", context);
            }
            if self.at_end() {
                return self.fail("found unexpected end of stream", context);
            }
            // a run without blanks
            loop {
                match self.byte(0) {
                    b'\'' if single && self.byte(1) == b'\'' => {
                        settle(text, blanks);
                        text.push('\'');
                        self.at += 2;
                    }
                    b'\'' if single => break,
                    b'"' if !single => break,
                    b'\\' if !single => {
                        settle(text, blanks);
                        match self.break_at(1) {
                            0 => self.escape(start, text)?,
                            len => {
                                self.cross(1 + len);
                                breaks.swallow();
                                break;
                            }
                        }
                    }
                    _ if self.blankz_at(0) => break,
                    _ => {
                        settle(text, blanks);
                        let run = self.at;
                        while !self.at_end() && !matches!(self.byte(0), b'\'' | b'"' | b'\\') && !self.blankz_at(0) {
                            self.at += 1;
                        }
                        if self.at == run {
                            self.at += 1; // the other kind of quote, or a backslash in single quotes
                        }
                        let end = self.at;
                        self.at = run;
                        self.advance_to(end);
                        text.push_str(self.written(run, end));
                    }
                }
            }
            if self.byte(0) == if single { b'\'' } else { b'"' } {
                if breaks.seen {
                    breaks.fold_into(text);
                }
                settle(text, blanks);
                return Ok(());
            }
            let run = self.at;
            loop {
                if self.blank_at(0) {
                    self.at += 1;
                } else {
                    let len = self.break_at(0);
                    if len == 0 {
                        break;
                    }
                    breaks.push(self.bytes.get(self.at..self.at + len).unwrap_or(&[]));
                    self.cross(len);
                }
            }
            if breaks.seen {
                blanks.clear();
                breaks.fold_into(text);
            } else {
                blanks.push_str(self.written(run, self.at));
            }
        }
    }

    /// One escape of a double-quoted scalar; the backslash is next.
    fn escape(&mut self, start: Mark, text: &mut String) -> Scanned {
        let context = Some((start, "while parsing a quoted scalar"));
        let (plain, digits) = match self.byte(1) {
            b'0' => ('\0', 0),
            b'a' => ('\u{7}', 0),
            b'b' => ('\u{8}', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\u{b}', 0),
            b'f' => ('\u{c}', 0),
            b'r' => ('\r', 0),
            b'e' => ('\u{1b}', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{a0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return self.fail("found unknown escape character", context),
        };
        self.at += 2;
        if digits == 0 {
            text.push(plain);
            return Ok(());
        }
        let mut code = 0u32;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.byte(ahead)).to_digit(16) else {
                return self.fail("did not find expected hexdecimal number", context);
            };
            code = (code << 4) | digit;
        }
        let Some(found) = char::from_u32(code) else {
            return self.fail("found invalid Unicode character escape code", context);
        };
        text.push(found);
        self.at += digits;
        Ok(())
    }
}

fn settle(text: &mut String, blanks: &mut String) {
    text.push_str(blanks);
    blanks.clear();
}
