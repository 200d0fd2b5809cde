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
#[derive(Clone, Copy, Debug, Default)]
pub struct Entries<'i>(&'i [(DirectoryId, ObjectId)]);

impl<'i> Entries<'i> {
    /// How many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    fn between(self, from: DirectoryId, to: DirectoryId) -> &'i [(DirectoryId, ObjectId)] {
        let start = self.0.partition_point(|(directory, _)| *directory < from);
        let end = self.0.partition_point(|(directory, _)| *directory < to);
        self.0.get(start..end).unwrap_or(&[])
    }

    fn directly_in(self, directory: DirectoryId) -> &'i [(DirectoryId, ObjectId)] {
        self.between(directory, DirectoryId(directory.0 + 1))
    }

    /// What lies in one directory and not in or below another within it, to both sides of that and not far in the order of
    /// folders.
    fn around(
        self,
        directories: &Directories,
        outer: Option<DirectoryId>,
        inner: DirectoryId,
    ) -> impl Iterator<Item = &'i (DirectoryId, ObjectId)> {
        let within = outer.map_or(&[][..], |outer| self.between(outer, directories.end(outer)));
        let start = within.partition_point(|(directory, _)| *directory < inner);
        let end = within.partition_point(|(directory, _)| *directory < directories.end(inner));
        within.iter().take(start).rev().take(LEAPT).chain(within.iter().skip(end).take(LEAPT))
    }

    /// The objects up to a distance from there, nearest first; no farther than where one is enough.
    #[must_use]
    pub fn up_to(
        self,
        scope: Scope<'_>,
        from: &Standpoint,
        most: Distance,
        is_enough: impl Fn(ObjectId) -> bool,
    ) -> Vec<(Distance, ObjectId)> {
        let mut found = Vec::new();
        for distance in Distance::JOINED.into_iter().filter(|distance| *distance <= most) {
            let nearer = found.len();
            self.add_at(scope, from, distance, &mut found);
            // Each stands at one distance: nearly always all of a name stand close together.
            if found.len() == self.len() || found.iter().skip(nearer).any(|(_, id)| is_enough(*id)) {
                break;
            }
        }
        found
    }

    /// The objects that stand this far from there, at most `MOST`.
    #[must_use]
    pub fn at(self, scope: Scope<'_>, from: &Standpoint, distance: Distance) -> Vec<ObjectId> {
        let mut found = Vec::new();
        self.add_at(scope, from, distance, &mut found);
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn add_at(self, scope: Scope<'_>, from: &Standpoint, distance: Distance, found: &mut Vec<(Distance, ObjectId)>) {
        let add = |(_, id): &(DirectoryId, ObjectId)| found.push((distance, *id));
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
        let here = self.directly_in(own);
        match distance {
            Distance::SameFile if here.is_empty() => {}
            Distance::SameFile => {
                let start = here.partition_point(|(_, id)| id.0 < from.file.start);
                let after = here.partition_point(|(_, id)| id.0 < from.file.end);
                // Those around the asker first: in a long file what belongs together stands together.
                let middle = here.partition_point(|(_, id)| id.0 < from.object.0).saturating_sub(MOST / 2).clamp(start, after);
                let around =
                    here.get(middle..after).unwrap_or_default().iter().chain(here.get(start..middle).unwrap_or_default().iter().rev());
                around.take(MOST).for_each(add);
            }
            Distance::SameDirectory => {
                let parent = directories.parent(own).filter(|_| scope.units.is_of_a_kind(own));
                if here.is_empty() && parent.is_none() {
                    return;
                }
                let after = here.partition_point(|(_, id)| id.0 < from.file.end);
                let before = here.partition_point(|(_, id)| id.0 < from.file.start);
                let others = here
                    .iter()
                    .take(before)
                    .rev()
                    .take(MOST / 2)
                    .chain(here.iter().skip(after))
                    .chain(here.iter().take(before).rev().skip(MOST / 2));
                let kinds = self.around(directories, parent, own).filter(|(it, _)| parent.is_some() && is(*it));
                others.chain(kinds).take(MOST).for_each(add);
            }
            Distance::Near => {
                let parent = directories.parent(own);
                let grandparent = parent.and_then(|parent| directories.parent(parent));
                let top = grandparent.or(parent).unwrap_or(own);
                if self.between(top, directories.end(top)).len() == here.len() {
                    return;
                }
                let above = [parent, grandparent].into_iter().flatten().flat_map(|directory| self.directly_in(directory));
                let within_two = |directory: DirectoryId| {
                    let parent = directories.parent(directory);
                    parent == Some(own) || parent.and_then(|parent| directories.parent(parent)) == Some(own)
                };
                let below = self.between(DirectoryId(own.0 + 1), directories.end(own)).iter().take(SCANNED);
                let below = below.filter(|(it, _)| within_two(*it));
                let beside = self.around(directories, parent, own).filter(|(it, _)| directories.parent(*it) == parent);
                let layers = self.around(directories, grandparent.filter(|_| scope.units.may_have_layers(directories, own)), own);
                let layers = layers.filter(|(it, _)| directories.parent(*it) != parent && !directories.are_close(own, *it));
                above.chain(below).chain(beside).chain(layers).filter(|(it, _)| is(*it)).take(MOST).for_each(add);
            }
            Distance::Far | Distance::Apart => {
                let below = self.between(DirectoryId(own.0 + 1), directories.end(own)).iter().take(SCANNED);
                let around = self.around(directories, Some(DirectoryId::default()), own);
                below.chain(around).filter(|(it, _)| is(*it)).take(MOST).for_each(add);
            }
        }
    }
}

/// Objects by some key.
#[derive(Clone, Debug)]
pub struct Index<K> {
    /// Those of each key follow one another.
    entries: Vec<(DirectoryId, ObjectId)>,
    ranges: Map<K, Range<u32>>,
}

impl<K: Hash + Eq + Copy> Index<K> {
    /// Orders what was gathered, object by object.
    #[must_use]
    pub fn new(gathered: Vec<(K, DirectoryId, ObjectId)>) -> Self {
        let mut ranges: Map<K, Range<u32>> = Map::default();
        for (key, ..) in &gathered {
            ranges.entry(*key).or_default().end += 1;
        }
        let mut start = 0;
        for range in ranges.values_mut() {
            let count = range.end;
            *range = start..start;
            start += count;
        }
        let mut entries = vec![(DirectoryId::default(), ObjectId::default()); gathered.len()];
        for (key, directory, id) in gathered {
            let Some(range) = ranges.get_mut(&key) else { continue };
            let is_known = range.start < range.end && entries.get(range.end as usize - 1) == Some(&(directory, id));
            if let Some(free) = entries.get_mut(range.end as usize).filter(|_| !is_known) {
                *free = (directory, id);
                range.end += 1;
            }
        }
        for range in ranges.values() {
            entries.get_mut(range.start as usize..range.end as usize).unwrap_or_default().sort_unstable();
        }
        Self { entries, ranges }
    }

    /// The objects of each key that more than one has; those of one file follow one another.
    pub fn shared(&self) -> impl Iterator<Item = &[(DirectoryId, ObjectId)]> {
        self.ranges.values().map(|range| self.within(range).0).filter(|entries| entries.len() > 1)
    }

    /// The objects of a key.
    pub fn get(&self, key: &K) -> Option<Entries<'_>> {
        self.ranges.get(key).map(|range| self.within(range))
    }

    fn within(&self, range: &Range<u32>) -> Entries<'_> {
        Entries(self.entries.get(range.start as usize..range.end as usize).unwrap_or_default())
    }
}
