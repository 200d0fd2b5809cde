//! `check` and `config`: the settings of each path, the run, the report. Knows no rule.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use owo_colors::{OwoColorize, Style};

use super::run::{Looks, print, tell};
use super::{Around, Check, Cluster, Config, Format, RuleChoice};
use crate::check::{self, Checked};
use crate::config::{FailOn, Flags, Found, Settings};
use crate::cost::Sharing;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::report::safe::Safe;
use crate::report::{self, Report};
use crate::rules;
use crate::source::{Source, Unreadable};
use crate::walk::{self, Context};

/// Finds what is wrong.
pub fn check(options: &Check, looks: Looks) -> Result<Exit, String> {
    let mut run = Run::default();
    for (settings, paths) in units(&options.paths.paths, options.paths.stdin_filename.as_deref(), &options.cluster, &options.rules)? {
        run.add(&settings, &paths, options);
    }
    let report = Report {
        sources: &run.sources,
        findings: &run.findings,
        unreadable: &run.unreadable,
        files: run.files,
        documents: run.documents,
        ignored: 0,
        kubernetes_version: run.version,
        saving: run.saving,
    };
    print(|out| match options.output {
        Format::Full => report::full::write(out, &report, looks.out),
        Format::Concise => report::concise::write(out, &report, looks.out),
        Format::Json => report::json::write(out, &report),
    })?;
    let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
    for Unreadable { path, message } in report.unreadable {
        tell(format_args!("{} can't read {}: {}", "error:".style(red), Safe(path), Safe(message)));
    }
    if options.talk.verbose {
        run.notes.iter().for_each(|note| tell(format_args!("{}", Safe(note))));
    }
    if !options.talk.quiet && options.output != Format::Json {
        let _ = report::summary::write(&mut io::stderr().lock(), &report, looks.err);
    }
    Ok(if report.unreadable.is_empty() { run.exit.unwrap_or(Exit::Clean) } else { Exit::Trouble })
}

/// Shows the settings of a path.
pub fn config(options: &Config) -> Result<(), String> {
    let units = units(std::slice::from_ref(&options.path), None, &options.cluster, &options.rules)?;
    let settings = units.iter().flat_map(|(settings, _)| &settings.origins);
    let lines: Vec<(String, String)> =
        settings.map(|setting| (format!("{}: {}", setting.name, setting.value), setting.origin.to_string())).collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    print(|out| lines.iter().try_for_each(|(line, origin)| writeln!(out, "{:width$}  # {}", Safe(line).to_string(), Safe(origin))))
}

/// What all units of the run found, the numbers of their files made one row.
#[derive(Default)]
struct Run {
    sources: Vec<Source>,
    findings: Vec<Finding>,
    unreadable: Vec<Unreadable>,
    notes: Vec<String>,
    files: usize,
    documents: usize,
    version: String,
    saving: Option<Sharing>,
    exit: Option<Exit>,
}

impl Run {
    fn add(&mut self, settings: &Settings, paths: &[PathBuf], options: &Check) {
        let context = context(&options.around);
        let stdin_name = options.paths.stdin_filename.as_deref();
        let mut files = walk::read(paths, &walk::Options { exclude: &settings.exclude, context: &context, stdin_name });
        let levels = settings.levels(&files.sources, |source| walk::absolute(Path::new(&source.path)));
        let is_context = |source: &Source| source.id.0 as usize >= files.named;
        let Checked { mut findings, documents, saving } =
            check::check(&files.sources, &is_context, settings.profile.clone(), &|source| levels.of(source));

        let worst = findings.iter().map(|finding| finding.severity).max();
        let fails = matches!((settings.fail_on, worst), (FailOn::At(least), Some(worst)) if worst >= least);
        self.exit = self.exit.max(Some(if fails { Exit::Found } else { Exit::Clean }));
        self.renumber(&mut files.sources, &mut findings);
        self.files += files.named;
        self.documents += documents;
        if saving.as_ref().map(|it| it.saves.amount) > self.saving.as_ref().map(|it| it.saves.amount) {
            self.saving = saving;
        }
        self.version = settings.profile.version.to_string();
        self.sources.append(&mut files.sources);
        self.findings.append(&mut findings);
        self.unreadable.append(&mut files.unreadable);
        self.notes.append(&mut files.notes);
    }

    fn renumber(&self, sources: &mut [Source], findings: &mut [Finding]) {
        let before = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        sources.iter_mut().for_each(|source| source.id.0 += before);
        for finding in findings {
            let edits = finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
            finding.labels.iter_mut().map(|label| &mut label.span).chain(edits).for_each(|span| span.file.0 += before);
        }
    }
}

/// The paths by the configuration that holds for them, each with its settings.
pub fn units(
    paths: &[PathBuf],
    stdin_name: Option<&str>,
    cluster: &Cluster,
    choice: &RuleChoice,
) -> Result<Vec<(Settings, Vec<PathBuf>)>, String> {
    let flags = Flags {
        kube_version: cluster.kube_version,
        node_ports: cluster.node_port_range,
        provider: cluster.provider.clone(),
        fail_on: choice.fail_on,
        select: choice.select.clone(),
        ignore: choice.ignore.clone(),
        severity: choice.severity.clone(),
    };
    let rules: Vec<&str> = rules::all().iter().map(|rule| rule.name).collect();
    let unreadable = |error: Unreadable| format!("can't read {}: {}", error.path, error.message);
    if let Some(file) = &cluster.config {
        let found = walk::configuration_file(file).map_err(unreadable)?;
        return Ok(vec![(Settings::new(Some(&found), &flags, &rules)?, paths.to_vec())]);
    }
    let mut known: HashMap<PathBuf, Option<Found>> = HashMap::new();
    let mut units: Vec<(Option<Found>, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        let folder = walk::folder_of(path, stdin_name);
        let found = match known.get(&folder) {
            Some(found) => found.clone(),
            None => known.entry(folder.clone()).or_insert(walk::configuration(&folder).map_err(unreadable)?).clone(),
        };
        match units.iter_mut().find(|(other, _)| *other == found) {
            Some((_, paths)) => paths.push(path.clone()),
            None => units.push((found, vec![path.clone()])),
        }
    }
    units.into_iter().map(|(found, paths)| Ok((Settings::new(found.as_ref(), &flags, &rules)?, paths))).collect()
}

/// What is read around the paths.
pub fn context(around: &Around) -> Context {
    match around.context.to_str() {
        Some("auto") => Context::Auto,
        Some("none") => Context::None,
        _ => Context::Folder(around.context.clone()),
    }
}
