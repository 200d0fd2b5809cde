//! The place of a field in its object, and the edits that change it there. Knows no meaning of fields.

use std::borrow::Cow;

use super::Object;
use crate::finding::Edit;
use crate::source::{Source, Span};
use crate::yaml::{Entry, Kind, Scalar, Style, Value, plain};

/// Where a field stands, or where its nearest ancestor does.
#[derive(Clone, Copy, Debug)]
pub struct Place<'o, 's> {
    object: &'o Object<'s>,
    /// Whether the field itself is there.
    pub found: bool,
    /// The mapping that has the key.
    within: Option<Value<'o, 's>>,
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
        let mut place = Place { object, found: true, within: None, key: None, value: object.value() };
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
                Some((key, value_there)) => (place.within, place.key, place.value) = (Some(value), key, Some(value_there)),
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

    /// Writes `text` in the value's place, keeping its quotes, and putting some around what would be no text without.
    /// Nothing where an alias stands: what it means stands elsewhere, and holds for others too.
    #[must_use]
    pub fn replace(&self, text: &str) -> Option<Edit> {
        let value = self.value().filter(|value| !matches!(value.kind(), Kind::Alias(_)))?;
        let style = match value.style() {
            Style::Plain if matches!(value.scalar(), Some(Scalar::Str(_))) && !is_plain(text) => Style::DoubleQuoted,
            style => style,
        };
        Some(Edit { span: value.span(), replacement: written(text, style) })
    }

    /// Renames the key, keeping its quotes.
    #[must_use]
    pub fn rename(&self, name: &str) -> Option<Edit> {
        Some(rename(self.key?, name))
    }

    /// Takes the entry out, as [`without`] does.
    #[must_use]
    pub fn remove(&self, source: &Source) -> Option<Edit> {
        without(source, self.within.filter(|_| self.found)?, self.key?)
    }

    /// Adds an entry `key: value` before this one: on a line of its own, or several, at its indentation and with the
    /// file's line ends; between braces, in the manner of its neighbour.
    #[must_use]
    pub fn insert_before(&self, source: &Source, line: &str) -> Option<Edit> {
        let (within, key) = (self.within.filter(|_| self.found)?, self.key?);
        let at = Span { end: key.span().start, ..key.span() };
        let lead = lead(source, key);
        let newline = source.newline();
        if within.style() != Style::Flow {
            let indent = " ".repeat(lead.chars().count());
            return Some(Edit { span: at, replacement: format!("{}{newline}{indent}", line.replace('\n', newline)) });
        }
        let (name, value) = line.split_once(": ").filter(|_| !line.contains('\n'))?;
        let after = source.slice(Span { start: key.span().end, end: source.len(), ..at });
        let gap = if after.starts_with(": ") || after.starts_with(" :") { " " } else { "" };
        let entry = match key.style() {
            Style::DoubleQuoted => {
                format!("{}:{gap}{}", written(name, Style::DoubleQuoted), written(value.trim_matches('"'), Style::DoubleQuoted))
            }
            _ => line.to_owned(),
        };
        let behind = if lead.trim().is_empty() { format!("{newline}{lead}") } else { gap.to_owned() };
        Some(Edit { span: at, replacement: format!("{entry},{behind}") })
    }
}

/// Renames a key, or writes another word for a value, keeping the quotes.
#[must_use]
pub fn rename(key: Value<'_, '_>, name: &str) -> Edit {
    Edit { span: key.span(), replacement: written(name, key.style()) }
}

/// Takes an entry of a mapping out: with its lines where it has them to itself, between braces with one comma.
#[must_use]
pub fn without(source: &Source, mapping: Value<'_, '_>, key: Value<'_, '_>) -> Option<Edit> {
    let end = |entry: &Entry<'_, '_>| entry.value.span().end.max(entry.key.span().end);
    let entries: Vec<_> = mapping.entries().collect();
    let at = entries.iter().position(|entry| entry.key.id == key.id)?;
    let entry = entries.get(at)?;
    let start = entry.key.span();
    if mapping.follow().style() == Style::Flow {
        let span = match (at.checked_sub(1).and_then(|before| entries.get(before)), entries.get(at + 1)) {
            (Some(before), _) => Span { start: end(before), end: end(entry), ..start },
            (None, Some(next)) => Span { end: next.key.span().start, ..start },
            (None, None) => Span { end: end(entry), ..start },
        };
        return Some(Edit { span, replacement: String::new() });
    }
    if !lead(source, key).bytes().all(|byte| byte == b' ') {
        return None;
    }
    let line = source.line_span(source.line_of(start.start));
    let last = source.line_of(end(entry).max(start.start + 1) - 1);
    let tail = source.slice(Span { start: end(entry), ..source.line_span(last) }).trim_start();
    let next = source.line_starts().get(last + 1).copied().unwrap_or(source.len());
    let mark = line.end - line.start - len(source.slice(line).trim_start_matches('\u{feff}'));
    (tail.is_empty() || tail.starts_with('#'))
        .then(|| Edit { span: Span { start: line.start + mark, end: next, ..line }, replacement: String::new() })
}

/// What stands before a key on its line, a byte order mark left out.
fn lead<'t>(source: &'t Source, key: Value<'_, '_>) -> &'t str {
    let start = key.span();
    let line = source.line_span(source.line_of(start.start));
    source.slice(Span { end: start.start, ..line }).trim_start_matches('\u{feff}')
}

fn len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(0)
}

/// A text as it is written in YAML, in quotes where without them it would mean something else.
#[must_use]
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(written(text, Style::DoubleQuoted)) }
}

fn written(text: &str, style: Style) -> String {
    match style {
        Style::DoubleQuoted => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")),
        _ => text.to_owned(),
    }
}

/// Whether a text is a text to YAML without quotes, between braces too.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/') && text.chars().all(harmless) && matches!(plain(text), Scalar::Str(_))
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
