//! Whether a value fits its schema, in the words of the API server's schema validation. Knows no kind.

use std::collections::HashSet;

use super::json::Json;
use super::schema::{Schema, Shape, Unique};
use crate::kube::admission::field::{Errors, Path, json_quote};

/// Notes where a value does not fit its shape. It goes no deeper than the schema does.
pub(super) fn shape(value: &Json, schema: &Schema, path: &Path<'_>, errors: &mut Errors) {
    match (&schema.shape, value) {
        (Shape::Object(fields), Json::Object(_)) => {
            for (name, field) in fields.iter() {
                match value.get(name) {
                    Some(value) => shape(value, field.schema, &path.child(name), errors),
                    None if field.required => errors.required(&path.child(name), ""),
                    None => {}
                }
            }
        }
        (Shape::Map { of, most }, Json::Object(object)) => {
            object.iter().for_each(|(key, value)| shape(value, of, &path.child(key), errors));
            if object.len() > *most {
                errors.too_many(path, object.len(), *most);
            }
        }
        (Shape::List { of, least, most, unique }, Json::List(items)) => {
            items.iter().enumerate().for_each(|(index, item)| shape(item, of, &path.index(index), errors));
            if items.len() < *least {
                errors.invalid(path, count(items.len()), &in_body(path, &format!("should have at least {least} items")));
            }
            if items.len() > *most {
                errors.too_many(path, items.len(), *most);
            }
            alike(items, *unique, path, errors);
        }
        (Shape::Text { least, most, pattern, one_of }, Json::Text(text)) => {
            let text = &**text;
            let length = text.chars().count();
            if length < *least {
                errors.invalid(path, text, &in_body(path, &format!("should be at least {least} chars long")));
            }
            if length > *most {
                errors.too_long(path, *most);
            }
            if let Some(pattern) = pattern.filter(|pattern| !(pattern.matches)(text)) {
                errors.invalid(path, text, &in_body(path, &format!("should match '{}'", pattern.text)));
            }
            if !one_of.is_empty() && !one_of.contains(&text) {
                errors.not_supported(path, text, one_of);
            }
        }
        (Shape::Number { least, most, one_of }, Json::Number(number)) => match number.as_i64() {
            Some(number) => {
                if number < *least {
                    errors.invalid(path, number, &in_body(path, &format!("should be greater than or equal to {least}")));
                }
                if number > *most {
                    errors.invalid(path, number, &in_body(path, &format!("should be less than or equal to {most}")));
                }
                if i32::try_from(number).is_err() {
                    no_such_integer(path, errors);
                }
                if !one_of.is_empty() && !one_of.contains(&number) {
                    let supported: Vec<String> = one_of.iter().map(i64::to_string).collect();
                    errors.not_supported(path, number, &supported.iter().map(String::as_str).collect::<Vec<_>>());
                }
            }
            None => {
                errors.type_invalid(path, "float64", "int32");
                no_such_integer(path, errors);
            }
        },
        (Shape::Truth, Json::Truth(_)) => {}
        (wanted, value) => errors.type_invalid(path, kind_of(value), wanted_kind(wanted)),
    }
}

/// Notes which rules do not hold.
pub(super) fn rules(value: &Json, schema: &Schema, path: &Path<'_>, errors: &mut Errors) {
    for rule in schema.rules {
        match (rule.holds)(value) {
            Ok(true) => {}
            Ok(false) => errors.broken_rule(path, rule.message),
            Err(key) => errors.invalid(path, "object", &format!("no such key: {key} evaluating rule: {}", rule.message)),
        }
    }
    match (&schema.shape, value) {
        (Shape::Object(fields), Json::Object(_)) => {
            for (name, field) in fields.iter() {
                if let Some(value) = value.get(name) {
                    rules(value, field.schema, &path.child(name), errors);
                }
            }
        }
        (Shape::List { of, .. }, Json::List(items)) => {
            items.iter().enumerate().for_each(|(index, item)| rules(item, of, &path.index(index), errors));
        }
        _ => {}
    }
}

fn in_body(path: &Path<'_>, what: &str) -> String {
    format!("{path} in body {what}")
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

/// Said besides, at no field at all.
fn no_such_integer(path: &Path<'_>, errors: &mut Errors) {
    let detail = format!("Checked value must be of type integer with format int32 in {path}");
    errors.invalid(&Path::root("<nil>"), "", &detail);
}

fn alike(items: &[Json], unique: Unique, path: &Path<'_>, errors: &mut Errors) {
    if items.len() < 2 {
        return;
    }
    let mut seen = HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let shown = match unique {
            Unique::No => return,
            Unique::Whole => item.to_string(),
            Unique::By(field) => match item.get(field) {
                Some(value) => format!("{{{}:{value}}}", json_quote(field)),
                None => continue,
            },
        };
        if !seen.insert(shown.clone()) {
            errors.duplicate(&path.index(index), crate::kube::admission::field::Shown::Raw(shown));
        }
    }
}

fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Truth(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::Text(_) => "string",
        Json::List(_) => "array",
        Json::Object(_) => "object",
    }
}

fn wanted_kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Object(_) | Shape::Map { .. } => "object",
        Shape::List { .. } => "array",
        Shape::Text { .. } => "string",
        Shape::Number { .. } => "integer",
        Shape::Truth => "boolean",
    }
}
