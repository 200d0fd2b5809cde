//! Reads a tree by a schema as the API server reads a custom resource: unknown fields dropped and noted, defaults filled
//! in, null as nothing written. Knows no kind and no limit.

use std::borrow::Cow;

use serde_json::Number;

use super::json::{Field, Json};
use super::schema::{Default, Fields, Schema, Shape};
use crate::kube::admission::field::Path;
use crate::yaml::{Fault, FaultKind, Kind, Pair, Scalar, Value};

/// Reads a value. It goes no deeper than the schema does.
pub(super) fn read(value: Value<'_, '_>, schema: &'static Schema, path: &Path<'_>, unknown: &mut Vec<Fault>) -> Json {
    Reader { fields: Vec::new(), items: Vec::new(), unknown }.value(value, schema, path)
}

/// One reading.
struct Reader<'r> {
    /// Of the objects that are being read, the innermost one's last.
    fields: Vec<Field>,
    /// Of the lists that are being read, the innermost one's last.
    items: Vec<Json>,
    unknown: &'r mut Vec<Fault>,
}

impl Reader<'_> {
    fn value(&mut self, value: Value<'_, '_>, schema: &'static Schema, path: &Path<'_>) -> Json {
        let value = value.follow();
        match (&schema.shape, value.kind()) {
            (Shape::Object(fields), Kind::Mapping) => self.object(value, fields, path),
            (Shape::Map { of, .. }, Kind::Mapping) => {
                let first = self.fields.len();
                for Pair { name, entry } in value.pairs().filter(|pair| !pair.entry.value.is_null()) {
                    let below = self.value(entry.value, of, &path.child(&name));
                    self.fields.push((name.into_owned().into(), below));
                }
                Json::Object(self.fields.drain(first..).collect())
            }
            (Shape::List { of, .. }, Kind::Sequence) => {
                let first = self.items.len();
                for (index, item) in value.items().enumerate() {
                    let item = self.value(item, of, &path.index(index));
                    self.items.push(item);
                }
                Json::List(self.items.drain(first..).collect())
            }
            (_, Kind::Mapping) => Json::Object(Box::default()),
            (_, Kind::Sequence) => Json::List(Box::default()),
            _ => scalar(value, schema),
        }
    }

    fn object(&mut self, value: Value<'_, '_>, known: &'static Fields, path: &Path<'_>) -> Json {
        let first = self.fields.len();
        for Pair { name, entry } in value.pairs() {
            match known.iter().find(|(known, _)| *known == name) {
                Some((name, field)) if !entry.value.is_null() => {
                    let below = self.value(entry.value, field.schema, &path.child(name));
                    self.fields.push((name.into(), below));
                }
                Some(_) => {}
                None => self.unknown.push(Fault {
                    kind: FaultKind::Unknown { known: known.names },
                    structure: "",
                    path: path.child(&name).to_string(),
                    field: String::new(),
                    span: entry.value.span(),
                    key: Some(entry.key.span()),
                }),
            }
        }
        self.fill_in(first, known)
    }

    /// The object whose fields were read from the `first` on, with the defaults of those that are missing.
    fn fill_in(&mut self, first: usize, known: &Fields) -> Json {
        for (name, field) in known.iter() {
            if let Some(default) = &field.schema.default
                && !self.fields.iter().skip(first).any(|(own, _)| own == name)
            {
                let value = self.default(default, field.schema);
                self.fields.push((name.into(), value));
            }
        }
        Json::Object(self.fields.drain(first..).collect())
    }

    fn default(&mut self, default: &Default, schema: &Schema) -> Json {
        match (default, &schema.shape) {
            (Default::Text(text), _) => Json::Text((*text).into()),
            (Default::Number(number), _) => Json::Number((*number).into()),
            (Default::Below, Shape::Object(fields)) => self.fill_in(self.fields.len(), fields),
            (Default::Below, Shape::List { of: Schema { shape: Shape::Object(fields), .. }, .. }) => {
                Json::List(Box::new([self.fill_in(self.fields.len(), fields)]))
            }
            (Default::Below, _) => Json::Null,
        }
    }
}

fn scalar(value: Value<'_, '_>, schema: &Schema) -> Json {
    match value.scalar() {
        Some(Scalar::Str(text)) => Json::Text(schema.known_text(text).map_or_else(|| text.to_owned().into(), Cow::Borrowed)),
        Some(Scalar::Bool(truth)) => Json::Truth(truth),
        Some(Scalar::Int(number)) => Json::Number(number.into()),
        Some(Scalar::Uint(number)) => Json::Number(number.into()),
        Some(Scalar::Float(number)) => {
            let number = value.as_i64().map(Number::from).or_else(|| Number::from_f64(number));
            number.map_or(Json::Null, Json::Number)
        }
        Some(Scalar::Null) | None => Json::Null,
    }
}
