//! The place of a field in its object, and the edits that change it there. Knows no meaning of fields.

use super::Object;
use crate::finding::Edit;
use crate::source::{Source, Span};
use crate::yaml::{Entry, Kind, Style, Value};

/// Where a field stands, or where its nearest ancestor does.
#[derive(Clone, Copy, Debug)]
pub struct Place<'o, 's> {
    object: &'o Object<'s>,
    /// Whether the field itself is there.
    pub found: bool,
    key: Option<Value<'o, 's>>,
    value: Option<Value<'o, 's>>,
}

/// A step of a written path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// `.name` or `[name]`
    Key(&'p str),
    /// `[0]`
    Index(usize),
}

/// The steps of `spec.ports[0].name`; `[a.b/c]` is one key, dots and all.
pub fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    let mut rest = path;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']').unwrap_or((inner, ""));
            rest = after;
            return Some(inside.parse().map_or(Step::Key(inside), Step::Index));
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        rest = after;
        Some(Step::Key(key))
    })
}

impl<'o, 's> Place<'o, 's> {
    pub(super) fn find(object: &'o Object<'s>, field: &str) -> Self {
        let mut place = Place { object, found: true, key: None, value: object.value() };
        for step in steps(field) {
            let Some(value) = place.value.map(Value::follow) else {
                place.found = false;
                break;
            };
            let next = match step {
                Step::Index(index) if matches!(value.kind(), Kind::Sequence) => value.items().nth(index).map(|item| (None, item)),
                Step::Index(index) => value.entry(&index.to_string()).map(|entry| (Some(entry.key), entry.value)),
                Step::Key(key) => value.entry(key).map(|Entry { key, value }| (Some(key), value)),
            };
            match next {
                Some((key, value)) => (place.key, place.value) = (key, Some(value)),
                None => {
                    place.found = false;
                    break;
                }
            }
        }
        place
    }

    /// What to point at: a scalar's text, a collection's key, the whole where neither is there.
    #[must_use]
    pub fn span(&self) -> Span {
        match (self.value.filter(|_| self.found), self.key) {
            (Some(value), _) if matches!(value.kind(), Kind::Scalar | Kind::Alias(_)) && value.span().start < value.span().end => {
                value.span()
            }
            (_, Some(key)) => key.span(),
            (Some(value), None) => first_line(value),
            (None, None) => self.value.map_or(self.object.span, first_line),
        }
    }

    /// The key, if the field has one.
    #[must_use]
    pub fn key(&self) -> Option<Span> {
        self.key.map(Value::span)
    }

    /// The value's node, if the field is there.
    #[must_use]
    pub fn value(&self) -> Option<Value<'o, 's>> {
        self.value.filter(|_| self.found)
    }

    /// From the key to the value's end.
    #[must_use]
    pub fn entry(&self) -> Span {
        let value = self.value.map_or(self.object.span, Value::span);
        match self.key {
            Some(key) => Span { end: value.end.max(key.span().end), ..key.span() },
            None => value,
        }
    }

    /// Writes `text` in the value's place, keeping its quotes where the text allows.
    #[must_use]
    pub fn replace(&self, text: &str) -> Option<Edit> {
        let value = self.value()?;
        let replacement = match value.style() {
            Style::DoubleQuoted => format!("\"{text}\""),
            Style::SingleQuoted => format!("'{text}'"),
            _ => text.to_owned(),
        };
        Some(Edit { span: value.span(), replacement })
    }

    /// Renames the key.
    #[must_use]
    pub fn rename(&self, name: &str) -> Option<Edit> {
        Some(Edit { span: self.key()?, replacement: name.to_owned() })
    }

    /// Takes the entry out: with its lines where it has them to itself, else from a flow mapping with one comma.
    #[must_use]
    pub fn remove(&self, source: &Source) -> Option<Edit> {
        let entry = self.found.then(|| self.entry()).filter(|entry| !in_flow(source, *entry))?;
        let before = source.line_span(source.line_of(entry.start));
        let lead = source.slice(Span { end: entry.start, ..before });
        if !lead.trim_matches(' ').is_empty() {
            return None;
        }
        let last = source.line_of(entry.end.max(entry.start + 1) - 1);
        let tail = source.slice(Span { start: entry.end, ..source.line_span(last) });
        if !(tail.trim_start().is_empty() || tail.trim_start().starts_with('#')) {
            return None;
        }
        let end = source.line_starts().get(last + 1).copied().unwrap_or(source.len());
        Some(Edit { span: Span { end, ..before }, replacement: String::new() })
    }

    /// Adds a line `key: value`, or several, before this entry, at its indentation and with the file's line ends.
    #[must_use]
    pub fn insert_before(&self, source: &Source, line: &str) -> Option<Edit> {
        let entry = self.found.then(|| self.entry()).filter(|entry| !in_flow(source, *entry))?;
        let column = entry.start - source.line_span(source.line_of(entry.start)).start;
        let newline = source.newline();
        let indent = " ".repeat(column as usize);
        Some(Edit { span: Span { end: entry.start, ..entry }, replacement: format!("{}{newline}{indent}", line.replace('\n', newline)) })
    }
}

/// Whether an entry stands between braces, where lines are not what holds it.
fn in_flow(source: &Source, entry: Span) -> bool {
    let before = source.slice(Span { start: 0, end: entry.start, ..entry }).trim_ascii_end();
    before.ends_with(['{', '[', ',']) && entry.start > 0
}

fn first_line(value: Value<'_, '_>) -> Span {
    let span = value.span();
    let first = match value.kind() {
        Kind::Mapping => value.entries().next().map(|entry| entry.key.span()),
        Kind::Sequence => value.items().next().map(first_of),
        _ => None,
    };
    first.unwrap_or(span)
}

fn first_of(value: Value<'_, '_>) -> Span {
    match value.kind() {
        Kind::Mapping => value.entries().next().map_or(value.span(), |entry| entry.key.span()),
        _ => value.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_the_api_server_writes_it() {
        let read: Vec<_> = steps("spec.ports[0].name").collect();
        assert_eq!(read, [Step::Key("spec"), Step::Key("ports"), Step::Index(0), Step::Key("name")]);
        let read: Vec<_> = steps("metadata.annotations[a.b/c]").collect();
        assert_eq!(read, [Step::Key("metadata"), Step::Key("annotations"), Step::Key("a.b/c")]);
    }
}
