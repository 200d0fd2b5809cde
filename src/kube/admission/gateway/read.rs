//! Reads a tree by a schema as the API server reads a custom resource: unknown fields dropped and noted, defaults filled
//! in, null as nothing written. Knows no kind and no limit.

use serde_json::{Map, Value as Json};

use super::schema::{Schema, Shape, field_of};
use crate::kube::admission::field::Path;
use crate::yaml::{Fault, FaultKind, Kind, Pair, Scalar, Value};

/// Reads a value. It goes no deeper than the schema does.
pub(super) fn read(value: Value<'_, '_>, schema: &Schema, path: &Path<'_>, unknown: &mut Vec<Fault>) -> Json {
    let value = value.follow();
    match (&schema.shape, value.kind()) {
        (Shape::Object(fields), Kind::Mapping) => {
            let pairs = value.effective();
            let mut object = Map::with_capacity(pairs.len());
            for Pair { name, entry } in pairs {
                match fields.names.iter().zip(fields.fields).find(|(known, _)| ***known == *name) {
                    Some((_, field)) if !entry.value.is_null() => {
                        let below = read(entry.value, field.schema, &path.child(&name), unknown);
                        object.insert(name.into_owned(), below);
                    }
                    Some(_) => {}
                    None => unknown.push(Fault {
                        kind: FaultKind::Unknown { known: fields.names },
                        structure: "",
                        path: path.child(&name).to_string(),
                        field: String::new(),
                        span: entry.value.span(),
                        key: Some(entry.key.span()),
                    }),
                }
            }
            let mut object = Json::Object(object);
            fill_in(&mut object, schema);
            object
        }
        (Shape::Map { of, .. }, Kind::Mapping) => {
            let pairs = value.effective();
            let mut object = Map::with_capacity(pairs.len());
            for Pair { name, entry } in pairs.into_iter().filter(|pair| !pair.entry.value.is_null()) {
                let below = read(entry.value, of, &path.child(&name), unknown);
                object.insert(name.into_owned(), below);
            }
            Json::Object(object)
        }
        (Shape::List { of, .. }, Kind::Sequence) => {
            let items = value.items().enumerate().map(|(index, item)| read(item, of, &path.index(index), unknown));
            Json::Array(items.collect())
        }
        (_, Kind::Mapping) => Json::Object(Map::new()),
        (_, Kind::Sequence) => Json::Array(Vec::new()),
        _ => scalar(value),
    }
}

/// Fills in the defaults of an object's fields, and those below a default.
fn fill_in(object: &mut Json, schema: &Schema) {
    match (&schema.shape, object) {
        (Shape::Object(fields), object @ Json::Object(_)) => {
            for (name, field) in fields.names.iter().zip(fields.fields) {
                if let Some(default) = field.schema.default.as_ref().filter(|_| field_of(object, name).is_none()) {
                    let mut value = default.json();
                    fill_in(&mut value, field.schema);
                    if let Json::Object(object) = object {
                        object.insert((*name).to_owned(), value);
                    }
                }
            }
        }
        (Shape::List { of, .. }, Json::Array(items)) => items.iter_mut().for_each(|item| fill_in(item, of)),
        _ => {}
    }
}

fn scalar(value: Value<'_, '_>) -> Json {
    match value.scalar() {
        Some(Scalar::Str(text)) => text.into(),
        Some(Scalar::Bool(truth)) => truth.into(),
        Some(Scalar::Int(number)) => number.into(),
        Some(Scalar::Uint(number)) => number.into(),
        Some(Scalar::Float(number)) => value.as_i64().map_or_else(|| number.into(), Json::from),
        Some(Scalar::Null) | None => Json::Null,
    }
}
