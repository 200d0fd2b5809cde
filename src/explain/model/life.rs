//! A Service's life after `kubectl apply`, and how a live cluster proves it. Knows no packet.

use serde::Serialize;

/// A field that the API server fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Default_ {
    /// Its path.
    pub field: String,
    /// What it becomes.
    pub value: String,
}

/// One step of a Service's life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Who acts.
    pub who: String,
    /// What it does.
    pub does: String,
    /// The same in a few words, for a sentence of all steps.
    #[serde(skip)]
    pub brief: String,
    /// The command that shows it; empty where none does.
    pub look: String,
}

/// A look at the live cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it proves.
    pub proves: String,
    /// The command.
    pub command: String,
    /// What it means where it fails.
    pub otherwise: String,
}
