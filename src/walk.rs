//! Which files a run reads, and reading them: the only reader of the file system. Knows no YAML.
//!
//! Files named on the command line are judged; the files around them are context, which joins may look at.

mod around;
mod changed;
mod named;
mod path;
mod read;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Found, Globs};
use crate::source::{Source, Unreadable};

pub use around::{MOST_BYTES, MOST_ENTRIES, MOST_FILES};
pub use changed::Changed;
pub use path::absolute;
pub use read::reason;

/// What a configuration is called; the first is the name a new one gets.
pub const CONFIGURATIONS: [&str; 2] = ["svclint.yaml", ".svclint.yaml"];

/// Which files around the named ones are read too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Context {
    /// The nearest ones, up to the project's root.
    #[default]
    Auto,
    /// None.
    None,
    /// All under this folder.
    Folder(PathBuf),
}

/// What to read beside the paths.
#[derive(Debug)]
pub struct Options<'a> {
    /// What a search of directories leaves out.
    pub exclude: &'a Globs,
    /// The files around.
    pub context: &'a Context,
    /// What standard input is called.
    pub stdin_name: Option<&'a str>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Files {
    /// The named files in the order of their paths, then the context, nearest first. A file's number is its place here.
    pub sources: Vec<Source>,
    /// How many of them were named.
    pub named: usize,
    /// What could not be read of the named ones.
    pub unreadable: Vec<Unreadable>,
    /// What `-v` tells.
    pub notes: Vec<String>,
}

/// A file to be read.
#[derive(Clone, Debug)]
struct Pick {
    /// How to open it; `-` is standard input.
    path: PathBuf,
    /// How it is shown.
    shown: String,
    /// Whether it is known to be a plain file.
    plain: bool,
}

/// A folder that was named, or that holds a named file, written as the command line writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Start {
    folder: PathBuf,
    /// Whether all below it is named.
    whole: bool,
}

/// Files and folders already picked, by absolute path.
#[derive(Debug, Default)]
struct Seen {
    files: HashSet<PathBuf>,
    /// Those with all below them.
    folders: Arc<HashSet<PathBuf>>,
}

impl Seen {
    fn add_folder(&mut self, folder: PathBuf) {
        Arc::make_mut(&mut self.folders).insert(folder);
    }
}

/// Reads what `paths` name, and what is around.
#[must_use]
pub fn read(paths: &[PathBuf], options: &Options<'_>) -> Files {
    let mut seen = Seen::default();
    let named = named::find(paths, options, &mut seen);
    let mut files = Files { unreadable: named.unreadable, ..Files::default() };
    read::all(&named.picks, &mut files);
    files.named = files.sources.len();

    let context = match options.context {
        Context::None => return files,
        Context::Auto => around::find(&named.starts, options.exclude, &mut seen),
        Context::Folder(folder) => around::under(folder, options.exclude, &mut seen),
    };
    // What can't be read around the named files is nobody's fault: they are judged without it.
    let mut read = Files { sources: std::mem::take(&mut files.sources), ..Files::default() };
    read::all(&context.picks, &mut read);
    files.sources = read.sources;
    let around = files.sources.len() - files.named;
    files.notes.push(format!("context: {around} {} around the named ones", if around == 1 { "file" } else { "files" }));
    files.notes.extend(context.note);
    files
}

/// The folder of a path, absolute: a directory itself, the one a file lies in, the working directory for standard input without a name.
#[must_use]
pub fn folder_of(path: &Path, stdin_name: Option<&str>) -> PathBuf {
    let path = match stdin_name {
        _ if path != Path::new("-") => path,
        Some(name) => Path::new(name),
        None => return absolute(Path::new("")),
    };
    let full = absolute(path);
    if full.is_dir() { full } else { full.parent().map(Path::to_path_buf).unwrap_or_default() }
}

/// Looks whether a directory is there.
///
/// # Errors
/// Why it can't be read as one.
pub fn folder(path: &Path) -> Result<(), Unreadable> {
    match std::fs::metadata(path) {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => Err(Unreadable { path: path::shown(path), message: "not a directory".into() }),
        Err(error) => Err(Unreadable { path: path::shown(path), message: read::reason(&error) }),
    }
}

/// The configuration of an absolute folder: the nearest `svclint.yaml` or `.svclint.yaml`, there or above.
///
/// # Errors
/// Why the file that was found can't be read.
pub fn configuration(folder: &Path) -> Result<Option<Found>, Unreadable> {
    let mut files = folder.ancestors().flat_map(|folder| CONFIGURATIONS.map(|name| folder.join(name)));
    files.find(|file| file.is_file()).map(|file| configuration_file(&file)).transpose()
}

/// The configuration in a file that is named.
///
/// # Errors
/// Why it can't be read.
pub fn configuration_file(file: &Path) -> Result<Found, Unreadable> {
    let full = absolute(file);
    let working = absolute(Path::new(""));
    let shown = path::shown(full.strip_prefix(&working).unwrap_or(file));
    let text = std::fs::read_to_string(file).map_err(|error| Unreadable { path: shown.clone(), message: read::reason(&error) })?;
    Ok(Found { shown, folder: full.parent().map(Path::to_path_buf).unwrap_or_default(), text })
}
