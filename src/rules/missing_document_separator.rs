//! Two objects written one after the other with no `---` between them.

use super::consequences;
use crate::finding::{Edit, Finding};
use crate::kube::repeats::{self, Lost};
use crate::kube::{Object, World};
use crate::source::Span;
use crate::yaml::{Kind, Style, Value};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let all = repeats::lost(object);
    let Some(source) = world.source(object).filter(|_| !all.is_empty()) else { return };
    let newline = source.newline();
    let flow = object.value().is_some_and(|root| root.style() == Style::Flow);
    for (at, lost) in all.iter().enumerate() {
        let key = lost.seam.key.span();
        let (title, place) = title(lost);
        let line = source.line_span(source.line_of(key.start)).start;
        let edit = Edit { span: Span { start: line, end: line, ..key }, replacement: format!("---{newline}") };
        let finding = Finding::certain(format!("two objects with no `---` between them: {title} is lost"))
            .label(key, "a second object begins here")
            .label(place, "kubectl keeps the last of each repeated key, so this object is never created")
            .help("put a line `---` between the two");
        let finding = if at == 0 { consequences::told(world, object, finding) } else { finding };
        out.push(if flow { finding } else { finding.safe_fix("add `---`", vec![edit]) });
    }
}

/// What the lost object calls itself, and where.
fn title(lost: &Lost<'_, '_>) -> (String, Span) {
    let find = |key: &str| lost.entry(key).map(|entry| entry.value.follow());
    let text = |value: Option<Value<'_, '_>>| value.map(|value| value.text().to_string()).filter(|text| !text.is_empty());
    let kind = text(find("kind")).unwrap_or_else(|| "the first one".into());
    let name = find("metadata").filter(|metadata| metadata.kind() == Kind::Mapping).and_then(|metadata| metadata.get("name"));
    let place = name.or_else(|| find("kind")).map_or(lost.seam.key.span(), Value::span);
    match text(name) {
        Some(name) => (format!("{kind} `{name}`"), place),
        None => (kind, place),
    }
}
