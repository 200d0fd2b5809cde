//! All objects of a run, and the questions across them. Knows no rule.

use std::collections::HashMap;

use super::Profile;
use super::endpoints;
use super::kustomize::Kustomize;
use super::labels;
use super::object::{Labels, Object, ObjectId, State, Template};
use crate::finding::ObjectRef;
use crate::source::{FileId, Source, Span};

/// How far apart two objects stand in the files given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// In one file.
    SameFile,
    /// In one directory.
    SameDirectory,
    /// One directory lies in the other, at most two levels down, or both lie in one.
    Near,
    /// Anywhere else in the input.
    Far,
}

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

/// A workload that a selector takes.
#[derive(Clone, Copy, Debug)]
pub struct Match<'w, 's> {
    /// The workload.
    pub object: &'w Object<'s>,
    /// Its pods.
    pub template: Template<'w>,
    /// How far away it is.
    pub distance: Distance,
    /// How the namespaces compare.
    pub namespaces: Namespaces,
}

/// All objects of a run. Rules see one World at a time.
#[derive(Debug)]
pub struct World<'s> {
    /// The files.
    pub sources: &'s [Source],
    /// The cluster they are judged for.
    pub profile: Profile,
    /// What its kustomizations do with them.
    pub kustomize: Kustomize,
    objects: Vec<Object<'s>>,
    templates: Vec<ObjectId>,
    by_label: HashMap<(String, String), Vec<ObjectId>>,
    by_name: HashMap<(String, String), Vec<ObjectId>>,
    by_directory: HashMap<String, Vec<ObjectId>>,
    by_file: HashMap<FileId, Vec<ObjectId>>,
    services_by_label: HashMap<(String, String), Vec<ObjectId>>,
    unrendered: HashMap<String, Option<ObjectId>>,
}

impl<'s> World<'s> {
    /// Indexes the objects, in the order of files and documents.
    #[must_use]
    pub fn new(sources: &'s [Source], profile: Profile, mut objects: Vec<Object<'s>>) -> Self {
        for (id, object) in objects.iter_mut().enumerate() {
            object.id = ObjectId(u32::try_from(id).unwrap_or(u32::MAX));
        }
        let mut world = Self {
            sources,
            profile,
            kustomize: Kustomize::read(sources, &objects),
            objects: Vec::new(),
            templates: Vec::new(),
            by_label: HashMap::new(),
            by_name: HashMap::new(),
            by_directory: HashMap::new(),
            by_file: HashMap::new(),
            services_by_label: HashMap::new(),
            unrendered: HashMap::new(),
        };
        for object in &objects {
            world.by_file.entry(object.span.file).or_default().push(object.id);
            if object.typed.is_some() {
                world.by_name.entry((object.kind().to_owned(), object.name().to_owned())).or_default().push(object.id);
            }
            if matches!(object.state, State::Template | State::Unreadable(_)) {
                let first = world.unrendered.entry(package(sources, object).to_owned()).or_default();
                if object.state == State::Template {
                    first.get_or_insert(object.id);
                }
            }
            for (key, value) in object.service().and_then(endpoints::selector).into_iter().flatten() {
                world.services_by_label.entry((key.clone(), value.clone())).or_default().push(object.id);
            }
            if let Some(template) = object.template() {
                world.templates.push(object.id);
                world.by_directory.entry(directory(sources, object).to_owned()).or_default().push(object.id);
                for (key, value) in template.labels.into_iter().flatten() {
                    world.by_label.entry((key.clone(), value.clone())).or_default().push(object.id);
                }
            }
        }
        world.objects = objects;
        world
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

    /// All workloads, of whatever kind.
    pub fn workloads(&self) -> impl Iterator<Item = &Object<'s>> {
        self.templates.iter().filter_map(|id| self.object(*id))
    }

    /// The workloads whose own directory this is, at most `most`.
    pub fn workloads_beside(&self, object: &Object<'_>, most: usize) -> impl Iterator<Item = &Object<'s>> {
        let beside = self.by_directory.get(directory(self.sources, object));
        beside.into_iter().flatten().take(most).filter_map(|id| self.object(*id))
    }

    /// The objects of one file.
    pub fn in_file(&self, file: FileId) -> impl Iterator<Item = &Object<'s>> {
        self.by_file.get(&file).into_iter().flatten().filter_map(|id| self.object(*id))
    }

    /// The workloads whose pods carry this label.
    pub fn workloads_with(&self, key: &str, value: &str) -> impl Iterator<Item = &Object<'s>> {
        let with = self.by_label.get(&(key.to_owned(), value.to_owned()));
        with.into_iter().flatten().filter_map(|id| self.object(*id))
    }

    /// The objects of a kind and name, nearest first.
    #[must_use]
    pub fn named(&self, kind: &str, name: &str, seen_from: &Object<'_>) -> Vec<&Object<'s>> {
        let ids = self.by_name.get(&(kind.to_owned(), name.to_owned()));
        let mut found: Vec<_> = ids.into_iter().flatten().filter_map(|id| self.object(*id)).collect();
        found.sort_by_key(|other| (self.namespaces(seen_from, other), self.distance(seen_from, other)));
        found
    }

    /// Everything a Service's selector takes, whatever the namespace, nearest first.
    #[must_use]
    pub fn selected(&self, service: &Object<'_>, selector: &Labels) -> Vec<Match<'_, 's>> {
        let mut found: Vec<_> = self
            .candidates(selector)
            .into_iter()
            .filter_map(|id| self.object(id))
            .filter_map(|object| {
                let template = object.template()?;
                takes(object, &template, selector).then(|| Match {
                    object,
                    template,
                    distance: self.distance(service, object),
                    namespaces: self.namespaces(service, object),
                })
            })
            .collect();
        found.sort_by_key(|found| (found.namespaces, found.distance, found.object.id));
        found
    }

    /// The workloads behind a Service: of those its selector takes in its namespace the nearest ones, as far apart as
    /// the nearest.
    #[must_use]
    pub fn behind(&self, service: &Object<'_>, selector: &Labels) -> Vec<Match<'_, 's>> {
        let mut found = self.selected(service, selector);
        found.retain(|found| found.namespaces != Namespaces::Different);
        if let Some(nearest) = found.iter().map(|found| found.distance).min() {
            found.retain(|found| found.distance == nearest);
        }
        found
    }

    /// How many Services select the pods of a workload.
    #[must_use]
    pub fn services_taking(&self, object: &Object<'_>, template: &Template<'_>) -> usize {
        let pairs = template.labels.into_iter().flatten();
        let ids = pairs.filter_map(|(key, value)| self.services_by_label.get(&(key.clone(), value.clone()))).flatten();
        let mut taking: Vec<_> = ids
            .filter_map(|id| self.object(*id))
            .filter(|service| self.namespaces(service, object) != Namespaces::Different)
            .filter(|service| service.service().and_then(endpoints::selector).is_some_and(|selector| takes(object, template, selector)))
            .map(|service| service.id)
            .collect();
        taking.sort_unstable();
        taking.dedup();
        taking.len()
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

    /// Labels as messages write them: `app: web, tier: front`.
    #[must_use]
    pub fn pairs(&self, labels: &Labels) -> String {
        let pairs: Vec<_> = labels.iter().map(|(key, value)| format!("`{key}: {value}`")).collect();
        pairs.join(", ")
    }

    fn candidates(&self, selector: &Labels) -> Vec<ObjectId> {
        let shortest = selector
            .iter()
            .filter(|(key, _)| !labels::added_by_controller("", key) && !is_pod_name(key) && !key.starts_with("batch.kubernetes.io/"))
            .map(|(key, value)| self.by_label.get(&(key.clone(), value.clone())).map_or(&[][..], Vec::as_slice))
            .min_by_key(|ids| ids.len());
        if let Some(shortest) = shortest {
            return shortest.to_vec();
        }
        let pod = selector.iter().find(|(key, _)| is_pod_name(key));
        let owner = pod.and_then(|(_, pod)| pod.rsplit_once('-')).map(|(owner, _)| owner.to_owned());
        let owners = owner.and_then(|owner| self.by_name.get(&("StatefulSet".to_owned(), owner)));
        owners.cloned().unwrap_or_default()
    }

    /// How far apart two objects stand.
    #[must_use]
    pub fn distance(&self, a: &Object<'_>, b: &Object<'_>) -> Distance {
        if a.span.file == b.span.file {
            return Distance::SameFile;
        }
        let (a, b) = (directory(self.sources, a), directory(self.sources, b));
        if a == b {
            return Distance::SameDirectory;
        }
        let parts = |path: &str| path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect::<Vec<_>>();
        let (a, b) = (parts(a), parts(b));
        let common = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        let (up, down) = (a.len() - common, b.len() - common);
        let near = (up == 0 || down == 0) && up + down <= 2 || (up, down) == (1, 1);
        if near { Distance::Near } else { Distance::Far }
    }

    /// The namespace an object goes to.
    #[must_use]
    pub fn namespace<'o>(&'o self, object: &'o Object<'_>) -> &'o str {
        object.namespace().unwrap_or(&self.profile.default_namespace)
    }

    /// How the namespaces of two objects compare.
    #[must_use]
    pub fn namespaces(&self, a: &Object<'_>, b: &Object<'_>) -> Namespaces {
        if self.namespace(a) == self.namespace(b) {
            Namespaces::Same
        } else if a.namespace().is_none() || b.namespace().is_none() {
            Namespaces::OneSide
        } else {
            Namespaces::Different
        }
    }

    /// `api.yaml:14`, as messages name a place.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let Some(source) = self.sources.get(span.file.0 as usize) else { return String::new() };
        let file = source.path.rsplit('/').next().unwrap_or(&source.path);
        format!("{file}:{}", source.line_column(span.start).line)
    }
}

/// `Deployment "api"`, as messages name an object.
#[must_use]
pub fn title(reference: &ObjectRef) -> String {
    format!("{} `{}`", reference.kind, reference.name)
}

fn is_pod_name(key: &str) -> bool {
    key == "statefulset.kubernetes.io/pod-name" || key == "apps.kubernetes.io/pod-index"
}

/// Whether the pods of a workload have every pair of a selector, those that its controller adds among them.
fn takes(object: &Object<'_>, template: &Template<'_>, selector: &Labels) -> bool {
    !selector.is_empty()
        && selector.iter().all(|(key, value)| {
            let written = template.labels.and_then(|labels| labels.get(key));
            match written {
                Some(written) => written == value,
                None if key == "statefulset.kubernetes.io/pod-name" && object.kind() == "StatefulSet" => {
                    value.rsplit_once('-').is_some_and(|(owner, ordinal)| owner == object.name() && ordinal.parse::<u32>().is_ok())
                }
                None => labels::added_by_controller(object.kind(), key),
            }
        })
}

fn directory<'s>(sources: &'s [Source], object: &Object<'_>) -> &'s str {
    let path = sources.get(object.span.file.0 as usize).map_or("", |source| source.path.as_str());
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// What is rendered together: the chart whose `templates` these are, else the directory.
fn package<'s>(sources: &'s [Source], object: &Object<'_>) -> &'s str {
    let directory = directory(sources, object);
    let end = directory.match_indices("templates").find(|(at, word)| {
        let (before, after) = (directory.get(..*at).unwrap_or(""), directory.get(at + word.len()..).unwrap_or(""));
        (before.is_empty() || before.ends_with('/')) && (after.is_empty() || after.starts_with('/'))
    });
    end.map_or(directory, |(at, _)| directory.get(..at).unwrap_or(directory))
}
