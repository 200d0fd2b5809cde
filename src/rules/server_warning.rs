//! What the API server warns about when it accepts an object.

use super::slice_of_endpoints;
use crate::finding::{Confidence, Finding, ServerSays};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let warnings = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.warnings.as_slice());
    for warning in warnings {
        let field = field_of(warning);
        let after = field.and_then(|field| warning.get(field.len()..)?.strip_prefix(": "));
        let text = after.unwrap_or(warning);
        // A field that does nothing any more is more than a matter of taste.
        let confidence = if warning.contains("non-functional") { Confidence::Likely } else { Confidence::Possible };
        let place = field.map(|field| object.at(field));
        let (span, label) = match &place {
            Some(place) if place.found => (place.span(), "this is what the warning is about"),
            Some(place) => (place.span(), "within this"),
            None => (object.title(), "this is what the warning is about"),
        };
        let mut finding = Finding::new(confidence, format!("the API server accepts this and warns: {text}"))
            .label(span, label)
            .server(ServerSays { field: field.unwrap_or("").to_owned(), reason: "Warning".into(), message: warning.clone() });
        if let Some(field) = field {
            finding = finding.field(field);
        }
        let edits = if object.kind() == "Endpoints" && warning.contains("deprecated") { slice_of_endpoints::edits(object, world) } else { None };
        out.push(match edits {
            Some(edits) => finding.help("write it as an EndpointSlice, which names its Service in a label").unsafe_fix("write it as an EndpointSlice", edits),
            None => finding,
        });
    }
}

/// The path a warning begins with: `spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated …`.
fn field_of(warning: &str) -> Option<&str> {
    let root = ["spec", "metadata", "subsets", "endpoints", "ports", "template"].iter().find(|root| warning.starts_with(*root))?;
    let mut depth = 0;
    let end = warning.char_indices().find(|(_, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0 && matches!(c, ':' | ' ')
    });
    let field = warning.get(..end?.0)?;
    (field.len() > root.len()).then_some(field)
}
