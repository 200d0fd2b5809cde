//! Which files are read: searched, named, around; and what is not a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use svclint::config::Globs;
use svclint::walk::{self, Context, Files, Options};

struct Folder(PathBuf);

impl Folder {
    fn new(files: &[&str]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("svclint-walk-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(fs::canonicalize(std::env::temp_dir()).unwrap().join(name));
        fs::create_dir(&folder.0).unwrap();
        files.iter().for_each(|file| folder.write(file, "a: 1\n"));
        folder
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, paths: &[&str], context: Context, exclude: &[&str]) -> Files {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.0.join(path)).collect();
        let exclude = Globs::new(&self.0, &exclude.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>()).unwrap();
        walk::read(&paths, &Options { exclude: &exclude, context: &context, stdin_name: None })
    }

    /// What is read of `paths` alone.
    fn named(&self, paths: &[&str]) -> String {
        let files = self.read(paths, Context::None, &[]);
        assert_eq!(files.named, files.sources.len());
        self.list(&files, 0)
    }

    /// What is read around `paths`, nearest first.
    fn around(&self, paths: &[&str]) -> String {
        let files = self.read(paths, Context::Auto, &[]);
        self.list(&files, files.named)
    }

    fn list(&self, files: &Files, from: usize) -> String {
        for (index, source) in files.sources.iter().enumerate() {
            assert_eq!(source.id.0 as usize, index);
        }
        let short = |path: &str| Path::new(path).strip_prefix(&self.0).unwrap().to_str().unwrap().to_owned();
        files.sources[from..].iter().map(|source| short(&source.path)).collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn directories_are_searched_in_order() {
    let folder = Folder::new(&["b.yml", "a.yaml", "c.json", "d.YAML", "e.txt", "sub/f.yaml", ".deploy/g.yaml", ".git/h.yaml"]);
    assert_eq!(folder.named(&[""]), ".deploy/g.yaml a.yaml b.yml c.json sub/f.yaml");
}

#[test]
fn gitignore_holds_for_searches_and_not_for_named_files() {
    let folder = Folder::new(&["a.yaml", "gone/b.yaml", "sub/c.yaml", "sub/d.yaml"]);
    folder.write(".gitignore", "gone/\n");
    folder.write("sub/.gitignore", "d.yaml\n");
    assert_eq!(folder.named(&[""]), "a.yaml sub/c.yaml");
    assert_eq!(folder.named(&["sub/d.yaml", "gone/b.yaml"]), "gone/b.yaml sub/d.yaml");
}

#[test]
fn excluded_files_are_left_out_unless_named() {
    let folder = Folder::new(&["a.yaml", "vendor/x/b.yaml", "gen.yaml"]);
    let read = |paths: &[&str]| folder.list(&folder.read(paths, Context::None, &["vendor/**", "/gen.yaml"]), 0);
    assert_eq!(read(&[""]), "a.yaml");
    assert_eq!(read(&["", "vendor/x/b.yaml"]), "a.yaml vendor/x/b.yaml");
}

#[test]
fn a_file_is_read_once() {
    let folder = Folder::new(&["a.yaml", "sub/b.yaml"]);
    assert_eq!(folder.named(&["a.yaml", "", "sub", "sub/../a.yaml", "sub/b.yaml"]), "a.yaml sub/b.yaml");
}

#[test]
fn around_is_nearest_first_and_ends_at_the_root() {
    let folder =
        Folder::new(&["far.yaml", "repo/top.yaml", "repo/other/o.yaml", "repo/k8s/z.yaml", "repo/k8s/svc.yaml", "repo/k8s/deep/d.yaml"]);
    fs::create_dir(folder.0.join("repo/.git")).unwrap();
    assert_eq!(folder.around(&["repo/k8s/svc.yaml"]), "repo/k8s/z.yaml repo/k8s/deep/d.yaml repo/top.yaml repo/other/o.yaml");
    assert_eq!(folder.around(&["repo/k8s"]), "repo/top.yaml repo/other/o.yaml");
    assert_eq!(folder.around(&["repo"]), "");
    folder.write("repo/k8s/svclint.yaml", "");
    assert_eq!(folder.around(&["repo/k8s/svc.yaml"]), "repo/k8s/z.yaml repo/k8s/deep/d.yaml");
}

#[test]
fn without_a_root_only_the_files_beside_are_around() {
    let folder = Folder::new(&["a/svc.yaml", "a/web.yaml", "a/sub/x.yaml", "up.yaml"]);
    assert_eq!(folder.around(&["a/svc.yaml"]), "a/web.yaml");
    assert_eq!(folder.around(&["a"]), "");
}

#[test]
fn a_folder_of_context_is_read_whole() {
    let folder = Folder::new(&["a/svc.yaml", "b/c/web.yaml", "b/x.yaml", "other.yaml"]);
    let files = folder.read(&["a/svc.yaml"], Context::Folder(folder.0.join("b")), &[]);
    assert_eq!((files.named, folder.list(&files, 1)), (1, "b/c/web.yaml b/x.yaml".to_owned()));
}

#[test]
fn context_has_an_end() {
    let folder = Folder::new(&["repo/svc.yaml"]);
    fs::create_dir(folder.0.join("repo/.git")).unwrap();
    for n in 0..walk::MOST_FILES + 50 {
        folder.write(&format!("repo/d{}/{n}.yaml", n % 10), "a: 1\n");
    }
    let files = folder.read(&["repo/svc.yaml"], Context::Auto, &[]);
    assert_eq!(files.sources.len() - files.named, walk::MOST_FILES);
    assert!(files.notes.iter().any(|note| note.contains("stopped at 500 files")), "{:?}", files.notes);
}

#[test]
fn what_is_not_there_is_told_and_the_rest_read() {
    let folder = Folder::new(&["a.yaml"]);
    let files = folder.read(&["a.yaml", "no.yaml"], Context::None, &[]);
    assert_eq!(folder.list(&files, 0), "a.yaml");
    assert_eq!(files.unreadable.iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), ["no such file or directory"]);
}

#[cfg(unix)]
#[test]
fn pipes_sockets_links_and_folders_that_look_like_files() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = Folder::new(&["a.yaml", "dir.yaml/b.yaml", "elsewhere/c.yaml", "in/d.yaml"]);
    let path = |name: &str| folder.0.join(name);
    assert!(std::process::Command::new("mkfifo").arg(path("in/pipe.yaml")).status().unwrap().success());
    let _socket = UnixListener::bind(path("in/socket.yaml")).unwrap();
    symlink(path("in"), path("in/loop.yaml")).unwrap();
    symlink(path("in/self.yaml"), path("in/self.yaml")).unwrap();
    symlink(path("in/d.yaml"), path("in/again.yaml")).unwrap();
    symlink(path("elsewhere/c.yaml"), path("in/link.yaml")).unwrap();
    symlink(path("nowhere"), path("in/broken.yaml")).unwrap();

    let start = Instant::now();
    let files = folder.read(&["in", "dir.yaml"], Context::None, &[]);
    assert_eq!(folder.list(&files, 0), "dir.yaml/b.yaml in/d.yaml in/link.yaml");
    assert_eq!(files.unreadable, []);

    let files = folder.read(&["in/pipe.yaml", "in/socket.yaml", "in/self.yaml", "in/broken.yaml", "a.yaml"], Context::None, &[]);
    assert_eq!(folder.list(&files, 0), "a.yaml");
    let told: Vec<String> = files.unreadable.iter().map(|it| it.message.clone()).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.contains(&"a pipe that nobody writes to".to_owned()) && told.contains(&"not a file".to_owned()), "{told:?}");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_writer_is_read() {
    let folder = Folder::new(&[]);
    let pipe = folder.0.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn(move || fs::write(pipe, "a: 1\n"));
    let files = folder.read(&["pipe"], Context::None, &[]);
    assert_eq!(files.sources[0].text, "a: 1\n");
    writer.join().unwrap().unwrap();
}
