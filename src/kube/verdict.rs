//! From an object with what decoding found in it to the API server's answer. Knows no other object.

use super::admission::{Cause, Outcome, Request, Validate, admit, gateway};
use super::decoded::Decoded;
use super::object::{Object, State};
use super::{Profile, admission::Verdict};
use crate::yaml::{Fault, FaultKind};

/// What a create of this object would be answered, and how it would be stored if that is wanted.
#[must_use]
pub fn of(object: &Object<'_>, profile: &Profile, validate: Validate, stored: bool) -> Outcome {
    let decoded = if object.state == State::Object { decode(object, &mut Vec::new()) } else { None };
    of_decoded(object, decoded, profile, validate, stored)
}

/// As [`of`], with the object's whole content at hand; that is none where it is no object.
#[must_use]
pub fn of_decoded(object: &Object<'_>, decoded: Option<Decoded>, profile: &Profile, validate: Validate, stored: bool) -> Outcome {
    match &object.state {
        State::Unreadable(error) => return undecodable(&error.kubectl()).into(),
        // Comments with template syntax, and placeholders, are nothing to the server: it reads what stands there.
        State::Template => {
            let mut faults = Vec::new();
            return match decode(object, &mut faults) {
                Some(decoded) => answer(object, &faults, decoded, profile, validate, stored),
                None => undecodable("error converting YAML to JSON: it holds template syntax").into(),
            };
        }
        State::Object | State::Foreign => {}
    }
    let decoded = decoded.unwrap_or_else(|| Decoded::Other(Box::default()));
    answer(object, &object.faults, decoded, profile, validate, stored)
}

/// Reads an object's whole content from its nodes, even of a document that is yet to be rendered, as if it were not; none
/// where it does not read.
#[must_use]
pub fn decode(object: &Object<'_>, faults: &mut Vec<Fault>) -> Option<Decoded> {
    Some(Decoded::read(&object.reference.api_version, object.kind(), object.value()?, faults))
}

fn answer(object: &Object<'_>, faults: &[Fault], mut decoded: Decoded, profile: &Profile, validate: Validate, stored: bool) -> Outcome {
    // Go decodes the fields in the order of their names, as YAML converted to JSON holds them.
    let mut wrong: Vec<_> = faults.iter().filter(|fault| matches!(fault.kind, FaultKind::WrongType { .. })).collect();
    wrong.sort_by(|a, b| a.path.cmp(&b.path));
    let type_error = wrong.first().and_then(|fault| fault.go_words());
    let mut unknown: Vec<_> = faults.iter().filter(|fault| matches!(fault.kind, FaultKind::Unknown { .. })).collect();
    unknown.sort_by(|a, b| a.path.cmp(&b.path));
    let unknown_fields: Vec<_> = unknown.iter().map(|fault| format!("unknown field \"{}\"", fault.path)).collect();
    let written = |path: &str| is_written(object, path);
    let request = Request {
        type_error: type_error.as_deref(),
        unknown_fields: &unknown_fields,
        validate,
        written: Some(&written),
        stored,
        ..Request::new(&object.reference.api_version, &object.reference.kind)
    };
    admit(&request, &mut decoded, profile)
}

/// What the server says of a decoded object, which it fills its defaults into.
///
/// Fields that are unknown or of the wrong type are passed over: they are told on their own, and should not hide what
/// else is wrong.
#[must_use]
pub fn beside_faults(object: &Object<'_>, decoded: &mut Decoded, profile: &Profile) -> Verdict {
    let written = |path: &str| is_written(object, path);
    let request = Request {
        validate: Validate::Ignore,
        written: Some(&written),
        ..Request::new(&object.reference.api_version, &object.reference.kind)
    };
    let mut verdict = admit(&request, decoded, profile).verdict;
    // That rules were not asked is said at no field.
    verdict.causes.retain(|cause| cause.field != "<nil>" && !may_be_experimental(object, decoded, cause));
    verdict
}

/// As [`beside_faults`], of an object that was read before.
#[must_use]
pub fn again(object: &Object<'_>, profile: &Profile) -> Verdict {
    decode(object, &mut Vec::new()).map(|mut decoded| beside_faults(object, &mut decoded, profile)).unwrap_or_default()
}

/// Whether it is refused by the standard channel of the Gateway API alone, which the cluster need not have.
fn may_be_experimental(object: &Object<'_>, decoded: &Decoded, cause: &Cause) -> bool {
    let custom = gateway::kind(&object.reference.api_version, object.kind());
    custom.zip(decoded.custom_spec()).is_some_and(|(custom, spec)| custom.is_fine_experimentally(spec, cause))
}

/// Whether something other than null stands at a path.
fn is_written(object: &Object<'_>, path: &str) -> bool {
    object.at(path).value().is_some_and(|value| !value.is_null())
}

fn undecodable(message: &str) -> Verdict {
    Verdict { code: Some(400), reason: "BadRequest".into(), message: message.into(), ..Verdict::default() }
}
