//! Makes text safe for a terminal: no escape sequence, no reversed line, no hidden character gets through.
//! Knows no finding; every other file of `report` prints foreign text through this one.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::io;

use serde::Serialize;

/// Text of a manifest, a path or a message, as a terminal may see it: `\x1B`, `\u{202E}`, `\n`.
#[derive(Clone, Copy, Debug)]
pub struct Safe<'a>(pub &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        // Nearly all text is this, and a look at its bytes is enough.
        if is_printable(rest) {
            return f.write_str(rest);
        }
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            let (before, after) = rest.split_at(at);
            f.write_str(before)?;
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c if c.is_ascii() => write!(f, "\\x{:02X}", c as u32)?,
                c => write!(f, "\\u{{{:04X}}}", c as u32)?,
            }
            rest = after.get(c.len_utf8()..).unwrap_or("");
        }
        f.write_str(rest)
    }
}

/// Source text for a snippet: every character that a terminal would obey gives way to one of the same length in bytes,
/// so that offsets hold. Tabs stay: whoever draws the snippet widens them.
#[must_use]
pub fn snippet(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| c != '\t' && is_unsafe(c);
    if is_printable(text) || !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let same_length = |c: char| match c.len_utf8() {
        _ if !obeyed(c) => c,
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(same_length).collect())
}

/// Finished JSON with the same characters as `\u202e`: only strings can hold them, and they mean the same.
///
/// # Errors
/// What the writer answers.
pub fn write_json(out: &mut dyn io::Write, json: &str) -> io::Result<()> {
    let mut rest = json;
    while let Some((at, c)) = first_obeyed(rest) {
        let (before, after) = rest.split_at(at);
        out.write_all(before.as_bytes())?;
        let mut escaped = String::new();
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
        out.write_all(escaped.as_bytes())?;
        rest = after.get(c.len_utf8()..).unwrap_or("");
    }
    out.write_all(rest.as_bytes())
}

/// Writes a value as JSON for people to read, by [`write_json`] and a piece at a time: the whole may be large.
///
/// # Errors
/// What the writer answers.
pub fn pretty(out: &mut dyn io::Write, value: &impl Serialize) -> io::Result<()> {
    let mut pieces = Pieces { out, waiting: Vec::with_capacity(PIECE) };
    serde_json::to_writer_pretty(&mut pieces, value)?;
    io::Write::flush(&mut pieces)
}

/// Bytes of JSON that are passed on together.
const PIECE: usize = 64 << 10;

struct Pieces<'w> {
    out: &'w mut dyn io::Write,
    waiting: Vec<u8>,
}

impl io::Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    /// Takes whole characters, as serde writes them; a few bytes at a time.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        write_json(self.out, std::str::from_utf8(&self.waiting).map_err(io::Error::other)?)?;
        self.waiting.clear();
        Ok(())
    }
}

/// Bytes that are looked at together: a machine takes many at once.
const AT_ONCE: usize = 64;

/// Whether text is of ASCII's letters, digits, signs and blanks alone.
fn is_printable(text: &str) -> bool {
    let printable = |chunk: &[u8]| chunk.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'));
    text.as_bytes().chunks(AT_ONCE).all(printable)
}

/// The first character that a terminal would obey, other than the end of a line. Whatever is plain ASCII is passed by its bytes.
fn first_obeyed(text: &str) -> Option<(usize, char)> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    let mut from = 0;
    loop {
        let rest = text.as_bytes().get(from..)?;
        let chunks = rest.chunks_exact(AT_ONCE);
        let plain = chunks.take_while(|chunk| chunk.iter().fold(true, |plain, byte| plain & is_plain(byte))).count() * AT_ONCE;
        let at = from + plain + rest.get(plain..)?.iter().position(|byte| !is_plain(byte))?;
        let c = text.get(at..)?.chars().next()?;
        if is_unsafe(c) {
            return Some((at, c));
        }
        from = at + c.len_utf8();
    }
}

/// Controls (C0, DEL, C1), what reverses the direction of text, what breaks lines, and what nobody can see.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_sees_what_it_would_obey() {
        assert_eq!(Safe("a\u{1b}[31mb\u{202e}c\nd\u{9b}e\0").to_string(), r"a\x1B[31mb\u{202E}c\nd\u{009B}e\x00");
        assert_eq!(Safe("größe: 日本 🚀").to_string(), "größe: 日本 🚀");
    }

    #[test]
    fn snippets_keep_their_length() {
        let text = "a\u{1b}[31m\u{9b}\u{61c}\u{202e}\u{2066}\u{feff}\tü日🚀\u{7f}\0";
        let shown = snippet(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "a?[31m¿¿\u{fffd}\u{fffd}\u{fffd}\tü日🚀??");
    }

    #[test]
    fn json_says_the_same_without_the_characters() {
        let written = |value: &str| {
            let mut out = Vec::new();
            write_json(&mut out, &serde_json::to_string(value).unwrap_or_default()).unwrap_or_default();
            String::from_utf8(out).unwrap_or_default()
        };
        let value = "x\u{202e}y\u{7f}\u{9b}\n";
        assert_eq!(written(value), r#""x\u202ey\u007f\u009b\n""#);
        // Wherever among plain text it stands, and whatever stands around it.
        for length in 0..200 {
            let value = format!("{}größe\u{202e}日{}", "x".repeat(length), "y".repeat(200 - length));
            let text = written(&value);
            assert!(text.contains("größe\\u202e日") && !text.contains('\u{202e}'), "{text}");
            assert_eq!(serde_json::from_str::<String>(&text).unwrap_or_default(), value);
        }
    }
}
