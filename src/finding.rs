//! What svclint says: a finding, its places, its way out. Knows no rule and no format.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Accepted, and most likely broken.
    Warning,
    /// Refused by the API server, or broken for certain given the files.
    Error,
}

impl Severity {
    /// The word in reports and configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure a rule is; with the rule's highest severity it decides the finding's severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Info, whatever the rule's severity.
    Possible,
    /// A warning at most.
    Likely,
    /// The rule's severity.
    Certain,
}

/// A place with what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty for the primary label.
    pub message: String,
}

/// Which object a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    /// As written; empty if missing.
    pub api_version: String,
    /// As written; empty if missing.
    pub kind: String,
    /// As written; none if missing.
    pub namespace: Option<String>,
    /// As written; empty if missing.
    pub name: String,
    /// Counts from 0 the chunks that kubectl's reader yields from the file.
    pub document: u32,
    /// Position in a List.
    pub item: Option<u32>,
}

/// What the API server says of it, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSays {
    /// `spec.ports[0].nodePort`; empty where the server names none.
    pub field: String,
    /// `FieldValueInvalid`, `Warning`, `BadRequest` …
    pub reason: String,
    /// The message.
    pub message: String,
}

/// Whether a fix may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Only one mend is possible and it means what the author meant.
    Safe,
    /// Likely right, but somebody should look.
    Unsafe,
}

/// Replaces a range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// A way to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: "remove `nodePort`".
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// The edits, in no order, not overlapping.
    pub edits: Vec<Edit>,
}

/// One thing that is wrong, or worth knowing, at one place. There may be one for every object of a large file, so what few
/// findings have is boxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name; the run fills it in.
    pub rule: &'static str,
    /// The run works it out from the rule's page, the confidence and the settings.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What is wrong, in the reader's own names; lower case, no full stop.
    pub message: String,
    /// The places; the first is the primary one.
    pub labels: Vec<Label>,
    /// The object at fault; none for a file as a whole.
    pub object: Option<Arc<ObjectRef>>,
    /// The deepest field at fault: `spec.ports[0].targetPort`.
    pub field: Option<String>,
    /// The way out.
    pub help: Option<Cow<'static, str>>,
    /// The API server's own words, where it refuses or warns.
    pub server: Option<Box<ServerSays>>,
    /// A mend.
    pub fix: Option<Box<Fix>>,
    /// What it shares with others of its rule that say the same of other places: as info they are told once a folder.
    pub once: Option<Box<str>>,
}

impl Finding {
    /// A finding without a place yet.
    #[must_use]
    pub fn new(confidence: Confidence, message: impl Into<String>) -> Self {
        Self {
            rule: "",
            severity: Severity::Info,
            confidence,
            message: message.into(),
            labels: Vec::new(),
            object: None,
            field: None,
            help: None,
            server: None,
            fix: None,
            once: None,
        }
    }

    /// Refused by the API server, or broken for certain.
    #[must_use]
    pub fn certain(message: impl Into<String>) -> Self {
        Self::new(Confidence::Certain, message)
    }

    /// Most likely broken.
    #[must_use]
    pub fn likely(message: impl Into<String>) -> Self {
        Self::new(Confidence::Likely, message)
    }

    /// Worth knowing.
    #[must_use]
    pub fn possible(message: impl Into<String>) -> Self {
        Self::new(Confidence::Possible, message)
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.reserve_exact(1); // most have one
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Says whose finding it is.
    #[must_use]
    pub fn object(mut self, object: impl Into<Arc<ObjectRef>>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what it shares with others of its rule, which are told with it.
    #[must_use]
    pub fn once(mut self, what: impl Into<Box<str>>) -> Self {
        self.once = Some(what.into());
        self
    }

    /// Quotes the API server.
    #[must_use]
    pub fn server(mut self, server: ServerSays) -> Self {
        self.server = Some(Box::new(server));
        self
    }

    /// Offers a mend that may be applied unseen.
    #[must_use]
    pub fn safe_fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Box::new(Fix { title: title.into(), safety: Safety::Safe, edits }));
        self
    }

    /// Offers a mend that somebody should look at.
    #[must_use]
    pub fn unsafe_fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Box::new(Fix { title: title.into(), safety: Safety::Unsafe, edits }));
        self
    }

    /// The primary place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.first().map(|label| label.span).unwrap_or_default()
    }
}
