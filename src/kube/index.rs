//! Objects by some key, found nearest first. Knows no kind of object.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use super::directory::{Directories, DirectoryId, Distance};
use super::object::ObjectId;

/// The most objects that one question looks at in one distance: a selector that takes more says no more by it, and the
/// run stays linear where a tree holds thousands of alike applications.
pub const MOST: usize = 32;

/// The most objects that are passed over in search of those.
const SCANNED: usize = 1024;

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

    /// The objects that stand this far from there, at most `MOST`.
    #[must_use]
    pub fn at(&self, directories: &Directories, from: &Standpoint, distance: Distance) -> Vec<ObjectId> {
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
                others.map(|(_, id)| *id).take(MOST).collect()
            }
            Distance::Near => {
                let parent = directories.parent(own);
                let above = [parent, parent.and_then(|parent| directories.parent(parent))];
                let above = above.into_iter().flatten().flat_map(|directory| self.directly_in(directory));
                let within_two = |directory: DirectoryId| {
                    let parent = directories.parent(directory);
                    parent == Some(own) || parent.and_then(|parent| directories.parent(parent)) == Some(own)
                };
                let below = self.between(DirectoryId(own.0 + 1), directories.end(own)).iter();
                let below = below.take(SCANNED).filter(|(directory, _)| within_two(*directory));
                let around = parent.map_or(&[][..], |parent| self.between(parent, directories.end(parent)));
                let beside = around.iter().take(SCANNED).filter(|(it, _)| *it != own && directories.parent(*it) == parent);
                above.chain(below).chain(beside).map(|(_, id)| *id).take(MOST).collect()
            }
            Distance::Far => self.0.iter().map(|(_, id)| *id).take(MOST).collect(),
        }
    }
}

/// Objects by some key.
#[derive(Clone, Debug)]
pub struct Index<K>(HashMap<K, Entries>);

impl<K: Hash + Eq> Index<K> {
    /// Orders what was gathered.
    #[must_use]
    pub fn new(gathered: Vec<(K, DirectoryId, ObjectId)>) -> Self {
        let mut by: HashMap<K, Entries> = HashMap::new();
        for (key, directory, id) in gathered {
            by.entry(key).or_default().0.push((directory, id));
        }
        for entries in by.values_mut() {
            entries.0.sort_unstable();
            entries.0.dedup();
        }
        Self(by)
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
