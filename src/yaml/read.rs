//! Reads one chunk, from its bytes to a tree that the decoder accepts, or the error in kubectl's words. Knows no Kubernetes object.

use super::documents::{Chunk, How};
use super::scan::Problem;
use super::tree::{NodeId, Tree};
use super::{bytes, json_in, json_out, parse, refuse};
use crate::source::{Source, Span};

/// Why a chunk can't be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The decoder's words: `yaml: line 4: mapping values are not allowed in this context`.
    pub message: String,
    /// The true place in the file, as near as the reader can tell.
    pub span: Span,
    /// A second place that explains the first: where an open bracket or quote began.
    pub note: Option<(Span, &'static str)>,
    converting: bool,
}

impl SyntaxError {
    /// The whole sentence that kubectl prints after the file's name.
    #[must_use]
    pub fn kubectl(&self) -> String {
        if self.converting { format!("error converting YAML to JSON: {}", self.message) } else { self.message.clone() }
    }
}

/// Reads one chunk. `Ok` of an empty tree where the chunk holds only blanks and comments.
///
/// # Errors
/// What sigs.k8s.io/yaml refuses, in its words.
pub fn read<'s>(source: &'s Source, chunk: &Chunk) -> Result<Tree<'s>, SyntaxError> {
    match chunk.how {
        How::Yaml { from } => yaml(source, from, chunk.span.end),
        How::YamlAfterJson { from, json } => {
            yaml(source, from, chunk.span.end).map_err(|error| json_error(source, json as usize, false).unwrap_or(error))
        }
        How::Json => {
            let mut tree = Tree::over(source.id, &source.text);
            match json_in::read(&source.text, chunk.span.start as usize, &mut tree) {
                Ok(_) => Ok(tree),
                Err(problem) => Err(from_json(source, &problem, false)),
            }
        }
        How::BrokenJson => match json_error(source, chunk.span.start as usize, true) {
            Some(error) => Err(error),
            None => Ok(Tree::empty(source.id)),
        },
        How::Separator { start, end } => {
            let written = source.slice(source.span(start, end));
            let message = format!("invalid Yaml document separator: {}", written.get(3..).unwrap_or("").trim());
            Err(SyntaxError { message, span: source.span(start, end), note: None, converting: false })
        }
    }
}

fn json_error(source: &Source, from: usize, alone: bool) -> Option<SyntaxError> {
    let mut tree = Tree::over(source.id, &source.text);
    json_in::read(&source.text, from, &mut tree).err().map(|problem| from_json(source, &problem, alone))
}

/// `alone`: kubectl hands the bare error on, without its offset.
fn from_json(source: &Source, problem: &json_in::JsonProblem, alone: bool) -> SyntaxError {
    let message = match problem.message.split_once(": invalid") {
        Some((_, rest)) if alone => format!("invalid{rest}"),
        _ => problem.message.clone(),
    };
    SyntaxError { message, span: character(source, count(problem.at)), note: None, converting: false }
}

fn yaml(source: &Source, from: u32, end: u32) -> Result<Tree<'_>, SyntaxError> {
    let text = source.text.get(..end as usize).unwrap_or("");
    let broken = source.broken.get(source.broken.partition_point(|at| *at < from)).copied().filter(|at| *at < end);
    let control = bytes::first_control(text.get(from as usize..).unwrap_or("")).map(|at| from + count(at));
    if let Some(bad) = broken.into_iter().chain(control).min() {
        return before_bad(source, text, from, bad, broken == Some(bad));
    }
    if text.ends_with('\n') || text.len() == from as usize {
        return decoded(source, text, from, end);
    }
    // kubectl's reader ends every line with a line feed, the last one too
    let ended = [text.get(from as usize..).unwrap_or(""), "\n"].concat();
    Shifted { source, from, end }.decoded(&ended)
}

/// A chunk with a character that go-yaml's reader refuses. The reader is ahead of the scanner by blocks of 512 bytes, so an
/// error in the text well before the character is told first.
fn before_bad<'s>(source: &'s Source, text: &str, from: u32, bad: u32, broken: bool) -> Result<Tree<'s>, SyntaxError> {
    let read_ahead = from + (bad - from) / 512 * 512;
    let good = text.get(..bad as usize).unwrap_or("");
    match decoded(source, good, from, bad) {
        Ok(tree) if tree.ignored.is_some_and(|ignored| ignored.start < read_ahead) => return Ok(tree),
        Err(error) if error.span.start < read_ahead => return Err(error),
        _ => {}
    }
    let message = if broken { "yaml: invalid leading UTF-8 octet" } else { "yaml: control characters are not allowed" };
    Err(SyntaxError { message: message.to_owned(), span: character(source, bad), note: None, converting: true })
}

fn decoded<'s>(source: &'s Source, text: &str, from: u32, end: u32) -> Result<Tree<'s>, SyntaxError> {
    let parsed =
        parse::parse(text, from as usize, Tree::over(source.id, &source.text)).map_err(|problem| from_problem(source, &problem))?;
    accepted(source, parsed, end)
}

/// A chunk at the end of a file that has no line feed there.
struct Shifted<'s> {
    source: &'s Source,
    from: u32,
    end: u32,
}

impl<'s> Shifted<'s> {
    /// Parses the copy, whose offsets begin at 0, and moves all places to where they stand in the file.
    fn decoded(self, text: &str) -> Result<Tree<'s>, SyntaxError> {
        let mut parsed = parse::parse(text, 0, Tree::over(self.source.id, &self.source.text)).map_err(|mut problem| {
            problem.at.at += self.from;
            if let Some((mark, _)) = &mut problem.context {
                mark.at += self.from;
            }
            from_problem(self.source, &problem)
        })?;
        for node in &mut parsed.tree.nodes {
            node.start = (node.start + self.from).min(self.end);
            node.end = (node.end + self.from).min(self.end);
        }
        for (start, end) in &mut parsed.tree.comments {
            *start += self.from;
            *end += self.from;
        }
        parsed.ignored_from = parsed.ignored_from.map(|at| (at + self.from).min(self.end));
        accepted(self.source, parsed, self.end)
    }
}

/// What the decoder and the step to JSON say of what parses.
fn accepted<'s>(source: &'s Source, parsed: parse::Parsed<'s>, end: u32) -> Result<Tree<'s>, SyntaxError> {
    let mut tree = parsed.tree;
    tree.ignored = parsed.ignored_from.and_then(|from| ignored(source, from, end));
    if !parsed.doubtful {
        return Ok(tree);
    }
    if let Some(refusal) = refuse::first_refusal(&tree) {
        let message = format!("yaml: {}", refusal.message);
        return Err(refused(&tree, message, refusal.node));
    }
    refuse::decode_binaries(&mut tree);
    let unwritable = tree.root().and_then(|root| json_out::write(root, &mut json_out::Nowhere).err());
    match unwritable {
        Some(refusal) => Err(refused(&tree, refusal.message, refusal.node)),
        None => Ok(tree),
    }
}

fn refused(tree: &Tree<'_>, message: String, node: NodeId) -> SyntaxError {
    let span = tree.value(node).map(|value| value.span()).unwrap_or_default();
    SyntaxError { message, span, note: None, converting: true }
}

/// The rest of a chunk after its first document, blanks, comments and `...` lines left out at its head.
fn ignored(source: &Source, from: u32, end: u32) -> Option<Span> {
    let mut at = from;
    for line in source.slice(source.span(from, end)).split_inclusive('\n') {
        let text = line.trim();
        if !text.is_empty() && !text.starts_with('#') && text != "..." {
            let start = at + count(line.len() - line.trim_start().len());
            let rest = source.slice(source.span(start, end)).trim_end();
            return Some(source.span(start, start + count(rest.len())));
        }
        at += count(line.len());
    }
    None
}

/// go-yaml counts a scanner's line from one and a parser's from nought, and tells neither where it would be nought.
fn from_problem(source: &Source, problem: &Problem) -> SyntaxError {
    let line = match (problem.at.line, problem.context) {
        (0, Some((context, _))) => context.line,
        (0, None) => 0,
        (line, _) => line + u32::from(problem.scanner),
    };
    let message = if line == 0 { format!("yaml: {}", problem.message) } else { format!("yaml: line {line}: {}", problem.message) };
    let at = problem.at.at.min(source.len());
    let begun = problem.context.map(|(mark, words)| (line_from(source, mark.at), words));
    let (span, note) = match begun {
        // these are noticed far behind the place that is at fault
        Some((begun, "while scanning a simple key")) => (begun, None),
        Some((begun, "while scanning a quoted scalar")) => (begun, Some((character(source, at), "still open here"))),
        Some((begun, words)) if begun.start != at => (character(source, at), note(words).map(|note| (begun, note))),
        None if problem.message.starts_with("unknown anchor") => (word(source, at), None),
        _ => (character(source, at), None),
    };
    SyntaxError { message, span, note, converting: true }
}

fn note(words: &str) -> Option<&'static str> {
    Some(match words {
        "while parsing a block mapping" => "this mapping begins here",
        "while parsing a block collection" => "this list begins here",
        "while parsing a flow mapping" => "this `{` is still open",
        "while parsing a flow sequence" => "this `[` is still open",
        "while scanning a plain scalar" | "while scanning a block scalar" => "this text begins here",
        "while parsing a quoted scalar" => "this quote opens the text",
        _ => return None,
    })
}

/// The character at `at`, or the place behind the text's last one.
fn character(source: &Source, at: u32) -> Span {
    let rest = source.text.get(at as usize..).unwrap_or("");
    match rest.chars().next() {
        Some('\n' | '\r') | None => source.span(at.min(source.len()), at.min(source.len())),
        Some(character) => source.span(at, at + count(character.len_utf8())),
    }
}

/// From `at` to the next blank or bracket.
fn word(source: &Source, at: u32) -> Span {
    let rest = source.text.get(at as usize..).unwrap_or("");
    let len = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
    source.span(at, at + count(len))
}

/// From `at` to the end of its line.
fn line_from(source: &Source, at: u32) -> Span {
    let rest = source.text.get(at as usize..).unwrap_or("");
    let line = rest.lines().next().unwrap_or("").trim_end();
    source.span(at.min(source.len()), at.min(source.len()) + count(line.len()))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
