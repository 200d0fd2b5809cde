//! `cost`: the prices, the estimate of each unit, the comparison. Knows no rule.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::dry_run::end;
use super::run::{Looks, print};
use super::units::units;
use super::{Cost, RuleChoice, Told};
use crate::config::{did_you_mean, reworded};
use crate::cost::prices::line_of;
use crate::cost::{self, Choice, Date, Estimate, Options, Prices};
use crate::exit::Exit;
use crate::kube::{Object, World, read};
use crate::report;
use crate::source::{Source, Unreadable};
use crate::walk::{self, Context};

/// What a run has read and worked out; the numbers of the files of all units are one row.
#[derive(Default)]
struct Run {
    sources: Vec<Source>,
    unreadable: Vec<Unreadable>,
}

/// Prints what the load balancers cost.
pub fn cost(options: &Cost, looks: Looks) -> Result<Exit, String> {
    let prices = prices(options.prices.as_deref())?;
    let mut run = Run::default();
    let named = &options.paths.paths;
    let (after, before) = match &options.compare {
        Some(folder) => (named, Some(std::slice::from_ref(folder))),
        None if !options.after.is_empty() => (&options.after, Some(named.as_slice())),
        None => (named, None),
    };
    let after = run.estimate(after, options, &prices)?;
    let before = before.map(|before| run.estimate(before, options, &prices)).transpose()?;
    let comparison = before.as_ref().map(|before| (cost::compare(before, &after), [before, &after]));
    print(|out| match (options.output, &comparison) {
        (Told::Text, None) => report::cost::text(out, &after, &run.sources, looks.out),
        (Told::Text, Some((comparison, sides))) => report::cost::text_comparison(out, comparison, *sides, looks.out),
        (Told::Json, comparison) => report::cost::json(out, &after, comparison.as_ref().map(|(comparison, _)| comparison), &run.sources),
        (Told::Markdown, None) => report::cost::markdown(out, &after),
        (Told::Markdown, Some((comparison, sides))) => report::cost::markdown_comparison(out, comparison, *sides),
    })?;
    Ok(end(&run.unreadable, false, looks))
}

impl Run {
    /// What each unit costs, put together: tiers and free hours are counted by unit.
    fn estimate(&mut self, paths: &[PathBuf], options: &Cost, prices: &Prices) -> Result<Estimate, String> {
        let stdin_name = options.paths.stdin_filename.as_deref();
        let mut joined: Option<Estimate> = None;
        for (settings, paths) in units(paths, stdin_name, &options.cluster, &RuleChoice::default())? {
            let mut files = walk::read(&paths, &walk::Options { exclude: &settings.exclude, context: &Context::None, stdin_name });
            let objects: Vec<Object<'_>> = files.sources.iter().flat_map(|source| read::objects(source, false, None)).collect();
            let known = told(options, Options::of(&settings.profile))?;
            let mut estimate = cost::of_world(&World::new(&files.sources, settings.profile, objects), &known, prices);
            let before = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
            estimate.load_balancers.iter_mut().for_each(|it| it.span.file.0 += before);
            self.sources.append(&mut files.sources);
            self.unreadable.append(&mut files.unreadable);
            match &mut joined {
                None => joined = Some(estimate),
                Some(joined) => joined.join(estimate),
            }
        }
        joined.ok_or_else(|| "no path is named".to_owned())
    }
}

/// What the command line says wins over the settings.
fn told(options: &Cost, settings: Options) -> Result<Options, String> {
    Ok(Options {
        controller: options.controller.or(settings.controller),
        zones: options.azs.or(settings.zones),
        choice: Choice { region: options.region.clone().or(settings.choice.region), currency: options.currency.clone() },
        hours: options.hours.parse().map_err(|_| format!("`{}` is no number of hours", options.hours))?,
        gb_per_month: options.gb_per_month.map(Into::into),
        today: today(),
        ..settings
    })
}

fn prices(file: Option<&Path>) -> Result<Prices, String> {
    let built_in = Prices::built_in();
    let Some(file) = file else { return Ok(built_in.clone()) };
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("can't read {shown}: {error}"))?;
    let given = Prices::read(&text).map_err(|error| {
        let place = error.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{shown}{place}: {}", reworded(&error.message))
    })?;
    let strange = given.products().find(|(id, _)| built_in.product(id).is_none());
    if let Some((id, _)) = strange {
        let near = did_you_mean(id, built_in.products().map(|(id, _)| id));
        let place = line_of(&text, id, None).map_or_else(String::new, |line| format!(":{line}"));
        return Err(format!("{shown}{place}: there is no product `{id}`{near}"));
    }
    Ok(built_in.overridden(given))
}

/// The day by the clock, or the one that `SOURCE_DATE_EPOCH` gives for output that must not change from day to day.
fn today() -> Option<Date> {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
    given.or_else(clock).and_then(Date::of_unix)
}
