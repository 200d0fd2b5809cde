//! The first or last line of a Markdown code block, copied along with the manifest.

use crate::finding::{Edit, Finding};
use crate::kube::object::State;
use crate::kube::{Object, World, broken};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !matches!(object.state, State::Unreadable(_) | State::Foreign | State::Template) || object.reference.item.is_some() {
        return;
    }
    let Some(source) = world.source(object) else { return };
    for line in broken::fences(source, object.span) {
        let written = broken::without_comment(source.slice(line).trim_end());
        let shown = crate::source::Span { start: line.start, ..source.line_span(source.line_of(line.start)) };
        out.push(
            Finding::certain(format!("`{written}` is the edge of a Markdown code block, not YAML: kubectl can't read this document"))
                .label(shown, "copied along with the manifest")
                .help("take the line out")
                .safe_fix("take the line out", vec![Edit { span: line, replacement: String::new() }]),
        );
    }
}
