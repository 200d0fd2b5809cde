//! The files that the command line names: files as they are, directories searched. Knows no context.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::{DirEntry, WalkBuilder};

use super::path::{absolute, shown};
use super::{CONFIGURATIONS, Options, Pick, Seen, Start};
use crate::config::Globs;
use crate::source::Unreadable;

#[derive(Debug, Default)]
pub struct Named {
    pub picks: Vec<Pick>,
    /// Where the search for files around begins.
    pub starts: Vec<Start>,
    pub unreadable: Vec<Unreadable>,
}

/// Finds what the paths name, each file once.
pub fn find(paths: &[PathBuf], options: &Options<'_>, seen: &mut Seen) -> Named {
    let mut named = Named::default();
    for path in paths {
        if path == Path::new("-") {
            let shown = options.stdin_name.unwrap_or("-").to_owned();
            if seen.files.insert(path.clone()) {
                if let Some(name) = options.stdin_name {
                    named.start(Path::new(name).parent(), false);
                    seen.files.insert(absolute(Path::new(name)));
                }
                named.picks.push(Pick { path: path.clone(), shown, plain: false });
            }
        } else if path.is_dir() {
            search(path, options.exclude, seen, &mut named);
            named.start(Some(path), true);
        } else if seen.files.insert(absolute(path)) {
            named.start(path.parent(), false);
            named.picks.push(Pick { path: path.clone(), shown: shown(path), plain: false });
        }
    }
    named.picks.sort_by(|a, b| a.shown.cmp(&b.shown));
    named
}

impl Named {
    fn start(&mut self, folder: Option<&Path>, whole: bool) {
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let start = Start { folder: folder.to_path_buf(), whole };
        if self.starts.last() != Some(&start) {
            self.starts.push(start);
        }
    }
}

fn search(folder: &Path, exclude: &Globs, seen: &mut Seen, named: &mut Named) {
    for entry in walker(folder, exclude, &seen.folders).build() {
        match entry {
            Ok(entry) => {
                if let Some(pick) = pick(&entry, folder)
                    && seen.files.insert(absolute(&pick.path))
                {
                    named.picks.push(pick);
                }
            }
            Err(error) => named.unreadable.extend(unreadable(&error)),
        }
    }
    seen.add_folder(absolute(folder));
}

/// A search as every part of svclint does it: `.gitignore` is honoured with or without a repository around it
/// (but not what one user ignores everywhere: the same files are checked on every machine),
/// hidden folders are searched (people keep manifests in `.deploy/`) but for those of version control, links to folders are not followed,
/// and neither is what `exclude` names or was searched before.
pub fn walker(folder: &Path, exclude: &Globs, searched: &Arc<HashSet<PathBuf>>) -> WalkBuilder {
    let (exclude, searched) = (exclude.clone(), Arc::clone(searched));
    let mut builder = WalkBuilder::new(folder);
    builder
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .ignore(false)
        .follow_links(false)
        .sort_by_file_name(|a, b| a.cmp(b))
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if entry.depth() == 0 || !is_folder && exclude.is_empty() {
                return true;
            }
            let versions = is_folder && matches!(entry.file_name().to_str(), Some(".git" | ".hg" | ".svn" | ".jj"));
            let path = absolute(entry.path());
            !(versions || exclude.name(&path, is_folder) || is_folder && searched.contains(&path))
        });
    builder
}

/// A file of the search that can hold a manifest: a plain file that is not our configuration, or a link to one outside of the folder searched.
pub fn pick(entry: &DirEntry, folder: &Path) -> Option<Pick> {
    let path = entry.path();
    let manifest = matches!(path.extension()?.to_str()?, "yaml" | "yml" | "json");
    if !manifest || CONFIGURATIONS.iter().any(|name| entry.file_name() == *name) {
        return None;
    }
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        let target = fs::canonicalize(path).ok()?;
        let inside = fs::canonicalize(folder).is_ok_and(|folder| target.starts_with(folder));
        if inside || !target.is_file() {
            return None;
        }
    } else if !kind.is_file() {
        return None;
    }
    let path = path.strip_prefix("./").ok().filter(|_| folder == Path::new(".")).unwrap_or(path);
    Some(Pick { path: path.to_path_buf(), shown: shown(path), plain: true })
}

fn unreadable(error: &ignore::Error) -> Option<Unreadable> {
    let (path, error) = match error {
        ignore::Error::WithDepth { err, .. } => return unreadable(err),
        ignore::Error::WithPath { path, err } => (path, err),
        _ => return None, // a loop of links, or a line of a .gitignore that means nothing
    };
    let message = error.io_error().map(super::read::reason)?;
    Some(Unreadable { path: shown(path), message })
}
