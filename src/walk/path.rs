//! Paths as text: absolute, as shown, and one folder up. Touches no file.

use std::path::{Component, Path, PathBuf};

/// The path from the root, with `.` and `..` worked out by their words.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).or_else(|_| std::env::current_dir()).unwrap_or_default();
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// As it is shown: with `/`, and without the `./` that a search of `.` puts in front.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The folder above, written in the manner of the one given: `a/b`, `a`, `.`, `..`.
pub fn up(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        None | Some(Component::CurDir) => PathBuf::from(".."),
        Some(Component::ParentDir) => folder.join(".."),
        Some(_) => match folder.parent() {
            Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
            Some(parent) => parent.to_path_buf(),
            None => folder.to_path_buf(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_keeps_the_manner_of_writing() {
        let ups = |path: &str| up(Path::new(path)).to_string_lossy().into_owned();
        assert_eq!(["a/b", "a", ".", "./a", "..", "../..", "/a", "/"].map(ups), ["a", ".", "..", ".", "../..", "../../..", "/", "/"]);
    }

    #[test]
    fn absolute_works_out_dots() {
        assert_eq!(absolute(Path::new("/a/./b/../c/")), Path::new("/a/c"));
        assert_eq!(absolute(Path::new("")), std::env::current_dir().unwrap_or_default());
    }
}
