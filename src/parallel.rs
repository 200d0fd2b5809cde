//! One piece of work done on many things: side by side where there is enough of it to be worth starting threads, else in
//! turn. Knows nothing of the work.

use rayon::prelude::*;

use crate::source::Source;

/// Bytes of manifests from which on threads are worth starting: fewer are checked sooner than threads begin.
const MUCH: usize = 256 << 10;

/// Whether files hold so much that threads are worth starting.
#[must_use]
pub fn is_much(sources: &[Source]) -> bool {
    sources.iter().map(|source| source.text.len()).sum::<usize>() >= MUCH
}

/// What `work` makes of each item, in the items' order.
pub fn map<'i, T: Sync, R: Send>(items: &'i [T], much: bool, work: impl Fn(&'i T) -> R + Sync) -> Vec<R> {
    if much { items.par_iter().map(&work).collect() } else { items.iter().map(work).collect() }
}
