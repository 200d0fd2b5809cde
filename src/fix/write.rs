//! Puts a mended file in the place of the old one, whole or not at all. Knows nothing of what changed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes `new` if the file still holds `old`: into a file beside it, which then takes its name. A link stays a link, to
/// the file that is written. Mode and, where permitted, owner are kept.
///
/// # Errors
/// Why the file was left as it is.
pub fn write(path: &Path, old: &[u8], new: &[u8]) -> Result<(), String> {
    replace(path, old, new).map_err(|error| crate::walk::reason(&error))
}

fn replace(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    // Renaming would get round a file's own protection.
    let about = OpenOptions::new().write(true).open(&target)?.metadata()?;
    let folder = target.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let mut beside = tempfile::Builder::new().prefix(".svclint-").suffix(".tmp").tempfile_in(folder)?;
    beside.write_all(new)?;
    keep_owner(beside.as_file(), &about);
    beside.as_file().set_permissions(about.permissions())?;
    beside.as_file().sync_all()?;
    let now = fs::read(&target)?;
    if now == new {
        return Ok(()); // another run was quicker
    }
    if now != old {
        return Err(io::Error::other("it has changed since it was read"));
    }
    beside.persist(&target).map_err(|error| error.error)?;
    // The name is on disk when the folder is; where a folder can't be opened the file system sees to it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(unix)]
fn keep_owner(file: &File, about: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata();
    if own.is_ok_and(|own| (own.uid(), own.gid()) != (about.uid(), about.gid())) {
        let _ = fchown(file, Some(about.uid()), Some(about.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}
