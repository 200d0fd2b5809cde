//! All objects of a run, and the questions across them. Knows no rule.

use std::ops::Range;
use std::sync::OnceLock;

use super::Profile;
use super::calls::{self, Call, Calls};
use super::dangling;
use super::directory::{Directories, DirectoryId};
use super::endpoints;
use super::index::{Entries, Index, Scope, Standpoint};
use super::kustomize::Kustomize;
use super::maps::{Map, Set};
use super::mistakes::{self, Mistake};
use super::object::{Labels, Object, ObjectId, State};
use super::ports;
use super::selection::Found;
use super::template;
use super::units::{Census, Units};
use super::unread;
use super::words::{Word, Words};
use crate::finding::ObjectRef;
use crate::source::{FileId, Source, Span};

pub use super::directory::Distance;
pub use super::selection::Match;

/// How the namespaces of two objects compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespaces {
    /// The same, a missing one counting as the default namespace.
    Same,
    /// Written on one side only: `kubectl -n` may make them the same.
    OneSide,
    /// Two different ones are written.
    Different,
}

/// A label's key and value, or an object's kind and name.
type Pair = (Word, Word);

/// All objects of a run. Rules see one World at a time.
#[derive(Debug)]
pub struct World<'s> {
    /// The files.
    pub sources: &'s [Source],
    /// The cluster they are judged for.
    pub profile: Profile,
    /// The folders they lie in.
    pub directories: Directories,
    /// Which of them are applied together.
    pub units: Units,
    /// What kustomizations do to them.
    pub kustomize: Kustomize,
    objects: Vec<Object<'s>>,
    /// By number of the file, the numbers of its objects.
    files: Vec<Range<u32>>,
    words: Words,
    pub(super) workloads: Index<()>,
    without_selector: Index<()>,
    by_label: Index<Pair>,
    by_name: Index<Pair>,
    /// By number of the object, whether another one of its file has its kind and name, or one that may be built with it.
    pub(super) has_namesake: Vec<bool>,
    by_kind: Index<Word>,
    custom: Index<()>,
    patches: Index<Pair>,
    services_by_label: Index<Pair>,
    by_unread_name: Index<Word>,
    pub(super) misread: Index<()>,
    by_node_port: Index<(i32, Word)>,
    slices: Index<Word>,
    unrendered: Map<&'s str, Option<ObjectId>>,
    alternatives: Set<DirectoryId>,
    /// Directories of folders of kinds, such files among them.
    sorted_alternatives: Set<DirectoryId>,
    pub(super) selections: Vec<OnceLock<Vec<Found>>>,
    pub(super) dangling: Vec<OnceLock<Option<dangling::Sort>>>,
    calls: OnceLock<Calls>,
    mistakes: Map<ObjectId, Vec<Mistake>>,
}

/// The label by which an EndpointSlice names its Service.
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";

impl<'s> World<'s> {
    /// Indexes the objects, in the order of files and documents.
    #[must_use]
    pub fn new(sources: &'s [Source], profile: Profile, mut objects: Vec<Object<'s>>) -> Self {
        let directories = Directories::new(sources);
        let mut files = vec![0..0; sources.len()];
        for (object, id) in objects.iter_mut().zip(0..) {
            object.id = ObjectId(id);
            if let Some(file) = files.get_mut(object.span.file.0 as usize) {
                *file = if file.start == file.end { id } else { file.start }..id + 1;
            }
        }
        let kustomize = Kustomize::read(sources, &directories, &objects);
        let mut words = Words::for_about(objects.len());
        let (mut workloads, mut without_selector, mut by_label, mut by_name, mut by_kind) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut by_unread_name, mut misread) = (vec![], vec![]);
        let (mut services_by_label, mut by_node_port, mut slices, mut patches, mut custom) = (vec![], vec![], vec![], vec![], vec![]);
        let (mut unrendered, mut alternatives) = (Map::<&str, Option<ObjectId>>::default(), Set::default());
        let mut identities = Map::with_capacity_and_hasher(objects.len(), Default::default());
        let mut census = Census::default();
        let mut mistakes = Map::default();
        for object in &objects {
            let (id, file) = (object.id, object.span.file);
            if let Some(verdict) = object.verdict.as_ref().filter(|verdict| !verdict.causes.is_empty()) {
                mistakes.insert(id, verdict.causes.iter().map(|cause| mistakes::behind(object, cause)).collect());
            }
            let directory = directories.of(file);
            let text = || sources.get(file.0 as usize).map_or("", |source| source.slice(object.span));
            let hides = unread::hides(object);
            if object.state == State::Template || matches!(object.state, State::Unreadable(_)) && unread::is_of_kubernetes(text()) {
                let first = unrendered.entry(package(sources, object)).or_default();
                if object.state == State::Template {
                    first.get_or_insert(id);
                }
                by_unread_name.extend(unread::names(text()).map(|name| (words.add(name), directory, id)));
            } else if hides {
                by_unread_name.extend(unread::names(text()).map(|name| (words.add(name), directory, id)));
            }
            if hides {
                misread.push(((), directory, id));
            }
            if object.typed.is_none() {
                continue;
            }
            let template = object.template();
            let (kind, name) = words.add_pair(object.kind(), object.name());
            let (partial, is_patch) = (template.and_then(|it| it.spec).is_some_and(ports::is_partial), kustomize.is_patch(file));
            if is_patch || partial {
                patches.push(((kind, name), directory, id));
            }
            if is_patch {
                continue;
            }
            let namespace = object.namespace().map(|namespace| words.add(namespace));
            if identities.insert((directory, kind, namespace, name), file).is_some_and(|first| first != file) {
                alternatives.insert(directory);
            }
            if !partial && (object.service().is_some() || template.is_some()) {
                census.add(object.kind(), object.namespace(), object.name(), directory);
            }
            if dangling::is_custom(object) {
                custom.push(((), directory, id));
            }
            by_name.push(((kind, name), directory, id));
            by_kind.push((kind, directory, id));
            if let Some(service) = object.service() {
                for (key, value) in endpoints::selector(service).into_iter().flatten() {
                    services_by_label.push((words.add_pair(key, value), directory, id));
                }
                if endpoints::hand_made(service) {
                    without_selector.push(((), directory, id));
                }
                for port in service.spec.iter().flat_map(|spec| spec.ports.iter().flatten()) {
                    if let Some(node_port) = port.node_port.filter(|port| *port != 0) {
                        by_node_port.push(((node_port, words.add(ports::protocol(port.protocol.as_deref()))), directory, id));
                    }
                }
            }
            if object.kind() == "EndpointSlice" {
                let labels = object.labels();
                slices.extend(labels.and_then(|labels| labels.get(SERVICE_NAME)).map(|name| (words.add(name), directory, id)));
            }
            if let Some(template) = template {
                workloads.push(((), directory, id));
                for (key, value) in template.labels.into_iter().flatten() {
                    if template::is_placeholder(value) || template::is_placeholder(key) {
                        unrendered.entry(package(sources, object)).or_default();
                    }
                    by_label.push((words.add_pair(key, value), directory, id));
                }
            }
        }
        let by_name = Index::new(by_name);
        let is_taken = |file: FileId| kustomize.takes(file);
        let mut has_namesake: Vec<bool> =
            objects.iter().map(|object| kustomize.is_patch(object.span.file) && is_taken(object.span.file)).collect();
        let file_of = |id: ObjectId| objects.get(id.0 as usize).map(|object| object.span.file);
        for of_file in by_name.shared().flat_map(|all| all.chunk_by(|(_, a), (_, b)| file_of(*a) == file_of(*b))) {
            for (_, id) in of_file.iter().filter(|(_, id)| of_file.len() > 1 || file_of(*id).is_some_and(is_taken)) {
                has_namesake.get_mut(id.0 as usize).into_iter().for_each(|it| *it = true);
            }
        }
        let units = Units::find(&directories, &census);
        let sorted_alternatives =
            alternatives.iter().filter(|it| units.is_of_a_kind(**it)).filter_map(|it| directories.parent(*it)).collect();
        Self {
            sources,
            profile,
            units,
            sorted_alternatives,
            kustomize,
            files,
            words,
            workloads: Index::new(workloads),
            without_selector: Index::new(without_selector),
            by_label: Index::new(by_label),
            by_name,
            has_namesake,
            by_kind: Index::new(by_kind),
            custom: Index::new(custom),
            patches: Index::new(patches),
            services_by_label: Index::new(services_by_label),
            by_unread_name: Index::new(by_unread_name),
            misread: Index::new(misread),
            by_node_port: Index::new(by_node_port),
            slices: Index::new(slices),
            unrendered,
            alternatives,
            selections: objects.iter().map(|_| OnceLock::new()).collect(),
            dangling: objects.iter().map(|_| OnceLock::new()).collect(),
            calls: OnceLock::new(),
            mistakes,
            directories,
            objects,
        }
    }

    /// All objects, documents that gave none among them.
    #[must_use]
    pub fn objects(&self) -> &[Object<'s>] {
        &self.objects
    }

    /// An object by its number.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> Option<&Object<'s>> {
        self.objects.get(id.0 as usize)
    }

    /// The file an object stands in.
    #[must_use]
    pub fn source(&self, object: &Object<'_>) -> Option<&'s Source> {
        self.sources.get(object.span.file.0 as usize)
    }

    /// The mistakes behind what the API server refuses of an object, cause by cause.
    #[must_use]
    pub fn mistakes(&self, object: &Object<'_>) -> &[Mistake] {
        self.mistakes.get(&object.id).map_or(&[], Vec::as_slice)
    }

    /// The objects of one file.
    pub fn in_file(&self, file: FileId) -> impl Iterator<Item = &Object<'s>> {
        self.of_file(file).filter_map(|id| self.object(ObjectId(id)))
    }

    fn of_file(&self, file: FileId) -> Range<u32> {
        self.files.get(file.0 as usize).cloned().unwrap_or_default()
    }

    fn standpoint(&self, object: &Object<'_>) -> Standpoint {
        let file = object.span.file;
        Standpoint { directory: self.directories.of(file), file: self.of_file(file), object: object.id }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { directories: &self.directories, units: &self.units, kustomize: &self.kustomize }
    }

    /// The objects of an index at one distance.
    pub(super) fn at(&self, entries: Option<Entries<'_>>, from: &Object<'_>, distance: Distance) -> impl Iterator<Item = &Object<'s>> {
        let ids = entries.map(|entries| entries.at(self.scope(), &self.standpoint(from), distance)).unwrap_or_default();
        ids.into_iter().filter_map(|id| self.object(id))
    }

    /// The objects of an index up to a distance, nearest first.
    pub(super) fn up_to(&self, entries: Option<Entries<'_>>, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        self.found(entries, from, most, |_| false).map(|(_, object)| object).collect()
    }

    pub(super) fn found(
        &self,
        entries: Option<Entries<'_>>,
        from: &Object<'_>,
        most: Distance,
        is_enough: impl Fn(&Object<'s>) -> bool,
    ) -> impl Iterator<Item = (Distance, &Object<'s>)> {
        let is_enough = |id| self.object(id).is_some_and(&is_enough);
        let found = entries.map(|entries| entries.up_to(self.scope(), &self.standpoint(from), most, is_enough)).unwrap_or_default();
        found.into_iter().filter_map(|(distance, id)| Some((distance, self.object(id)?)))
    }

    fn of<'w>(&'w self, index: &'w Index<Pair>, a: &str, b: &str) -> Option<Entries<'w>> {
        index.get(&(self.words.find(a)?, self.words.find(b)?))
    }

    /// The objects of a kind and name.
    pub(super) fn called(&self, kind: &str, name: &str) -> Option<Entries<'_>> {
        self.of(&self.by_name, kind, name)
    }

    /// The workloads whose pods carry a label.
    pub(super) fn labelled(&self, key: &str, value: &str) -> Option<Entries<'_>> {
        self.of(&self.by_label, key, value)
    }

    /// The Services whose selector asks for a label.
    pub(super) fn selecting(&self, key: &str, value: &str) -> Option<Entries<'_>> {
        self.of(&self.services_by_label, key, value)
    }

    /// The documents that seem to hold something of a name.
    pub(super) fn seeming(&self, name: &str) -> Option<Entries<'_>> {
        self.by_unread_name.get(&self.words.find(name)?)
    }

    /// The workloads up to a distance, nearest first.
    #[must_use]
    pub fn workloads_near(&self, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        self.up_to(self.workloads.get(&()), from, most)
    }

    /// The workloads whose pods carry this label, no farther than near.
    #[must_use]
    pub fn workloads_with(&self, key: &str, value: &str, from: &Object<'_>) -> Vec<&Object<'s>> {
        self.up_to(self.labelled(key, value), from, Distance::Near)
    }

    /// The objects of a kind up to a distance, nearest first.
    #[must_use]
    pub fn of_kind(&self, kind: &str, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        self.up_to(self.words.find(kind).and_then(|kind| self.by_kind.get(&kind)), from, most)
    }

    /// Whether a kustomization sets a label of this key on all selectors and pods beside one of two objects: then what is
    /// written there plays no part.
    #[must_use]
    pub fn label_is_set_later(&self, a: &Object<'_>, b: &Object<'_>, key: &str) -> bool {
        let sets = |it: &Object<'_>| self.kustomize.sets_label(self.directories.of(it.span.file), key);
        sets(a) || sets(b)
    }

    /// The objects of custom kinds in the object's directory.
    #[must_use]
    pub fn custom_near(&self, from: &Object<'_>) -> Vec<&Object<'s>> {
        self.up_to(self.custom.get(&()), from, Distance::SameDirectory)
    }

    /// The patches of an object: parts of one of the same kind and name, wherever they stand.
    #[must_use]
    pub fn patches_of(&self, object: &Object<'_>) -> Vec<&Object<'s>> {
        let mut found = self.up_to(self.of(&self.patches, object.kind(), object.name()), object, Distance::Far);
        found.retain(|patch| patch.id != object.id);
        found
    }

    /// The Services whose endpoints are written by hand, up to a distance, nearest first.
    #[must_use]
    pub fn services_without_selector(&self, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        self.up_to(self.without_selector.get(&()), from, most)
    }

    /// The EndpointSlices that name a Service, nearest first.
    #[must_use]
    pub fn slices_of(&self, service: &str, from: &Object<'_>) -> Vec<&Object<'s>> {
        self.up_to(self.words.find(service).and_then(|service| self.slices.get(&service)), from, Distance::Far)
    }

    /// The Services that ask for a node port, up to a distance, nearest first.
    #[must_use]
    pub fn with_node_port(&self, node_port: i32, protocol: &str, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        let protocol = self.words.find(protocol);
        self.up_to(protocol.and_then(|protocol| self.by_node_port.get(&(node_port, protocol))), from, most)
    }

    /// Where containers name a Service's address: `api:8080`, `api.shop.svc:8080`.
    pub fn calls_to(&self, name: &str) -> impl Iterator<Item = &Call> {
        self.calls.get_or_init(|| calls::gather(self)).to(name)
    }

    /// The addresses that a workload is told to call.
    #[must_use]
    pub fn calls_by(&self, workload: &Object<'_>) -> &[Call] {
        self.calls.get_or_init(|| calls::gather(self)).by(workload.id)
    }

    /// Whether a document next to this one could not be read or is yet to be rendered: it may hold what seems missing.
    #[must_use]
    pub fn unrendered_beside(&self, object: &Object<'_>) -> bool {
        self.unrendered.contains_key(package(self.sources, object))
    }

    /// Whether this is the first document of its directory, or of its chart, that is yet to be rendered.
    #[must_use]
    pub fn is_first_template(&self, object: &Object<'_>) -> bool {
        self.unrendered.get(package(self.sources, object)) == Some(&Some(object.id))
    }

    /// Whether something may yet change how the object is found, or what it finds, before it is applied: it is a patch
    /// itself, or a kustomization that takes it patches labels, selectors or ports.
    #[must_use]
    pub fn changed_later(&self, object: &Object<'_>) -> bool {
        self.kustomize.is_patch(object.span.file) || self.kustomize.changes(self.directories.of(object.span.file))
    }

    /// Whether the files of an object's directory can't all be meant to be applied: two of them define one object.
    #[must_use]
    pub fn among_alternatives(&self, object: &Object<'_>) -> bool {
        let directory = self.directories.of(object.span.file);
        let sorted = || self.directories.parent(directory).filter(|_| self.units.is_of_a_kind(directory));
        self.alternatives.contains(&directory) || sorted().is_some_and(|parent| self.sorted_alternatives.contains(&parent))
    }

    /// Labels as messages write them: `app: web`, `tier: front`.
    #[must_use]
    pub fn pairs(&self, labels: &Labels) -> String {
        let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
        pairs.join(", ")
    }

    /// How far apart two objects stand.
    #[must_use]
    pub fn distance(&self, a: &Object<'_>, b: &Object<'_>) -> Distance {
        let (file_a, file_b) = (a.span.file, b.span.file);
        if file_a == file_b {
            return Distance::SameFile;
        }
        self.units.distance(&self.directories, &self.kustomize, self.directories.of(file_a), self.directories.of(file_b))
    }

    /// The namespace an object goes to.
    #[must_use]
    pub fn namespace<'o>(&'o self, object: &'o Object<'_>) -> &'o str {
        object.namespace().unwrap_or(&self.profile.default_namespace)
    }

    /// How the namespaces of two objects compare.
    #[must_use]
    pub fn namespaces(&self, a: &Object<'_>, b: &Object<'_>) -> Namespaces {
        let (folder_a, folder_b) = (self.directories.of(a.span.file), self.directories.of(b.span.file));
        if self.namespace(a) == self.namespace(b) || self.kustomize.sets_one_namespace(folder_a, folder_b) {
            Namespaces::Same
        } else if a.namespace().is_none() || b.namespace().is_none() {
            Namespaces::OneSide
        } else {
            Namespaces::Different
        }
    }

    /// Whether a kustomization puts the object into another namespace than the one written.
    #[must_use]
    pub fn renames_namespace(&self, object: &Object<'_>) -> bool {
        self.kustomize.sets_namespace(self.directories.of(object.span.file))
    }

    /// `api.yaml:14`, as messages name a place.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let Some(source) = self.sources.get(span.file.0 as usize) else { return String::new() };
        let file = source.path.rsplit('/').next().unwrap_or(&source.path);
        format!("{file}:{}", source.line_column(span.start).line)
    }

    /// ``Deployment `api` in api.yaml:14``, as messages name an object that is not the finding's own.
    #[must_use]
    pub fn told(&self, object: &Object<'_>) -> String {
        format!("{} in {}", title(&object.reference), self.place(object.title()))
    }
}

/// ``Deployment `api` ``, as messages name an object.
#[must_use]
pub fn title(reference: &ObjectRef) -> String {
    match reference.name.as_str() {
        "" => format!("{} without a name", reference.kind),
        name => format!("{} `{name}`", reference.kind),
    }
}

/// What is rendered together: the chart whose `templates` these are, else the directory.
fn package<'s>(sources: &'s [Source], object: &Object<'_>) -> &'s str {
    let path = sources.get(object.span.file.0 as usize).map_or("", |source| source.path.as_str());
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let end = directory.match_indices("templates").find(|(at, word)| {
        let (before, after) = (directory.get(..*at).unwrap_or(""), directory.get(at + word.len()..).unwrap_or(""));
        (before.is_empty() || before.ends_with('/')) && (after.is_empty() || after.starts_with('/'))
    });
    end.map_or(directory, |(at, _)| directory.get(..at).unwrap_or(directory))
}
