//! Whether a Service works, what is wrong with it, and what nobody but the reader can find out. Knows no packet.

use serde::Serialize;

/// Whether a Service works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// As far as the files tell.
    pub state: State,
    /// In one sentence.
    pub says: String,
}

/// Whether a Service works, as far as the files tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Every port is answered.
    Works,
    /// Every port is answered, and something speaks against it.
    Doubtful,
    /// Some ports, some pods or some starts are answered.
    Partly,
    /// Nobody answers, or nothing gets through.
    Broken,
    /// The API server refuses it.
    Refused,
    /// The files don't say.
    #[default]
    Unknown,
}

/// A finding of `check` that has to do with a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The rule's name.
    pub rule: &'static str,
    /// `error`, `warning`, `info`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// Why, and what is to be seen at other places.
    pub why: Vec<String>,
    /// The way out.
    pub help: Option<String>,
    /// What a fix would do.
    pub fix: Option<String>,
    /// `Deployment/web`; none for a file as a whole.
    pub object: Option<String>,
    /// The file.
    pub path: String,
    /// The line in it, from 1.
    pub line: u32,
    /// The column in it, from 1.
    pub column: u32,
}

/// A question that only a look at the cluster answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The question.
    pub question: String,
    /// What answers it.
    pub command: String,
}
