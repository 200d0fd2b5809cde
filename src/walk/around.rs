//! The files around the named ones, nearest first: the same directory, what is below it, then the folder above with all below it,
//! up to the project's root. Knows nothing of what they hold.
//!
//! The root is the nearest folder with a `.git` or a `svclint.yaml`, else the working directory if it lies above.
//! Where there is none of these, only the files beside a named one count.
//! However large the project, no more is read than [`MOST_FILES`] and [`MOST_BYTES`], and no more looked at than [`MOST_ENTRIES`].

use std::path::{Path, PathBuf};

use super::named::{pick, walker};
use super::path::{absolute, up};
use super::{CONFIGURATIONS, Pick, Seen, Start};
use crate::config::Globs;

/// Files of context at most.
pub const MOST_FILES: usize = 500;
/// Bytes of context at most.
pub const MOST_BYTES: u64 = 8 << 20;
/// Entries of directories looked at for context at most.
pub const MOST_ENTRIES: usize = 20_000;

/// The context found.
#[derive(Debug, Default)]
pub struct Around {
    pub picks: Vec<Pick>,
    /// Said with `-v`: where the search was cut short.
    pub note: Option<String>,
}

/// How much may still be picked.
struct Room {
    files: usize,
    bytes: u64,
    entries: usize,
}

/// The files around `starts`.
pub fn find(starts: &[Start], exclude: &Globs, seen: &mut Seen) -> Around {
    let mut around = Around::default();
    let mut room = Room { files: MOST_FILES, bytes: MOST_BYTES, entries: MOST_ENTRIES };
    let working = absolute(Path::new(""));
    let mut rings: Vec<(PathBuf, PathBuf, Option<PathBuf>)> = Vec::new();
    for start in starts {
        let folder = absolute(&start.folder);
        if !rings.iter().any(|(_, known, _)| *known == folder) {
            let root = root(&folder, &working);
            rings.push((start.folder.clone(), folder, root));
        }
    }

    for (written, _, root) in &rings {
        if root.is_none() && !starts.iter().any(|start| start.whole && start.folder == *written) {
            search(written, Some(1), exclude, seen, &mut room, &mut around);
        }
    }
    rings.retain(|(_, _, root)| root.is_some());
    while !rings.is_empty() && room.left() {
        for (written, folder, _) in &rings {
            if seen.folders.contains(folder) || !room.left() {
                continue;
            }
            search(written, Some(1), exclude, seen, &mut room, &mut around);
            search(written, None, exclude, seen, &mut room, &mut around);
            seen.add_folder(folder.clone());
        }
        rings.retain(|(_, folder, root)| root.as_ref() != Some(folder));
        for (written, folder, _) in &mut rings {
            *written = up(written);
            folder.pop();
        }
        rings.dedup_by(|a, b| a.1 == b.1);
    }
    if !room.left() {
        around.note = Some(format!("context: stopped at {} files; `--context DIR` names what else to read", around.picks.len()));
    }
    around
}

/// All files under a folder.
pub fn under(folder: &Path, exclude: &Globs, seen: &mut Seen) -> Around {
    let mut around = Around::default();
    let mut room = Room { files: usize::MAX, bytes: u64::MAX, entries: usize::MAX };
    search(folder, None, exclude, seen, &mut room, &mut around);
    around
}

fn search(folder: &Path, depth: Option<usize>, exclude: &Globs, seen: &mut Seen, room: &mut Room, around: &mut Around) {
    for entry in walker(folder, exclude, &seen.folders).max_depth(depth).build() {
        if !room.left() {
            break;
        }
        room.entries = room.entries.saturating_sub(1);
        let Ok(entry) = entry else { continue };
        let Some(pick) = pick(&entry, folder) else { continue };
        let size = entry.metadata().map_or(0, |about| about.len());
        if size <= room.bytes && seen.files.insert(absolute(&pick.path)) {
            room.bytes -= size;
            room.files -= 1;
            around.picks.push(pick);
        }
    }
}

impl Room {
    fn left(&self) -> bool {
        self.files > 0 && self.entries > 0
    }
}

/// The project's root over an absolute folder.
fn root(folder: &Path, working: &Path) -> Option<PathBuf> {
    let marks = |folder: &&Path| CONFIGURATIONS.iter().chain(&[".git"]).any(|mark| folder.join(mark).exists());
    let marked = folder.ancestors().find(marks);
    marked.or_else(|| folder.starts_with(working).then_some(working)).map(Path::to_path_buf)
}
