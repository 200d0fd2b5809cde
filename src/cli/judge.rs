//! One run of `check` over all units, the numbers of their files made one row. Knows no format.

use std::path::{Path, PathBuf};

use super::adopt::Known;
use super::progress::Progress;
use super::units::context;
use super::{Check, mend};
use crate::check::{Checked, Judge};
use crate::config::{FailOn, Settings};
use crate::cost::Sharing;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::fix::{Fixed, Mended};
use crate::source::{FileId, Source, Unreadable};
use crate::walk;

/// What all units of the run found.
#[derive(Default)]
pub struct Run {
    /// Every file.
    pub sources: Vec<Source>,
    /// What is told.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What could not be written.
    pub unwritten: Vec<Unreadable>,
    /// What `-v` tells.
    pub notes: Vec<String>,
    /// Files judged.
    pub files: usize,
    /// Documents in them.
    pub documents: usize,
    /// Findings that the manifests ask not to be told.
    pub ignored: usize,
    /// Findings that the baseline knows.
    pub in_baseline: usize,
    /// The version judged for.
    pub version: String,
    /// The change that saves most on load balancers.
    pub saving: Option<Sharing>,
    /// The worst exit status so far.
    pub exit: Option<Exit>,
    /// What was mended.
    pub fixed: Vec<Fixed>,
    /// How many more could have been with --unsafe-fixes.
    pub left_unsafe: usize,
    /// Files that mending changes: path, text before and after.
    pub diffs: Vec<(String, String, String)>,
    /// The text of standard input, mended or not.
    pub standard_input: Option<String>,
}

impl Run {
    /// Judges one unit.
    ///
    /// # Errors
    /// A folder of context that is none.
    pub fn add(
        &mut self,
        settings: &Settings,
        paths: &[PathBuf],
        options: &Check,
        known: &Known,
        progress: &Progress,
    ) -> Result<(), String> {
        let context = context(&options.around)?;
        let stdin_name = options.paths.stdin_filename.as_deref();
        progress.at(|| "reading files".to_owned());
        let mut files = walk::read(paths, &walk::Options { exclude: &settings.exclude, context: &context, stdin_name });
        progress.at(|| format!("checking {} files", files.sources.len()));
        let named = files.named;
        let judge = Judge::new(&files.sources, named, settings);
        let again = |sources: &[Source]| judge.check(sources);
        let told = |sources: &[Source], findings: &[Finding]| known.told(sources, findings);
        let mut mended = if options.mend.fix || options.mend.diff {
            mend::mend(std::mem::take(&mut files.sources), named, options.mend.unsafe_fixes, &told, &again)
        } else {
            let sources = std::mem::take(&mut files.sources);
            Mended { checked: judge.check_last(&sources), sources, ..Mended::default() }
        };
        let stdin = paths.iter().any(|path| path == Path::new("-")).then(|| stdin_name.unwrap_or("-"));
        if options.mend.fix && !options.mend.diff {
            self.unwritten.extend(mend::write(&mut mended, stdin, &again));
        }
        self.take(mended, settings, stdin, known);
        self.files += named;
        self.version = settings.profile.version.to_string();
        self.unreadable.append(&mut files.unreadable);
        self.notes.append(&mut files.notes);
        Ok(())
    }

    fn take(&mut self, mut mended: Mended, settings: &Settings, stdin: Option<&str>, known: &Known) {
        let Checked { mut findings, documents, ignored, saving } = mended.checked;
        if saving.as_ref().map(|it| it.saves.amount) > self.saving.as_ref().map(|it| it.saves.amount) {
            self.saving = saving;
        }
        let told = known.told(&mended.sources, &findings);
        self.in_baseline += known.in_baseline(&mended.sources, &findings);
        let mut told = told.into_iter();
        findings.retain(|_| told.next().unwrap_or(true));
        let worst = findings.iter().map(|finding| finding.severity).max();
        let fails = matches!((settings.fail_on, worst), (FailOn::At(least), Some(worst)) if worst >= least);
        self.exit = self.exit.max(Some(if fails { Exit::Found } else { Exit::Clean }));
        for (file, old) in mended.originals {
            if let Some(new) = mended.sources.get(file.0 as usize) {
                self.diffs.push((old.path, old.text, new.text.clone()));
            }
        }
        if let Some(name) = stdin {
            self.standard_input = mended.sources.iter().find(|source| source.path == name).map(|source| source.text.clone());
        }
        self.left_unsafe += findings.iter().filter(|finding| finding.fix.is_some()).count();
        let before = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        renumber(before, &mut mended.sources, &mut findings);
        self.fixed.extend(mended.fixed.into_iter().map(|fixed| Fixed { file: FileId(fixed.file.0 + before), ..fixed }));
        self.documents += documents;
        self.ignored += ignored;
        self.sources.append(&mut mended.sources);
        self.findings.append(&mut findings);
    }
}

fn renumber(before: u32, sources: &mut [Source], findings: &mut [Finding]) {
    sources.iter_mut().for_each(|source| source.id.0 += before);
    for finding in findings {
        let edits = finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        finding.labels.iter_mut().map(|label| &mut label.span).chain(edits).for_each(|span| span.file.0 += before);
    }
}
