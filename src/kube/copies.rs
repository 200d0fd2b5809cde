//! Documents of a run that hold the same text: copies of one application lie beside each other, and definitions that many need
//! are everywhere. Knows no object.

use super::maps::Map;
use crate::source::{Shift, Source};
use crate::yaml::Chunk;

/// A document, yet to be read.
#[derive(Clone, Copy, Debug)]
pub struct Document<'s> {
    /// The file it stands in.
    pub source: &'s Source,
    /// Where, and how it is to be read.
    pub chunk: Chunk,
    /// Whether it is only read for what it tells about others.
    pub context: bool,
}

impl Document<'_> {
    /// From this document to another of the same text.
    #[must_use]
    pub fn shift(&self, to: &Self) -> Shift {
        Shift::between(self.chunk.span, to.chunk.span)
    }
}

/// For each document the number of the first one that reads the same; none where it is that one.
#[must_use]
pub fn originals(documents: &[Document<'_>]) -> Vec<Option<usize>> {
    let mut first = Map::with_capacity_and_hasher(documents.len(), Default::default());
    let mut originals = Vec::with_capacity(documents.len());
    for (at, Document { source, chunk, context }) in documents.iter().enumerate() {
        let key = chunk.decisive(source).map(|text| (source.slice(text), chunk.span.start - text.start, *context));
        originals.push(key.map(|key| *first.entry(key).or_insert(at)).filter(|first| *first != at));
    }
    originals
}
