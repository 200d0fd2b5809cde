//! Draws an excerpt as miette does, where that takes little: plain ASCII, no colour, at most one label on a line and none
//! over several. Nearly all excerpts are such ones, and there may be a hundred thousand. Knows no finding.

use super::excerpt::{Excerpt, Hunk};

/// A label in its line, by bytes, which are columns here.
struct Under<'e> {
    start: usize,
    end: usize,
    text: Option<&'e str>,
}

/// Draws the excerpt; whether it could, as nothing is written where it could not.
pub fn draw(out: &mut Vec<u8>, excerpt: &Excerpt) -> bool {
    let plain = is_plain(excerpt);
    if plain {
        excerpt.hunks.iter().for_each(|hunk| draw_hunk(out, excerpt, hunk));
    }
    plain
}

fn is_plain(excerpt: &Excerpt) -> bool {
    let spans = || excerpt.labels.iter().map(|label| (label.offset(), label.offset() + label.len()));
    let is_text = |hunk: &Hunk| hunk.text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n'));
    let breaks = |from: usize, to: usize| {
        let hunk = excerpt.hunks.iter().find(|hunk| (hunk.offset..=hunk.offset + hunk.text.len()).contains(&from));
        let text = hunk.and_then(|hunk| hunk.text.as_bytes().get(from - hunk.offset..to.checked_sub(hunk.offset)?));
        text.map(|text| memchr::memchr(b'\n', text).is_some())
    };
    excerpt.hunks.iter().all(is_text)
        && spans().all(|(start, end)| breaks(start, end) == Some(false))
        && spans().zip(spans().skip(1)).all(|((start, _), (next, _))| start < next && breaks(start, next) != Some(false))
}

fn draw_hunk(out: &mut Vec<u8>, excerpt: &Excerpt, hunk: &Hunk) {
    let range = hunk.offset..hunk.offset + hunk.text.len();
    let here = || excerpt.labels.iter().filter(|label| range.contains(&label.offset()));
    let Some(named) = here().find(|label| label.primary()).or_else(|| here().next()) else { return };
    let Some((_, place)) = hunk.places.iter().find(|(offset, _)| *offset == named.offset()) else { return };
    let width = (hunk.line + hunk.lines).to_string().len();
    blanks(out, width + 2);
    for part in ["╭─[", &hunk.path, ":", &place.line.to_string(), ":", &place.column.to_string(), "]\n"] {
        put(out, part);
    }
    let mut offset = hunk.offset;
    for (number, line) in (hunk.line + 1..).zip(hunk.text.lines()) {
        let (number, end) = (number.to_string(), offset + line.len());
        blanks(out, 1 + width - number.len());
        put(out, &number);
        put(out, " │ ");
        put(out, line);
        end_line(out);
        if let Some(label) = here().find(|label| (offset..=end).contains(&label.offset())) {
            let (start, length) = (label.offset() - offset, label.len());
            underline(out, width, &Under { start, end: start + length, text: label.label() });
        }
        offset = end + 1;
    }
    blanks(out, width + 2);
    put(out, "╰────\n");
}

fn underline(out: &mut Vec<u8>, width: usize, under: &Under<'_>) {
    let (start, end) = (under.start, under.end.max(under.start + 1));
    let middle = (start + end) / 2;
    let margin = |out: &mut Vec<u8>, column: usize| {
        blanks(out, width + 2);
        put(out, "· ");
        blanks(out, column);
    };
    margin(out, start);
    for column in start..end {
        put(
            out,
            match under.text {
                _ if column != middle => "─",
                _ if under.end == under.start => "▲",
                Some(_) => "┬",
                None => "─",
            },
        );
    }
    end_line(out);
    let Some(text) = under.text else { return };
    let several = text.contains('\n');
    for (index, line) in text.split('\n').enumerate() {
        margin(out, middle);
        put(
            out,
            match index {
                _ if !several => "╰── ",
                0 => "╰─┤ ",
                _ => "  │ ",
            },
        );
        put(out, line);
        end_line(out);
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn blanks(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b' ');
}

/// Ends a line, the blanks at its end left out.
fn end_line(out: &mut Vec<u8>) {
    out.truncate(out.trim_ascii_end().len());
    out.push(b'\n');
}
