//! Reads picked files, side by side where there are many. Knows nothing of why they were picked.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Files, Pick};
use crate::parallel;
use crate::source::{FileId, Source, Unreadable};

/// Spans count bytes in 32 bits.
const LARGEST: u64 = u32::MAX as u64;
/// From so many files on, threads are worth starting.
const MANY: usize = 64;
/// How long a named pipe may go without a writer.
const PATIENCE: Duration = Duration::from_millis(500);

/// Reads them in their order; what can't be read is told.
pub fn all(picks: &[Pick], files: &mut Files) {
    let contents: Vec<io::Result<Vec<u8>>> = parallel::map(picks, picks.len() >= MANY, one);
    for (pick, content) in picks.iter().zip(contents) {
        match content {
            Ok(bytes) => {
                let id = FileId(u32::try_from(files.sources.len()).unwrap_or(u32::MAX));
                files.sources.push(Source::new(id, pick.shown.clone(), bytes));
            }
            Err(error) => files.unreadable.push(Unreadable { path: pick.shown.clone(), message: reason(&error) }),
        }
    }
}

fn one(pick: &Pick) -> io::Result<Vec<u8>> {
    if pick.path == Path::new("-") {
        return limited(io::stdin().lock(), 0);
    }
    // Opening a pipe waits for a writer: what was not found by a search is looked at first.
    if !pick.plain {
        let about = fs::metadata(&pick.path)?;
        if is_pipe(&about) {
            return limited(open_pipe(pick.path.clone())?, 0);
        }
        if !about.is_file() {
            return Err(io::Error::other("not a file"));
        }
    }
    let file = File::open(&pick.path)?;
    let length = file.metadata()?.len();
    if length > LARGEST { Err(too_large()) } else { limited(file, length) }
}

fn limited(input: impl Read, expected: u64) -> io::Result<Vec<u8>> {
    // One byte more, so that the end is seen without growing.
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    input.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> io::Error {
    io::Error::other("larger than 4 GiB")
}

#[cfg(unix)]
fn is_pipe(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    about.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// The shell's `<(…)` has a writer; a pipe that lies about would hold the run for ever.
fn open_pipe(path: PathBuf) -> io::Result<File> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(File::open(path)));
    receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(io::Error::other("a pipe that nobody writes to")))
}

/// Why something can't be read, in the words that people know.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::InvalidData => "not UTF-8".into(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or("");
            text.chars().take(1).flat_map(char::to_lowercase).chain(text.chars().skip(1)).collect()
        }
    }
}
