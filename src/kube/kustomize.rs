//! What the kustomizations of a run do with its files: patches are no objects, and a base may be completed elsewhere.
//! Knows only who names whom; nothing is rendered.

use std::collections::{HashMap, HashSet};

use super::directory::{Directories, DirectoryId};
use super::object::Object;
use crate::source::{FileId, Source};
use crate::yaml::{Kind, Value};

/// How many directories above a file a kustomization may stand that nobody says takes it.
const ABOVE: usize = 2;

/// Who names whom among the files of a run.
#[derive(Debug, Default)]
pub struct Kustomize {
    /// Files that are patches.
    patches: HashSet<String>,
    patch_files: HashSet<FileId>,
    /// Directories with a kustomization.
    roots: HashMap<String, Root>,
    folders: HashMap<DirectoryId, Root>,
    /// The directories whose kustomizations take a file or directory.
    taken_by: HashMap<String, Vec<String>>,
}

/// What a kustomization does to all that it takes.
#[derive(Clone, Copy, Debug, Default)]
struct Root {
    adds: bool,
    sets_namespace: bool,
}

impl Kustomize {
    /// Reads the kustomizations among the objects of a run.
    #[must_use]
    pub fn read(sources: &[Source], directories: &Directories, objects: &[Object<'_>]) -> Self {
        let mut read = Self::default();
        for object in objects {
            let path = sources.get(object.span.file.0 as usize).map_or("", |source| source.path.as_str());
            if let Some(root) = object.value().filter(|root| is_kustomization(path, object) && root.is_mapping()) {
                let directory = normal("", path);
                read.add(parent(&directory), root);
                if let Some(it) = read.roots.get(parent(&directory)) {
                    read.folders.insert(directories.of(object.span.file), *it);
                }
            }
        }
        if !read.patches.is_empty() {
            let names: HashSet<&str> = read.patches.iter().map(|path| name(path)).collect();
            let called = sources.iter().filter(|source| names.contains(name(&source.path)));
            let patches = called.filter(|source| read.patches.contains(&normal("", &source.path)));
            read.patch_files = patches.map(|source| source.id).collect();
        }
        read
    }

    fn add(&mut self, directory: &str, root: Value<'_, '_>) {
        for (list, key) in
            [("patches", "path"), ("patchesStrategicMerge", ""), ("patchesJson6902", "path"), ("transformers", ""), ("configurations", "")]
        {
            self.patches.extend(named(root, list, key).map(|path| normal(directory, path)));
        }
        for list in ["resources", "bases", "components", "crds"] {
            for path in named(root, list, "") {
                self.taken_by.entry(normal(directory, path)).or_default().push(directory.to_owned());
            }
        }
        const ADDING: [&str; 10] = [
            "patches",
            "patchesStrategicMerge",
            "patchesJson6902",
            "commonLabels",
            "labels",
            "components",
            "transformers",
            "replacements",
            "vars",
            "helmCharts",
        ];
        let adds = root.entries().any(|entry| entry.key.as_str().is_some_and(|key| ADDING.contains(&key)));
        let it = self.roots.entry(directory.to_owned()).or_default();
        it.adds |= adds;
        it.sets_namespace |= root.get("namespace").is_some();
    }

    /// Whether a kustomization takes this file as a patch.
    #[must_use]
    pub fn is_patch(&self, file: FileId) -> bool {
        self.patch_files.contains(&file)
    }

    /// Whether a kustomization stands in this directory.
    #[must_use]
    pub fn is_in(&self, directory: DirectoryId) -> bool {
        self.folders.contains_key(&directory)
    }

    /// Whether one puts all objects of this directory into one namespace.
    #[must_use]
    pub fn sets_namespace(&self, directory: DirectoryId) -> bool {
        self.folders.get(&directory).is_some_and(|it| it.sets_namespace)
    }

    /// Whether one adds labels or patches to the objects of this directory.
    #[must_use]
    pub fn changes(&self, directory: DirectoryId) -> bool {
        self.folders.get(&directory).is_some_and(|it| it.adds)
    }

    /// Whether what seems to be missing in this file may be added before it reaches a cluster.
    #[must_use]
    pub fn may_complete(&self, path: &str) -> bool {
        if self.roots.is_empty() {
            return false;
        }
        let path = normal("", path);
        if self.patches.contains(&path) {
            return true;
        }
        match self.taken_by.get(&path) {
            Some(takers) => takers.iter().any(|taker| self.adds(taker)),
            None => {
                let above = std::iter::successors(Some(parent(&path)), |it| (!it.is_empty()).then(|| parent(it)));
                above.take(ABOVE + 1).any(|directory| self.roots.contains_key(directory))
            }
        }
    }

    /// Whether the kustomization in this directory adds anything, or one that builds on it does.
    fn adds(&self, directory: &str) -> bool {
        let mut seen = HashSet::from([directory]);
        let mut open = vec![directory];
        while let Some(directory) = open.pop() {
            if self.roots.get(directory).is_some_and(|it| it.adds) {
                return true;
            }
            let takers = self.taken_by.get(directory).into_iter().flatten();
            open.extend(takers.map(String::as_str).filter(|taker| seen.insert(taker)));
        }
        false
    }
}

fn is_kustomization(path: &str, object: &Object<'_>) -> bool {
    let named = || matches!(name(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let group = || super::apis::group(&object.reference.api_version);
    (object.kind().is_empty() && named() || matches!(object.kind(), "Kustomization" | "Component"))
        && matches!(group(), "" | "kustomize.config.k8s.io")
}

/// The paths in a list: its items, or what stands under `key` in each.
fn named<'t>(root: Value<'t, '_>, list: &str, key: &str) -> impl Iterator<Item = &'t str> {
    let items = root.get(list).map(Value::follow).filter(|list| matches!(list.kind(), Kind::Sequence));
    let key = key.to_owned();
    items.into_iter().flat_map(Value::items).filter_map(move |item| {
        let item = item.follow();
        let item = if key.is_empty() { item } else { item.get(&key)?.follow() };
        item.as_str().filter(|path| !path.contains('\n'))
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A path seen from a directory, without `.` and with `..` taken back where it can be.
fn normal(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let rooted = if directory.is_empty() { path.starts_with('/') } else { directory.starts_with('/') };
    if rooted { format!("/{}", parts.join("/")) } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kustomize() -> Kustomize {
        Kustomize {
            patches: ["overlays/dev/patch.yaml".to_owned()].into(),
            patch_files: HashSet::new(),
            folders: HashMap::new(),
            roots: [("base", false), ("overlays/dev", true), ("plain", false)]
                .map(|(directory, adds)| (directory.to_owned(), Root { adds, sets_namespace: false }))
                .into(),
            taken_by: [
                ("base".to_owned(), vec!["overlays/dev".to_owned()]),
                ("base/web.yaml".to_owned(), vec!["base".to_owned()]),
                ("plain/web.yaml".to_owned(), vec!["plain".to_owned()]),
            ]
            .into(),
        }
    }

    #[test]
    fn a_base_is_completed_by_its_overlay_and_a_plain_list_is_not() {
        let it = kustomize();
        assert!(it.may_complete("./overlays/dev/patch.yaml"));
        assert!(it.may_complete("base/web.yaml") && it.may_complete("base/not-listed.yaml"));
        assert!(!it.may_complete("plain/web.yaml") && !it.may_complete("elsewhere/web.yaml"));
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(normal("a/b", "../c/./d.yaml"), "a/c/d.yaml");
        assert_eq!(normal("", "../x"), "../x");
        assert_eq!(normal("/r/a", "../b"), "/r/b");
    }
}
