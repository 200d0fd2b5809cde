//! Kubernetes versions, and what changed between them as one table. Knows no object.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 27 for 1.27.
    pub minor: u8,
}

impl Version {
    /// The oldest that is known.
    pub const OLDEST: Self = Self { minor: 27 };
    /// The newest that is known.
    pub const NEWEST: Self = Self { minor: 37 };
    /// What is assumed where nobody says otherwise.
    pub const DEFAULT: Self = Self { minor: 36 };
}

impl Default for Version {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Takes `1.36`, `v1.36` and `1.36.3`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next(), parts.next().and_then(|minor| minor.parse().ok()));
        match (major, minor) {
            (Some("1"), Some(minor)) if (Self::OLDEST.minor..=Self::NEWEST.minor).contains(&minor) => Ok(Self { minor }),
            _ => Err(format!("expected a version from {} to {}", Self::OLDEST, Self::NEWEST)),
        }
    }
}
