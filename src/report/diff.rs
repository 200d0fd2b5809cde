//! What mending changes, as a unified diff that `patch -p0` and `git apply -p0` take. Knows no finding.

use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};
use similar::{ChangeTag, TextDiff};

use super::Look;
use super::safe::{Safe, snippet};

/// Writes the change of one file. For a terminal the text is made safe; for a pipe every byte is as in the files.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, path: &str, old: &str, new: &str, look: Look, for_terminal: bool) -> io::Result<()> {
    // Lines end at a line feed alone, as patch has it.
    let (before, after): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let diff = TextDiff::configure().diff_slices(&before, &after);
    let paint = |style: Style| if look.color { style } else { Style::new() };
    let bold = paint(Style::new().bold());
    writeln!(out, "{}", format_args!("--- {}", Safe(path)).style(bold))?;
    writeln!(out, "{}", format_args!("+++ {}", Safe(path)).style(bold))?;
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        writeln!(out, "{}", hunk.header().style(paint(Style::new().cyan())))?;
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (" ", Style::new()),
                ChangeTag::Delete => ("-", paint(Style::new().red())),
                ChangeTag::Insert => ("+", paint(Style::new().green())),
            };
            let line = change.value();
            let ended = line.strip_suffix('\n').unwrap_or(line);
            if for_terminal {
                let shown = snippet(ended.strip_suffix('\r').unwrap_or(ended));
                writeln!(out, "{}", format_args!("{sign}{shown}").style(style))?;
            } else {
                writeln!(out, "{}", format_args!("{sign}{ended}").style(style))?;
            }
            if !line.ends_with('\n') {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}
