//! The values of settings, as options and `svclint.yaml` write them alike. Knows no setting's name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::finding::Severity;

/// The severity a rule is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It does not speak.
    Off,
    /// It speaks at this severity.
    At(Severity),
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            other => severity(other).map(Self::At).ok_or_else(|| "expected off, info, warning or error".to_owned()),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::At(severity) => severity.name(),
        })
    }
}

/// From which severity on findings make the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Whatever is found.
    Never,
    /// This or worse.
    At(Severity),
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            other => severity(other).map(Self::At).ok_or_else(|| "expected error, warning, info or never".to_owned()),
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "never",
            Self::At(severity) => severity.name(),
        })
    }
}

fn severity(name: &str) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
}

/// First and last port of a range, both usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange(pub u16, pub u16);

impl FromStr for PortRange {
    type Err = String;

    /// Takes `30000-32767`, as the API server's `--service-node-port-range`.
    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once('-').and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
        match ends {
            Some((first, last)) if 0 < first && first <= last => Ok(Self(first, last)),
            _ => Err("expected two ports, as in 30000-32767".into()),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// Paths named as `.gitignore` names them, from the configuration's folder.
#[derive(Clone, Debug, Default)]
pub struct Globs(Option<Gitignore>);

impl Globs {
    /// Globs of a file in `folder`, an absolute path.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(folder: &Path, globs: &[String]) -> Result<Self, String> {
        if globs.is_empty() {
            return Ok(Self(None));
        }
        let mut builder = GitignoreBuilder::new(folder);
        for glob in globs {
            builder.add_line(None, glob).map_err(|error| error.to_string())?;
        }
        builder.build().map(|built| Self(Some(built))).map_err(|error| error.to_string())
    }

    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether an absolute path is named, or a folder above it.
    #[must_use]
    pub fn name(&self, path: &Path, is_folder: bool) -> bool {
        let Some(globs) = &self.0 else { return false };
        let inside = |folder: &&Path| folder.starts_with(globs.path()) && *folder != globs.path();
        path.ancestors().take_while(inside).enumerate().any(|(up, path)| globs.matched(path, up > 0 || is_folder).is_ignore())
    }
}
