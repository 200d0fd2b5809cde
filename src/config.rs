//! The settings in force: defaults, then `svclint.yaml`, then the command line; and where each comes from.
//! Knows no file system (`walk` finds and reads the file) and no rule but by name.

mod file;
mod levels;
pub mod schema;
mod values;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::finding::Severity;
use crate::kube::profile::IpFamily;
use crate::kube::{Profile, Version};

use file::File;
pub use file::reworded;
pub use levels::{Levels, LevelsByFile};
pub use values::{FailOn, Globs, Level, PortRange};

/// What the command line sets; it wins over the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--kube-version`
    pub kube_version: Option<Version>,
    /// `--node-port-range`
    pub node_ports: Option<PortRange>,
    /// `--provider`
    pub provider: Option<String>,
    /// `--fail-on`
    pub fail_on: Option<FailOn>,
    /// `--select`
    pub select: Vec<String>,
    /// `--ignore`
    pub ignore: Vec<String>,
    /// `--severity`
    pub severity: Vec<(String, Level)>,
}

/// A configuration file as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As it is shown.
    pub shown: String,
    /// The folder it lies in, absolute: its globs begin there.
    pub folder: PathBuf,
    /// Its text.
    pub text: String,
}

/// The settings in force for one configuration file, or for none.
#[derive(Debug)]
pub struct Settings {
    /// The cluster to judge for.
    pub profile: Profile,
    /// From which severity on the exit code says so.
    pub fail_on: FailOn,
    /// What a search of directories leaves out.
    pub exclude: Globs,
    /// Each setting with its value and where that comes from.
    pub origins: Vec<Setting>,
    levels: Levels,
    overrides: Vec<(Globs, Vec<(String, Level)>)>,
    severity: Vec<(String, Level)>,
}

/// A setting as `svclint config` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `svclint.yaml`.
    pub name: String,
    /// Its value as it would be written there.
    pub value: String,
    /// Who says so.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// This line of this file.
    File(String),
    /// This option.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => f.write_str(place),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

impl Default for Settings {
    /// Where no file and no option says anything.
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            fail_on: FailOn::At(Severity::Error),
            exclude: Globs::default(),
            origins: Vec::new(),
            levels: Levels::default(),
            overrides: Vec::new(),
            severity: Vec::new(),
        }
    }
}

impl Settings {
    /// Puts together what is in force; `rules` are the names of all rules there are.
    ///
    /// # Errors
    /// What is wrong with the file or the options, with the file's name and line where it has one.
    pub fn new(found: Option<&Found>, flags: &Flags, rules: &[&str]) -> Result<Self, String> {
        let file = found.map(|found| file::read(&found.shown, &found.text)).transpose()?.unwrap_or_default();
        let mut origins = Origins { found, settings: Vec::new() };
        for name in file.rules.keys().chain(file.overrides.iter().flat_map(|entry| entry.rules.keys())) {
            known(name, rules).map_err(|error| format!("{}: {error}", origins.place(name)))?;
        }
        for name in flags.select.iter().chain(&flags.ignore).chain(flags.severity.iter().map(|(name, _)| name)) {
            known(name, rules)?;
        }

        let profile = profile(&file, flags, &mut origins)?;
        let in_file = origins.parse::<FailOn>("failOn", file.fail_on.as_deref())?;
        let fail_on = flags.fail_on.or(in_file).unwrap_or(FailOn::At(Severity::Error));
        origins.say("failOn", fail_on, in_file.is_some(), flags.fail_on.map(|_| "--fail-on"));
        origins.say("exclude", list(&file.exclude), !file.exclude.is_empty(), None);
        for (name, level) in &file.rules {
            let flag = flags.severity.iter().rev().find(|(flag, _)| flag == name);
            origins.say(&format!("rules.{name}"), flag.map_or(*level, |(_, level)| *level), true, flag.map(|_| "--severity"));
        }
        for (name, level) in flags.severity.iter().filter(|(name, _)| !file.rules.contains_key(name)) {
            origins.say(&format!("rules.{name}"), level, false, Some("--severity"));
        }
        for entry in &file.overrides {
            let rules: Vec<String> = entry.rules.iter().map(|(name, level)| format!("{name}: {level}")).collect();
            origins.say("overrides", format!("{{files: {}, rules: {{{}}}}}", list(&entry.files), rules.join(", ")), true, None);
        }

        let folder = found.map_or(Path::new(""), |found| &found.folder);
        let globs = |key: &str, globs: &[String]| Globs::new(folder, globs).map_err(|error| origins.bad(key, &error));
        let overrides = file.overrides.iter().map(|entry| Ok((globs("files", &entry.files)?, entry.rules.clone().into_iter().collect())));
        let overrides = overrides.collect::<Result<_, String>>()?;
        Ok(Self {
            profile,
            fail_on,
            exclude: globs("exclude", &file.exclude)?,
            levels: Levels::new(&flags.select, &flags.ignore, file.rules),
            overrides,
            severity: flags.severity.clone(),
            origins: origins.settings,
        })
    }
}

fn profile(file: &File, flags: &Flags, origins: &mut Origins<'_>) -> Result<Profile, String> {
    let cluster = &file.cluster;
    let mut profile = Profile::default();

    let in_file = origins.parse::<Version>("kubernetesVersion", file.kubernetes_version.as_deref())?;
    profile.version = flags.kube_version.or(in_file).unwrap_or_default();
    origins.say("kubernetesVersion", format!("\"{}\"", profile.version), in_file.is_some(), flags.kube_version.map(|_| "--kube-version"));

    let in_file = origins.parse::<PortRange>("nodePortRange", cluster.node_port_range.as_deref())?;
    if let Some(PortRange(first, last)) = flags.node_ports.or(in_file) {
        profile.node_ports = (first, last);
        profile.node_ports_given = true;
    }
    let range = PortRange(profile.node_ports.0, profile.node_ports.1);
    origins.say("cluster.nodePortRange", range, in_file.is_some(), flags.node_ports.map(|_| "--node-port-range"));

    profile.service_cidrs = cluster.service_cidrs().map_err(|error| origins.bad("serviceCIDR", &error))?;
    origins.say("cluster.serviceCIDR", list(&profile.service_cidrs), cluster.service_cidr.is_some(), None);

    if let Some(families) = &cluster.ip_families {
        profile.ip_families_given = true;
        profile.ip_families = families.iter().map(|family| (*family).into()).collect();
        if !matches!(profile.ip_families.as_slice(), [_] | [IpFamily::V4, IpFamily::V6] | [IpFamily::V6, IpFamily::V4]) {
            return Err(origins.bad("ipFamilies", "expected IPv4, IPv6 or both, each once"));
        }
    }
    let name = |family: &IpFamily| if *family == IpFamily::V4 { "IPv4".to_owned() } else { "IPv6".to_owned() };
    let families: Vec<String> = profile.ip_families.iter().map(name).collect();
    origins.say("cluster.ipFamilies", list(&families), cluster.ip_families.is_some(), None);

    let given = [
        ("cluster.defaultNamespace", &cluster.default_namespace, &mut profile.default_namespace),
        ("cluster.domain", &cluster.domain, &mut profile.domain),
    ];
    for (name, given, value) in given {
        if let Some(given) = given {
            value.clone_from(given);
        }
        origins.say(name, &*value, given.is_some(), None);
    }
    if let Some(mode) = cluster.proxy_mode {
        origins.say("cluster.proxyMode", mode, true, None);
    }

    profile.provider = flags.provider.clone().or_else(|| file.provider.name.clone());
    profile.controller.clone_from(&file.provider.controller);
    profile.availability_zones = file.provider.availability_zones;
    profile.region.clone_from(&file.provider.region);
    let flag = flags.provider.as_ref().map(|_| "--provider");
    origins.say("provider.name", profile.provider.as_deref().unwrap_or("null"), file.provider.name.is_some(), flag);
    for (name, value) in file.provider.others() {
        origins.say(&format!("provider.{name}"), value, true, None);
    }
    Ok(profile)
}

/// Gathers the settings as they are worked out, each with where it comes from.
struct Origins<'a> {
    found: Option<&'a Found>,
    settings: Vec<Setting>,
}

impl Origins<'_> {
    fn say(&mut self, name: &str, value: impl fmt::Display, in_file: bool, flag: Option<&'static str>) {
        let origin = match flag {
            Some(flag) => Origin::Flag(flag),
            None if in_file => Origin::File(self.place(name.rsplit('.').next().unwrap_or(name))),
            None => Origin::Default,
        };
        self.settings.push(Setting { name: name.into(), value: value.to_string(), origin });
    }

    fn parse<T: FromStr<Err = String>>(&self, key: &str, text: Option<&str>) -> Result<Option<T>, String> {
        text.map(str::parse::<T>).transpose().map_err(|error: String| self.bad(key, &error))
    }

    fn bad(&self, key: &str, error: &str) -> String {
        format!("{}: `{key}`: {error}", self.place(key))
    }

    /// `svclint.yaml:3`, the line that has the key.
    fn place(&self, key: &str) -> String {
        self.found.map_or_else(String::new, |found| match file::line_of(&found.text, key) {
            Some(line) => format!("{}:{line}", found.shown),
            None => found.shown.clone(),
        })
    }
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

fn known(name: &str, rules: &[&str]) -> Result<(), String> {
    if rules.contains(&name) {
        return Ok(());
    }
    Err(format!("there is no rule `{name}`{}", did_you_mean(name, rules.iter().copied())))
}

/// `, did you mean …?` where one of the names is near; else nothing.
#[must_use]
pub fn did_you_mean<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = names.map(|other| (strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase()), other));
    match near.min_by_key(|(distance, _)| *distance) {
        Some((distance, other)) if distance * 3 <= name.chars().count().max(3) => format!(", did you mean `{other}`?"),
        _ => String::new(),
    }
}
