//! Near misses: what somebody may have meant who wrote a name that is not there. Knows no rule.

use std::borrow::Cow;

use super::labels::added_by_controller;
use super::maps::Set;
use super::object::{Labels, Object};
use super::world::{Distance, Namespaces, World};

/// How a pair of a selector misses a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// The label has another value, alike in writing.
    Value {
        /// The label's key.
        key: String,
        /// The label's value.
        value: String,
    },
    /// The value stands under another key.
    Key {
        /// The selector's key.
        wanted: String,
        /// The label's key.
        key: String,
    },
    /// The workload itself has the label, its pods don't.
    OnlyOnWorkload {
        /// The key.
        key: String,
    },
    /// The pods have the selector's other pairs, and nothing for this one.
    Absent {
        /// The key.
        key: String,
    },
}

/// A workload that a selector nearly takes.
#[derive(Clone, Debug)]
pub struct NearMiss<'w, 's> {
    /// The workload.
    pub object: &'w Object<'s>,
    /// One for each pair of the selector that its pods lack.
    pub misses: Vec<Miss>,
    /// How far away it is.
    pub distance: Distance,
}

/// The workloads that a selector nearly takes, the nearest and likest first.
#[must_use]
pub fn workloads<'w, 's>(world: &'w World<'s>, service: &Object<'_>, selector: &Labels) -> Vec<NearMiss<'w, 's>> {
    let mut seen = Set::default();
    let shared = selector.iter().flat_map(|(key, value)| world.workloads_with(key, value, service));
    let beside = world.workloads_near(service, Distance::SameDirectory);
    let mut found: Vec<_> = beside
        .into_iter()
        .chain(shared)
        .filter(|object| seen.insert(object.id))
        .filter(|object| world.namespaces(service, object) != Namespaces::Different)
        .filter_map(|object| {
            let misses = misses(world, service, object, selector)?;
            Some(NearMiss { object, misses, distance: world.distance(service, object) })
        })
        .collect();
    found.sort_by_key(|near| (near.misses.len(), near.distance, near.vague(), near.object.id));
    found
}

impl NearMiss<'_, '_> {
    /// Whether it only lacks a label, rather than having it otherwise.
    #[must_use]
    pub fn vague(&self) -> bool {
        self.misses.iter().any(|miss| matches!(miss, Miss::Absent { .. }))
    }
}

/// Why each pair that the pods lack may have been meant for them; none where one of them can't be explained.
fn misses(world: &World<'_>, from: &Object<'_>, object: &Object<'_>, selector: &Labels) -> Option<Vec<Miss>> {
    let none = Labels::new();
    let labels = object.template()?.labels.unwrap_or(&none);
    let own = object.labels();
    let mut misses = Vec::new();
    let mut met = 0;
    for (key, value) in selector {
        if labels.get(key) == Some(value) || added_by_controller(object.kind(), key) || world.label_is_set_later(from, object, key) {
            met += 1;
        } else {
            misses.push(miss(key, value, labels, own)?);
        }
    }
    let absent = misses.iter().filter(|miss| matches!(miss, Miss::Absent { .. })).count();
    (!misses.is_empty() && misses.len() <= 2 && (absent == 0 || absent == 1 && misses.len() == 1 && met > 0)).then_some(misses)
}

fn miss(key: &str, value: &str, labels: &Labels, own: Option<&Labels>) -> Option<Miss> {
    if let Some(written) = labels.get(key) {
        return alike(value, written).then(|| Miss::Value { key: key.to_owned(), value: written.clone() });
    }
    if own.and_then(|own| own.get(key)).is_some_and(|own| own == value) {
        return Some(Miss::OnlyOnWorkload { key: key.to_owned() });
    }
    let other = labels.iter().find(|(other, written)| *written == value && same_idea(key, other));
    let other = other.map(|(other, _)| Miss::Key { wanted: key.to_owned(), key: other.clone() });
    Some(other.unwrap_or(Miss::Absent { key: key.to_owned() }))
}

/// Whether two keys are taken for each other: alike in writing, or both ways to say which application it is.
fn same_idea(a: &str, b: &str) -> bool {
    const APPLICATION: [&str; 12] = [
        "app",
        "name",
        "run",
        "k8s-app",
        "service",
        "component",
        "io.kompose.service",
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/component",
        "app.kubernetes.io/app",
        "application",
    ];
    (APPLICATION.contains(&a) && APPLICATION.contains(&b))
        || alike(last(a), last(b))
        || (last(a).len().min(last(b).len()) >= 2 && strsim::osa_distance(a, b) == 1)
}

fn last(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// Endings that people add to a name or leave out without meaning another thing.
const GENERIC: [&str; 8] = ["app", "application", "svc", "service", "server", "deployment", "deploy", "pod"];

/// Whether one name may be a slip of the other: case, separators, word order, a generic ending, or a letter or two
/// within one word. Names that differ only in their digits (`v1`, `v2`) or in a whole word are two names.
#[must_use]
pub fn alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if are_unlike(a.as_bytes(), b.as_bytes()) {
        return false;
    }
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    if a.is_empty() || b.is_empty() || letters(a) == letters(b) {
        return false;
    }
    let (words_a, words_b) = (words(a), words(b));
    let (bare_a, bare_b) = (words_a.concat(), words_b.concat());
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    if bare_a == bare_b || sorted(&words_a) == sorted(&words_b) || without_ending(&bare_a) == without_ending(&bare_b) {
        return true;
    }
    if words_a.len() == words_b.len() && words_a.iter().zip(&words_b).all(|(a, b)| singular(a) == singular(b)) {
        return true;
    }
    let mut different = words_a.iter().zip(&words_b).filter(|(a, b)| a != b);
    match (words_a.len() == words_b.len(), different.next(), different.next()) {
        (true, Some((a, b)), None) => slip(a, b),
        _ => false,
    }
}

/// A quick look that spares the slow one for nearly all pairs: two letters changed within a word change four counts of
/// letters at most, another order of words none, and two names that differ in their endings begin alike.
fn are_unlike(a: &[u8], b: &[u8]) -> bool {
    fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
        text.iter().filter(|c| c.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase)
    }
    if !a.is_ascii() || !b.is_ascii() || a.len() > 63 || b.len() > 63 {
        return false;
    }
    let mut counts = [0i8; 128];
    for (text, step) in [(a, 1), (b, -1)] {
        for c in letters(text) {
            if let Some(count) = counts.get_mut(usize::from(c)) {
                *count += step;
            }
        }
    }
    let changed: u32 = counts.iter().map(|count| u32::from(count.unsigned_abs())).sum();
    changed > 4 && letters(a).take(3).ne(letters(b).take(3))
}

/// The words of a name; one that a template wrote several times in a row counts once.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.dedup_by(|a, b| a == b && !a.bytes().all(|c| c.is_ascii_digit()));
    words
}

/// A word without the ending of its plural.
fn singular(word: &str) -> Cow<'_, str> {
    match (word.strip_suffix("ies"), word.strip_suffix("es"), word.strip_suffix('s')) {
        (Some(stem), ..) if stem.len() >= 2 => Cow::Owned(format!("{stem}y")),
        (_, Some(stem), _) if stem.ends_with(['s', 'x', 'z']) || stem.ends_with("ch") || stem.ends_with("sh") => Cow::Borrowed(stem),
        (_, _, Some(stem)) if stem.len() >= 3 && !stem.ends_with('s') => Cow::Borrowed(stem),
        _ => Cow::Borrowed(word),
    }
}

fn without_ending(bare: &str) -> &str {
    let shorter = GENERIC.iter().filter_map(|ending| bare.strip_suffix(ending)).filter(|rest| rest.len() >= 3);
    shorter.min_by_key(|rest| rest.len()).unwrap_or(bare)
}

/// Whether one word may be a slip of the other: one letter, or two in a long word; but no words of two or three
/// letters, and none that differ in a digit.
fn slip(a: &str, b: &str) -> bool {
    let (shorter, longer) = (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let most = if longer >= 8 { 2 } else { 1 };
    shorter >= 3 && longer >= 4 && digits(a) == digits(b) && longer - shorter <= most && strsim::osa_distance(a, b) <= most
}

/// Whether the one may be the other with a third of its letters changed, or one: tells most names apart at once.
fn are_of_like_length(a: &str, b: &str) -> bool {
    !a.is_ascii() || !b.is_ascii() || a.len().abs_diff(b.len()) <= (a.len().min(b.len()) / 3).max(1)
}

/// The likest of some names, if one is like enough.
#[must_use]
pub fn did_you_mean<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = written.to_lowercase();
    names
        .into_iter()
        .filter(|name| *name != written && are_of_like_length(written, name))
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            let shorter = written.chars().count().min(name.chars().count());
            *distance <= shorter / 3 || *distance == 0 || (*distance == 1 && shorter >= 2)
        })
        .min_by_key(|(distance, name)| (*distance, name.len()))
        .map(|(_, name)| name)
}

/// Whether only that one of the names can have been meant: another case, or a slip that is near no other.
#[must_use]
pub fn is_certain<'n>(written: &str, meant: &str, names: impl IntoIterator<Item = &'n str>) -> bool {
    let like = |name: &str| slip(&written.to_lowercase(), &name.to_lowercase());
    written.eq_ignore_ascii_case(meant) || like(meant) && names.into_iter().filter(|name| like(name)).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_alike_and_versions_are_not() {
        for (a, b) in [
            ("game-loby", "game-lobby"),
            ("webapp", "web-app"),
            ("Api", "api"),
            ("shop-web", "web-shop"),
            ("cacheapp", "cache"),
            ("lesson-svc", "lesson-service"),
            ("proxy", "proxies"),
            ("search-boxes", "search-box"),
            ("web-web", "web"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("v1", "v2"),
            ("web-1", "web-2"),
            ("redis-master", "redis-slave"),
            ("ui", "db"),
            ("", "a"),
            ("catalog-db", "catalog-ui"),
            ("east", "west"),
            ("pool-a", "pool-b"),
        ] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }
}
