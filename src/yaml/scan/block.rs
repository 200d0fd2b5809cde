//! Block scalars: `|` and `>` with their indicators, indentation taken off, lines kept or folded.

use super::plain::push_break;
use super::{Mark, Scanned, Scanner, TokenKind};
use crate::yaml::tree::Style;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, literal: bool) -> Scanned {
        self.forget_key()?;
        self.key_allowed = true;
        let start = self.mark();
        self.at += 1;
        let (chomp, increment) = self.block_header(start)?;
        let mut end = self.at;
        while self.blank_at(0) {
            self.at += 1;
        }
        if self.byte(0) == b'#' {
            self.comment();
        }
        if !self.at_end() && self.break_at(0) == 0 {
            return self.fail("did not find expected comment or line break", context(start));
        }
        let len = self.break_at(0);
        if len > 0 {
            self.cross(len);
        }
        let mut indent = if increment == 0 { 0 } else { usize::try_from(self.indent.max(0)).unwrap_or(0) + increment };
        let (mut text, mut last_break, mut breaks) = (String::new(), String::new(), String::new());
        let mut after_blank = false;
        self.block_breaks(&mut indent, &mut breaks, start)?;
        while self.column() == indent && !self.at_end() {
            let blank = self.blank_at(0);
            if !literal && !after_blank && !blank && last_break == "\n" {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&last_break);
            }
            last_break.clear();
            text.push_str(&breaks);
            breaks.clear();
            after_blank = blank;
            let line_end = self.line_end();
            text.push_str(self.written(self.at, line_end));
            self.advance_to(line_end);
            end = line_end;
            let len = self.break_at(0);
            if len > 0 {
                push_break(&mut last_break, self.bytes.get(self.at..self.at + len).unwrap_or(&[]));
                self.cross(len);
            }
            self.block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomp != Chomp::Strip {
            text.push_str(&last_break);
        }
        if chomp == Chomp::Keep {
            text.push_str(&breaks);
        }
        let index = self.keep(Some(text));
        self.push(TokenKind::Scalar(if literal { Style::Literal } else { Style::Folded }), start, end, index);
        Ok(())
    }

    /// The indicators after `|` or `>`, in either order.
    fn block_header(&mut self, start: Mark) -> Scanned<(Chomp, usize)> {
        let mut chomp = Chomp::Clip;
        let mut increment = 0;
        let mut seen_chomp = false;
        for _ in 0..2 {
            match self.byte(0) {
                b'+' | b'-' if !seen_chomp => {
                    seen_chomp = true;
                    chomp = if self.byte(0) == b'+' { Chomp::Keep } else { Chomp::Strip };
                }
                b'0' if increment == 0 => return self.fail("found an indentation indicator equal to 0", context(start)),
                digit @ b'1'..=b'9' if increment == 0 => increment = usize::from(digit - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        Ok((chomp, increment))
    }

    /// Steps over indentation and empty lines; the first time, with `indent` 0, finds the indentation.
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String, start: Mark) -> Scanned {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.byte(0) == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.byte(0) == b'\t' {
                return self.fail("found a tab character where an indentation space is expected", context(start));
            }
            let len = self.break_at(0);
            if len == 0 {
                break;
            }
            push_break(breaks, self.bytes.get(self.at..self.at + len).unwrap_or(&[]));
            self.cross(len);
        }
        if *indent == 0 {
            *indent = deepest.max(usize::try_from(self.indent + 1).unwrap_or(0)).max(1);
        }
        Ok(())
    }
}

fn context(start: Mark) -> Option<(Mark, &'static str)> {
    Some((start, "while scanning a block scalar"))
}
