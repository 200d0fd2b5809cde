//! `check`: the settings of each path, the run, the report. Knows no rule.

use std::io;

use owo_colors::{OwoColorize, Style};

use super::adopt::{self, Known};
use super::judge::Run;
use super::output::{Output, Stream};
use super::progress::Progress;
use super::run::{Looks, print, tell};
use super::units::units;
use super::{Check, mend, output};
use crate::exit::Exit;
use crate::report::safe::Safe;
use crate::report::{self, Report};
use crate::source::Unreadable;

/// Finds what is wrong, and mends it where that is asked for.
pub fn check(options: &Check, looks: Looks) -> Result<Exit, String> {
    output::apart(&options.output)?;
    let known = Known::new(options)?;
    let mut run = Run::default();
    let progress = Progress::new(options.talk.quiet);
    for (settings, paths) in units(&options.paths.paths, options.paths.stdin_filename.as_deref(), &options.cluster, &options.rules)? {
        run.add(&settings, &paths, options, &known, &progress)?;
    }
    if let Some(file) = &options.adopt.write_baseline {
        adopt::write_baseline(file, &run)?;
        return Ok(complain(&run.unreadable, looks, Exit::Clean));
    }
    drop(progress);
    run.findings = report::once::once(&run.sources, run.findings);
    let report = Report {
        sources: &run.sources,
        findings: &run.findings,
        unreadable: &run.unreadable,
        files: run.files,
        documents: run.documents,
        ignored: run.ignored,
        in_baseline: run.in_baseline,
        fixed: (options.mend.fix || options.mend.diff).then_some(run.fixed.len()),
        kubernetes_version: run.version.clone(),
        saving: run.saving.clone(),
    };
    if options.mend.diff {
        mend::print_diffs(&run, looks)?;
    } else if let Some(text) = run.standard_input.as_ref().filter(|_| options.mend.fix) {
        // What is mended takes standard output; what is left is told beside it.
        print(|out| out.write_all(text.as_bytes()))?;
        output::write(&options.output, &report, looks.err, Stream::Error)?;
    } else {
        output::write(&options.output, &report, looks.out, Stream::Output)?;
    }
    if options.talk.verbose {
        run.notes.iter().chain(&known.notes).for_each(|note| tell(format_args!("{}", Safe(note))));
    }
    if options.mend.diff {
        mend::print_summary(&run, options, looks);
        return Ok(complain(report.unreadable, looks, if run.diffs.is_empty() { Exit::Clean } else { Exit::Found }));
    }
    let for_people = |output: &Output| output.file.is_some() || output.format.is_for_people();
    if !options.talk.quiet && options.output.iter().all(for_people) {
        let _ = report::summary::write(&mut io::stderr().lock(), &report, looks.err);
    }
    let exit = mend::complain(&run, looks).max(run.exit.unwrap_or(Exit::Clean));
    Ok(complain(report.unreadable, looks, exit))
}

/// Tells what could not be read; the exit status.
fn complain(unreadable: &[Unreadable], looks: Looks, exit: Exit) -> Exit {
    let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
    for Unreadable { path, message } in unreadable {
        tell(format_args!("{} can't read {}: {}", "error:".style(red), Safe(path), Safe(message)));
    }
    if unreadable.is_empty() { exit } else { Exit::Trouble }
}
