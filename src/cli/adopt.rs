//! What a run leaves out: findings that a baseline knows, files and lines that did not change. Knows no rule.

use std::fs;
use std::path::{Path, PathBuf};

use super::Check;
use super::judge::Run;
use super::run::tell;
use crate::baseline::{self, Baseline};
use crate::finding::Finding;
use crate::report::safe::Safe;
use crate::source::{Source, Span};
use crate::walk::{self, Changed};

/// What is known before the run.
pub struct Known {
    baseline: Option<(Baseline, PathBuf)>,
    changed: Option<(Changed, bool)>,
    /// What `-v` tells.
    pub notes: Vec<String>,
}

impl Known {
    /// Reads the baseline and asks git.
    ///
    /// # Errors
    /// Why one of them has no answer.
    pub fn new(options: &Check) -> Result<Self, String> {
        let mut notes = Vec::new();
        let read = |file: &PathBuf| {
            let shown = file.display();
            let text = fs::read_to_string(file).map_err(|error| format!("can't read the baseline {shown}: {}", walk::reason(&error)))?;
            let baseline = Baseline::read(&text).map_err(|error| format!("{shown}: {error}"))?;
            Ok::<_, String>((baseline, folder_of(file)))
        };
        let baseline = options.adopt.baseline.as_ref().map(read).transpose()?;
        if let Some((baseline, _)) = &baseline {
            notes.push(format!("baseline: {} known", baseline.len()));
        }
        let stdin_name = options.paths.stdin_filename.as_deref();
        let folders: Vec<PathBuf> = options.paths.paths.iter().map(|path| walk::folder_of(path, stdin_name)).collect();
        let changed = options.adopt.since.as_ref().map(|revision| Changed::since(revision, &folders)).transpose()?;
        Ok(Self { baseline, changed: changed.map(|changed| (changed, !options.adopt.changed_lines)), notes })
    }

    /// Which of a unit's findings are told.
    pub fn told(&self, sources: &[Source], findings: &[Finding]) -> Vec<bool> {
        let mut told = match &self.baseline {
            Some((baseline, folder)) => {
                let known = baseline.knows(findings, sources, &|source| path_from(folder, source), &|path| !folder.join(path).exists());
                known.into_iter().map(|known| !known).collect()
            }
            None => vec![true; findings.len()],
        };
        if let Some((changed, whole)) = &self.changed {
            let lines: Vec<_> = sources.iter().map(|source| changed.lines(source, *whole)).collect();
            let touched = |span: Span| {
                let file = span.file.0 as usize;
                let (Some(source), Some(Some(lines))) = (sources.get(file), lines.get(file)) else { return false };
                let line = |offset: u32| u32::try_from(source.line_of(offset) + 1).unwrap_or(u32::MAX);
                let (first, last) = (line(span.start), line(span.end.max(span.start + 1) - 1));
                lines.iter().any(|(start, end)| *start <= last && first <= *end)
            };
            for (told, finding) in told.iter_mut().zip(findings) {
                *told &= finding.labels.iter().any(|label| touched(label.span));
            }
        }
        told
    }

    /// How many of a unit's findings the baseline knows.
    pub fn in_baseline(&self, sources: &[Source], findings: &[Finding]) -> usize {
        let Some((baseline, folder)) = &self.baseline else { return 0 };
        let known = baseline.knows(findings, sources, &|source| path_from(folder, source), &|path| !folder.join(path).exists());
        known.into_iter().filter(|known| *known).count()
    }
}

/// Writes all findings of a run as a baseline.
///
/// # Errors
/// Why the file can't be written.
pub fn write_baseline(file: &Path, run: &Run) -> Result<(), String> {
    let folder = folder_of(file);
    let text = baseline::write(&run.findings, &run.sources, &|source| path_from(&folder, source));
    fs::write(file, text).map_err(|error| format!("can't write {}: {}", file.display(), walk::reason(&error)))?;
    let (findings, shown) = (run.findings.len(), file.display().to_string());
    tell(format_args!("{findings} known {} written to {}", if findings == 1 { "finding" } else { "findings" }, Safe(&shown)));
    Ok(())
}

fn folder_of(file: &Path) -> PathBuf {
    walk::absolute(file).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A file's path from the baseline's folder, with `/`, so that it is the same from wherever svclint is called.
fn path_from(folder: &Path, source: &Source) -> String {
    let full = walk::absolute(Path::new(&source.path));
    for (ups, above) in folder.ancestors().enumerate() {
        if let Ok(rest) = full.strip_prefix(above) {
            let rest = rest.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            return format!("{}{rest}", "../".repeat(ups));
        }
    }
    source.path.clone()
}
