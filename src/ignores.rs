//! What a manifest asks svclint not to say: `# svclint: ignore[rule, …] reason` and the annotation `svclint.dev/ignore`.
//! Knows no rule but by name, and no finding.
//!
//! What lies below a key is read from the indentation of lines, so that it holds in documents that can't be read, too.

use memchr::memmem;

use crate::kube::Object;
use crate::kube::object::State;
use crate::source::{Source, Span};
use crate::yaml::Value;

/// The annotation that silences rules for one object.
pub const ANNOTATION: &str = "svclint.dev/ignore";

/// A rule that is not to speak in some lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The rule's name as written.
    pub rule: String,
    /// Where it is written.
    pub span: Span,
    /// The bytes in which it does not speak.
    pub covers: Span,
}

/// What is asked in a document, and comments that begin like such a request and are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The requests, a rule each.
    pub ignores: Vec<Ignore>,
    /// Comments that can't be understood.
    pub garbled: Vec<Span>,
}

/// What the object's annotation asks and, for the first object of a document, what its comments do.
#[must_use]
pub fn of(object: &Object<'_>, source: &Source) -> Asked {
    let mut asked = Asked::default();
    let mentioned = |span: Span| memmem::find(source.slice(span).as_bytes(), b"svclint").is_some();
    if object.reference.item.is_none_or(|item| item == 0) {
        let before = before(source, object.span.start);
        if mentioned(document(object)) || mentioned(before) {
            comments(object, source, before, &mut asked);
        }
    }
    if !mentioned(object.span) {
        return asked;
    }
    let place = object.at(&format!("metadata.annotations[{ANNOTATION}]"));
    if let Some(value) = place.value() {
        let start = value.span().start + u32::from(value.text().len() as u64 != u64::from(value.span().end - value.span().start));
        let covers = if object.reference.item.is_none() { document(object) } else { object.span };
        names(value.text(), Span { start, ..value.span() }, covers, &mut asked.ignores);
    }
    asked
}

fn document(object: &Object<'_>) -> Span {
    let whole = object.tree.root().map_or(object.span, Value::span);
    Span { start: object.span.start.min(whole.start), end: object.span.end.max(whole.end), ..object.span }
}

/// The comments above the `---` that opens a document, where they stand below no other document.
fn before(source: &Source, start: u32) -> Span {
    let none = source.span(start, start);
    let first = source.line_of(start);
    let text = |line: usize| source.slice(source.line_span(line)).trim_start_matches('\u{feff}');
    let separates = |line: usize| text(line).starts_with("---");
    let Some(mark) = (0..first).next_back().filter(|line| separates(*line)) else { return none };
    let above = (0..mark).rev().take_while(|line| !separates(*line) && !is_content(text(*line))).last();
    let Some(top) = above.filter(|top| *top == 0 || separates(top - 1)) else { return none };
    Span { start: source.line_span(top).start, end: source.line_span(mark).start, ..none }
}

fn comments(object: &Object<'_>, source: &Source, before: Span, asked: &mut Asked) {
    let tree = &object.tree;
    let whole = document(object);
    let within: Vec<Span> =
        if tree.nodes.is_empty() && object.state != State::Object { unread(source, object.span) } else { tree.comments().collect() };
    let above = if before.start < before.end { unread(source, before) } else { Vec::new() };
    for comment in above.into_iter().chain(within) {
        let text = source.slice(comment);
        let Some(rest) = text.trim_start_matches('#').trim_start().strip_prefix("svclint:") else { continue };
        let list = rest.trim_start().strip_prefix("ignore[").and_then(|rest| rest.split_once(']'));
        let Some((list, _)) = list.filter(|(list, _)| !list.trim().is_empty()) else {
            asked.garbled.push(comment);
            continue;
        };
        let offset = list.as_ptr() as usize - text.as_ptr() as usize;
        let start = comment.start + u32::try_from(offset).unwrap_or(0);
        let covers = covered(object, source, comment, whole);
        names(list, Span { start, end: start + u32::try_from(list.len()).unwrap_or(0), ..comment }, covers, &mut asked.ignores);
    }
}

/// Lines of a document without a tree that hold nothing but a comment.
fn unread(source: &Source, span: Span) -> Vec<Span> {
    let lines = source.line_of(span.start)..=source.line_of(span.end.saturating_sub(1).max(span.start));
    let comment = |line: usize| {
        let line = source.line_span(line);
        let text = source.slice(line);
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let (line, text) = (Span { start: line.start + mark, ..line }, text.trim_start_matches('\u{feff}'));
        let indent = u32::try_from(text.len() - text.trim_start().len()).unwrap_or(0);
        text.trim_start().starts_with('#').then_some(Span { start: line.start + indent, ..line })
    };
    lines.filter_map(comment).collect()
}

/// What a comment speaks of: beside text, that line and what a key at its end opens; on a line of its own, the next key or
/// item with all below it; above the first line of a document, the whole of it.
fn covered(object: &Object<'_>, source: &Source, comment: Span, whole: Span) -> Span {
    let at = source.line_of(comment.start);
    let line = source.line_span(at);
    let before = source.slice(Span { end: comment.start, ..line }).trim_start_matches('\u{feff}');
    if !before.trim().is_empty() {
        let opens = before.trim_end().ends_with([':', '|', '>', '-']);
        let end = if opens { below(source, at, key_column(before), whole) } else { line.end };
        return Span { end: end.max(line.end), ..line };
    }
    let first = object.tree.root().map_or(whole.start, |root| root.span().start);
    if comment.start < first || object.tree.nodes.is_empty() {
        return whole;
    }
    match content_after(source, at, whole) {
        Some(next) => {
            let start = source.line_span(next);
            let text = source.slice(start);
            Span { end: below(source, next, indent(text), whole).max(start.end), ..start }
        }
        None => line,
    }
}

/// The next line that holds more than a comment.
fn content_after(source: &Source, line: usize, whole: Span) -> Option<usize> {
    let last = source.line_of(whole.end.saturating_sub(1).max(whole.start));
    (line + 1..=last).find(|line| is_content(source.slice(source.line_span(*line))))
}

/// Where the lines end that belong below a key or an item in this column: those further in, and a key's own list beside it.
fn below(source: &Source, line: usize, column: usize, whole: Span) -> u32 {
    let text = source.slice(source.line_span(line));
    let key = !text.trim_start().starts_with("- ") || column > indent(text);
    let last = source.line_of(whole.end.saturating_sub(1).max(whole.start));
    let mut end = source.line_span(line).end;
    for next in line + 1..=last {
        let span = source.line_span(next);
        let text = source.slice(span);
        if !is_content(text) {
            continue;
        }
        if indent(text) < column || indent(text) == column && !(key && text.trim_start().starts_with("- ")) {
            break;
        }
        end = span.end;
    }
    end
}

fn is_content(line: &str) -> bool {
    let text = line.trim_start();
    !text.is_empty() && !text.starts_with('#')
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column of a key behind the dashes of list items.
fn key_column(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// The rules of a list, each with its place where the text stands as written.
fn names(list: &str, span: Span, covers: Span, into: &mut Vec<Ignore>) {
    let mut offset = 0;
    for part in list.split(',') {
        let lead = part.len() - part.trim_start().len();
        let name = part.trim();
        let start = (span.start + u32::try_from(offset + lead).unwrap_or(0)).min(span.end);
        let end = (start + u32::try_from(name.len()).unwrap_or(0)).min(span.end);
        if !name.is_empty() {
            into.push(Ignore { rule: name.to_owned(), span: Span { start, end, ..span }, covers });
        }
        offset += part.len() + 1;
    }
}
