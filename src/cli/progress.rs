//! A line on the terminal that says what a long run is at, taken back at its end. Knows no command.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a run may take before it says anything.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written again.
const BEAT: Duration = Duration::from_millis(500);

/// Shown until it is dropped; nothing where stderr is no terminal.
#[derive(Debug)]
pub struct Progress(Option<(Sender<String>, JoinHandle<()>)>);

impl Progress {
    /// Begins to count the time.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self((!quiet && io::stderr().is_terminal()).then(|| {
            let (sender, steps) = mpsc::channel();
            (sender, thread::spawn(move || show(&steps, PATIENCE, &mut io::stderr())))
        }))
    }

    /// What the run is at now: `checking 4556 files`.
    pub fn at(&self, step: impl FnOnce() -> String) {
        if let Some((sender, _)) = &self.0 {
            let _ = sender.send(step());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, shown)) = self.0.take() {
            drop(sender);
            let _ = shown.join();
        }
    }
}

fn show(steps: &Receiver<String>, patience: Duration, out: &mut dyn Write) {
    let begun = Instant::now();
    let mut at = String::new();
    let mut shown = false;
    loop {
        let wait = if shown { BEAT } else { patience.saturating_sub(begun.elapsed()) };
        match steps.recv_timeout(wait) {
            Ok(step) => at = step,
            Err(RecvTimeoutError::Timeout) => {
                shown = true;
                let _ = write!(out, "\r\x1b[K{at} … {} s", begun.elapsed().as_secs()).and_then(|()| out.flush());
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if shown {
        let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shown(patience: Duration) -> String {
        let (sender, steps) = mpsc::channel();
        let mut out = Vec::new();
        let worker = thread::spawn(move || {
            sender.send("checking 2 files".to_owned()).unwrap();
            thread::sleep(Duration::from_millis(100));
        });
        show(&steps, patience, &mut out);
        worker.join().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_run_says_what_it_is_at_and_takes_it_back() {
        assert_eq!(shown(Duration::from_millis(20)), "\r\x1b[Kchecking 2 files … 0 s\r\x1b[K");
    }

    #[test]
    fn a_short_run_says_nothing() {
        assert_eq!(shown(Duration::from_secs(10)), "");
    }
}
