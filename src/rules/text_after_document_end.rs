//! Text that kubectl never reads, since its document has ended already.

use crate::finding::{Edit, Finding};
use crate::kube::object::State;
use crate::kube::{Object, World};
use crate::source::{Source, Span};
use crate::yaml::Kind;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !matches!(object.state, State::Object | State::Foreign) || object.reference.item.is_some_and(|item| item > 0) {
        return;
    }
    let (Some(source), Some(root)) = (world.source(object), object.tree.root()) else { return };
    // The document's own span; an item of a List has only its part of it.
    if object.reference.item.is_some() || root.kind() == Kind::Scalar {
        return;
    }
    let Some((mark, ignored)) = rest(source, Span { start: root.span().end, ..object.span }) else { return };
    let finding = Finding::likely("kubectl ignores what follows here: the document has ended")
        .label(ignored, "never read")
        .help("begin another document with a line `---`, or take the text out");
    out.push(match mark {
        Some(mark) => finding
            .label(mark, "`...` ends the document")
            .unsafe_fix("write `---` in place of `...`", vec![Edit { span: mark, replacement: "---".into() }]),
        None => finding,
    });
}

/// The `...` that ends the document, and the first text behind its end.
fn rest(source: &Source, after: Span) -> Option<(Option<Span>, Span)> {
    let mut mark = None;
    let mut start = after.start;
    for whole in source.slice(after).split_inclusive('\n') {
        let text = whole.strip_suffix('\n').unwrap_or(whole);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let line = Span { start, end: start + u32::try_from(text.len()).unwrap_or(0), ..after };
        start += u32::try_from(whole.len()).unwrap_or(0);
        if text.trim_start_matches([' ', '\t', '\u{feff}']).is_empty() || text.trim_start().starts_with('#') || text.trim() == "\u{0}" {
            continue;
        }
        if text.starts_with("...") && (line.start > after.start || source.line_span(source.line_of(line.start)).start == line.start) {
            mark = mark.or(Some(Span { end: line.start + 3, ..line }));
            continue;
        }
        return Some((mark, line));
    }
    None
}
