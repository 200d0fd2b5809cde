//! What the API server fills in: the stored Service less the written one. Knows no field by name.

use k8s_openapi::api::core::v1::Service;
use serde_json::Value;

use super::model::Default_;

/// The fields of `spec` that are not as written.
#[must_use]
pub fn filled_in(written: &Service, stored: &Service) -> Vec<Default_> {
    let [written, stored] = [written, stored].map(|service| serde_json::to_value(&service.spec).unwrap_or_default());
    let mut found = Vec::new();
    // As deep as a ServiceSpec is, and no deeper.
    let mut open = vec![("spec".to_owned(), Some(&written), &stored)];
    while let Some((field, written, stored)) = open.pop() {
        match stored {
            Value::Object(map) => {
                open.extend(map.iter().rev().map(|(key, value)| (format!("{field}.{key}"), written.and_then(|it| it.get(key)), value)));
            }
            Value::Array(list) if written.is_some() => {
                let items = list.iter().enumerate().rev();
                open.extend(items.map(|(index, value)| (format!("{field}[{index}]"), written.and_then(|it| it.get(index)), value)));
            }
            _ if written == Some(stored) => {}
            Value::Array(list) => {
                let items: Vec<_> = list.iter().map(plain).collect();
                found.push(Default_ { field, value: items.join(", ") });
            }
            _ => found.push(Default_ { field, value: plain(stored) }),
        }
    }
    found
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
