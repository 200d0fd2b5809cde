//! Which files and lines differ from a git revision, asked of the `git` on the PATH. Knows no manifest.

use std::collections::{HashMap, HashSet};
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
    /// What git tracks, submodules among it.
    tracked: HashSet<PathBuf>,
    roots: Vec<PathBuf>,
}

impl Changed {
    /// What changed since the point where the working trees that hold these folders left `revision`:
    /// what is committed, staged, edited and not tracked. A submodule is held against the commit that the revision has of it.
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
                let commit = commit(revision, &root)?;
                changed.add(commit, &root)?;
            }
        }
        Ok(changed)
    }

    /// What changed in one working tree, and in its submodules.
    fn add(&mut self, commit: String, root: &Path) -> Result<(), String> {
        let mut open = vec![(commit, root.to_path_buf())];
        while let Some((commit, root)) = open.pop() {
            // A shallow clone may not hold the place where the branches part; then the revision itself has to do.
            let fork = git(&root, &["merge-base", &commit, "HEAD"]).map(|it| text(&it).trim().to_owned());
            let base = fork.ok().filter(|fork| !fork.is_empty()).unwrap_or(commit);
            for name in self.differing(&base, &root)? {
                let path = root.join(os(&name));
                if path.is_dir() && !self.roots.contains(&path) {
                    let recorded = git(&root, &["rev-parse", "--verify", "--quiet", &format!("{base}:{}", text(&name))]);
                    let recorded = recorded.ok().map(|it| text(&it).trim().to_owned());
                    let there = |it: &String| git(&path, &["cat-file", "-e", &format!("{it}^{{commit}}")]).is_ok();
                    open.extend(recorded.filter(there).map(|it| (it, path)));
                }
            }
            self.roots.push(root);
        }
        Ok(())
    }

    /// The names that differ from a commit, as git gives them.
    fn differing(&mut self, base: &str, root: &Path) -> Result<Vec<Vec<u8>>, String> {
        let said = |trouble| match trouble {
            Trouble::Missing => "--since asks git, and there is no `git` on the PATH".to_owned(),
            Trouble::Said(words) => format!("--since: git says: {words}"),
        };
        let diff =
            ["-c", "core.quotepath=off", "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--diff-filter=d"];
        let ask = |more: &[&str]| {
            git(root, &[&diff[..], &["--ignore-submodules=none", "--submodule=short"], more, &[base, "--"]].concat()).map_err(said)
        };
        let all = ask(&["--name-only", "-z"])?;
        let all: Vec<Vec<u8>> = all.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
        let mut names = all.iter();
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
        let tracked = git(root, &["ls-files", "-z"]).map_err(said)?;
        self.tracked.extend(tracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(|name| root.join(os(name))));
        Ok(all)
    }

    /// The lines of each file that changed, all of them where `whole`; none for a file that did not.
    /// What git does not track, such as standard input without a name or a file that is made and ignored, has changed.
    #[must_use]
    pub fn lines(&self, source: &Source, whole: bool) -> Option<Vec<(u32, u32)>> {
        let all = vec![(1, u32::MAX)];
        let path = true_path(&super::absolute(Path::new(&source.path)));
        if source.path == "-" {
            return Some(all);
        }
        match self.files.get(&path) {
            Some(Some(lines)) if !whole => return Some(lines.clone()),
            Some(_) => return Some(all),
            None if self.tracked.contains(&path) => return None,
            None => {}
        }
        // Of a submodule that git could not look into, all has changed or nothing.
        let module = path.ancestors().find(|folder| self.tracked.contains(*folder) || self.roots.iter().any(|root| root == folder));
        let as_it_was = module.is_some_and(|module| self.tracked.contains(module) && !self.files.contains_key(module));
        (!as_it_was).then_some(all)
    }
}

/// The commit that a revision means there.
fn commit(revision: &str, root: &Path) -> Result<String, String> {
    let parse = |it: &str| git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", it]).map(|it| text(&it).trim().to_owned());
    parse(revision).and_then(|object| parse(&format!("{object}^{{commit}}"))).map_err(|_| {
        let shallow = git(root, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|it| text(&it).trim() == "true");
        let why = if shallow { ": the clone is shallow, fetch more of its history (in CI `fetch-depth: 0`)" } else { "" };
        format!("--since: git knows no revision `{revision}` in {}{why}", root.display())
    })
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
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments.iter().map(OsStr::new)).env("LC_ALL", "C");
    // A hook is told where its repository is, from where it was called; here the folder tells.
    if std::env::var_os("GIT_WORK_TREE").is_none() {
        ["GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"].iter().for_each(|name| _ = command.env_remove(name));
    }
    let ran = command.output();
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
