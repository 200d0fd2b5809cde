//! Which files and lines differ from a git revision, asked of the `git` on the PATH. Knows no manifest.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::source::Source;

/// The files of one or more working trees that differ from a revision.
#[derive(Debug, Default)]
pub struct Changed {
    /// By true path; the lines, from 1, that are new or other than they were. None: all of them.
    files: HashMap<PathBuf, Option<Vec<(u32, u32)>>>,
    roots: Vec<PathBuf>,
}

impl Changed {
    /// What changed since the point where the working trees that hold these folders left `revision`:
    /// what is committed, staged, edited and not yet tracked.
    ///
    /// # Errors
    /// That git is not there, a folder is in no repository, or the revision is unknown.
    pub fn since(revision: &str, folders: &[PathBuf]) -> Result<Self, String> {
        let mut changed = Self::default();
        for folder in folders {
            let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
            let root = git(there, &["rev-parse", "--show-toplevel"]).map_err(|error| match error {
                Trouble::Missing => "--since asks git, and there is no `git` on the PATH".to_owned(),
                Trouble::Said(_) => format!("--since: {} is in no git repository", folder.display()),
            })?;
            let root = true_path(Path::new(text(&root).trim_end_matches(['\n', '\r'])));
            if !changed.roots.contains(&root) {
                changed.add(revision, &root)?;
                changed.roots.push(root);
            }
        }
        Ok(changed)
    }

    fn add(&mut self, revision: &str, root: &Path) -> Result<(), String> {
        let said = |trouble| match trouble {
            Trouble::Missing => "--since asks git, and there is no `git` on the PATH".to_owned(),
            Trouble::Said(words) => format!("--since: git says: {words}"),
        };
        let commit = format!("{revision}^{{commit}}");
        let unknown = |_| format!("--since: git knows no revision `{revision}` in {}", root.display());
        let commit = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).map_err(unknown)?;
        let commit = text(&commit).trim().to_owned();
        // A shallow clone may not hold the place where the branches part; then the revision itself has to do.
        let fork = git(root, &["merge-base", &commit, "HEAD"]).map(|it| text(&it).trim().to_owned());
        let base = fork.ok().filter(|fork| !fork.is_empty()).unwrap_or(commit);

        let diff =
            ["-c", "core.quotepath=off", "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--diff-filter=d"];
        let ask = |more: &[&str]| git(root, &[&diff[..], more, &[&base, "--"]].concat()).map_err(said);
        let names = ask(&["--name-only", "-z"])?;
        let mut names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        // The names and the hunks come in the same order: names in a diff's heads would have to be unquoted.
        let hunks = ask(&["--unified=0", "--inter-hunk-context=0"])?;
        let mut open: Option<PathBuf> = None;
        for line in hunks.split(|byte| *byte == b'\n') {
            if line.starts_with(b"diff --git ") {
                open = names.next().map(|name| root.join(os(name)));
                if let Some(path) = &open {
                    self.files.insert(path.clone(), Some(Vec::new()));
                }
            } else if let (Some(lines), Some(path)) = (hunk(line), &open) {
                self.files.entry(path.clone()).and_modify(|known| known.iter_mut().for_each(|known| known.push(lines)));
            }
        }
        for name in git(root, &["ls-files", "--others", "--exclude-standard", "-z"]).map_err(said)?.split(|byte| *byte == 0) {
            if !name.is_empty() {
                self.files.insert(root.join(os(name)), None);
            }
        }
        Ok(())
    }

    /// The lines of each file that changed, all of them where `whole`; none for a file that did not.
    /// What git does not see, such as standard input without a name, has changed.
    #[must_use]
    pub fn lines(&self, source: &Source, whole: bool) -> Option<Vec<(u32, u32)>> {
        let all = vec![(1, u32::MAX)];
        let path = true_path(&super::absolute(Path::new(&source.path)));
        if source.path == "-" || !self.roots.iter().any(|root| path.starts_with(root)) {
            return Some(all);
        }
        match self.files.get(&path)? {
            Some(lines) if !whole => Some(lines.clone()),
            _ => Some(all),
        }
    }
}

/// The lines after the change of `@@ -3,2 +5,4 @@`; lines only taken out give none.
fn hunk(line: &[u8]) -> Option<(u32, u32)> {
    let head = std::str::from_utf8(line.strip_prefix(b"@@ -")?.split(|byte| *byte == b'@').next()?).ok()?;
    let after = head.split_once('+')?.1.trim();
    let (first, count) = after.split_once(',').unwrap_or((after, "1"));
    let (first, count) = (first.parse::<u32>().ok()?, count.parse::<u32>().ok()?);
    (count > 0).then(|| (first, first.saturating_add(count - 1)))
}

enum Trouble {
    Missing,
    Said(String),
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, Trouble> {
    let ran = Command::new("git").arg("-C").arg(folder).args(arguments.iter().map(OsStr::new)).env("LC_ALL", "C").output();
    match ran {
        Err(_) => Err(Trouble::Missing),
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => Err(Trouble::Said(text(&output.stderr).lines().next().unwrap_or("it failed").to_owned())),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(unix)]
fn os(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn os(name: &[u8]) -> PathBuf {
    PathBuf::from(text(name))
}

/// With the links of its folders followed, as git names paths; a link itself is what git tracks.
fn true_path(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) if !path.is_dir() => folder.join(name),
        _ => fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_names_the_lines_it_leaves() {
        assert_eq!(hunk(b"@@ -3,2 +5,4 @@ kind: Service"), Some((5, 8)));
        assert_eq!(hunk(b"@@ -3 +5 @@"), Some((5, 5)));
        assert_eq!(hunk(b"@@ -3,2 +2,0 @@"), None);
        assert_eq!(hunk(b"+@@ -3 +5 @@"), None);
    }
}
