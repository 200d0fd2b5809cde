//! Objects of a World by their kind and name. Knows no rule.

use super::object::Object;
use super::world::{Distance, Namespaces, World};

impl<'s> World<'s> {
    /// The objects of a kind and name, nearest first, those of the own namespace before others.
    #[must_use]
    pub fn named(&self, kind: &str, name: &str, from: &Object<'_>) -> Vec<&Object<'s>> {
        self.named_up_to(kind, name, from, Distance::Far)
    }

    /// As [`Self::named`], no farther than where one of the same namespace stands.
    #[must_use]
    pub fn nearest_named(&self, kind: &str, name: &str, from: &Object<'_>) -> Vec<&Object<'s>> {
        let is_same = |object: &Object<'s>| self.namespaces(from, object) == Namespaces::Same;
        self.placed_until(kind, name, from, Distance::Far, is_same).into_iter().map(|(.., object)| object).collect()
    }

    /// As [`Self::named`], no farther than a distance.
    #[must_use]
    pub fn named_up_to(&self, kind: &str, name: &str, from: &Object<'_>, most: Distance) -> Vec<&Object<'s>> {
        self.placed_until(kind, name, from, most, |_| false).into_iter().map(|(.., object)| object).collect()
    }

    /// As [`Self::named_up_to`], with how the namespaces compare and how far away each is; no farther than where one is enough.
    #[must_use]
    pub fn placed_until(
        &self,
        kind: &str,
        name: &str,
        from: &Object<'_>,
        most: Distance,
        is_enough: impl Fn(&Object<'s>) -> bool,
    ) -> Vec<(Namespaces, Distance, &Object<'s>)> {
        let look = |name: &str| self.found(self.called(kind, name), from, most, &is_enough);
        let placed = |(distance, object)| (self.namespaces(from, object), distance, object);
        let mut found: Vec<_> = look(name).map(placed).collect();
        if found.is_empty() {
            let bare = self.kustomize.bare_names(self.directories.of(from.span.file), name);
            found = bare.flat_map(look).map(placed).collect();
        }
        found.sort_by_key(|(namespaces, distance, object)| (*namespaces, *distance, object.id));
        found
    }

    /// Whether another object of the same file has this one's kind and name, or one that a kustomization may take with it.
    #[must_use]
    pub fn has_namesake(&self, object: &Object<'_>) -> bool {
        self.has_namesake.get(object.id.0 as usize).copied().unwrap_or(true)
    }

    /// The objects of the same kind and name in the object's own file, itself among them, in their order.
    #[must_use]
    pub fn namesakes_in_file(&self, object: &Object<'_>) -> Vec<&Object<'s>> {
        let entries = self.called(object.kind(), object.name());
        let mut found: Vec<_> = self.at(entries.filter(|entries| entries.len() > 1), object, Distance::SameFile).collect();
        found.sort_by_key(|other| other.id);
        found
    }
}
