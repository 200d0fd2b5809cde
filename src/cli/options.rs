//! Options of `check` for mending, for adopting svclint in an old repository, and for changed files. Knows no other command.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// What is done about findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes", group = ArgGroup::new("mending").args(["fix", "diff"]).multiple(true))]
pub struct Mend {
    /// Mend what can only be meant one way, and report what is left
    #[arg(long)]
    pub fix: bool,

    /// With --fix or --diff: also mend what somebody should look at
    #[arg(long, requires = "mending")]
    pub unsafe_fixes: bool,

    /// Print what --fix would change and write nothing; exits with 1 if there is something
    #[arg(long)]
    pub diff: bool,
}

/// What is left out of the report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Adopting")]
pub struct Adopt {
    /// Leave out the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write all findings to this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fix", "diff", "since"])]
    pub write_baseline: Option<PathBuf>,

    /// Only findings that touch a file changed since the current branch left this git revision
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,

    /// With --since: only findings that touch a changed line
    #[arg(long, requires = "since", conflicts_with_all = ["fix", "diff"])]
    pub changed_lines: bool,
}
