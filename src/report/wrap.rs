//! Breaks text at blanks to fit a width. Knows nothing of colours: wrap first, paint after.

/// The lines of `text`, the first of at most `first` characters and the others of at most `rest`; a longer word keeps its own line.
#[must_use]
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn breaks_at_blanks_only() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("one incomprehensible two", 5, 5), ["one", "incomprehensible", "two"]);
        assert_eq!(wrap("", 5, 5), [""]);
    }
}
