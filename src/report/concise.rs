//! One line a finding, `path:line:column: severity[rule] message`, for editors and `grep`. Knows no source text.

use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};

use super::safe::Safe;
use super::{Look, Report, style};

/// Writes every finding.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>, look: Look) -> io::Result<()> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    report.each(out, |out, finding| {
        let span = finding.span();
        let place = report.source(span.file).map(|source| source.line_column(span.start));
        let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
        let severity = format!("{}[{}]", finding.severity.name(), finding.rule);
        writeln!(
            out,
            "{}:{line}:{column}: {} {}",
            Safe(report.path(span)).style(bold),
            severity.style(style(finding.severity, look)),
            Safe(&finding.message)
        )
    })
}
