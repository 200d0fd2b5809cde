//! Why a document can't be read, as its author would see it. Knows the words of the decoder and the text around the fault.

use crate::finding::{Edit, Fix, Safety};
use crate::source::{Source, Span};
use crate::yaml::SyntaxError;

/// What is probably wrong at a fault, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Where to look.
    pub span: Span,
    /// Why, in a few words.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The only mend, if there is one.
    pub fix: Option<Fix>,
}

/// The lines of a Markdown code block that were copied along: the first or the last of a document.
#[must_use]
pub fn fences(source: &Source, document: Span) -> Vec<Span> {
    if !may_have_fences(source.slice(document)) {
        return Vec::new();
    }
    let lines = lines(source, document);
    let written: Vec<_> = lines.filter(|line| !source.slice(*line).trim().is_empty()).collect();
    let text = |line: &Span| source.slice(*line).trim_start_matches('\u{feff}').trim();
    // Line breaks that only YAML knows make one line of ours many.
    let breaks = |text: &str| text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']);
    let is_fence = |line: &Span| (text(line).starts_with("```") || text(line).starts_with("~~~")) && !breaks(text(line));
    let is_word = |line: &Span| LANGUAGES.contains(&without_comment(text(line)));
    let opens = |line: &&Span| is_fence(line) || is_word(line) && written.get(1).is_some_and(|next| has_key(source.slice(*next)));
    let first = written.first().filter(opens);
    let last = written.last().filter(|line| written.len() > 1 && is_fence(line));
    first.into_iter().chain(last).map(|line| whole(source, *line)).collect()
}

/// What stands alone in the first line of a code block that lost its fence.
const LANGUAGES: [&str; 7] = ["yaml", "yml", "YAML", "YML", "Yaml", "json", "yaml:"];

/// A look at the whole text, which needs no lines: hardly any document has one.
fn may_have_fences(text: &str) -> bool {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    text.contains("```") || text.contains("~~~") || LANGUAGES.iter().any(|word| start.starts_with(word))
}

/// A line's text before its comment.
#[must_use]
pub fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim_end()
}

/// A line with its line end, and without the byte order mark before it.
fn whole(source: &Source, line: Span) -> Span {
    let end = source.line_starts().get(source.line_of(line.start) + 1).copied().unwrap_or(source.len());
    let mark = if source.slice(line).starts_with('\u{feff}') { 3 } else { 0 };
    Span { start: line.start + mark, end, ..line }
}

fn lines(source: &Source, within: Span) -> impl DoubleEndedIterator<Item = Span> {
    let (first, last) = (source.line_of(within.start), source.line_of(within.end.max(within.start + 1) - 1));
    (first..=last).map(|line| source.line_span(line))
}

fn has_key(line: &str) -> bool {
    let key = line.trim_start().split(':').next().unwrap_or("");
    line.contains(':') && !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
}

/// What is probably wrong where the decoder stopped.
#[must_use]
pub fn cause(source: &Source, document: Span, error: &SyntaxError) -> Cause {
    let line = source.line_span(source.line_of(error.span.start));
    let said = |words: &str| error.message.contains(words);
    let cause = |why: &str, help: &str| Cause { span: error.span, why: why.to_owned(), help: help.to_owned(), fix: None };
    if let Some(found) = separator(source, document, error) {
        return found;
    }
    if let Some(found) = tab(source, document, error) {
        return found;
    }
    let text = source.slice(line);
    let at = source.slice(Span { end: line.end, ..error.span }).chars().next();
    if said("cannot start any token") {
        return match at {
            Some(c @ ('@' | '`' | '%')) => {
                cause(&format!("a value can't begin with `{c}`"), &format!("put quotes around the value that begins with `{c}`"))
            }
            _ => cause("no value can begin like this", "put quotes around the value"),
        };
    }
    if said("mapping values are not allowed") {
        return mapping_values(source, line, error);
    }
    if said("could not find expected ':'") {
        return colon(source, document, error);
    }
    if said("did not find expected key") || said("did not find expected '-' indicator") || said("block sequence entries are not allowed") {
        return indentation(source, line, error);
    }
    if said("unexpected end of stream") {
        return cause("this quote is never closed", "close the quote");
    }
    if said("did not find expected ',' or ']'") {
        return cause("this `[` is never closed, or a `,` is missing before here", "close the bracket, or put a `,` between the items");
    }
    if said("did not find expected ',' or '}'") {
        return cause("this `{` is never closed, or a `,` is missing before here", "close the brace, or put a `,` between the entries");
    }
    if said("unknown anchor") || said("did not find expected alphabetic or numeric character") {
        return cause("`*` and `&` at the start of a value have a meaning of their own in YAML", "put quotes around the value");
    }
    if said("unknown escape character") {
        return cause("`\\` begins an escape within double quotes", "use single quotes, or write `\\\\`");
    }
    if said("invalid map key") {
        return cause("braces without quotes are read as a mapping", "put quotes around the value that begins with `{`");
    }
    if said("control characters are not allowed") || said("UTF-8") || said("invalid") && !source.broken.is_empty() {
        return cause("this byte is no text", "save the file as UTF-8");
    }
    if text.trim_start().starts_with("<<<<<<<") || text.trim_start().starts_with(">>>>>>>") || text.starts_with("=======") {
        return cause("a merge conflict is left here", "settle the conflict");
    }
    cause("the reader stops here", "look at this line and the one above: indentation, quotes, and a space after each `:` and `-`")
}

/// `----`, or anything behind the three dashes.
fn separator(source: &Source, document: Span, error: &SyntaxError) -> Option<Cause> {
    let near = source.line_of(error.span.start);
    let line = [near, near.saturating_sub(1), near + 1].into_iter().map(|line| source.line_span(line)).find(|line| {
        let text = source.slice(*line);
        let rest = text.strip_prefix("---").map(str::trim);
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('#'))
            && (error.message.contains("separator") || line.start <= document.end)
    })?;
    let text = source.slice(line);
    let dashes = text.trim_end().chars().all(|c| c == '-');
    let why = if dashes { format!("`{}` is no separator", text.trim_end()) } else { "a separator has its line to itself".to_owned() };
    let edit = Edit { span: line, replacement: "---".to_owned() };
    let fix = dashes.then(|| Fix { title: "write `---`".into(), safety: Safety::Safe, edits: vec![edit] });
    let help = if dashes { "write exactly three dashes" } else { "put what follows `---` on a line of its own" };
    Some(Cause { span: line, why, help: help.to_owned(), fix })
}

/// A tab where YAML wants spaces, on the line of the fault or just above it.
fn tab(source: &Source, document: Span, error: &SyntaxError) -> Option<Cause> {
    let near = source.line_of(error.span.start);
    let line = [near, near.saturating_sub(1), near + 1].into_iter().map(|line| source.line_span(line)).find(|line| {
        let lead: &str = source.slice(*line);
        let lead = lead.get(..lead.len() - lead.trim_start_matches([' ', '\t', '-']).len()).unwrap_or("");
        document.contains(*line) && lead.contains('\t')
    })?;
    let text = source.slice(line);
    let offset = u32::try_from(text.find('\t')?).ok()?;
    let length = text.get(offset as usize..).map_or(1, |rest| rest.len() - rest.trim_start_matches('\t').len());
    let span = Span { start: line.start + offset, end: line.start + offset + u32::try_from(length).unwrap_or(1), ..line };
    Some(Cause { span, why: "a tab: YAML is indented by spaces only".into(), help: "write spaces in place of the tab".into(), fix: None })
}

fn mapping_values(source: &Source, line: Span, error: &SyntaxError) -> Cause {
    let text = source.slice(line);
    let value = text.split_once(": ").map(|(_, value)| value.trim());
    if let Some(value) = value.filter(|value| value.contains(": ") || value.ends_with(':')) {
        let start = line.start + u32::try_from(text.find(value).unwrap_or(0)).unwrap_or(0);
        let span = Span { start, end: start + u32::try_from(value.len()).unwrap_or(0), ..line };
        let why = "a second `: ` on one line makes this a mapping within a value".to_owned();
        return Cause { span, why, help: format!("put quotes around `{value}`"), fix: None };
    }
    let above = source.line_of(line.start).checked_sub(1).map(|above| source.line_span(above));
    let valued = above
        .map(|above| source.slice(above))
        .filter(|above| has_key(above.trim_start_matches(['-', ' '])) && !above.trim_end().ends_with(':'));
    if valued.is_some_and(|above| indent(above) < indent(text)) {
        let why = "indented deeper than the line above, which has a value already".to_owned();
        return Cause { span: first_word(source, line), why, help: "indent it like its neighbours".into(), fix: None };
    }
    let why = "no key may stand here".to_owned();
    let help = "look at the line above: a key lacks its `:`, or this one is indented too far";
    Cause { span: error.span, why, help: help.into(), fix: None }
}

/// A line without its colon, or without the space behind it.
fn colon(source: &Source, document: Span, error: &SyntaxError) -> Cause {
    let near = source.line_of(error.span.start);
    let lacking = [near, near.saturating_sub(1), near.saturating_sub(2)].into_iter().map(|line| source.line_span(line)).find(|line| {
        let text = source.slice(*line).trim();
        document.contains(*line) && !text.is_empty() && !text.starts_with('#') && !text.contains(": ") && !text.ends_with(':')
    });
    let Some(line) = lacking else {
        let help = "write `key: value`, with a space after the colon".to_owned();
        return Cause { span: error.span, why: "a key without its `:`".into(), help, fix: None };
    };
    let word = first_word(source, line);
    let text = source.slice(word);
    // `http://…` and `10:30` are no keys.
    let is_field = |key: &str| key.starts_with(|c: char| c.is_ascii_lowercase()) && key.bytes().all(|c| c.is_ascii_alphanumeric());
    if let Some((key, _)) = text.split_once(':').filter(|(key, value)| is_field(key) && !value.starts_with("//")) {
        let place = word.start + u32::try_from(key.len() + 1).unwrap_or(1);
        let edit = Edit { span: Span { start: place, end: place, ..word }, replacement: " ".into() };
        let fix = Fix { title: "add the space".into(), safety: Safety::Unsafe, edits: vec![edit] };
        let help = "put a space behind the colon".to_owned();
        return Cause { span: word, why: "no space behind the `:`".into(), help, fix: Some(fix) };
    }
    Cause {
        span: word,
        why: "neither a key with its `:` nor a value".into(),
        help: "write `key: value`, or take the line out".into(),
        fix: None,
    }
}

fn indentation(source: &Source, line: Span, error: &SyntaxError) -> Cause {
    let text = source.slice(line);
    let span = if text.trim().is_empty() { error.span } else { first_word(source, line) };
    let (why, help) = if text.trim_start().starts_with("- ") {
        (
            "the dash does not stand under the dashes of the items before it",
            "indent the dash like its neighbours, and its fields two further",
        )
    } else {
        ("the indentation fits neither the lines above nor the list or mapping they belong to", "indent it like its neighbours")
    };
    Cause { span, why: why.to_owned(), help: help.to_owned(), fix: None }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

fn first_word(source: &Source, line: Span) -> Span {
    let text = source.slice(line);
    let lead = text.len() - text.trim_start().len();
    let start = line.start + u32::try_from(lead).unwrap_or(0);
    let end = start + u32::try_from(text.trim().split(" #").next().unwrap_or("").trim_end().len()).unwrap_or(0);
    Span { start, end, ..line }
}
