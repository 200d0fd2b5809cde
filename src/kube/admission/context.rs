//! What every validator is handed: the version, the cluster's profile, and where errors and warnings go. Knows no kind.

use super::field::{Errors, Path};
use crate::kube::version::Change;
use crate::kube::{Profile, Version};

/// Says whether something other than null stands at a path (`spec.rules[0].http.paths[0].pathType`).
pub type Written<'w> = &'w dyn Fn(&str) -> bool;

/// The judging of one object.
pub struct Context<'p> {
    /// The API server's version.
    pub version: Version,
    /// The cluster.
    pub profile: &'p Profile,
    /// 422: the field errors so far.
    pub errors: Errors,
    /// The warnings so far; the server sends them only with an accepted object.
    pub warnings: Vec<String>,
    /// A refusal that is no list of field errors (400, 403, 500); the first one stands.
    pub refusal: Option<Refusal>,
    /// What is written, where the typed content cannot tell.
    pub written: Option<Written<'p>>,
}

/// A refusal that is no list of field errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 400: the body cannot be decoded; the message after `… cannot be handled as a Kind: `.
    Undecodable(String),
    /// 403 by an admission plugin: the message after `pods "web" is forbidden: `; the resource's plural.
    Forbidden(&'static str, String),
    /// 500: `Internal error occurred: …`
    Internal(String),
}

impl<'p> Context<'p> {
    /// A context without errors.
    #[must_use]
    pub fn new(profile: &'p Profile) -> Self {
        Self { version: profile.version, profile, errors: Errors::new(profile.version), warnings: Vec::new(), refusal: None, written: None }
    }

    /// Whether something stands at a path; asked only where the typed content reads nothing and "" alike.
    #[must_use]
    pub fn is_written(&self, path: &Path<'_>) -> bool {
        self.written.is_some_and(|written| written(&path.to_string()))
    }

    /// Whether this version behaves as the change says.
    #[must_use]
    pub fn has(&self, change: Change) -> bool {
        self.version.has(change)
    }

    /// `path: text`
    pub fn warn_at(&mut self, path: &Path<'_>, text: &str) {
        self.warnings.push(format!("{path}: {text}"));
    }

    /// A warning that names its own place.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.warnings.push(text.into());
    }

    /// Refuses with something else than field errors, unless that has happened already.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }
}
