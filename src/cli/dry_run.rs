//! `dry-run` and `decode`: what the API server would answer, what Kubernetes decodes. Knows no rule.

use std::io;
use std::path::PathBuf;

use owo_colors::{OwoColorize, Style};

use super::progress::Progress;
use super::run::{Looks, print, tell};
use super::units::units;
use super::{Answers, Cluster, Decode, DryRun, Paths, RuleChoice};
use crate::config::{Globs, Settings};
use crate::dry_run::{self, Answer};
use crate::exit::Exit;
use crate::report;
use crate::report::safe::{self, Safe};
use crate::source::{Source, Unreadable};
use crate::walk::{self, Context, Files};
use crate::yaml;

/// Predicts the API server's answers.
pub fn dry_run(options: &DryRun, looks: Looks) -> Result<Exit, String> {
    let (mut sources, mut answers, mut version) = (Vec::new(), Vec::<Answer>::new(), String::new());
    let mut unreadable = Vec::new();
    let progress = Progress::new(false);
    progress.at(|| "judging".to_owned());
    let stored = options.defaults || options.output == Answers::Yaml;
    for (settings, paths) in settled(&options.paths, &options.cluster)? {
        let mut files = named(&paths, &options.paths, &settings.exclude);
        let mut found = dry_run::dry_run(&files.sources, &settings.profile, options.validate.into(), stored);
        let before = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        files.sources.iter_mut().for_each(|source| source.id.0 += before);
        found.iter_mut().for_each(|answer| answer.file.0 += before);
        version = settings.profile.version.to_string();
        sources.append(&mut files.sources);
        answers.append(&mut found);
        unreadable.append(&mut files.unreadable);
    }
    drop(progress);
    print(|out| match options.output {
        Answers::Text => {
            let mut err = io::stderr().lock();
            report::dry_run::text(out, &mut err, &sources, &answers, looks.err)
        }
        Answers::Json => report::dry_run::json(out, &sources, &answers, version),
        Answers::Yaml => report::dry_run::yaml(out, &answers),
    })?;
    let refused = answers.iter().any(|answer| answer.verdict.is_refused());
    Ok(end(&unreadable, refused, looks))
}

/// Prints each document as the JSON that Kubernetes decodes it to, a line each.
pub fn decode(options: &Decode, looks: Looks) -> Result<Exit, String> {
    let files = named(&options.paths.paths, &options.paths, &Globs::default());
    let mut failed = false;
    print(|out| files.sources.iter().try_for_each(|source| lines(out, source, &mut failed)))?;
    Ok(end(&files.unreadable, failed, looks))
}

fn lines(out: &mut dyn io::Write, source: &Source, failed: &mut bool) -> io::Result<()> {
    for (chunk, decoded) in yaml::decode(source) {
        let document = chunk.index;
        let path = serde_json::to_string(&source.path)?;
        let line = match decoded {
            Ok(json) => format!("{{\"path\":{path},\"document\":{document},\"json\":{json}}}"),
            Err(error) => {
                *failed = true;
                format!("{{\"path\":{path},\"document\":{document},\"error\":{}}}", serde_json::to_string(&error.kubectl())?)
            }
        };
        safe::write_json(out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn named(paths: &[PathBuf], options: &Paths, exclude: &Globs) -> Files {
    walk::read(paths, &walk::Options { exclude, context: &Context::None, stdin_name: options.stdin_filename.as_deref() })
}

fn settled(paths: &Paths, cluster: &Cluster) -> Result<Vec<(Settings, Vec<PathBuf>)>, String> {
    units(&paths.paths, paths.stdin_filename.as_deref(), cluster, &RuleChoice::default())
}

/// Tells what could not be read; the exit status.
pub fn end(unreadable: &[Unreadable], found: bool, looks: Looks) -> Exit {
    let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
    for Unreadable { path, message } in unreadable {
        tell(format_args!("{} can't read {}: {}", "error:".style(red), Safe(path), Safe(message)));
    }
    match (unreadable.is_empty(), found) {
        (false, _) => Exit::Trouble,
        (true, true) => Exit::Found,
        (true, false) => Exit::Clean,
    }
}
