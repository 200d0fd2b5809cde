//! `--fix` and `--diff`: which files may change, writing them, showing what would change. Knows no rule.

use std::io::{self, IsTerminal};
use std::path::Path;

use owo_colors::{OwoColorize, Style};

use super::Check;
use super::judge::Run;
use super::run::{Looks, print, tell};
use crate::check::Checked;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::fix::{self, Limits, Mended};
use crate::report;
use crate::report::safe::Safe;
use crate::source::{Source, Unreadable};

/// Mends the named files in memory: the first `named` ones. Those around them are never changed, nor is a file that is not
/// all UTF-8: it could not be written back byte for byte.
pub fn mend(
    sources: Vec<Source>,
    named: usize,
    with_unsafe: bool,
    told: &dyn Fn(&[Source], &[Finding]) -> Vec<bool>,
    judge: &dyn Fn(&[Source]) -> Checked,
) -> Mended {
    let open = |source: &Source| (source.id.0 as usize) < named && source.broken.is_empty();
    fix::mend(sources, &Limits { with_unsafe, open: &open, told }, judge)
}

/// Writes what was mended, standard input left out. What could not be written is put back and judged as it is.
pub fn write(mended: &mut Mended, stdin: Option<&str>, judge: &dyn Fn(&[Source]) -> Checked) -> Vec<Unreadable> {
    let mut failed = Vec::new();
    for (file, old) in &mended.originals {
        let Some(new) = mended.sources.get(file.0 as usize).filter(|new| stdin != Some(new.path.as_str())) else { continue };
        if let Err(message) = fix::write(Path::new(&old.path), old.text.as_bytes(), new.text.as_bytes()) {
            failed.push((*file, Unreadable { path: old.path.clone(), message }));
        }
    }
    for (file, _) in &failed {
        if let (Some(old), Some(slot)) = (mended.originals.remove(file), mended.sources.get_mut(file.0 as usize)) {
            *slot = old;
        }
        mended.fixed.retain(|fixed| fixed.file != *file);
    }
    if !failed.is_empty() {
        mended.checked = judge(&mended.sources);
    }
    failed.into_iter().map(|(_, why)| why).collect()
}

/// Tells which files could not be written.
pub fn complain(run: &Run, looks: Looks) -> Exit {
    let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
    for Unreadable { path, message } in &run.unwritten {
        tell(format_args!("{} can't write {}: {}", "error:".style(red), Safe(path), Safe(message)));
    }
    if run.unwritten.is_empty() { Exit::Clean } else { Exit::Trouble }
}

/// Prints what mending would change.
pub fn print_diffs(run: &Run, looks: Looks) -> Result<(), String> {
    let terminal = looks.out.color || io::stdout().is_terminal();
    print(|out| run.diffs.iter().try_for_each(|(path, old, new)| report::diff::write(out, path, old, new, looks.out, terminal)))
}

/// Says how much `--fix` would mend.
pub fn print_summary(run: &Run, options: &Check, looks: Looks) {
    if options.talk.quiet {
        return;
    }
    let green = if looks.err.color { Style::new().green().bold() } else { Style::new() };
    let files = if run.diffs.len() == 1 { "1 file".to_owned() } else { format!("{} files", run.diffs.len()) };
    let more = match run.left_unsafe {
        0 => String::new(),
        more if options.mend.unsafe_fixes => format!(" ({more} with a fix that does not hold)"),
        more => format!(" ({more} more with --unsafe-fixes)"),
    };
    match run.fixed.len() {
        0 => tell(format_args!("nothing to fix{more}")),
        fixed => tell(format_args!("{} in {files}{more}", format_args!("would fix {fixed}").style(green))),
    }
}
