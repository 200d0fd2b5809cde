//! What the API server warns about when it accepts an object.

use super::slice_of_endpoints;
use crate::finding::{Confidence, Finding, ServerSays};
use crate::kube::{Object, World, faults};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let warnings = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.warnings.as_slice());
    for warning in warnings {
        let field = field_of(warning);
        let after = field.and_then(|field| warning.get(field.len()..)?.strip_prefix(": "));
        let text = after.unwrap_or(warning);
        // A field that does nothing any more is more than a matter of taste, unless what it did is asked for in the new way too.
        let said_anew = warning.contains("critical-pod") && has_priority(object);
        let confidence = if warning.contains("non-functional") && !said_anew { Confidence::Likely } else { Confidence::Possible };
        let annotation = annotation(warning).map(|key| format!("metadata.annotations[{key}]")).filter(|path| object.at(path).found);
        let field = field.or(annotation.as_deref());
        let place = field.map(|field| (object.at(field), in_other_case(object, field)));
        let (span, label) = match &place {
            Some((place, _)) if place.found => (place.span(), "this is what the warning is about"),
            Some((_, Some(span))) => (*span, "this is what the warning is about"),
            Some((place, _)) => (place.span(), "within this"),
            None => (object.title(), "this is what the warning is about"),
        };
        let mut finding = Finding::new(confidence, format!("the API server accepts this and warns: {text}"))
            .label(span, label)
            .server(ServerSays { field: field_of(warning).unwrap_or("").to_owned(), reason: "Warning".into(), message: warning.clone() });
        if let Some(field) = field {
            finding = finding.field(field);
        }
        let edits = if object.kind() == "Endpoints" && warning.contains("deprecated") { slice_of_endpoints::edits(object, world) } else { None };
        out.push(match edits {
            Some(edits) => finding.help("write it as an EndpointSlice, which names its Service in a label").unsafe_fix("write it as an EndpointSlice", edits),
            None => match help(object, warning, field) {
                Some(help) => finding.help(help),
                None => finding,
            }
            .once(text),
        });
    }
}

/// The way out, where the warning does not say it.
fn help(object: &Object<'_>, warning: &str, field: Option<&str>) -> Option<String> {
    if warning.contains("ingress.class") {
        let class = object.at(field?).value()?.follow().text();
        return Some(format!("write `ingressClassName: {class}` in `spec` and take the annotation out; an IngressClass of that name must be there"));
    }
    let is_volume = field.is_some_and(|field| field.contains("volumes[")) && warning.contains("non-functional");
    is_volume.then(|| "use a volume that a CSI driver serves".to_owned())
}

/// Whether the pods have a priority class.
fn has_priority(object: &Object<'_>) -> bool {
    object.template().and_then(|template| template.spec).is_some_and(|spec| spec.has_priority_class)
}

/// The annotation that a warning quotes: `annotation "kubernetes.io/ingress.class" is deprecated, …`.
fn annotation(warning: &str) -> Option<&str> {
    let (key, _) = warning.strip_prefix("annotation \"")?.split_once('"')?;
    Some(key)
}

/// The key of a field that the server writes in other letters than the manifest: `storageOS` is `storageos` there.
fn in_other_case(object: &Object<'_>, field: &str) -> Option<Span> {
    let parent = object.at(faults::parent(field)).value()?.follow();
    let key = faults::last(field);
    parent.entries().find(|entry| entry.key.text().eq_ignore_ascii_case(key)).map(|entry| entry.key.span())
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
