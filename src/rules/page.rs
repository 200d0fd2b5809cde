//! The head of a rule's page: severity, summary, kinds, fix, since. Knows no object.

use crate::finding::{Safety, Severity};

/// What a rule's page says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The highest severity its findings have.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// What it looks at.
    pub kinds: Kinds,
    /// Whether it offers a fix, and how safe that is.
    pub fix: Option<Safety>,
    /// The version that brought it.
    pub since: &'static str,
}

/// What a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// `documents`: all, also those that could not be read.
    Documents,
    /// `objects`: whatever has an apiVersion and a kind.
    Objects,
    /// `workloads`: whatever makes pods.
    Workloads,
    /// `Service, Endpoints`: objects of these kinds.
    Named(Vec<&'static str>),
}

impl Head {
    /// Reads the head of a page. A line that is missing leaves the mildest value; the tests of the pages see to it.
    #[must_use]
    pub fn read(page: &'static str) -> Self {
        let head = page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or("", |(head, _)| head);
        let field = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.into_iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim())
        };
        Self {
            severity: match field("severity") {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Info,
            },
            summary: field("summary"),
            kinds: match field("kinds") {
                "documents" => Kinds::Documents,
                "objects" => Kinds::Objects,
                "workloads" => Kinds::Workloads,
                kinds => Kinds::Named(kinds.split(", ").collect()),
            },
            fix: match field("fix") {
                "safe" => Some(Safety::Safe),
                "unsafe" => Some(Safety::Unsafe),
                _ => None,
            },
            since: field("since"),
        }
    }

    /// The page's text below its head.
    #[must_use]
    pub fn body(page: &'static str) -> &'static str {
        page.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or(page, |(_, body)| body.trim_start())
    }
}
