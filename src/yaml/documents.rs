//! Cuts a file into documents as kubectl's reader does, before anything is decoded. Knows no grammar of YAML.
//!
//! The quirks are those of `YAMLOrJSONDecoder` and `YAMLReader` in k8s.io/apimachinery (util/yaml/decoder.go): a file that
//! begins with `{` is read as JSON until that fails, a line that begins with `---` cuts even inside a block scalar, and only
//! a comment may follow it.

use super::json_in;
use super::tree::Tree;
use crate::source::{Source, Span};

/// One document of a file as kubectl's reader cuts it, before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its number, from 0: chunks of comments count, and so do blank lines between two `---`; two `---` in a row hold none,
    /// unless the first opens the file.
    pub index: u32,
    /// Its bytes, without the `---` line that opens it.
    pub span: Span,
    pub(super) how: How,
}

/// How a chunk is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// As YAML; kubectl's reader begins at this byte, where lines are counted from.
    Yaml { from: u32 },
    /// As JSON.
    Json,
    /// As YAML after JSON failed at this byte; if YAML fails too, JSON's error is told.
    YamlAfterJson { from: u32, json: u32 },
    /// JSON after two or more good objects: YAML isn't tried any more.
    BrokenJson,
    /// Never decoded: the `---` line that ends it is refused.
    Separator { start: u32, end: u32 },
}

impl Chunk {
    /// Whether the chunk is read as JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        matches!(self.how, How::Json | How::BrokenJson)
    }

    /// The place of all the text that decides how it reads; none where more than text does.
    #[must_use]
    pub fn decisive(&self, source: &Source) -> Option<Span> {
        match self.how {
            How::Yaml { from } if source.broken.is_empty() => Some(Span { start: from, ..self.span }),
            _ => None,
        }
    }
}

/// Cuts a file as kubectl does.
#[must_use]
pub fn documents(source: &Source) -> Vec<Chunk> {
    let mut cut = Cut { source, chunks: Vec::new() };
    if json_in::looks_like_json(&source.text) {
        cut.json();
    } else {
        cut.yaml(0, None);
    }
    cut.chunks
}

struct Cut<'a> {
    source: &'a Source,
    chunks: Vec<Chunk>,
}

impl Cut<'_> {
    fn push(&mut self, start: usize, end: usize, how: How) {
        let index = count(self.chunks.len());
        self.chunks.push(Chunk { index, span: self.source.span(count(start), count(end)), how });
    }

    /// Objects one after another. Up to the second one YAML may follow.
    fn json(&mut self) {
        let text = &self.source.text;
        let mut at = 0;
        while let Some(start) = json_in::next_value(text, at) {
            let mut tree = Tree::over(self.source.id, text);
            match json_in::read(text, start, &mut tree) {
                Ok(end) => {
                    self.push(start, end, How::Json);
                    at = end;
                }
                Err(_) if self.chunks.len() > 1 => return self.push(start, text.len(), How::BrokenJson),
                Err(_) => {
                    let from = after_blanks(text, at);
                    return self.yaml(from, Some(start));
                }
            }
        }
    }

    /// Lines up to one that begins with `---`. The first `---` of the text belongs to the chunk that it opens.
    fn yaml(&mut self, from: usize, mut json: Option<usize>) {
        let bytes = self.source.text.as_bytes();
        let mut open = None; // where the lines of this chunk begin, and where its text does
        let mut line = from;
        while line < bytes.len() {
            let rest = bytes.get(line..).unwrap_or(&[]);
            let next = memchr::memchr(b'\n', rest).map_or(bytes.len(), |at| line + at + 1);
            if rest.starts_with(b"---") {
                let after = self.source.text.get(line + 3..next).unwrap_or("").trim();
                if !after.is_empty() && !after.starts_with('#') {
                    let start = open.map_or(line, |(_, text)| text);
                    self.push(
                        start,
                        next,
                        How::Separator { start: count(line), end: count(line + 3 + trimmed_end(bytes, line + 3, next)) },
                    );
                    open = None;
                } else if let Some((lines, text)) = open {
                    self.push_yaml(lines, text, line, &mut json);
                    open = None;
                } else {
                    open = Some((line, next));
                }
            } else if open.is_none() {
                open = Some((line, line));
            }
            line = next;
        }
        if let Some((lines, text)) = open {
            self.push_yaml(lines, text, bytes.len(), &mut json);
        }
    }

    fn push_yaml(&mut self, lines: usize, text: usize, end: usize, json: &mut Option<usize>) {
        let from = count(lines);
        let how = match json.take() {
            Some(json) => How::YamlAfterJson { from, json: count(json) },
            None => How::Yaml { from },
        };
        self.push(text, end, how);
    }
}

/// Steps over blanks up to and with the first line feed, as the reader does between JSON and YAML.
fn after_blanks(text: &str, from: usize) -> usize {
    let mut at = from;
    for character in text.get(from..).unwrap_or("").chars() {
        if !character.is_whitespace() {
            break;
        }
        at += character.len_utf8();
        if character == '\n' {
            break;
        }
    }
    at
}

fn trimmed_end(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes.get(from..to).unwrap_or(&[]).trim_ascii_end().len()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
