//! Which rules speak in which file, and how loud. Knows rules by name only.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Level, Settings};
use crate::finding::Severity;
use crate::source::Source;

/// Which rules speak, and how loud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Only these, if any are named.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// At this severity rather than the rule's own; none: off.
    pub severity: BTreeMap<String, Option<Severity>>,
}

impl Levels {
    pub(super) fn new(select: &[String], ignore: &[String], rules: BTreeMap<String, Level>) -> Self {
        let mut levels = Self { select: select.to_vec(), ignore: ignore.to_vec(), severity: BTreeMap::new() };
        levels.set(rules);
        levels
    }

    fn set(&mut self, rules: impl IntoIterator<Item = (String, Level)>) {
        self.severity.extend(rules.into_iter().map(|(name, level)| match level {
            Level::Off => (name, None),
            Level::At(severity) => (name, Some(severity)),
        }));
    }

    /// Whether a rule speaks at all.
    #[must_use]
    pub fn speaks(&self, rule: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == rule);
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore) && self.severity.get(rule) != Some(&None)
    }
}

/// The levels of every file of a run.
#[derive(Debug)]
pub struct LevelsByFile {
    base: Levels,
    levels: Vec<Levels>,
    /// By number of the file, which of `levels`.
    files: Vec<usize>,
}

impl Settings {
    /// Works out the levels of each file: the configuration's rules, its overrides in their order, then the command line's.
    /// `absolute` gives the path that globs are held against.
    #[must_use]
    pub fn levels(&self, sources: &[Source], absolute: impl Fn(&Source) -> std::path::PathBuf) -> LevelsByFile {
        let mut known: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let mut levels = Vec::new();
        let mut of_file = |path: &Path| {
            let applies: Vec<bool> = self.overrides.iter().map(|(globs, _)| globs.name(path, false)).collect();
            *known.entry(applies).or_insert_with_key(|applies| {
                let mut made = self.levels.clone();
                for ((_, rules), _) in self.overrides.iter().zip(applies).filter(|(_, applies)| **applies) {
                    made.set(rules.iter().cloned());
                }
                made.set(self.severity.iter().cloned());
                levels.push(made);
                levels.len() - 1
            })
        };
        let files = match self.overrides.as_slice() {
            [] => vec![of_file(Path::new("")); sources.len()],
            _ => sources.iter().map(|source| of_file(&absolute(source))).collect(),
        };
        LevelsByFile { base: self.levels.clone(), levels, files }
    }
}

impl LevelsByFile {
    /// The levels of a file.
    #[must_use]
    pub fn of(&self, source: &Source) -> &Levels {
        let known = self.files.get(source.id.0 as usize).and_then(|index| self.levels.get(*index));
        known.unwrap_or(&self.base)
    }
}
