//! One file's text with its line index, and places in it. Knows neither YAML nor Kubernetes.

use std::sync::OnceLock;

/// Number of a [`Source`] within one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// Half-open range of bytes in one file, as the file is on disk (a byte order mark counts).
///
/// The file is part of the place: neighbouring nodes of a composed object come from different files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file it lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A range of `file`.
    #[must_use]
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// Whether `other` lies within, in the same file.
    #[must_use]
    pub fn contains(&self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// From a place to another where the same text stands again.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    file: FileId,
    /// Modulo 2³²: it may lead back.
    by: u32,
}

impl Shift {
    /// From one of two places of the same text to the other.
    #[must_use]
    pub fn between(from: Span, to: Span) -> Self {
        Self { file: to.file, by: to.start.wrapping_sub(from.start) }
    }

    /// Where an offset leads.
    #[must_use]
    pub fn offset(self, at: u32) -> u32 {
        at.wrapping_add(self.by)
    }

    /// Where a place leads.
    #[must_use]
    pub fn span(self, span: Span) -> Span {
        Span::new(self.file, self.offset(span.start), self.offset(span.end))
    }
}

/// A file as read: its text, and where its lines begin.
#[derive(Debug)]
pub struct Source {
    /// Its number in the run.
    pub id: FileId,
    /// The path as given, with `/`.
    pub path: String,
    /// The text. Bytes that are not UTF-8 stand here as `?`, one for each, so that offsets hold.
    pub text: String,
    /// Offsets of the bytes that are not UTF-8, ascending.
    pub broken: Vec<u32>,
    lines: OnceLock<Vec<u32>>,
    /// Characters before every multiple of [`STRIDE`]: a column far out on a long line is found without counting from its start.
    characters: OnceLock<Vec<u32>>,
}

/// Bytes between two entries of [`Source::characters`].
const STRIDE: usize = 4096;

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The path as given, with `/`.
    pub path: String,
    /// Why, in lower case: `permission denied`.
    pub message: String,
}

/// A place as people count: line and column from 1, the column in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
}

impl Source {
    /// Takes a file's bytes. At most 4 GiB are addressable; the caller refuses larger files.
    #[must_use]
    pub fn new(id: FileId, path: String, bytes: Vec<u8>) -> Self {
        let (text, broken) = match String::from_utf8(bytes) {
            Ok(text) => (text, Vec::new()),
            Err(error) => repair(error.as_bytes()),
        };
        Self { id, path, text, broken, lines: OnceLock::new(), characters: OnceLock::new() }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Whether the file has no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A range of this file.
    #[must_use]
    pub fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.id, start, end)
    }

    /// The text of a range; empty where it does not fit the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Offsets at which lines begin. Lines end at `\n`.
    #[must_use]
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(ends.filter_map(|at| u32::try_from(at + 1).ok())).collect()
        })
    }

    /// Number (from 0) of the line that holds `offset`.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.line_starts().partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The range of line `index` (from 0), its line end left out.
    #[must_use]
    pub fn line_span(&self, index: usize) -> Span {
        let starts = self.line_starts();
        let start = starts.get(index).copied().unwrap_or(self.len());
        let end = starts.get(index + 1).map_or(self.len(), |next| next - 1);
        let text = self.slice(self.span(start, end));
        let end = if text.ends_with('\r') { end - 1 } else { end };
        self.span(start, end)
    }

    /// How the file ends its lines, as its first line does.
    #[must_use]
    pub fn newline(&self) -> &'static str {
        let first = memchr::memchr(b'\n', self.text.as_bytes()).and_then(|end| self.text.get(..end));
        if first.is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" }
    }

    /// Where people see `offset`; a byte order mark has no column.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_of(offset);
        let start = self.line_starts().get(line).copied().unwrap_or(0);
        let mark = if line == 0 && self.text.starts_with('\u{feff}') { 1 } else { 0 };
        let column = self.characters_between(start as usize, offset as usize).saturating_sub(mark);
        LineColumn { line: count(line + 1), column: count(column + 1) }
    }

    /// Characters that begin in a range of bytes, the one that `end` cuts left out.
    fn characters_between(&self, start: usize, end: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = end.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        if end.saturating_sub(start) <= STRIDE {
            return characters(bytes.get(start..end).unwrap_or_default());
        }
        let before = self.characters.get_or_init(|| {
            let sums = bytes.chunks(STRIDE).scan(0, |sum, chunk| {
                *sum += count(characters(chunk));
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let to = |at: usize| {
            let whole = at / STRIDE;
            before.get(whole).copied().unwrap_or(0) as usize + characters(bytes.get(whole * STRIDE..at).unwrap_or_default())
        };
        to(end).saturating_sub(to(start))
    }
}

/// Bytes that begin a character.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xbf)).count()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn repair(bytes: &[u8]) -> (String, Vec<u32>) {
    let mut text = String::with_capacity(bytes.len());
    let mut broken = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            broken.push(count(text.len()));
            text.push('?');
        }
    }
    (text, broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> Source {
        Source::new(FileId(0), "x.yaml".into(), bytes.to_vec())
    }

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = source("a: ü1\r\nb: 2\n".as_bytes());
        assert_eq!(source.line_column(5), LineColumn { line: 1, column: 5 });
        assert_eq!(source.line_column(8), LineColumn { line: 2, column: 1 });
        assert_eq!(source.slice(source.line_span(0)), "a: ü1");
    }

    #[test]
    fn a_byte_order_mark_has_no_column() {
        assert_eq!(source(b"\xEF\xBB\xBFa: 1").line_column(3), LineColumn { line: 1, column: 1 });
    }

    #[test]
    fn columns_far_out_on_a_line_are_the_same_as_counted() {
        let text = format!("a: 1\n{}\n", "ü-é".repeat(5000));
        let source = source(text.as_bytes());
        for offset in [5, 6, 7, 4096, 4101, 8200, 20000, 25004] {
            let mut end = offset as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let column = text[5..end].chars().count() as u32 + 1;
            assert_eq!(source.line_column(offset), LineColumn { line: 2, column }, "at {offset}");
        }
    }

    #[test]
    fn broken_bytes_keep_offsets() {
        let source = source(b"a: \xff\xfeb\n");
        assert_eq!(source.text, "a: ??b\n");
        assert_eq!(source.broken, [3, 4]);
    }
}
