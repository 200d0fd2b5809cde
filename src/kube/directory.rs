//! The directories of the files given, and how far apart two of them stand. Knows no object.

use super::maps::Map;
use crate::source::{FileId, Source};

/// Position of a directory; what lies below it follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DirectoryId(pub u32);

/// How far apart two objects stand in the files given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Distance {
    /// In one file.
    SameFile,
    /// In one directory, or in two beside each other that hold the objects of one kind each: `services/`, `deployments/`.
    SameDirectory,
    /// Within one unit, and one directory lies in the other, at most two levels down, or both lie in one.
    Near,
    /// Farther off in the unit, or in a unit that may well be applied beside it.
    Far,
    /// In an alternative to its unit: another environment, a mended twin, another chapter of a tutorial.
    Apart,
}

impl Distance {
    /// Nearest first, without what is never joined.
    pub const JOINED: [Self; 4] = [Self::SameFile, Self::SameDirectory, Self::Near, Self::Far];
}

#[derive(Debug)]
struct Directory {
    name: Box<str>,
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
        let mut folders: Map<&str, usize> = Map::default();
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
        below_the_topmost(&mut paths);
        let (ordered, ids) = with_those_above(&paths);
        let mut directories: Vec<Directory> = Vec::with_capacity(ordered.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, path) in ordered.iter().enumerate() {
            while open.len() > path.len() {
                if let Some(closed) = open.pop().and_then(|closed| directories.get_mut(closed)) {
                    closed.end = id(at);
                }
            }
            directories.push(Directory {
                name: path.last().copied().unwrap_or_default().into(),
                parent: open.last().copied().map(id),
                end: id(ordered.len()),
            });
            open.push(at);
        }
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

    /// How many there are: their positions are `0..count`.
    #[must_use]
    pub fn count(&self) -> usize {
        self.directories.len()
    }

    /// What it is called; empty for the topmost.
    #[must_use]
    pub fn name(&self, of: DirectoryId) -> &str {
        self.directories.get(of.0 as usize).map_or("", |directory| &directory.name)
    }

    /// Whether `inner` is `outer` or lies somewhere below it.
    #[must_use]
    pub fn holds(&self, outer: DirectoryId, inner: DirectoryId) -> bool {
        outer <= inner && inner < self.end(outer)
    }

    /// Where the ways to two directories part: the lowest directory that holds both, and the next on the way to each;
    /// none for one that holds the other.
    #[must_use]
    pub fn fork(&self, a: DirectoryId, b: DirectoryId) -> (DirectoryId, Option<DirectoryId>, Option<DirectoryId>) {
        let branch = |of: DirectoryId, other: DirectoryId| {
            let mut topmost = None;
            let mut at = Some(of);
            while let Some(outside) = at.filter(|at| !self.holds(*at, other)) {
                topmost = Some(outside);
                at = self.parent(outside);
            }
            topmost
        };
        let (to_a, to_b) = (branch(a, b), branch(b, a));
        let shared = match (to_a, to_b) {
            (Some(to_a), _) => self.parent(to_a),
            (None, Some(_)) => Some(a),
            (None, None) => Some(b),
        };
        (shared.unwrap_or_default(), to_a, to_b)
    }

    /// Whether two different directories stand close: one lies in the other, at most two levels down, or both lie in one.
    #[must_use]
    pub fn are_close(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let above = |low: DirectoryId, high: DirectoryId| {
            let parent = self.parent(low);
            parent == Some(high) || parent.and_then(|parent| self.parent(parent)) == Some(high)
        };
        let siblings = self.parent(a).is_some() && self.parent(a) == self.parent(b);
        siblings || above(a, b) || above(b, a)
    }
}

fn parts(directory: &str) -> Vec<&str> {
    directory.split('/').filter(|part| !matches!(*part, "" | ".")).collect()
}

/// Puts all paths below the topmost folder that one of them leads up to: the names of the folders between are not known.
fn below_the_topmost(paths: &mut [Vec<&str>]) {
    let ups = |path: &[&str]| path.iter().take_while(|part| **part == "..").count();
    let most = paths.iter().map(|path| ups(path)).max().unwrap_or(0);
    for path in paths.iter_mut().filter(|_| most > 0) {
        let up = ups(path);
        path.splice(..up, std::iter::repeat_n("..", most - up));
    }
}

/// All paths and those above them, each before what lies below it; and where among them each of the given ones is.
fn with_those_above<'p, 's>(paths: &'p [Vec<&'s str>]) -> (Vec<&'p [&'s str]>, Vec<DirectoryId>) {
    let mut given: Vec<(&[&str], usize)> = paths.iter().map(Vec::as_slice).zip(0..).collect();
    given.sort_unstable();
    let mut all = vec![&[][..]];
    let mut ids = vec![DirectoryId::default(); paths.len()];
    let mut last: &[&str] = &[];
    for (path, number) in given {
        let shared = last.iter().zip(path).take_while(|(a, b)| a == b).count();
        all.extend((shared + 1..=path.len()).filter_map(|depth| path.get(..depth)));
        ids.get_mut(number).into_iter().for_each(|it| *it = id(all.len() - 1));
        last = path;
    }
    (all, ids)
}

fn id(at: usize) -> DirectoryId {
    DirectoryId(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directories(paths: &[&str]) -> Directories {
        let sources: Vec<_> = paths.iter().zip(0..).map(|(path, id)| Source::new(FileId(id), (*path).to_owned(), Vec::new())).collect();
        Directories::new(&sources)
    }

    #[test]
    fn closeness_follows_the_folders() {
        let it = directories(&["k8s/a/web.yaml", "k8s/b/web.yaml", "k8s/a/x/y/deep.yaml", "other/z/web.yaml", "./k8s/top.yaml"]);
        let first = it.of(FileId(0));
        let close: Vec<_> = (1..5).map(|other| it.are_close(first, it.of(FileId(other)))).collect();
        assert_eq!(close, [true, true, false, true]);
    }

    #[test]
    fn what_is_reached_by_dots_stands_above() {
        let it = directories(&["web.yaml", "../b/web.yaml", "../top.yaml"]);
        let (own, beside, top) = (it.of(FileId(0)), it.of(FileId(1)), it.of(FileId(2)));
        assert_eq!(it.fork(own, beside), (top, Some(own), Some(beside)));
    }

    #[test]
    fn ways_part_at_the_lowest_shared_folder() {
        let it = directories(&["k8s/dev/web/a.yaml", "k8s/prod/b.yaml", "k8s/c.yaml"]);
        let (dev, prod, top) = (it.of(FileId(0)), it.of(FileId(1)), it.of(FileId(2)));
        assert_eq!(it.fork(dev, prod), (top, it.parent(dev), Some(prod)));
        assert_eq!(it.fork(top, dev), (top, None, it.parent(dev)));
        assert_eq!(it.fork(dev, dev), (dev, None, None));
    }
}
