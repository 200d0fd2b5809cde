//! ReferenceGrant and BackendTLSPolicy. Knows no route.

use super::patterns::{URI, WELL_KNOWN};
use super::rules;
use super::schema::{Schema, choice, fields, list, object, pattern};
use super::shared::{GROUP_NAME, HOST, KIND_NAME, LOCAL_REFERENCE, NAME, NAMESPACE_NAME, OPTIONS, PRECISE_HOST, SECTION};

pub(super) static REFERENCE_GRANT: Schema = object(fields! { must "from": &FROM, must "to": &TO });
static FROM: Schema = list(&FROM_ONE, 1, 16);
static FROM_ONE: Schema = object(fields! { must "group": &GROUP_NAME, must "kind": &KIND_NAME, must "namespace": &NAMESPACE_NAME });
static TO: Schema = list(&TO_ONE, 1, 16);
static TO_ONE: Schema = object(fields! { must "group": &GROUP_NAME, must "kind": &KIND_NAME, may "name": &NAME });

pub(super) static BACKEND_TLS_POLICY: Schema =
    object(fields! { may "options": &OPTIONS, must "targetRefs": &TARGETS, must "validation": &VALIDATION });
static TARGETS: Schema = list(&TARGET, 1, 16).rules(rules::TARGETS);
static TARGET: Schema =
    object(fields! { must "group": &GROUP_NAME, must "kind": &KIND_NAME, must "name": &NAME, may "sectionName": &SECTION });
static VALIDATION: Schema = object(fields! {
    may "caCertificateRefs": &AUTHORITIES, must "hostname": &PRECISE_HOST, may "subjectAltNames": &ALT_NAMES,
    may "wellKnownCACertificates": &WELL_KNOWN_SET,
})
.rules(rules::VALIDATION);
static AUTHORITIES: Schema = list(&LOCAL_REFERENCE, 0, 8);
static WELL_KNOWN_SET: Schema = pattern(1, 253, &WELL_KNOWN);
static ALT_NAMES: Schema = list(&ALT_NAME, 0, 5);
static ALT_NAME: Schema =
    object(fields! { may "hostname": &HOST, must "type": &ALT_NAME_TYPE, may "uri": &ALT_NAME_URI }).rules(rules::ALT_NAME);
static ALT_NAME_TYPE: Schema = choice(&["Hostname", "URI"]);
static ALT_NAME_URI: Schema = pattern(1, 253, &URI);
