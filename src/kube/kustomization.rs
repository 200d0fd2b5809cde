//! What a `kustomization.yaml` does to the objects around it, as far as a join must know. Knows no patch's meaning.

use std::collections::{HashMap, HashSet};

use super::directory::{Directories, DirectoryId};
use super::object::Object;
use crate::source::{FileId, Source};
use crate::yaml::Value;

/// What kustomizations do to files and directories.
#[derive(Debug, Default)]
pub struct Kustomizations {
    /// Directories that hold one.
    directories: HashMap<DirectoryId, Kustomization>,
    /// Files that are patches: parts of objects, not objects.
    patches: HashSet<FileId>,
}

/// One kustomization.
#[derive(Clone, Copy, Debug, Default)]
struct Kustomization {
    sets_namespace: bool,
    changes: bool,
}

impl Kustomizations {
    /// Gathers them from the objects of a run.
    #[must_use]
    pub fn new(sources: &[Source], directories: &Directories, objects: &[Object<'_>]) -> Self {
        let mut found = Self::default();
        let mut named: HashSet<String> = HashSet::new();
        for object in objects {
            let Some(source) = sources.get(object.span.file.0 as usize) else { continue };
            let (folder, name) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
            if !matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization") {
                continue;
            }
            let Some(root) = object.value().filter(|root| root.is_mapping()) else { continue };
            let mut it = Kustomization { sets_namespace: root.get("namespace").is_some(), changes: false };
            it.changes = ["labels", "commonLabels", "patches", "patchesStrategicMerge", "patchesJson6902", "components", "transformers", "replacements", "helmCharts"]
                .iter()
                .any(|key| root.get(key).is_some());
            found.directories.insert(directories.of(object.span.file), it);
            named.extend(patch_files(root).map(|path| join(folder, path)));
        }
        for source in sources.iter().filter(|_| !named.is_empty()) {
            if named.contains(&join("", &source.path)) {
                found.patches.insert(source.id);
            }
        }
        found
    }

    /// Whether a file is a patch.
    #[must_use]
    pub fn is_patch(&self, file: FileId) -> bool {
        self.patches.contains(&file)
    }

    /// Whether a kustomization stands in this directory.
    #[must_use]
    pub fn is_in(&self, directory: DirectoryId) -> bool {
        self.directories.contains_key(&directory)
    }

    /// Whether one puts all objects of this directory into one namespace.
    #[must_use]
    pub fn sets_namespace(&self, directory: DirectoryId) -> bool {
        self.directories.get(&directory).is_some_and(|it| it.sets_namespace)
    }

    /// Whether one adds labels or patches to the objects of this directory.
    #[must_use]
    pub fn changes(&self, directory: DirectoryId) -> bool {
        self.directories.get(&directory).is_some_and(|it| it.changes)
    }
}

fn patch_files<'t>(root: Value<'t, '_>) -> impl Iterator<Item = &'t str> {
    let list = move |key: &str| root.get(key).map(Value::follow).into_iter().flat_map(Value::items).map(Value::follow);
    let merged = list("patchesStrategicMerge").filter_map(Value::as_str).filter(|path| !path.contains('\n'));
    let pathed = ["patches", "patchesJson6902"].into_iter().flat_map(list);
    let pathed = pathed.filter(|it| it.is_mapping()).filter_map(|it| it.get("path")?.follow().as_str());
    merged.chain(pathed)
}

/// `a/b` and `../c/x.yaml` is `a/c/x.yaml`.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
