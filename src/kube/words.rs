//! The texts that keys of indexes are made of, each known by a number: asked for, none is copied. Knows no key.

use super::maps::Map;

/// A text, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(u32);

/// All texts of the keys of a run.
#[derive(Debug, Default)]
pub struct Words(Map<Box<str>, Word>);

impl Words {
    /// None yet, with room for about so many.
    #[must_use]
    pub fn for_about(count: usize) -> Self {
        Self(Map::with_capacity_and_hasher(count, Default::default()))
    }

    /// The number of a text, a new one where it has none yet.
    pub fn add(&mut self, text: &str) -> Word {
        if let Some(known) = self.0.get(text) {
            return *known;
        }
        let word = Word(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.insert(text.into(), word);
        word
    }

    /// The same for a label's key and value, or an object's kind and name.
    pub fn add_pair(&mut self, a: &str, b: &str) -> (Word, Word) {
        (self.add(a), self.add(b))
    }

    /// The number of a text; none where no key holds it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Word> {
        self.0.get(text).copied()
    }
}
