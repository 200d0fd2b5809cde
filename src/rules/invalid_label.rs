//! A label, annotation or selector that the syntax of labels does not allow.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::Finding;
use crate::kube::{Object, World};
use crate::source::Span;
use crate::yaml::{Kind, Value};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidLabel) {
        let text = refusal.quoted().or(refusals::text(&object.at(refusal.field))).unwrap_or("");
        let (span, key) = offender(object, &refusal, text);
        let what = match (refusal.last(), key) {
            ("annotations", _) => "annotation key",
            ("labels", true) => "label key",
            ("labels", false) => "label value",
            (_, true) => "key of a selector",
            (_, false) => "value of a selector",
        };
        let long = if text.chars().count() > 63 && !text.contains('/') { Some(text.chars().count()) } else { None };
        let message = match long {
            Some(count) => format!("a {what} of {count} characters, and 63 are allowed"),
            None => format!("`{text}` is not allowed as {} {what}", if what.starts_with('a') { "an" } else { "a" }),
        };
        out.push(refusal.finding(message).label(span, refusal.why()).help(help(what)));
    }
}

fn help(what: &str) -> &'static str {
    match what {
        "annotation key" | "label key" | "key of a selector" => {
            "write `name` or `domain/name`; free text belongs in the value of an annotation"
        }
        "label value" => "use letters, digits, `-`, `_` and `.`; free text belongs in an annotation",
        _ => "write a value that a label can have",
    }
}

/// The entry of the map that holds the text, and whether it is its key: the server names the map alone.
fn offender(object: &Object<'_>, refusal: &Refusal<'_>, text: &str) -> (Span, bool) {
    let place = object.at(refusal.field);
    let Some(map) = place.value().map(Value::follow).filter(|value| value.kind() == Kind::Mapping) else {
        return (place.span(), refusal.field.ends_with("key"));
    };
    for entry in map.entries() {
        if entry.key.text() == text {
            return (entry.key.span(), true);
        }
        if entry.value.follow().text() == text {
            return (entry.value.span(), false);
        }
    }
    (place.span(), false)
}
