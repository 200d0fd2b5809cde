//! What the exit code says. Knows no command.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing to complain of.
    Clean,
    /// 1: findings, refusals.
    Found,
    /// 2: wrong usage, bad configuration, or something that can't be read.
    Trouble,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
