//! The formats of `check` by name. Knows no stream and no option.

use std::io::{self, Write};

use super::{Look, Report, concise, full, github, gitlab, json, junit, rdjson, sarif};

/// A format of `check`'s report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// For people: the lines at fault, with what is said of them.
    Full,
    /// A line a finding.
    Concise,
    /// svclint's own JSON; its shape is a contract.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// reviewdog's Diagnostic Format.
    Rdjson,
}

impl Format {
    /// Whether people read it as it is.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }

    pub(crate) fn write(self, out: &mut dyn Write, report: &Report<'_>, look: Look) -> io::Result<()> {
        match self {
            Self::Full => full::write(out, report, look),
            Self::Concise => concise::write(out, report, look),
            Self::Json => json::write(out, report),
            Self::Sarif => sarif::write(out, report),
            Self::Github => github::write(out, report),
            Self::Gitlab => gitlab::write(out, report),
            Self::Junit => junit::write(out, report),
            Self::Rdjson => rdjson::write(out, report),
        }
    }
}
