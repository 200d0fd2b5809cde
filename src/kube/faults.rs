//! What decoding found in an object, what the server makes of it, and what else it explains. Knows no rule.

use super::admission::gateway;
use super::object::Object;
use super::{near, repeats, template};
use crate::yaml::{Fault, FaultKind, Got};

/// The fields that an object's kind does not have, where they stand. Directives of strategic merge patches (`$patch`)
/// are none of the object's own, and what only the experimental channel of the Gateway API has the cluster may know.
pub fn unknown<'o>(object: &'o Object<'_>) -> impl Iterator<Item = (&'o Fault, &'static [&'static str])> {
    let custom = || gateway::kind(&object.reference.api_version, object.kind());
    let experimental = move |path: &str| custom().is_some_and(|custom| custom.is_experimental(path));
    let merged = !object.faults.is_empty() && repeats::is_several(object);
    object.faults.iter().filter_map(move |fault| match fault.kind {
        FaultKind::Unknown { .. } if is_directive(&fault.path) || experimental(&fault.path) => None,
        FaultKind::Unknown { known } if !(merged && parent(&fault.path).is_empty()) => Some((fault, known)),
        _ => None,
    })
}

/// The fields whose value has another type.
pub fn wrong_type<'o>(object: &'o Object<'_>) -> impl Iterator<Item = (&'o Fault, &'static str, &'o Got)> {
    object.faults.iter().filter_map(|fault| match &fault.kind {
        FaultKind::WrongType { wanted, got } => Some((fault, *wanted, got)),
        FaultKind::Unknown { .. } => None,
    })
}

/// Whether the value is a placeholder, which will have another type once it is filled in.
#[must_use]
pub fn is_to_be_filled_in(object: &Object<'_>, fault: &Fault) -> bool {
    let value = object.at(&fault.path).value();
    matches!(fault.kind, FaultKind::WrongType { .. })
        && value.is_some_and(|value| {
            let value = value.follow();
            template::is_to_be_filled_in(value.text()) || value.is_mapping() && template::is_braces(value)
        })
}

/// Fields that the kind has, and this version of Kubernetes does not know yet: their paths.
pub fn newer<'o>(object: &'o Object<'_>) -> impl Iterator<Item = &'o str> {
    object.newer.iter().filter_map(|words| words.split('"').nth(1))
}

/// Whether a mistyped field is a label selector's part in a selector that is a plain map.
#[must_use]
pub fn is_match_labels(object: &Object<'_>, fault: &Fault) -> bool {
    matches!(object.kind(), "Service" | "ReplicationController")
        && matches!(&*fault.path, "spec.selector.matchLabels" | "spec.selector.matchExpressions")
}

/// What the server answers to fields it does not know.
#[must_use]
pub fn strict(object: &Object<'_>, path: &str) -> String {
    let kind = object.kind();
    let path = indexed(&path.replace('[', ".").replace(']', ""));
    format!("{kind} in version \"{}\" cannot be handled as a {kind}: strict decoding error: unknown field \"{path}\"", version(object))
}

/// What the server answers to a value of another type.
#[must_use]
pub fn undecodable(object: &Object<'_>, fault: &Fault) -> Option<String> {
    let kind = object.kind();
    Some(format!("{kind} in version \"{}\" cannot be handled as a {kind}: {}", version(object), fault.go_words()?))
}

fn version<'o>(object: &'o Object<'_>) -> &'o str {
    let api_version = object.reference.api_version.as_str();
    api_version.rsplit('/').next().unwrap_or(api_version)
}

/// Puts the brackets back around numbers: the server writes `ports[0]`, but `selector.app.kubernetes.io/name`.
fn indexed(dotted: &str) -> String {
    let mut path = String::new();
    for (number, part) in dotted.split('.').enumerate() {
        if number > 0 && !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push_str(if number > 0 { "." } else { "" });
            path.push_str(part);
        }
    }
    path
}

fn is_directive(path: &str) -> bool {
    last(path).starts_with('$')
}

/// The last step of a path.
#[must_use]
pub fn last(path: &str) -> &str {
    match path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((_, key)) => key,
        None => path.rsplit('.').next().unwrap_or(path),
    }
}

/// A path without its last step.
#[must_use]
pub fn parent(path: &str) -> &str {
    match path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((parent, _)) => parent,
        None => path.rsplit_once('.').map_or("", |(parent, _)| parent),
    }
}

/// Whether `field` is `path` or lies within it.
fn within(field: &str, path: &str) -> bool {
    path.is_empty() || field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether what the server would say of this field only follows from a field that is misplaced, misspelt or mistyped
/// there; `incomplete` where it misses something.
#[must_use]
pub fn explain(object: &Object<'_>, field: &str, incomplete: bool) -> bool {
    object.faults.iter().any(|fault| match fault.kind {
        FaultKind::WrongType { .. } => within(field, &fault.path) || incomplete && within(&fault.path, field),
        FaultKind::Unknown { .. } => field == parent(&fault.path) || incomplete && within(field, parent(&fault.path)),
    })
}

/// Whether a field reads as empty, or in part, because of a fault of its own: it or something in it has another type, or
/// stands beside it under an unknown name.
#[must_use]
pub fn hides(object: &Object<'_>, field: &str) -> bool {
    object.faults.iter().any(|fault| match fault.kind {
        FaultKind::WrongType { .. } => within(field, &fault.path) || within(&fault.path, field),
        FaultKind::Unknown { .. } => {
            within(&fault.path, field) || parent(&fault.path) == parent(field) && near::alike(last(&fault.path), last(field))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        assert_eq!((parent("spec.ports[0].prot"), last("spec.ports[0].prot")), ("spec.ports[0]", "prot"));
        assert_eq!((parent("spec.selector[a.b/c]"), last("spec.selector[a.b/c]")), ("spec.selector", "a.b/c"));
        assert_eq!((parent("specs"), last("specs")), ("", "specs"));
        assert!(within("spec.ports[0].port", "spec.ports") && !within("spec.portsX", "spec.ports"));
        assert!(within("spec.ports", ""));
        assert_eq!(indexed("spec.ports.0.foo"), "spec.ports[0].foo");
    }
}
