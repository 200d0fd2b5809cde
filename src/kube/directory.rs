//! The directories of the files given, and how far apart two of them stand. Knows no object.

use std::collections::{BTreeSet, HashMap};

use crate::source::{FileId, Source};

/// Position of a directory; what lies below it follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DirectoryId(pub u32);

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

impl Distance {
    /// Nearest first.
    pub const ALL: [Self; 4] = [Self::SameFile, Self::SameDirectory, Self::Near, Self::Far];
}

#[derive(Debug)]
struct Directory {
    parent: Option<DirectoryId>,
    /// The first directory after this one and all below it.
    end: DirectoryId,
}

/// All directories of a run, those above them included.
#[derive(Debug, Default)]
pub struct Directories {
    of_file: Vec<DirectoryId>,
    directories: Vec<Directory>,
}

impl Directories {
    /// Orders the directories of the files so that each is followed by what lies below it.
    #[must_use]
    pub fn new(sources: &[Source]) -> Self {
        // Files of one directory follow one another: each directory is taken apart once.
        let mut folders: HashMap<&str, usize> = HashMap::new();
        let mut paths: Vec<Vec<&str>> = Vec::new();
        let mut last = ("", None);
        let mut folder_of = Vec::with_capacity(sources.len());
        for source in sources {
            let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let at = match last {
                (known, Some(at)) if known == folder => at,
                _ => *folders.entry(folder).or_insert_with(|| {
                    paths.push(parts(folder));
                    paths.len() - 1
                }),
            };
            last = (folder, Some(at));
            folder_of.push(at);
        }
        let mut all = BTreeSet::from([&[][..]]);
        for path in paths.iter().map(Vec::as_slice) {
            for depth in (0..=path.len()).rev() {
                if !path.get(..depth).is_some_and(|above| all.insert(above)) {
                    break;
                }
            }
        }
        let ordered: Vec<&[&str]> = all.into_iter().collect();
        let mut directories: Vec<Directory> = Vec::with_capacity(ordered.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, path) in ordered.iter().enumerate() {
            while open.len() > path.len() {
                if let Some(closed) = open.pop().and_then(|closed| directories.get_mut(closed)) {
                    closed.end = id(at);
                }
            }
            directories.push(Directory { parent: open.last().copied().map(id), end: id(ordered.len()) });
            open.push(at);
        }
        let ids: Vec<DirectoryId> = paths.iter().map(|path| id(ordered.binary_search(&path.as_slice()).unwrap_or(0))).collect();
        let of_file = folder_of.into_iter().filter_map(|at| ids.get(at).copied()).collect();
        Self { of_file, directories }
    }

    /// The directory of a file.
    #[must_use]
    pub fn of(&self, file: FileId) -> DirectoryId {
        self.of_file.get(file.0 as usize).copied().unwrap_or_default()
    }

    /// The directory that holds this one.
    #[must_use]
    pub fn parent(&self, of: DirectoryId) -> Option<DirectoryId> {
        self.directories.get(of.0 as usize)?.parent
    }

    /// The first directory after this one and all below it.
    #[must_use]
    pub fn end(&self, of: DirectoryId) -> DirectoryId {
        self.directories.get(of.0 as usize).map_or(of, |directory| directory.end)
    }

    /// How far apart two files stand.
    #[must_use]
    pub fn distance(&self, a: FileId, b: FileId) -> Distance {
        if a == b {
            return Distance::SameFile;
        }
        let (a, b) = (self.of(a), self.of(b));
        if a == b {
            return Distance::SameDirectory;
        }
        let above = |low: DirectoryId, high: DirectoryId| {
            let parent = self.parent(low);
            parent == Some(high) || parent.and_then(|parent| self.parent(parent)) == Some(high)
        };
        let siblings = self.parent(a).is_some() && self.parent(a) == self.parent(b);
        if siblings || above(a, b) || above(b, a) { Distance::Near } else { Distance::Far }
    }
}

fn parts(directory: &str) -> Vec<&str> {
    directory.split('/').filter(|part| !matches!(*part, "" | ".")).collect()
}

fn id(at: usize) -> DirectoryId {
    DirectoryId(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_follows_the_folders() {
        let paths = ["k8s/a/web.yaml", "k8s/a/db.yaml", "k8s/b/web.yaml", "k8s/a/x/y/deep.yaml", "other/z/web.yaml", "./k8s/top.yaml"];
        let sources: Vec<_> = paths.iter().zip(0..).map(|(path, id)| Source::new(FileId(id), (*path).to_owned(), Vec::new())).collect();
        let directories = Directories::new(&sources);
        let from_first: Vec<_> = (0..6).map(|other| directories.distance(FileId(0), FileId(other))).collect();
        use Distance::{Far, Near, SameDirectory, SameFile};
        assert_eq!(from_first, [SameFile, SameDirectory, Near, Near, Far, Near]);
    }
}
