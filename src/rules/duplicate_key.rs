//! A key that one mapping has twice, of which kubectl silently keeps the last.

use crate::finding::{Edit, Finding};
use crate::kube::repeats::{self, Repeat};
use crate::kube::{Object, World, place};
use crate::source::Source;
use crate::yaml::{Kind, Style, Value};

/// How many keys of a lost mapping are named.
const NAMED: usize = 4;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(source) = world.source(object) else { return };
    let split = repeats::is_several(object);
    for repeat in repeats::of(object) {
        if split && Some(repeat.mapping.id) == object.value().map(|root| root.id) {
            continue; // two objects without a separator: told by that name
        }
        if let [first, .., last] = repeat.entries.as_slice() {
            let key = first.key.text().to_string();
            let lost = lost(first.value, last.value);
            let same = source.slice(first.value.span()).trim() == source.slice(last.value.span()).trim();
            let times = if repeat.entries.len() == 2 { "twice".to_owned() } else { format!("{} times", repeat.entries.len()) };
            let message = format!("`{key}` is given {times}: kubectl keeps the last and drops the other without a word");
            let before = repeats::path(object, repeat.mapping.id);
            let field = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
            let finding = Finding::likely(message).field(field).label(last.key.span(), "this one counts");
            out.push(if same {
                let finding = finding.label(first.key.span(), "the same value: nothing is lost").help("take one of them out");
                // A block's last lines may run on into what follows it, so there the one that counts is left alone.
                let block = matches!(last.value.style(), Style::Literal | Style::Folded);
                let (which, index) = if block { ("first", 0) } else { ("second", 1) };
                match removal(source, &repeat, index) {
                    Some(edit) => finding.safe_fix(format!("take the {which} `{key}` out"), vec![edit]),
                    None => finding,
                }
            } else {
                let finding =
                    finding.label(first.key.span(), format!("lost: {lost}")).help(format!("write one `{key}` that holds what both should say"));
                match removal(source, &repeat, 0) {
                    Some(edit) => finding.unsafe_fix(format!("take the first `{key}` out, which counts for nothing"), vec![edit]),
                    None => finding,
                }
            });
        }
    }
}

/// What the first value says that the last one does not.
fn lost(first: Value<'_, '_>, last: Value<'_, '_>) -> String {
    let (first, last) = (first.follow(), last.follow());
    match first.kind() {
        Kind::Mapping => {
            let has = |key: &str| last.kind() == Kind::Mapping && last.entries().any(|entry| entry.key.text() == key);
            let all: Vec<_> = first.entries().map(|entry| entry.key.text().to_string()).collect();
            let gone: Vec<_> = all.iter().filter(|key| !has(key)).collect();
            let gone = if gone.is_empty() { all.iter().collect() } else { gone };
            let named: Vec<_> = gone.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
            let more = gone.len().saturating_sub(NAMED);
            if more == 0 { named.join(", ") } else { format!("{} and {more} more", named.join(", ")) }
        }
        Kind::Sequence => match first.items().count() {
            1 => "1 item".to_owned(),
            count => format!("{count} items"),
        },
        _ if first.text().is_empty() => "an empty value".to_owned(),
        _ if first.text().len() > 60 || first.text().contains('\n') => "a longer text".to_owned(),
        _ => format!("`{}`", first.text()),
    }
}

/// Takes one of two entries out.
fn removal(source: &Source, repeat: &Repeat<'_, '_>, index: usize) -> Option<Edit> {
    let entry = repeat.entries.get(index).filter(|_| repeat.entries.len() == 2)?;
    place::without(source, repeat.mapping, entry.key)
}
