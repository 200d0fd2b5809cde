//! Which settings hold for which paths, and what is read around them. Knows no command.

use std::collections::HashMap;
use std::path::PathBuf;

use super::{Around, Cluster, RuleChoice};
use crate::config::{Flags, Found, Origin, Settings, did_you_mean};
use crate::cost::{Controller, Provider};
use crate::rules;
use crate::source::Unreadable;
use crate::walk::{self, Context};

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
        return Ok(vec![(settings(Some(&found), &flags, &rules)?, paths.to_vec())]);
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
    units.into_iter().map(|(found, paths)| Ok((settings(found.as_ref(), &flags, &rules)?, paths))).collect()
}

/// The settings, whose provider and controller are known ones.
fn settings(found: Option<&Found>, flags: &Flags, rules: &[&str]) -> Result<Settings, String> {
    let settings = Settings::new(found, flags, rules)?;
    let place = |name: &str| match settings.origins.iter().find(|setting| setting.name == name).map(|setting| &setting.origin) {
        Some(Origin::File(place)) => format!("{place}: "),
        _ => String::new(),
    };
    if let Some(name) = &settings.profile.provider {
        provider(name).map_err(|error| format!("{}{error}", place("provider.name")))?;
    }
    if let Some(name) = &settings.profile.controller {
        name.parse::<Controller>().map_err(|error| format!("{}{error}", place("provider.controller")))?;
    }
    Ok(settings)
}

fn provider(name: &str) -> Result<Provider, String> {
    let names = Provider::ALL.iter().map(|provider| provider.name());
    name.parse().map_err(|error| {
        let near = did_you_mean(name, names.clone());
        format!("{error}{}", if near.is_empty() { format!("; known are {}", names.collect::<Vec<_>>().join(", ")) } else { near })
    })
}

/// What is read around the paths.
///
/// # Errors
/// Where a directory is named that is none.
pub fn context(around: &Around) -> Result<Context, String> {
    match around.context.to_str() {
        Some("auto") => Ok(Context::Auto),
        Some("none") => Ok(Context::None),
        _ => match walk::folder(&around.context) {
            Ok(()) => Ok(Context::Folder(around.context.clone())),
            Err(Unreadable { path, message }) => Err(format!("--context {path}: {message}; it takes a directory, `auto` or `none`")),
        },
    }
}
