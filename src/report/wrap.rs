//! Breaks text at blanks to fit a width. Knows nothing of colours: wrap first, paint after.

use super::safe::is_printable;

/// The lines of `text`, the first of at most `first` characters and the others of at most `rest`; a longer word keeps its own line.
#[must_use]
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    if is_tidy(text) {
        return tidy(text, first, rest);
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = if word.is_ascii() { word.len() } else { word.chars().count() };
        let width = if lines.is_empty() { first } else { rest };
        if used > 0 && used + 1 + length > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines.push(line);
    lines
}

/// ASCII whose blanks stand one by one between words: it is cut where it stands.
fn is_tidy(text: &str) -> bool {
    let blanks = |pair: &[u8]| pair == b"  ";
    is_printable(text) && !text.starts_with(' ') && !text.ends_with(' ') && !text.as_bytes().windows(2).any(blanks)
}

fn tidy(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut left, mut width) = (text, first);
    while left.len() > width {
        let fits = left.as_bytes().get(..=width).and_then(|line| line.iter().rposition(|byte| *byte == b' '));
        let Some((line, after)) = fits.or_else(|| left.find(' ')).and_then(|at| Some((left.get(..at)?, left.get(at + 1..)?))) else {
            break;
        };
        lines.push(line.to_owned());
        (left, width) = (after, rest);
    }
    lines.push(left.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn breaks_at_blanks_only() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("one incomprehensible two", 5, 5), ["one", "incomprehensible", "two"]);
        assert_eq!(wrap("", 5, 5), [""]);
    }

    #[test]
    fn tidy_text_breaks_where_any_other_does() {
        let text = "a text of words, some of them incomprehensible, that is told in lines of whatever width there is";
        for first in 0..text.len() + 2 {
            for rest in [0, 1, 7, 16, 30, first] {
                assert_eq!(wrap(text, first, rest), wrap(&format!("{text} "), first, rest), "{first} {rest}");
            }
        }
    }
}
