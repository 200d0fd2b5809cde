//! Writes what a run found, one file a format. Knows no rule, no setting and no stream: each format is given somewhere to write.

pub mod concise;
pub mod cost;
pub mod diff;
pub mod dry_run;
mod excerpt;
mod format;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod once;
pub mod rdjson;
pub mod rules;
pub mod safe;
pub mod sarif;
pub mod summary;
pub mod wrap;

use std::io::{self, Write};

use owo_colors::Style;

use crate::cost::Sharing;
use crate::finding::{Finding, Severity};
use crate::fingerprint;
use crate::parallel;
use crate::source::{FileId, LineColumn, Source, Span, Unreadable};

pub use format::Format;

/// Findings whose text is made before it is written: some megabytes.
const ROUND: usize = 8192;

/// Findings whose text one thread makes in a row; fewer are told sooner than threads begin.
const PART: usize = 256;

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
    /// How many findings the manifests ask not to be told.
    pub ignored: usize,
    /// How many are left out because the baseline knows them.
    pub in_baseline: usize,
    /// How many were mended; none where nobody asked for it.
    pub fixed: Option<usize>,
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

    /// Writes what `write` makes of each finding, in their order and a round at a time; where there are many, side by side.
    fn each(&self, out: &mut dyn Write, write: impl Fn(&mut Vec<u8>, &Finding) -> io::Result<()> + Sync) -> io::Result<()> {
        for round in self.findings.chunks(ROUND) {
            let parts: Vec<&[Finding]> = round.chunks(PART).collect();
            let texts = parallel::map(&parts, parts.len() > 1, |part| {
                let mut text = Vec::new();
                part.iter().try_for_each(|finding| write(&mut text, finding)).map(|()| text)
            });
            texts.into_iter().try_for_each(|text| out.write_all(&text?))?;
        }
        Ok(())
    }

    fn path(&self, span: Span) -> &'a str {
        self.source(span.file).map_or("", |source| &source.path)
    }

    /// Where a place begins and ends, as people count.
    fn range(&self, span: Span) -> (LineColumn, LineColumn) {
        let place = |offset| self.source(span.file).map_or(LineColumn { line: 1, column: 1 }, |source| source.line_column(offset));
        (place(span.start), place(span.end))
    }

    /// What makes each finding the same one tomorrow, in their order; all different.
    fn fingerprints(&self) -> Vec<String> {
        let prints = fingerprint::all(self.findings, self.sources, &|source| source.path.trim_start_matches("./").to_owned());
        prints.iter().map(ToString::to_string).collect()
    }

    /// What is wrong and the way out, for formats that have one text.
    fn told(&self, finding: &Finding) -> String {
        match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        }
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
