//! svclint as a library: settings in, inputs in, a report out. Knows no command line; it changes no file.

use std::io;
use std::path::{Path, PathBuf};

use crate::check::{Checked, Judge};
use crate::config::{Flags, Found, Settings};
use crate::report::{self, Look};
use crate::source::{FileId, Source, Unreadable};
use crate::walk::{self, Context};
use crate::{finding, rules};

pub use crate::finding::Severity;
pub use crate::source::LineColumn;

/// What to check for: the Kubernetes version, the cluster, the rules.
#[derive(Debug)]
pub struct Config {
    settings: Settings,
    context: Context,
}

impl Config {
    /// The settings of a `svclint.yaml` with this text; its globs begin in `folder`.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn from_yaml(text: &str, folder: impl AsRef<Path>) -> Result<Self, String> {
        let found = Found { shown: "svclint.yaml".into(), folder: walk::absolute(folder.as_ref()), text: text.to_owned() };
        let names: Vec<&str> = rules::all().iter().map(|rule| rule.name).collect();
        Ok(Self { settings: Settings::new(Some(&found), &Flags::default(), &names)?, context: Context::Auto })
    }

    /// Reads nothing but the inputs: the files around them stay unknown.
    #[must_use]
    pub fn without_context(mut self) -> Self {
        self.context = Context::None;
        self
    }
}

impl Default for Config {
    /// What `svclint check` does where no `svclint.yaml` is found.
    fn default() -> Self {
        Self { settings: Settings::default(), context: Context::Auto }
    }
}

/// What to check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A file, or a directory that is searched for `*.yaml`, `*.yml` and `*.json`.
    Path(PathBuf),
    /// A text, under the name that the report gives it.
    Text {
        /// How the report calls it.
        name: String,
        /// YAML or JSON, any number of documents.
        text: String,
    },
}

impl Input {
    /// A file or a directory.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::Path(path.into())
    }

    /// A text of this name.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Text { name: name.into(), text: text.into() }
    }
}

/// Checks manifests.
///
/// ```
/// use svclint::{Checker, Config, Input, Severity};
///
/// let report = Checker::new(Config::default().without_context()).check([Input::text(
///     "svc.yaml",
///     "apiVersion: v1
/// kind: Service
/// metadata: {name: web}
/// spec:
///   type: NodePort
///   selector: {app: web}
///   ports: [{port: 80, nodePort: 8080}]
/// ",
/// )]);
/// assert_eq!(report.worst(), Some(Severity::Error));
/// let finding = report.findings().find(|finding| finding.rule() == "node-port-out-of-range").unwrap();
/// assert_eq!(finding.message(), "node port 8080 is outside 30000-32767");
/// assert_eq!((finding.path(), finding.start().line, finding.start().column), ("svc.yaml", 7, 32));
/// ```
#[derive(Debug, Default)]
pub struct Checker {
    config: Config,
}

impl Checker {
    /// A checker with these settings; it may be asked any number of times.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Checks all inputs as one set, each knowing the others. Never fails: what can't be read is in the report.
    #[must_use]
    pub fn check(&self, inputs: impl IntoIterator<Item = Input>) -> Report {
        let Config { settings, context } = &self.config;
        let mut paths = Vec::new();
        let mut texts = Vec::new();
        for input in inputs {
            match input {
                Input::Path(path) => paths.push(path),
                Input::Text { name, text } => texts.push(Source::new(FileId::default(), name, text.into_bytes())),
            }
        }
        let files = walk::read(&paths, &walk::Options { exclude: &settings.exclude, context, stdin_name: None });
        let mut sources = files.sources;
        let named = files.named + texts.len();
        sources.splice(files.named..files.named, texts);
        for (number, source) in (0..).zip(&mut sources) {
            source.id = FileId(number);
        }
        let checked = Judge::new(&sources, named, settings).check(&sources);
        Report { sources, checked, unreadable: files.unreadable, files: named, version: settings.profile.version.to_string() }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    sources: Vec<Source>,
    checked: Checked,
    unreadable: Vec<Unreadable>,
    files: usize,
    version: String,
}

impl Report {
    /// All findings, by file and place.
    pub fn findings(&self) -> impl Iterator<Item = Finding<'_>> {
        self.checked.findings.iter().map(|finding| Finding { finding, report: self })
    }

    /// The gravest severity among the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.checked.findings.iter().map(|finding| finding.severity).max()
    }

    /// Files that could not be read, each with the reason.
    pub fn unreadable(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unreadable.iter().map(|file| (file.path.as_str(), file.message.as_str()))
    }

    /// Writes the report as `svclint check -o FORMAT` does, without colour.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn write(&self, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
        format.write(out, &self.told(), Look { color: false, width: Look::PIPED })
    }

    fn told(&self) -> report::Report<'_> {
        report::Report {
            sources: &self.sources,
            findings: &self.checked.findings,
            unreadable: &self.unreadable,
            files: self.files,
            documents: self.checked.documents,
            ignored: self.checked.ignored,
            in_baseline: 0,
            fixed: None,
            kubernetes_version: self.version.clone(),
            saving: self.checked.saving.clone(),
        }
    }
}

pub use crate::report::Format;

/// One thing that is wrong, or worth knowing.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    finding: &'a finding::Finding,
    report: &'a Report,
}

impl<'a> Finding<'a> {
    /// The rule's name, as in `svclint rule NAME`.
    #[must_use]
    pub fn rule(&self) -> &'a str {
        self.finding.rule
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.finding.severity
    }

    /// What is wrong: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &'a str {
        &self.finding.message
    }

    /// The way out.
    #[must_use]
    pub fn help(&self) -> Option<&'a str> {
        self.finding.help.as_deref()
    }

    /// The field at fault: `spec.ports[0].nodePort`.
    #[must_use]
    pub fn field(&self) -> Option<&'a str> {
        self.finding.field.as_deref()
    }

    /// The file, as it was named.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.source().map_or("", |source| &source.path)
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> LineColumn {
        self.place(self.finding.span().start)
    }

    /// Where it ends, exclusive.
    #[must_use]
    pub fn end(&self) -> LineColumn {
        self.place(self.finding.span().end)
    }

    fn source(&self) -> Option<&'a Source> {
        self.report.sources.get(self.finding.span().file.0 as usize)
    }

    fn place(&self, offset: u32) -> LineColumn {
        self.source().map_or(LineColumn { line: 1, column: 1 }, |source| source.line_column(offset))
    }
}
