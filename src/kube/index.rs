//! Objects by some key, found nearest first. Knows no kind of object.

use std::cell::Cell;
use std::hash::Hash;
use std::ops::Range;

use super::directory::{Directories, DirectoryId, Distance};
use super::kustomize::Kustomize;
use super::maps::Map;
use super::object::ObjectId;
use super::units::Units;

/// The most objects that one question looks at in one distance: a selector that takes more says no more by it, and the
/// run stays linear where a tree holds thousands of alike applications.
pub const MOST: usize = 32;

/// The most objects that are passed over in search of those.
const SCANNED: usize = 128;

/// As [`SCANNED`], to each side of the asker's own folder.
const LEAPT: usize = 64;

/// What tells how far apart two directories stand.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'w> {
    /// The tree of folders.
    pub directories: &'w Directories,
    /// What is applied together.
    pub units: &'w Units,
    /// Who takes whom.
    pub kustomize: &'w Kustomize,
}

/// Where a question is asked from.
#[derive(Clone, Debug)]
pub struct Standpoint {
    /// The directory.
    pub directory: DirectoryId,
    /// The objects of the file.
    pub file: Range<u32>,
    /// The object that asks.
    pub object: ObjectId,
}

/// Objects in the order of their directories.
#[derive(Clone, Debug, Default)]
pub struct Entries(Vec<(DirectoryId, ObjectId)>);

impl Entries {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn between(&self, from: DirectoryId, to: DirectoryId) -> &[(DirectoryId, ObjectId)] {
        let start = self.0.partition_point(|(directory, _)| *directory < from);
        let end = self.0.partition_point(|(directory, _)| *directory < to);
        self.0.get(start..end).unwrap_or(&[])
    }

    fn directly_in(&self, directory: DirectoryId) -> &[(DirectoryId, ObjectId)] {
        self.between(directory, DirectoryId(directory.0 + 1))
    }

    /// What lies in one directory and not in or below another within it, to both sides of that and not far in the order of
    /// folders.
    fn around(
        &self,
        directories: &Directories,
        outer: Option<DirectoryId>,
        inner: DirectoryId,
    ) -> impl Iterator<Item = &(DirectoryId, ObjectId)> {
        let within = outer.map_or(&[][..], |outer| self.between(outer, directories.end(outer)));
        let start = within.partition_point(|(directory, _)| *directory < inner);
        let end = within.partition_point(|(directory, _)| *directory < directories.end(inner));
        within.iter().take(start).rev().take(LEAPT).chain(within.iter().skip(end).take(LEAPT))
    }

    /// The objects up to a distance from there, nearest first.
    #[must_use]
    pub fn up_to(&self, scope: Scope<'_>, from: &Standpoint, most: Distance) -> Vec<(Distance, ObjectId)> {
        let mut found = Vec::new();
        for distance in Distance::JOINED.into_iter().filter(|distance| *distance <= most) {
            found.extend(self.at(scope, from, distance).into_iter().map(|id| (distance, id)));
            // Each stands at one distance: nearly always all of a name stand close together.
            if found.len() == self.len() {
                break;
            }
        }
        found
    }

    /// The objects that stand this far from there, at most `MOST`.
    #[must_use]
    pub fn at(&self, scope: Scope<'_>, from: &Standpoint, distance: Distance) -> Vec<ObjectId> {
        let directories = scope.directories;
        // Many of one directory follow one another.
        let last = Cell::new((from.directory, distance == Distance::SameDirectory));
        let is = |directory: DirectoryId| {
            if last.get().0 != directory {
                last.set((directory, scope.units.distance(directories, scope.kustomize, from.directory, directory) == distance));
            }
            last.get().1
        };
        let own = from.directory;
        match distance {
            Distance::SameFile => {
                let here = self.directly_in(own);
                let start = here.partition_point(|(_, id)| id.0 < from.file.start);
                let after = here.partition_point(|(_, id)| id.0 < from.file.end);
                // Those around the asker first: in a long file what belongs together stands together.
                let middle = here.partition_point(|(_, id)| id.0 < from.object.0).saturating_sub(MOST / 2).clamp(start, after);
                let around = here.get(middle..after).into_iter().flatten().chain(here.get(start..middle).into_iter().flatten().rev());
                around.map(|(_, id)| *id).take(MOST).collect()
            }
            Distance::SameDirectory => {
                let here = self.directly_in(own);
                let after = here.partition_point(|(_, id)| id.0 < from.file.end);
                let before = here.partition_point(|(_, id)| id.0 < from.file.start);
                let others = here
                    .iter()
                    .take(before)
                    .rev()
                    .take(MOST / 2)
                    .chain(here.iter().skip(after))
                    .chain(here.iter().take(before).rev().skip(MOST / 2));
                let parent = directories.parent(own).filter(|_| scope.units.is_of_a_kind(own));
                let kinds = self.around(directories, parent, own).filter(|(it, _)| parent.is_some() && is(*it));
                others.chain(kinds).map(|(_, id)| *id).take(MOST).collect()
            }
            Distance::Near => {
                let parent = directories.parent(own);
                let grandparent = parent.and_then(|parent| directories.parent(parent));
                let above = [parent, grandparent].into_iter().flatten().flat_map(|directory| self.directly_in(directory));
                let within_two = |directory: DirectoryId| {
                    let parent = directories.parent(directory);
                    parent == Some(own) || parent.and_then(|parent| directories.parent(parent)) == Some(own)
                };
                let below = self.between(DirectoryId(own.0 + 1), directories.end(own)).iter().take(SCANNED);
                let below = below.filter(|(it, _)| within_two(*it));
                let beside = self.around(directories, parent, own).filter(|(it, _)| directories.parent(*it) == parent);
                let layers = self.around(directories, grandparent, own);
                let layers = layers.filter(|(it, _)| directories.parent(*it) != parent && !directories.are_close(own, *it));
                above.chain(below).chain(beside).chain(layers).filter(|(it, _)| is(*it)).map(|(_, id)| *id).take(MOST).collect()
            }
            Distance::Far | Distance::Apart => {
                let below = self.between(DirectoryId(own.0 + 1), directories.end(own)).iter().take(SCANNED);
                let around = self.around(directories, Some(DirectoryId::default()), own);
                below.chain(around).filter(|(it, _)| is(*it)).map(|(_, id)| *id).take(MOST).collect()
            }
        }
    }
}

/// Objects by some key.
#[derive(Clone, Debug)]
pub struct Index<K>(Map<K, Entries>);

impl<K: Hash + Eq> Index<K> {
    /// Orders what was gathered.
    #[must_use]
    pub fn new(gathered: Vec<(K, DirectoryId, ObjectId)>) -> Self {
        let mut by: Map<K, Entries> = Map::default();
        for (key, directory, id) in gathered {
            by.entry(key).or_default().0.push((directory, id));
        }
        for entries in by.values_mut() {
            entries.0.sort_unstable();
            entries.0.dedup();
        }
        Self(by)
    }

    /// The objects that share their key with others.
    pub fn shared(&self) -> impl Iterator<Item = ObjectId> {
        self.0.values().filter(|entries| entries.len() > 1).flat_map(|entries| &entries.0).map(|(_, id)| *id)
    }

    /// The objects of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&Entries>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(key)
    }
}
