//! Writes what a run found, one file a format. Knows no rule, no setting and no stream: each format is given somewhere to write.

pub mod concise;
pub mod cost;
pub mod dry_run;
mod excerpt;
pub mod full;
pub mod json;
pub mod rules;
pub mod safe;
pub mod summary;
pub mod wrap;

use owo_colors::Style;

use crate::cost::Sharing;
use crate::finding::{Finding, Severity};
use crate::source::{FileId, Source, Span, Unreadable};

/// What a run found, with all that a report tells of it.
#[derive(Debug)]
pub struct Report<'a> {
    /// Every file of the run, the number of a file being its place here.
    pub sources: &'a [Source],
    /// In the order in which they are told: by path, place and rule.
    pub findings: &'a [Finding],
    /// Files that could not be read.
    pub unreadable: &'a [Unreadable],
    /// How many files were judged; context does not count.
    pub files: usize,
    /// How many documents they hold.
    pub documents: usize,
    /// How many findings were silenced.
    pub ignored: usize,
    /// The version they were judged for: `1.36`.
    pub kubernetes_version: String,
    /// The change that saves most on load balancers.
    pub saving: Option<Sharing>,
}

/// How a report for people looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are wanted.
    pub color: bool,
    /// Columns at hand.
    pub width: usize,
}

impl Look {
    /// Width where nobody says how wide the reader's screen is.
    pub const PIPED: usize = 100;
}

impl<'a> Report<'a> {
    /// The file of a number; none where the number was made up.
    #[must_use]
    pub fn source(&self, file: FileId) -> Option<&'a Source> {
        self.sources.get(file.0 as usize)
    }

    /// How many findings are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn path(&self, span: Span) -> &'a str {
        self.source(span.file).map_or("", |source| &source.path)
    }
}

/// The colour of a severity.
fn style(severity: Severity, look: Look) -> Style {
    if !look.color {
        return Style::new();
    }
    match severity {
        Severity::Error => Style::new().red().bold(),
        Severity::Warning => Style::new().yellow().bold(),
        Severity::Info => Style::new().cyan().bold(),
    }
}
