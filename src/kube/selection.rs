//! Which pods a Service selects among all objects of a run, and which Services select a pod. Knows no rule.

use super::endpoints;
use super::index::Entries;
use super::labels;
use super::maps::Set;
use super::object::{Labels, Object, ObjectId, Template};
use super::world::{Distance, Namespaces, World};

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

/// One that is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    id: ObjectId,
    distance: Distance,
    namespaces: Namespaces,
}

impl<'s> World<'s> {
    /// Everything a Service's selector takes, whatever the namespace, nearest first: all of its file and directory, and
    /// what stands farther only where nothing nearer may be in its namespace.
    #[must_use]
    pub fn selected(&self, service: &Object<'_>) -> Vec<Match<'_, 's>> {
        let found = self.selections.get(service.id.0 as usize).map(|cell| cell.get_or_init(|| self.select(service)));
        let matches = found.into_iter().flatten().filter_map(|found| {
            let object = self.object(found.id)?;
            Some(Match { object, template: object.template()?, distance: found.distance, namespaces: found.namespaces })
        });
        matches.collect()
    }

    fn select(&self, service: &Object<'_>) -> Vec<Found> {
        if self.kustomize.is_patch(service.span.file) {
            return Vec::new();
        }
        let Some(selector) = service.service().and_then(endpoints::selector) else { return Vec::new() };
        let entries = self.candidates(service, selector);
        let mut found: Vec<Found> = Vec::new();
        for distance in Distance::JOINED {
            if distance >= Distance::Near && found.iter().any(|found| found.namespaces != Namespaces::Different) {
                break;
            }
            for object in self.at(entries, service, distance) {
                let taken = object.template().is_some_and(|template| self.takes(service, object, &template, selector));
                if taken && !found.iter().any(|found| found.id == object.id) {
                    found.push(Found { id: object.id, distance, namespaces: self.namespaces(service, object) });
                }
            }
        }
        found.sort_by_key(|found| (found.namespaces, found.distance, found.id));
        found
    }

    /// A workload that its selector would take, in an alternative to the Service's unit: another environment, a mended copy.
    #[must_use]
    pub fn taken_in_an_alternative(&self, service: &Object<'_>) -> Option<&Object<'s>> {
        let selector = service.service().and_then(endpoints::selector)?;
        let mut apart = self.at(self.candidates(service, selector), service, Distance::Apart);
        apart.find(|object| object.template().is_some_and(|template| self.takes(service, object, &template, selector)))
    }

    /// The workloads behind a Service: of those its selector takes in its namespace the nearest ones, as far apart as
    /// the nearest. Matches that only `kubectl -n` would bring into one namespace count where there are no others.
    #[must_use]
    pub fn behind(&self, service: &Object<'_>) -> Vec<Match<'_, 's>> {
        let mut found = self.selected(service);
        found.retain(|found| found.namespaces != Namespaces::Different);
        if let Some(best) = found.first().map(|found| (found.namespaces, found.distance)) {
            found.retain(|found| (found.namespaces, found.distance) == best);
        }
        found
    }

    fn candidates(&self, service: &Object<'_>, selector: &Labels) -> Option<Entries<'_>> {
        let mut shortest: Option<Entries<'_>> = None;
        let mut written = false;
        let set = |key: &str| self.label_is_set_later(service, service, key);
        for (key, value) in selector.iter().filter(|(key, _)| !labels::added_by_any_controller(key) && !set(key)) {
            written = true;
            let with = self.labelled(key, value)?;
            shortest = Some(shortest.filter(|shortest| shortest.len() <= with.len()).unwrap_or(with));
        }
        if written {
            return shortest;
        }
        if selector.keys().any(|key| set(key)) {
            return self.workloads.get(&());
        }
        let owner = selector.iter().find_map(|(key, value)| match key.as_str() {
            labels::POD_NAME => Some(("StatefulSet", value.rsplit_once('-')?.0)),
            "job-name" | "batch.kubernetes.io/job-name" => Some(("Job", value.as_str())),
            _ => None,
        });
        let (kind, name) = owner?;
        self.called(kind, name)
    }

    /// The Services that select the pods of a workload, no farther than near.
    #[must_use]
    pub fn services_taking(&self, object: &Object<'_>) -> Vec<&Object<'s>> {
        let Some(template) = object.template() else { return Vec::new() };
        let pairs = template.labels.into_iter().flatten();
        let found = pairs.flat_map(|(key, value)| self.up_to(self.selecting(key, value), object, Distance::Near));
        let mut seen = Set::default();
        found
            .filter(|service| seen.insert(service.id))
            .filter(|service| self.namespaces(service, object) != Namespaces::Different)
            .filter(|service| {
                service.service().and_then(endpoints::selector).is_some_and(|selector| self.takes(service, object, &template, selector))
            })
            .collect()
    }

    /// Whether the pods of a workload have every pair of a selector, those among them that its controller or a kustomization
    /// adds.
    fn takes(&self, service: &Object<'_>, object: &Object<'_>, template: &Template<'_>, selector: &Labels) -> bool {
        !selector.is_empty()
            && selector.iter().all(|(key, value)| match template.labels.and_then(|labels| labels.get(key)) {
                Some(written) if written == value => true,
                _ if self.label_is_set_later(service, object, key) => true,
                Some(_) => false,
                None if key == labels::POD_NAME && object.kind() == "StatefulSet" => {
                    value.rsplit_once('-').is_some_and(|(owner, ordinal)| owner == object.name() && ordinal.parse::<u32>().is_ok())
                }
                None if matches!(key.as_str(), "job-name" | "batch.kubernetes.io/job-name") => {
                    object.kind() == "Job" && value == object.name()
                }
                None => labels::added_by_controller(object.kind(), key),
            })
    }
}
