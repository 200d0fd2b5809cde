//! `init`: a first svclint.yaml with what the tree gives away, everything else as a comment. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::run::{print, tell};
use crate::config::Globs;
use crate::cost::{Provider, detect};
use crate::kube::{Version, read};
use crate::report::safe::Safe;
use crate::source::Source;
use crate::walk::{self, Context, Options};

/// What a first look finds.
#[derive(Debug, Default)]
struct Seen {
    /// The newest Kubernetes version that a file sets up, and which file.
    version: Option<(Version, String)>,
    /// How many Services carry a provider's annotations.
    providers: BTreeMap<&'static str, usize>,
    /// Folders of other people's files.
    vendored: BTreeSet<String>,
    /// Folders of Helm charts.
    charts: BTreeSet<String>,
}

/// Names of folders that hold what others wrote.
const VENDORED: [&str; 5] = ["vendor", "third_party", "node_modules", ".terraform", "testdata"];
/// What stands before the version in a file that sets up a cluster.
const VERSION_MARKS: [&str; 3] = ["kindest/node:v", "kubernetesVersion: v", "rancher/k3s:v"];

/// Writes the file.
///
/// # Errors
/// There is one already, or it can't be written.
pub fn init(folder: &Path) -> Result<(), String> {
    if !folder.is_dir() {
        return Err(format!("{} is no directory", folder.display()));
    }
    if let Some(known) = walk::CONFIGURATIONS.iter().map(|name| folder.join(name)).find(|file| fs::symlink_metadata(file).is_ok()) {
        return Err(format!("{} is there already: it is left as it is", known.display()));
    }
    let options = Options { exclude: &Globs::default(), context: &Context::None, stdin_name: None };
    let files = walk::read(&[folder.to_path_buf()], &options);
    let mut seen = Seen::default();
    for source in &files.sources {
        seen.look(source, folder);
    }
    let [name, _] = walk::CONFIGURATIONS;
    let file = folder.join(name);
    let failed = |error: std::io::Error| format!("can't write {}: {}", file.display(), walk::reason(&error));
    File::create_new(&file).and_then(|mut out| out.write_all(seen.text().as_bytes())).map_err(failed)?;
    print(|out| writeln!(out, "{}", Safe(&file.display().to_string())))?;
    let count = files.sources.len();
    tell(format_args!("{count} file{} looked at; `svclint check` reads the settings from here on", if count == 1 { "" } else { "s" }));
    Ok(())
}

impl Seen {
    fn look(&mut self, source: &Source, folder: &Path) {
        let path = Path::new(&source.path);
        let path = path.strip_prefix(folder).unwrap_or(path);
        let folders: Vec<&str> = path.parent().into_iter().flat_map(Path::iter).filter_map(|part| part.to_str()).collect();
        if let Some(at) = folders.iter().position(|name| VENDORED.contains(name)) {
            self.vendored.insert(folders.get(..=at).unwrap_or_default().join("/"));
            return;
        }
        if path.file_name().is_some_and(|name| name == "Chart.yaml") {
            self.charts.insert(if folders.is_empty() { ".".to_owned() } else { folders.join("/") });
        }
        for mark in VERSION_MARKS {
            for (at, _) in source.text.match_indices(mark) {
                let rest = source.text.get(at + mark.len()..).unwrap_or("");
                let written: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                let minor: Vec<&str> = written.split('.').take(2).collect();
                if let Ok(version) = minor.join(".").parse::<Version>()
                    && self.version.as_ref().is_none_or(|(known, _)| *known < version)
                {
                    self.version = Some((version, path.to_string_lossy().into_owned()));
                }
            }
        }
        for object in read::objects(source, true, None) {
            let annotations = object.service().and_then(|service| service.metadata.annotations.as_ref());
            let providers: BTreeSet<&str> =
                annotations.into_iter().flatten().filter_map(|(key, _)| detect::of_annotation(key)).map(Provider::name).collect();
            for provider in providers {
                *self.providers.entry(provider).or_default() += 1;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "# Settings of svclint. `svclint config` tells those in force, `svclint rules` lists the rules.\n\
             # An editor completes them with the schema that `svclint config --schema` prints.\n\n",
        );
        let mut put = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        match &self.version {
            Some((version, file)) => put(&format!("kubernetesVersion: \"{version}\" # as in {}", Safe(file))),
            None => put("# The version of the cluster; svclint takes 1.36 unless told.\n# kubernetesVersion: \"1.36\""),
        }
        put("");
        let most = self.providers.iter().max_by_key(|(_, count)| **count);
        match (self.providers.len(), most) {
            (1, Some((name, count))) => {
                put(&format!("provider:\n  name: {name} # by the annotations of {count} Service{}", if *count == 1 { "" } else { "s" }));
            }
            (_, Some(_)) => {
                let names: Vec<String> = self.providers.iter().map(|(name, count)| format!("{name} ({count})")).collect();
                put(&format!("# Who runs the cluster; Services have annotations of {}.\n# provider:\n#   name: aws", names.join(", ")));
            }
            _ => put("# Who runs the cluster, for load balancers and what they cost.\n# provider:\n#   name: aws"),
        }
        put("");
        put(
            "# What the cluster is set up with, where that is not the default.\n# cluster:\n#   nodePortRange: 30000-32767\n#   serviceCIDR: [10.96.0.0/12]\n#   ipFamilies: [IPv4]\n#   defaultNamespace: default",
        );
        put("");
        put("# From which severity on `svclint check` exits with 1: error, warning, info, never.\nfailOn: error");
        put("");
        if self.vendored.is_empty() {
            put("# Folders that hold what others wrote, as .gitignore names them.\n# exclude: [\"vendor/**\"]");
        } else {
            put("# What others wrote.\nexclude:");
            for folder in &self.vendored {
                put(&format!("  - {}", serde_json::to_string(&format!("/{folder}/**")).unwrap_or_default()));
            }
        }
        put("");
        if !self.charts.is_empty() {
            put("# A Helm chart is checked as it is rendered:");
            for chart in &self.charts {
                put(&format!("#   helm template {} | svclint check -", Safe(chart)));
            }
            put("");
        }
        put("# Another severity for a rule: off, info, warning, error.\n# rules:\n#   service-is-load-balancer: off");
        put("");
        put(
            "# Other severities for some files.\n# overrides:\n#   - files: [\"dev/**\"]\n#     rules: {selector-matches-nothing: warning}",
        );
        text
    }
}
