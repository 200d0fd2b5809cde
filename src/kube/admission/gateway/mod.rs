//! The Gateway API's kinds as an API server with the CRDs of v1.6.1 (standard channel) admits them: read by their schemas,
//! then judged by shape and, where the shape is right, by the rules in CEL. Knows one object at a time.
//!
//! An Istio `Gateway` or a Traefik `TLSRoute` is none of these: the group decides.

mod check;
mod culprits;
mod filters;
mod gateways;
mod kinds;
mod patterns;
mod policies;
mod read;
mod routes;
mod rules;
mod schema;
mod shared;

pub use culprits::culprits;
pub use kinds::{Custom, is_gateway_api, kind};
pub use schema::field_of;
pub use shared::OWN_GROUP;

use serde_json::{Map, Value as Json};

use self::schema::{Schema, Shape};
use super::field::Path;
use super::{Context, metadata};
use crate::yaml::{Fault, FaultKind, Value};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// Reads an object of the Gateway API: what stands in it beside its metadata, and the fields that no schema has.
///
/// Empty where it is of another group.
#[must_use]
pub fn read(api_version: &str, kind_: &str, root: Value<'_, '_>, unknown: &mut Vec<Fault>) -> Map<String, Json> {
    let mut content = Map::new();
    let Some(custom) = kind(api_version, kind_) else { return content };
    content.insert("apiVersion".into(), api_version.into());
    content.insert("kind".into(), kind_.into());
    for pair in root.effective() {
        match &*pair.name {
            "apiVersion" | "kind" | "metadata" | "status" => {}
            "spec" if pair.entry.value.is_null() => {}
            "spec" => {
                content.insert("spec".into(), read::read(pair.entry.value, custom.spec, &Path::root("spec"), unknown));
            }
            name => unknown.push(Fault {
                kind: FaultKind::Unknown { known: &["apiVersion", "kind", "metadata", "spec", "status"] },
                structure: "",
                path: name.to_owned(),
                field: String::new(),
                span: pair.entry.value.span(),
                key: Some(pair.entry.key.span()),
            }),
        }
    }
    content
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
