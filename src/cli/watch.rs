//! `check --watch`: the same check again whenever a file changes. Knows neither findings nor formats.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use notify_debouncer_mini::notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};
use owo_colors::{OwoColorize, Style};

use super::run::{Looks, tell};
use super::{Check, check};
use crate::exit::Exit;
use crate::report::safe::Safe;

/// How long a burst of changes may go on before it counts as one.
const CALM: Duration = Duration::from_millis(100);

/// Clears the screen, what was scrolled off it, and puts the cursor first.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// Checks, and again after each change, until it is interrupted.
///
/// # Errors
/// Standard input, a path that can't be watched, or wrong settings at the first check; later ones are told and waited out.
pub fn watch(options: &Check, looks: Looks) -> Result<Exit, String> {
    let (sender, changes) = mpsc::channel::<DebounceEventResult>();
    let failed = |error| format!("can't watch for changes: {error}");
    let mut watcher = new_debouncer(CALM, sender).map_err(failed)?;
    for path in &options.paths.paths {
        if path == Path::new("-") {
            return Err("standard input can't be watched".into());
        }
        let (folder, mode) = match path.parent() {
            _ if path.is_dir() => (path.as_path(), RecursiveMode::Recursive),
            // Editors put a new file in the old one's place: what is watched is the folder.
            Some(folder) if folder != Path::new("") => (folder, RecursiveMode::NonRecursive),
            _ => (Path::new("."), RecursiveMode::NonRecursive),
        };
        watcher.watcher().watch(folder, mode).map_err(|error| format!("can't watch {}: {error}", folder.display()))?;
    }
    look(options, looks)?;
    for change in changes {
        let events = change.map_err(failed)?;
        if events.iter().any(|event| matters(&event.path))
            && let Err(message) = look(options, looks)
        {
            let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
            tell(format_args!("{} {}", "error:".style(red), Safe(&message)));
        }
    }
    Ok(Exit::Clean)
}

fn look(options: &Check, looks: Looks) -> Result<Exit, String> {
    if io::stdout().is_terminal() {
        let _ = io::stdout().write_all(CLEAR.as_bytes());
    }
    let exit = check::check(options, looks)?;
    if !options.talk.quiet {
        tell(format_args!("watching for changes; Ctrl-C ends it"));
    }
    Ok(exit)
}

/// What a check reads: manifests and settings.
fn matters(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json")
}
