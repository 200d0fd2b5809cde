//! A document that kubectl can't read as YAML.

use crate::finding::{Confidence, Finding};
use crate::kube::object::State;
use crate::kube::{Object, World, broken, unread};

/// How many are told that counted on the document.
const MOST_CONSEQUENCES: usize = 3;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let (State::Unreadable(error), Some(source)) = (&object.state, world.source(object)) else { return };
    if !broken::fences(source, object.span).is_empty() {
        return;
    }
    let text = source.slice(object.span);
    // Other YAML than Kubernetes' may lie about, with tags and dialects of its own.
    let confidence = if text.contains("apiVersion") || text.contains("kind:") { Confidence::Certain } else { Confidence::Possible };
    let cause = broken::cause(source, object.span, error);
    let mut finding = Finding::new(confidence, format!("kubectl can't read this document: {}", error.message))
        .label(cause.span, cause.why)
        .help(cause.help);
    if source.line_of(cause.span.start) != source.line_of(error.span.start) {
        finding = finding.label(error.span, "kubectl stops here");
    }
    for (span, says) in unread::consequences(world, object).into_iter().take(MOST_CONSEQUENCES) {
        finding = finding.label(span, says);
    }
    finding.fix = cause.fix.map(Box::new);
    out.push(finding);
}
