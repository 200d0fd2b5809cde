//! The maps that a World is asked through, millions of times a run. Knows no key.
//!
//! Keys come out of files, so the hash is seeded anew in every process; it is several times as fast as the standard one on
//! keys of a few words.

/// A map by short keys.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
/// A set of short keys.
pub type Set<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;
