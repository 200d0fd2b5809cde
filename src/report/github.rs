//! Workflow commands of GitHub Actions: each becomes an annotation beside the line in a pull request.
//! Knows nothing of GitHub but the syntax of these lines; at most ten of a severity and step are shown, so the gravest come first.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::Report;
use super::safe::Safe;
use crate::finding::{Finding, Severity};
use crate::source::Unreadable;

/// Writes a command a finding, and one for each file that could not be read.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    for Unreadable { path, message } in report.unreadable {
        writeln!(out, "::error file={},title=svclint::{}", property(path), data(&format!("can't be read: {message}")))?;
    }
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    for finding in findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (start, end) = report.range(finding.span());
        let columns = if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
        writeln!(
            out,
            "::{command} file={},line={},endLine={}{columns},title={}::{}",
            property(report.path(finding.span())),
            start.line,
            end.line,
            property(&format!("svclint: {}", finding.rule)),
            data(&report.told(finding))
        )?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| Safe(line).to_string().replace('%', "%25")).collect();
    lines.join("%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
