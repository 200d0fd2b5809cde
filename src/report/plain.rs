//! Draws an excerpt as miette does, where that takes little: plain ASCII, no colour, at most one label on a line and none
//! over several. Nearly all excerpts are such ones, and there may be a hundred thousand. Knows no finding.

use std::io::{self, Write};

use super::excerpt::{Excerpt, Hunk};

/// A label in its line, by bytes, which are columns here.
struct Under<'e> {
    start: usize,
    end: usize,
    text: Option<&'e str>,
}

/// Draws the excerpt; whether it could, as nothing is written where it could not.
///
/// # Errors
/// What the writer answers.
pub fn draw(out: &mut Vec<u8>, excerpt: &Excerpt) -> io::Result<bool> {
    if !is_plain(excerpt) {
        return Ok(false);
    }
    for hunk in &excerpt.hunks {
        draw_hunk(out, excerpt, hunk)?;
    }
    Ok(true)
}

fn is_plain(excerpt: &Excerpt) -> bool {
    let spans = || excerpt.labels.iter().map(|label| (label.offset(), label.offset() + label.len()));
    let is_text = |hunk: &Hunk| hunk.text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n'));
    let breaks = |from: usize, to: usize| {
        let hunk = excerpt.hunks.iter().find(|hunk| (hunk.offset..=hunk.offset + hunk.text.len()).contains(&from));
        let text = hunk.and_then(|hunk| hunk.text.get(from - hunk.offset..to.checked_sub(hunk.offset)?));
        text.map(|text| text.contains('\n'))
    };
    excerpt.hunks.iter().all(is_text)
        && spans().all(|(start, end)| breaks(start, end) == Some(false))
        && spans().zip(spans().skip(1)).all(|((start, _), (next, _))| start < next && breaks(start, next) != Some(false))
}

fn draw_hunk(out: &mut Vec<u8>, excerpt: &Excerpt, hunk: &Hunk) -> io::Result<()> {
    let range = hunk.offset..hunk.offset + hunk.text.len();
    let here = || excerpt.labels.iter().filter(|label| range.contains(&label.offset()));
    let Some(named) = here().find(|label| label.primary()).or_else(|| here().next()) else { return Ok(()) };
    let Some((_, place)) = hunk.places.iter().find(|(offset, _)| *offset == named.offset()) else { return Ok(()) };
    let width = (hunk.line + hunk.lines).to_string().len();
    writeln!(out, "{:width$}  ╭─[{}:{}:{}]", "", hunk.path, place.line, place.column)?;
    let mut offset = hunk.offset;
    for (number, line) in (hunk.line + 1..).zip(hunk.text.lines()) {
        let end = offset + line.len();
        writeln!(out, "{}", format_args!(" {number:width$} │ {line}").to_string().trim_end())?;
        if let Some(label) = here().find(|label| (offset..=end).contains(&label.offset())) {
            let (start, length) = (label.offset() - offset, label.len());
            underline(out, width, &Under { start, end: start + length, text: label.label() })?;
        }
        offset = end + 1;
    }
    writeln!(out, "{:width$}  ╰────", "")
}

fn underline(out: &mut Vec<u8>, width: usize, under: &Under<'_>) -> io::Result<()> {
    let (start, end) = (under.start, under.end.max(under.start + 1));
    let middle = (start + end) / 2;
    let mark = match under.text {
        _ if under.end == under.start => '▲',
        Some(_) => '┬',
        None => '─',
    };
    write!(out, " {:width$} · {:start$}", "", "")?;
    (start..middle).try_for_each(|_| out.write_all("─".as_bytes()))?;
    write!(out, "{mark}")?;
    (middle + 1..end).try_for_each(|_| out.write_all("─".as_bytes()))?;
    writeln!(out)?;
    let Some(text) = under.text else { return Ok(()) };
    let several = text.contains('\n');
    for (index, line) in text.split('\n').enumerate() {
        let lead = match index {
            _ if !several => "╰──",
            0 => "╰─┤",
            _ => "  │",
        };
        writeln!(out, " {:width$} · {:middle$}{lead} {}", "", "", line.trim_end())?;
    }
    Ok(())
}
