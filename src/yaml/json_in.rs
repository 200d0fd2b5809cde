//! JSON by Go's grammar into the same tree, with the words of Go's encoding/json. Knows no YAML.

use super::gosyntax;
use super::parse::MAX_DEPTH;
use super::tree::{INLINE, MIXED, NodeId, Shape, Style, Tree};

/// Why JSON stopped, and at which byte of the text; no words of a character where the text just ends.
#[derive(Debug)]
pub(super) struct JsonProblem {
    pub message: String,
    pub at: usize,
}

/// Whether blanks of Unicode are followed by `{` within the 4,096 bytes at which Kubernetes' reader looks.
pub(super) fn looks_like_json(text: &str) -> bool {
    let trimmed = text.trim_start();
    trimmed.starts_with('{') && text.len() - trimmed.len() < 4096
}

/// Where the next value begins, if there is any.
pub(super) fn next_value(text: &str, from: usize) -> Option<usize> {
    text.as_bytes().iter().skip(from).position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).map(|at| from + at)
}

/// Reads one value of `text` at `from` into `tree`, which is empty, and answers with its end.
///
/// # Errors
/// What encoding/json says.
pub(super) fn read(text: &str, from: usize, tree: &mut Tree<'_>) -> Result<usize, JsonProblem> {
    Reader { text, bytes: text.as_bytes(), at: from, tree, open: Vec::new() }.value()
}

struct Reader<'a, 's> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tree: &'a mut Tree<'s>,
    open: Vec<(NodeId, bool)>,
}

type Read<T = ()> = Result<T, JsonProblem>;

impl Reader<'_, '_> {
    fn fail<T>(&self, context: &str) -> Read<T> {
        let Some(byte) = self.bytes.get(self.at) else {
            return Err(JsonProblem { message: "unexpected EOF".to_owned(), at: self.at });
        };
        let shown = match byte {
            b'\'' => "'\\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            _ => {
                let mut quoted = String::new();
                gosyntax::quote(&char::from(*byte).to_string(), &mut quoted);
                format!("'{}'", quoted.trim_matches('"'))
            }
        };
        let message = format!("json: offset {}: invalid character {shown} {context}", self.at + 1);
        Err(JsonProblem { message, at: self.at })
    }

    fn blanks(&mut self) -> u8 {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn value(mut self) -> Read<usize> {
        loop {
            match self.blanks() {
                b'{' => {
                    self.begin(Shape::Mapping(Style::Flow), true)?;
                    if self.blanks() != b'}' {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.begin(Shape::Sequence(Style::Flow), false)?;
                    if self.blanks() != b']' {
                        continue;
                    }
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => return self.fail("looking for beginning of value"),
            }
            if self.after_value()? {
                return Ok(self.at);
            }
        }
    }

    /// Closes what ends here and steps over a comma; true at the end of the whole value.
    fn after_value(&mut self) -> Read<bool> {
        loop {
            let Some((id, mapping)) = self.open.last().copied() else { return Ok(true) };
            match (self.blanks(), mapping) {
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    self.open.pop();
                    self.tree.close(id, offset(self.at));
                }
                (b',', true) => {
                    self.at += 1;
                    self.key()?;
                    return Ok(false);
                }
                (b',', false) => {
                    self.at += 1;
                    return Ok(false);
                }
                (_, true) => return self.fail("after object key:value pair"),
                (_, false) => return self.fail("after array element"),
            }
        }
    }

    fn begin(&mut self, shape: Shape, mapping: bool) -> Read {
        if self.open.len() >= MAX_DEPTH {
            return Err(JsonProblem { message: "json: exceeded max depth".to_owned(), at: self.at });
        }
        let id = self.tree.push(shape, offset(self.at), offset(self.at), INLINE);
        if mapping {
            self.tree.flag(id, MIXED); // which keys are alike is asked when it matters
        }
        self.open.push((id, mapping));
        self.at += 1;
        Ok(())
    }

    fn key(&mut self) -> Read {
        if self.blanks() != b'"' {
            return self.fail("looking for beginning of object key string");
        }
        self.string()?;
        if self.blanks() != b':' {
            return self.fail("after object key");
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, word: &str) -> Read {
        let start = self.at;
        for wanted in word.chars() {
            if self.bytes.get(self.at).map(|byte| char::from(*byte)) != Some(wanted) {
                return self.fail(&format!("in literal {word} (expecting '{wanted}')"));
            }
            self.at += 1;
        }
        self.plain(start);
        Ok(())
    }

    fn plain(&mut self, start: usize) {
        self.tree.push(Shape::Scalar(Style::Plain), offset(start), offset(self.at), INLINE);
    }

    fn digits(&mut self, context: &str) -> Read {
        if !self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            return self.fail(context);
        }
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        self.plain(start);
        Ok(())
    }

    fn string(&mut self) -> Read {
        let start = self.at;
        self.at += 1;
        let mut text: Option<String> = None;
        let mut run = self.at;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = text.get_or_insert_default();
                    text.push_str(self.text.get(run..self.at).unwrap_or(""));
                    let found = self.escape()?;
                    text.push(found);
                    run = self.at;
                }
                Some(0x20..) => self.at += 1,
                _ => return self.fail("in string literal"),
            }
        }
        if let Some(text) = &mut text {
            text.push_str(self.text.get(run..self.at).unwrap_or(""));
        }
        self.at += 1;
        let index = match text {
            Some(text) => {
                self.tree.texts.push(text.into_boxed_str());
                u32::try_from(self.tree.texts.len() - 1).unwrap_or(INLINE)
            }
            None => INLINE,
        };
        self.tree.push(Shape::Scalar(Style::DoubleQuoted), offset(start), offset(self.at), index);
        Ok(())
    }

    /// One escape, or a pair that makes one character; half a pair is U+FFFD, as in Go.
    fn escape(&mut self) -> Read<char> {
        self.at += 1;
        let found = match self.bytes.get(self.at) {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'u') => {
                self.at += 1;
                let high = self.hex()?;
                if !(0xD800..0xDC00).contains(&high) || self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                    return Ok(char::from_u32(high).unwrap_or('\u{fffd}'));
                }
                let back = self.at;
                self.at += 2;
                let low = self.hex()?;
                if (0xDC00..0xE000).contains(&low) {
                    return Ok(char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).unwrap_or('\u{fffd}'));
                }
                self.at = back;
                return Ok('\u{fffd}');
            }
            _ => return self.fail("in string escape code"),
        };
        self.at += 1;
        Ok(found)
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.bytes.get(self.at).and_then(|byte| char::from(*byte).to_digit(16)) else {
                return self.fail("in \\u hexadecimal character escape");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
