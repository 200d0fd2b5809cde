//! Two objects written one after the other with no `---` between them.

use crate::finding::{Edit, Finding};
use crate::kube::{Object, World, repeats};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Value};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let seams = repeats::seams(object);
    let Some(root) = object.value().filter(|_| !seams.is_empty()) else { return };
    let Some(source) = world.source(object) else { return };
    let newline = source.newline();
    let mut start = 0;
    for seam in seams {
        let key = seam.key.span();
        let lost: Vec<_> = root.entries().filter(|entry| (start..key.start).contains(&entry.key.span().start)).collect();
        start = key.start;
        let (title, place) = told(&lost, key);
        let line = source.line_span(source.line_of(key.start)).start;
        let edit = Edit { span: Span { start: line, end: line, ..key }, replacement: format!("---{newline}") };
        let finding = Finding::certain(format!("two objects with no `---` between them: {title} is lost"))
            .label(key, "a second object begins here")
            .label(place, "kubectl keeps the last of each repeated key, so this object is never created")
            .help("put a line `---` between the two");
        out.push(if root.style() == crate::yaml::Style::Flow { finding } else { finding.safe_fix("add `---`", vec![edit]) });
    }
}

/// What the entries call their object, and where.
fn told(entries: &[Entry<'_, '_>], otherwise: Span) -> (String, Span) {
    let find = |key: &str| entries.iter().find(|entry| entry.key.text() == key).map(|entry| entry.value.follow());
    let text = |value: Option<Value<'_, '_>>| value.map(|value| value.text().to_string()).filter(|text| !text.is_empty());
    let kind = text(find("kind")).unwrap_or_else(|| "the first one".into());
    let name = find("metadata").filter(|metadata| metadata.kind() == Kind::Mapping).and_then(|metadata| metadata.get("name"));
    let place = name.or_else(|| find("kind")).map_or(otherwise, Value::span);
    match text(name) {
        Some(name) => (format!("{kind} `{name}`"), place),
        None => (kind, place),
    }
}
