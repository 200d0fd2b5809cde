//! Template syntax that something has yet to render: Helm, Jinja, ytt, envsubst, sed. Knows no kind.

use memchr::memmem;

use crate::source::{Source, Span};
use crate::yaml::{Style, Tree, Value};

/// The marks of a template language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `{{ … }}`: Helm, Go templates, Jinja, mustache.
    Braces,
    /// `{% … %}`: Jinja.
    Percent,
    /// `#@ …`: ytt.
    Ytt,
    /// `@NAME@`: autoconf, sed.
    At,
    /// `${NAME}` where YAML reads it as more than text: envsubst, Flux.
    Dollar,
}

/// What kind of template a text is, if it shows the marks of one, and where the first of them is.
#[must_use]
pub fn syntax(text: &str) -> Option<(Syntax, usize)> {
    let find = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes());
    (find("{{").map(|at| (Syntax::Braces, at)))
        .or_else(|| find("{%").map(|at| (Syntax::Percent, at)))
        .or_else(|| ytt(text).map(|at| (Syntax::Ytt, at)))
        .or_else(|| memchr::memchr_iter(b'@', text.as_bytes()).find(|at| at_name(text, *at)).map(|at| (Syntax::At, at)))
}

/// Where a text that does not read holds `${…}` on the line it fails at: within `{ }` or `[ ]` its brace is YAML's own until
/// it is filled in.
#[must_use]
pub fn unread_placeholder(text: &str, fails_at: usize) -> Option<usize> {
    let start = text.get(..fails_at)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?;
    let at = line.find("${")?;
    let (before, after) = (line.get(..at)?, line.get(at..)?);
    (before.contains(['{', '[']) && after.contains('}')).then_some(start + at)
}

/// Where a text holds ytt's `#@ …` or `#@/…`, so that its YAML alone says less than is meant.
#[must_use]
pub fn ytt(text: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), b"#@").find(|at| matches!(text.as_bytes().get(at + 2), Some(b' ' | b'/')))
}

/// Whether one of the comments in a part of a file is ytt's.
#[must_use]
pub fn has_ytt(tree: &Tree<'_>, source: &Source, part: Span) -> bool {
    let from = tree.comments.partition_point(|(start, _)| *start < part.start);
    let within = tree.comments.iter().skip(from).take_while(|(start, _)| *start < part.end);
    let mut comments = within.map(|(start, end)| source.slice(Span::new(part.file, *start, *end)));
    comments.any(|comment| ["#@ ", "#@/"].iter().any(|mark| comment.starts_with(mark)))
}

/// Whether `@NAME@` begins here.
fn at_name(text: &str, at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or("");
    rest.split_once('@').is_some_and(|(name, _)| is_shout(name))
}

fn is_shout(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
}

/// Whether a value is a placeholder that something fills in later: `${NAME}`, `$(NAME)`, `{{ name }}`, `@NAME@`, `<name>`.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    if !value.bytes().any(|c| matches!(c, b'$' | b'{' | b'_' | b'<' | b'@')) {
        return false;
    }
    let inside =
        |open: &str, close: &str| value.find(open).is_some_and(|at| value.get(at + open.len()..).is_some_and(|rest| rest.contains(close)));
    inside("${", "}")
        || inside("$(", ")")
        || inside("{{", "}}")
        || inside("__", "__")
        || inside("<", ">")
        || memchr::memchr_iter(b'@', value.as_bytes()).any(|at| at_name(value, at))
        || value.split('$').skip(1).any(|rest| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().is_some_and(is_shout))
}

/// Whether a mapping is what YAML makes of `{{ … }}` without quotes.
#[must_use]
pub fn is_braces(value: Value<'_, '_>) -> bool {
    value.style() == Style::Flow && value.entries().next().is_some_and(|entry| entry.key.is_mapping())
}

/// Whether a value that can't be right looks as if the reader is to put his own in its place: a placeholder, or words
/// such as `YOUR_DOMAIN`, `NAME`, `CHANGEME`, `x.x.x.x`.
#[must_use]
pub fn is_to_be_filled_in(value: &str) -> bool {
    const SHOUTED: [&str; 12] =
        ["NAME", "NAMESPACE", "HOST", "HOSTNAME", "DOMAIN", "PORT", "IP", "ADDRESS", "VERSION", "IMAGE", "TAG", "A.B.C.D"];
    is_placeholder(value)
        || SHOUTED.contains(&value)
        || value.contains("A.B.C.D")
        || value
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .any(|word| word.len() > 3 && word.contains('_') && is_shout(word))
        || asks_for_it(value)
        || value.len() >= 3 && value.chars().all(|c| matches!(c, 'x' | 'X' | '.' | '?'))
        || value.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() >= 3 && word.bytes().all(|c| matches!(c, b'x' | b'X')))
        || value.split_once('[').and_then(|(_, rest)| rest.split_once(']')).is_some_and(|(name, _)| name.chars().all(char::is_alphabetic))
}

/// Whether a value has a word in it that asks the reader to write another, in any case.
fn asks_for_it(value: &str) -> bool {
    let bytes = value.as_bytes();
    let here = |at: usize, word: &str| bytes.get(at..at + word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()));
    bytes.iter().enumerate().any(|(at, byte)| match byte.to_ascii_lowercase() {
        b'y' => here(at, "your"),
        b'c' => here(at, "changeme") || here(at, "change-me") || here(at, "change_me"),
        b't' => here(at, "todo"),
        b'f' => here(at, "fixme"),
        b'p' => here(at, "placeholder"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    #[test]
    fn only_comments_are_directives_of_ytt() {
        let is_template = |text: &str| {
            let source = Source::new(FileId(0), String::new(), text.as_bytes().to_vec());
            let chunk = yaml::documents(&source).remove(0);
            yaml::read(&source, &chunk).is_ok_and(|tree| has_ytt(&tree, &source, chunk.span))
        };
        assert!(is_template("#@ load(\"@ytt:data\", \"data\")\na: 1\n") && is_template("a: 1\n#@/remove\nb: 2\n"));
        assert!(is_template("a: 1 #@ data.values.a\n"));
        for text in ["a: |\n  #@ no directive\n", "a: 'x #@ y'\n", "a: 1 #@y\n", "a: 1 # #@ y\n"] {
            assert!(!is_template(text), "{text}");
        }
    }

    #[test]
    fn placeholders_are_told_from_values() {
        for value in ["${NAME}", "$NAME", "{{ name }}", "@NAME@", "<name>", "web-${ENV}", "__NS__", "a@B_1@", "b2.$DOMAIN"] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["web", "$", "a@b@c", "a < b", "80", "me@example.com", "NAME"] {
            assert!(!is_placeholder(value), "{value}");
        }
        for value in ["NAME", "YOUR_DOMAIN", "your-domain", "x.x.x.x", "CHANGEME", "www.VAR_DOMAIN", "api.A.B.C.D.nip.io"] {
            assert!(is_to_be_filled_in(value), "{value}");
        }
        for value in ["Web", "tcp", "TCP", "my-app", "NodePort", "10.0.0.256", "x", "[fd00::1]", "IPv4", "www.My_Shop.io", "a_B.io"] {
            assert!(!is_to_be_filled_in(value), "{value}");
        }
    }

    #[test]
    fn a_template_is_known_by_its_marks() {
        assert_eq!(syntax("a: {{ b }}"), Some((Syntax::Braces, 3)));
        assert_eq!(syntax("name: @STS_NAME@"), Some((Syntax::At, 6)));
        assert_eq!(syntax("#@ def x():"), Some((Syntax::Ytt, 0)));
        assert_eq!(unread_placeholder("a: b\nc: {d: ${E}, f: 1}\n", 13), Some(12));
        assert_eq!(unread_placeholder("a: ${B}\nc: d\n  e: f\n", 15), None);
        assert_eq!(unread_placeholder("a: ${B}: c\n", 8), None);
        assert_eq!(syntax("a: b #@author me@x.org @"), None);
    }
}
