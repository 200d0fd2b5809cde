//! What the kustomizations of a run do with its files: patches are no objects, a base may be completed elsewhere, and labels,
//! namespaces and affixes of names are set for all that is taken. Knows who names whom and what is set; nothing is rendered.

use std::borrow::Cow;

use super::directory::{Directories, DirectoryId};
use super::maps::{Map, Set};
use super::object::Object;
use crate::source::{FileId, Source};
use crate::yaml::{Kind, Value};

/// How many directories above a file a kustomization may stand that nobody says takes it.
const ABOVE: usize = 2;

/// Who names whom among the files of a run.
#[derive(Debug, Default)]
pub struct Kustomize {
    /// Files that are patches.
    patches: Set<String>,
    /// By number of the file, whether it is one of those; empty where there are none.
    patch_files: Vec<bool>,
    /// By number of the file, whether it is taken as a resource; empty where there is no kustomization.
    taken_files: Vec<bool>,
    /// Directories with a kustomization.
    roots: Map<String, Root>,
    paths: Map<String, DirectoryId>,
    folders: Map<DirectoryId, Root>,
    /// The directories whose kustomizations take a file or directory.
    taken_by: Map<String, Vec<String>>,
    /// Directories in which a kustomization may stand that is taken and not among the files: what it takes nobody can say.
    unseen: Set<String>,
    /// For each directory the kustomization that stands nearest at or above it.
    nearest: Vec<Option<u32>>,
    /// What is built of each of those.
    builds: Vec<Builds>,
}

/// The kustomizations that a directory is built by.
#[derive(Debug, Default)]
struct Builds {
    /// Those that nobody takes; empty where there are too many to tell.
    tops: Vec<DirectoryId>,
    rewired: bool,
    /// Those that put all objects into one namespace.
    namespaced: Vec<DirectoryId>,
    labels: Set<String>,
    affixes: Vec<(String, String)>,
}

/// The most kustomizations over one that are looked at, and the most of them that nobody takes.
const MOST_TAKERS: usize = 64;
const MOST_TOPS: usize = 8;

/// What a kustomization does to all that it takes.
#[derive(Clone, Debug, Default)]
struct Root {
    /// Something is added to its objects.
    adds: bool,
    /// What is added may be labels of some, selectors or ports.
    rewires: bool,
    sets_namespace: bool,
    /// The keys of labels that it sets alike on all its selectors and pods.
    labels: Vec<String>,
    /// What it puts before and behind all names.
    affixes: Option<(String, String)>,
}

/// Whether the path alone says that the file holds parts of objects: a patch whose kustomization is not among the files,
/// or what a test tool (kuttl, Chainsaw) compares with.
fn is_part_by_name(path: &str) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().unwrap_or(file);
    let word = |word: &str| matches!(word, "patch" | "patches" | "assert");
    stem.split(['-', '_']).any(word) || folders.split('/').any(|folder| matches!(folder, "overlays" | "patches"))
}

impl Kustomize {
    /// Reads the kustomizations among the objects of a run.
    #[must_use]
    pub fn read(sources: &[Source], directories: &Directories, objects: &[Object<'_>]) -> Self {
        let mut read = Self::default();
        let kustomizations = objects.iter().filter_map(|object| {
            let path = sources.get(object.span.file.0 as usize).map_or("", |source| source.path.as_str());
            let root = object.value().filter(|root| is_kustomization(path, object) && root.is_mapping())?;
            Some((normal("", path), root, directories.of(object.span.file)))
        });
        let kustomizations: Vec<_> = kustomizations.collect();
        if kustomizations.is_empty() {
            return read;
        }
        let paths: Vec<Cow<'_, str>> = sources.iter().map(|source| normal("", &source.path)).collect();
        let texts: Texts<'_> = paths.iter().map(AsRef::as_ref).zip(sources.iter().map(|source| source.text.as_str())).collect();
        for (path, root, directory) in kustomizations {
            read.add(parent(&path), root, &texts);
            if let Some(it) = read.roots.get(parent(&path)) {
                read.folders.insert(directory, it.clone());
                read.paths.insert(parent(&path).to_owned(), directory);
            }
        }
        read.patch_files = paths.iter().map(|path| read.patches.contains(&**path)).collect();
        read.taken_files = paths.iter().map(|path| read.taken_by.contains_key(&**path)).collect();
        read.unseen = read.taken_by.keys().filter(|path| is_directory(path) && !read.roots.contains_key(*path)).cloned().collect();
        read.unseen = read.unseen.iter().map(|path| parent(path).to_owned()).filter(|path| !path.is_empty()).collect();
        read.find_builds(directories);
        read
    }

    fn find_builds(&mut self, directories: &Directories) {
        if self.paths.is_empty() {
            return;
        }
        let mut numbers = Map::default();
        for (path, directory) in &self.paths {
            numbers.insert(*directory, u32::try_from(self.builds.len()).unwrap_or(u32::MAX));
            self.builds.push(self.builds_of(path));
        }
        for at in (0..u32::try_from(directories.count()).unwrap_or(u32::MAX)).map(DirectoryId) {
            let above = directories.parent(at).and_then(|parent| self.nearest.get(parent.0 as usize).copied().flatten());
            self.nearest.push(numbers.get(&at).copied().or(above));
        }
    }

    fn builds_of(&self, path: &str) -> Builds {
        let mut seen = Set::from_iter([path]);
        let mut open = vec![path];
        let mut builds = Builds::default();
        while let Some(path) = open.pop() {
            let takers = self.taken_by.get(path).into_iter().flatten().map(String::as_str);
            let takers: Vec<_> = takers.filter(|taker| self.paths.contains_key(*taker)).collect();
            if takers.is_empty() {
                builds.tops.extend(self.paths.get(path));
            }
            if let Some(root) = self.roots.get(path) {
                builds.rewired |= root.rewires;
                builds.namespaced.extend(self.paths.get(path).filter(|_| root.sets_namespace));
                builds.labels.extend(root.labels.iter().cloned());
                builds.affixes.extend(root.affixes.clone());
            }
            open.extend(takers.into_iter().filter(|taker| seen.insert(taker)));
            if seen.len() > MOST_TAKERS || builds.tops.len() > MOST_TOPS {
                return Builds { tops: Vec::new(), rewired: true, ..builds };
            }
        }
        builds
    }

    fn builds(&self, directory: DirectoryId) -> Option<&Builds> {
        let number = self.nearest.get(directory.0 as usize).copied().flatten()?;
        self.builds.get(number as usize)
    }

    /// Whether no kustomization builds both of two directories, though each is built by one.
    #[must_use]
    pub fn are_built_apart(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let (Some(a), Some(b)) = (self.builds(a), self.builds(b)) else { return false };
        !a.tops.is_empty() && !b.tops.is_empty() && !a.tops.iter().any(|top| b.tops.contains(top))
    }

    /// Whether one kustomization builds both of two directories and changes nothing by which objects find each other.
    #[must_use]
    pub fn are_built_together(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let (Some(a), Some(b)) = (self.builds(a), self.builds(b)) else { return false };
        !a.rewired && !b.rewired && a.tops.iter().any(|top| b.tops.contains(top))
    }

    fn add(&mut self, directory: &str, root: Value<'_, '_>, texts: &Texts<'_>) {
        for (list, key) in
            [("patches", "path"), ("patchesStrategicMerge", ""), ("patchesJson6902", "path"), ("transformers", ""), ("configurations", "")]
        {
            self.patches.extend(named(root, list, key).map(|path| normal(directory, path).into_owned()));
        }
        for list in ["resources", "bases", "components", "crds"] {
            for path in named(root, list, "") {
                self.taken_by.entry(normal(directory, path).into_owned()).or_default().push(directory.to_owned());
            }
        }
        const LABELLING: [&str; 2] = ["commonLabels", "labels"];
        const PATCHING: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];
        const REWIRING: [&str; 6] = ["components", "transformers", "replacements", "vars", "helmCharts", "helmChartInflationGenerator"];
        let has = |keys: &[&str]| root.entries().any(|entry| entry.key.as_str().is_some_and(|key| keys.contains(&key)));
        let patches = || PATCHING.iter().flat_map(|list| patch_texts(root, list, directory, texts));
        let it = self.roots.entry(directory.to_owned()).or_default();
        it.adds |= has(&LABELLING) || has(&PATCHING) || has(&REWIRING);
        it.rewires |= has(&REWIRING) || patches().any(|patch| patch.is_none_or(rewires));
        it.sets_namespace |= root.get("namespace").is_some();
        it.labels.extend(set_labels(root));
        let affix = |key: &str| root.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        it.affixes = Some((affix("namePrefix"), affix("nameSuffix"))).filter(|(before, after)| !before.is_empty() || !after.is_empty());
    }

    /// Whether a kustomization takes this file as a resource.
    #[must_use]
    pub fn takes(&self, file: FileId) -> bool {
        self.taken_files.get(file.0 as usize).copied().unwrap_or_default()
    }

    /// Whether one kustomization takes both of two files as resources.
    #[must_use]
    pub fn takes_both(&self, a: &str, b: &str) -> bool {
        let takers = |path: &str| self.taken_by.get(&*normal("", path));
        let (Some(a), Some(b)) = (takers(a), takers(b)) else { return false };
        a.iter().any(|taker| b.contains(taker))
    }

    /// Whether a kustomization takes this file as a patch.
    #[must_use]
    pub fn is_patch(&self, file: FileId) -> bool {
        self.patch_files.get(file.0 as usize).copied().unwrap_or_default()
    }

    /// Whether a kustomization stands in this directory.
    #[must_use]
    pub fn is_in(&self, directory: DirectoryId) -> bool {
        self.folders.contains_key(&directory)
    }

    /// Whether one puts the objects of this directory into another namespace than the one written.
    #[must_use]
    pub fn sets_namespace(&self, directory: DirectoryId) -> bool {
        self.builds(directory).is_some_and(|it| !it.namespaced.is_empty())
    }

    /// Whether one puts the objects of both directories into one namespace.
    #[must_use]
    pub fn sets_one_namespace(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let (Some(a), Some(b)) = (self.builds(a), self.builds(b)) else { return false };
        a.namespaced.iter().any(|it| b.namespaced.contains(it))
    }

    /// Whether one sets a label of this key on the selectors and pods of this directory, whatever is written there.
    #[must_use]
    pub fn sets_label(&self, directory: DirectoryId, key: &str) -> bool {
        self.builds(directory).is_some_and(|it| it.labels.contains(key))
    }

    /// What a name of this directory may be without what kustomizations put before and behind it.
    pub fn bare_names<'n>(&self, directory: DirectoryId, name: &'n str) -> impl Iterator<Item = &'n str> {
        let affixes = self.builds(directory).into_iter().flat_map(|it| &it.affixes);
        affixes.filter_map(move |(before, after)| name.strip_prefix(before.as_str())?.strip_suffix(after.as_str()))
    }

    /// Whether one may change labels of some, selectors or ports of the objects of this directory.
    #[must_use]
    pub fn changes(&self, directory: DirectoryId) -> bool {
        self.builds(directory).is_some_and(|it| it.rewired)
    }

    /// Whether what seems to be missing in this file may be added before it reaches a cluster.
    #[must_use]
    pub fn may_complete(&self, path: &str) -> bool {
        if is_part_by_name(path) {
            return true;
        }
        if self.roots.is_empty() {
            return false;
        }
        let path = normal("", path);
        if self.patches.contains(&*path) {
            return true;
        }
        match self.taken_by.get(&*path) {
            Some(takers) => takers.iter().any(|taker| self.adds(taker)),
            None => {
                let above = std::iter::successors(Some(parent(&path)), |it| (!it.is_empty()).then(|| parent(it)));
                above.take(ABOVE + 1).any(|directory| self.roots.contains_key(directory) || self.unseen.contains(directory))
            }
        }
    }

    /// Whether the kustomization in this directory adds anything, or one that builds on it does.
    fn adds(&self, directory: &str) -> bool {
        let mut seen = Set::from_iter([directory]);
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

/// The texts of the files of a run by their paths.
type Texts<'s> = Map<&'s str, &'s str>;

/// The texts of the patches in a list; none for one that is not at hand.
fn patch_texts<'t>(root: Value<'t, '_>, list: &str, directory: &str, texts: &Texts<'t>) -> Vec<Option<&'t str>> {
    let items = root.get(list).map(Value::follow).filter(|list| matches!(list.kind(), Kind::Sequence));
    let text = |item: Value<'t, '_>| {
        let file = |path: &str| texts.get(&*normal(directory, path)).copied();
        match item.as_str() {
            Some(inline) if inline.contains('\n') => Some(inline),
            Some(path) => file(path),
            None => item.get("patch").and_then(|inline| inline.follow().as_str()).or_else(|| file(item.get("path")?.follow().as_str()?)),
        }
    };
    items.into_iter().flat_map(Value::items).map(|item| text(item.follow())).collect()
}

/// Whether a patch speaks of anything by which objects find each other.
fn rewires(patch: &str) -> bool {
    const WORDS: [&str; 9] = ["label", "selector", "port", "servicename", "backend", "rules", "$patch", "subsets", "namespace"];
    let patch = patch.to_lowercase();
    WORDS.iter().any(|word| patch.contains(word))
}

/// The keys of labels that a kustomization sets on pods: with `commonLabels` and `includeSelectors` on selectors too.
fn set_labels(root: Value<'_, '_>) -> Vec<String> {
    let keys = |of: Value<'_, '_>| of.follow().entries().filter_map(|entry| entry.key.as_str().map(str::to_owned)).collect::<Vec<_>>();
    let mut found = root.get("commonLabels").map(keys).unwrap_or_default();
    for item in root.get("labels").into_iter().flat_map(|list| list.follow().items()).map(Value::follow) {
        let on_pods = ["includeSelectors", "includeTemplates"].iter().any(|key| item.get(key).and_then(Value::as_bool) == Some(true));
        found.extend(item.get("pairs").filter(|_| on_pods).map(keys).unwrap_or_default());
    }
    found
}

fn is_kustomization(path: &str, object: &Object<'_>) -> bool {
    let named = || matches!(name(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization");
    let group = || super::apis::group(&object.reference.api_version);
    (object.kind().is_empty() && named() || matches!(object.kind(), "Kustomization" | "Component"))
        && matches!(group(), "" | "kustomize.config.k8s.io")
}

/// The paths in a list: its items, or what stands under `key` in each.
fn named<'t>(root: Value<'t, '_>, list: &str, key: &'static str) -> impl Iterator<Item = &'t str> {
    let items = root.get(list).map(Value::follow).filter(|list| matches!(list.kind(), Kind::Sequence));
    items.into_iter().flat_map(Value::items).filter_map(move |item| {
        let item = item.follow();
        let item = if key.is_empty() { item } else { item.get(key)?.follow() };
        item.as_str().filter(|path| !path.contains('\n'))
    })
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a path that a kustomization takes is a directory of the same repository.
fn is_directory(path: &str) -> bool {
    let is_file = path.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "yaml" | "yml" | "json"));
    !is_file && !path.bytes().any(|c| matches!(c, b':' | b'?' | b'@'))
}

/// A path seen from a directory, without `.` and with `..` taken back where it can be.
fn normal<'p>(directory: &str, path: &'p str) -> Cow<'p, str> {
    if directory.is_empty() && is_normal(path) {
        return Cow::Borrowed(path);
    }
    if let Some(joined) = joined(directory, path) {
        return Cow::Owned(joined);
    }
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
    Cow::Owned(if rooted { format!("/{}", parts.join("/")) } else { parts.join("/") })
}

/// The same where the directory is normal and nothing but the first steps of the path leads up: nearly always.
fn joined(directory: &str, path: &str) -> Option<String> {
    let (mut at, mut rest) = (directory, path);
    while let Some((step @ ("." | ".."), after)) = rest.split_once('/') {
        rest = after;
        at = if step == ".." { parent(at) } else { at };
    }
    let plain = is_normal(directory) && !at.is_empty() && is_normal(rest) && !rest.starts_with('/');
    plain.then(|| [at, "/", rest].concat())
}

/// Whether no part of a path is empty, `.` or `..`, but for what stands before the first `/`.
fn is_normal(path: &str) -> bool {
    let bytes = path.as_bytes();
    let ends = |at: usize| matches!(bytes.get(at), None | Some(b'/'));
    let dots = |at: usize| bytes.get(at) == Some(&b'.') && (ends(at + 1) || bytes.get(at + 1) == Some(&b'.') && ends(at + 2));
    let plain = !path.contains("/.") || memchr::memchr_iter(b'/', bytes).all(|slash| !dots(slash + 1));
    !bytes.is_empty() && !dots(0) && !path.ends_with('/') && !path.contains("//") && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kustomize() -> Kustomize {
        Kustomize {
            patches: ["overlays/dev/patch.yaml".to_owned()].into_iter().collect(),
            roots: [("base", false), ("overlays/dev", true), ("plain", false)]
                .map(|(directory, adds)| (directory.to_owned(), Root { adds, ..Root::default() }))
                .into_iter()
                .collect(),
            taken_by: [
                ("base".to_owned(), vec!["overlays/dev".to_owned()]),
                ("base/web.yaml".to_owned(), vec!["base".to_owned()]),
                ("plain/web.yaml".to_owned(), vec!["plain".to_owned()]),
            ]
            .into_iter()
            .collect(),
            ..Kustomize::default()
        }
    }

    #[test]
    fn a_base_is_completed_by_its_overlay_and_a_plain_list_is_not() {
        let it = kustomize();
        assert!(it.may_complete("./overlays/dev/patch.yaml"));
        assert!(it.may_complete("base/web.yaml") && it.may_complete("base/not-listed.yaml"));
        assert!(it.may_complete("e2e/00-assert.yaml") && it.may_complete("elsewhere/overlays/dev/web.yaml"));
        assert!(!it.may_complete("plain/web.yaml") && !it.may_complete("elsewhere/web.yaml"));
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(normal("a/b", "../c/./d.yaml"), "a/c/d.yaml");
        assert_eq!(normal("a/b", "./../../../c"), "../c");
        assert_eq!(normal("a/..", "../x"), "../x");
        assert_eq!(normal("a/b", "/x//y/../z"), "a/b/x/z");
        assert_eq!(normal("", "../x"), "../x");
        assert_eq!(normal("/r/a", "../b"), "/r/b");
        for (path, same) in
            [("a/.b/c..", true), ("/r/a", true), ("./a", false), ("a//b", false), ("a/..", false), ("a/", false), (".", false)]
        {
            assert_eq!((matches!(normal("", path), Cow::Borrowed(_)), is_normal(path)), (same, same), "{path}");
        }
    }
}
