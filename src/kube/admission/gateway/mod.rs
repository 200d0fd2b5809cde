//! The Gateway API's kinds as an API server with the CRDs of v1.6.1 (standard channel) admits them: read by their schemas,
//! then judged by shape and, where the shape is right, by the rules in CEL. Knows one object at a time.
//!
//! An Istio `Gateway` or a Traefik `TLSRoute` is none of these: the group decides.

mod check;
mod culprits;
mod filters;
mod gateways;
mod json;
mod kinds;
mod patterns;
mod policies;
mod read;
mod routes;
mod rules;
mod schema;
mod shared;

pub use culprits::culprits;
pub use json::{Json, items, text};
pub use kinds::{Custom, is_gateway_api, kind};
pub use shared::OWN_GROUP;

use serde::Serialize;

use self::schema::{Schema, Shape};
use super::field::Path;
use super::{Context, metadata};
use crate::yaml::{Fault, FaultKind, Pair, Value};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// What stands in an object of the Gateway API beside its metadata.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: &'static str,
    /// `spec`, with its defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<Json>,
}

/// Reads an object of a kind, and notes the fields that no schema has.
#[must_use]
pub fn read(api_version: &str, custom: &Custom, root: Value<'_, '_>, unknown: &mut Vec<Fault>) -> Content {
    let mut spec = None;
    for Pair { name, entry } in root.pairs() {
        match &*name {
            "apiVersion" | "kind" | "metadata" | "status" => {}
            "spec" if entry.value.is_null() => {}
            "spec" => spec = Some(read::read(entry.value, custom.spec, &Path::root("spec"), unknown)),
            name => unknown.push(Fault {
                kind: FaultKind::Unknown { known: &["apiVersion", "kind", "metadata", "spec", "status"] },
                structure: "",
                path: name.to_owned(),
                field: String::new(),
                span: entry.value.span(),
                key: Some(entry.key.span()),
            }),
        }
    }
    Content { api_version: api_version.to_owned(), kind: custom.kind, spec }
}

/// Judges an object; its defaults are filled in already.
pub fn admit(metadata: &ObjectMeta, spec: Option<&Json>, custom: &Custom, cx: &mut Context<'_>) {
    let name_rule = metadata::name_is_dns_subdomain;
    metadata::validate_object_meta_at(metadata, custom.namespaced, name_rule, &Path::root("metadata"), cx);
    let path = Path::root("spec");
    let Some(spec) = spec else {
        cx.errors.required(&path, "");
        if has_rules(custom.spec) {
            cx.errors.rules_not_asked();
        }
        return;
    };
    check::shape(spec, custom.spec, &path, &mut cx.errors);
    let blocks = |reason: &str| {
        matches!(
            reason,
            "FieldValueNotSupported" | "FieldValueRequired" | "FieldValueTooLong" | "FieldValueTooMany" | "FieldValueTypeInvalid"
        )
    };
    match cx.errors.causes().iter().any(|cause| blocks(cause.reason)) {
        false => check::rules(spec, custom.spec, &path, &mut cx.errors),
        true if has_rules(custom.spec) => cx.errors.rules_not_asked(),
        true => {}
    }
}

/// Whether there is a rule anywhere in a schema: only then does the server say that it did not ask.
fn has_rules(schema: &Schema) -> bool {
    let below = match &schema.shape {
        Shape::Object(fields) => fields.fields.iter().any(|field| has_rules(field.schema)),
        Shape::List { of, .. } | Shape::Map { of, .. } => has_rules(of),
        _ => false,
    };
    below || !schema.rules.is_empty()
}
