//! From an object with what decoding found in it to the API server's answer. Knows no other object.

use std::sync::Arc;

use super::admission::{Cause, Outcome, Request, Validate, admit, gateway};
use super::object::{Object, State};
use super::typed::{Other, Typed};
use super::{Profile, admission::Verdict};
use crate::yaml::FaultKind;

/// What a create of this object would be answered, and how it would be stored if that is wanted.
#[must_use]
pub fn of(object: &Object<'_>, profile: &Profile, validate: Validate, stored: bool) -> Outcome {
    match &object.state {
        State::Unreadable(error) => return undecodable(&error.kubectl()).into(),
        // Comments with template syntax, and placeholders, are nothing to the server: it reads what stands there.
        State::Template => match as_it_stands(object) {
            Some(object) => return of(&object, profile, validate, stored),
            None => return undecodable("error converting YAML to JSON: it holds template syntax").into(),
        },
        State::Object | State::Foreign => {}
    }
    let nothing = Typed::Other(Box::<Other>::default());
    // Go decodes the fields in the order of their names, as YAML converted to JSON holds them.
    let mut wrong: Vec<_> = object.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::WrongType { .. })).collect();
    wrong.sort_by(|a, b| a.path.cmp(&b.path));
    let type_error = wrong.first().and_then(|fault| fault.go_words());
    let mut unknown: Vec<_> = object.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::Unknown { .. })).collect();
    unknown.sort_by(|a, b| a.path.cmp(&b.path));
    let unknown_fields: Vec<_> = unknown.iter().map(|fault| format!("unknown field \"{}\"", fault.path)).collect();
    let written = |path: &str| is_written(object, path);
    let request = Request {
        type_error: type_error.as_deref(),
        unknown_fields: &unknown_fields,
        validate,
        written: Some(&written),
        stored,
        ..Request::new(object.typed.as_ref().unwrap_or(&nothing), &object.reference.api_version, &object.reference.kind)
    };
    admit(&request, profile)
}

/// A document that is yet to be rendered, read as if it were not; none where it does not read.
fn as_it_stands<'s>(object: &Object<'s>) -> Option<Object<'s>> {
    let mut faults = Vec::new();
    let typed = Typed::read(&object.reference.api_version, object.kind(), object.value()?, &mut faults);
    Some(Object {
        id: object.id,
        reference: Arc::clone(&object.reference),
        state: State::Object,
        span: object.span,
        tree: Arc::clone(&object.tree),
        root: object.root,
        typed: Some(typed),
        faults,
        verdict: None,
        accepted: false,
        context: object.context,
    })
}

/// What the server says of what could be read.
///
/// Fields that are unknown or of the wrong type are passed over: they are told on their own, and should not hide what
/// else is wrong.
#[must_use]
pub fn beside_faults(object: &Object<'_>, profile: &Profile) -> Verdict {
    let Some(typed) = &object.typed else { return Verdict::default() };
    let written = |path: &str| is_written(object, path);
    let request = Request {
        validate: Validate::Ignore,
        written: Some(&written),
        ..Request::new(typed, &object.reference.api_version, &object.reference.kind)
    };
    let mut verdict = admit(&request, profile).verdict;
    // That rules were not asked is said at no field.
    verdict.causes.retain(|cause| cause.field != "<nil>" && !may_be_experimental(object, cause));
    verdict
}

/// Whether it is refused by the standard channel of the Gateway API alone, which the cluster need not have.
fn may_be_experimental(object: &Object<'_>, cause: &Cause) -> bool {
    let custom = gateway::kind(&object.reference.api_version, object.kind());
    custom.zip(super::routes::spec(object)).is_some_and(|(custom, spec)| custom.is_fine_experimentally(spec, cause))
}

/// Whether something other than null stands at a path.
fn is_written(object: &Object<'_>, path: &str) -> bool {
    object.at(path).value().is_some_and(|value| !value.is_null())
}

fn undecodable(message: &str) -> Verdict {
    Verdict { code: Some(400), reason: "BadRequest".into(), message: message.into(), ..Verdict::default() }
}
