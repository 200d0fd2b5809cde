//! What does not fit the type a tree is read as, where, and how Go would say it. Knows no Kubernetes type.

use std::fmt;

use crate::source::{Shift, Span};

/// Something in the tree that the type has no room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The struct it stands in: `ServicePort`; empty outside any.
    pub structure: &'static str,
    /// The way to it: `spec.ports[0].port`.
    pub path: String,
    /// The same as Go's decoder names it, without indices and keys of maps: `spec.ports.port`.
    pub field: String,
    /// The value's place.
    pub span: Span,
    /// The key's place, where there is one.
    pub key: Option<Span>,
}

impl Fault {
    /// The same where its text stands again.
    #[must_use]
    pub fn again(&self, shift: Shift) -> Self {
        Self { span: shift.span(self.span), key: self.key.map(|key| shift.span(key)), ..self.clone() }
    }
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The struct has no such field.
    Unknown {
        /// The fields it has.
        known: &'static [&'static str],
    },
    /// The value is of another type.
    WrongType {
        /// The Rust type that was wanted: [`go_type`] says it as Go does.
        wanted: &'static str,
        /// What stands there.
        got: Got,
    },
}

/// What a value is, as Go's decoder names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// `string`
    Text,
    /// `number`, for a number of the wrong kind or range with its text.
    Number(String),
    /// `bool`
    Bool,
    /// `array`
    List,
    /// `object`
    Map,
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("string"),
            Self::Number(text) if text.is_empty() => f.write_str("number"),
            Self::Number(text) => write!(f, "number {text}"),
            Self::Bool => f.write_str("bool"),
            Self::List => f.write_str("array"),
            Self::Map => f.write_str("object"),
        }
    }
}

impl Fault {
    /// The words of Go's decoder for a value of the wrong type: `json: cannot unmarshal string into Go struct field
    /// ServicePort.spec.ports.port of type int32`.
    #[must_use]
    pub fn go_words(&self) -> Option<String> {
        let FaultKind::WrongType { wanted, got } = &self.kind else { return None };
        Some(format!("json: cannot unmarshal {got} into Go struct field {}.{} of type {}", self.structure, self.field, go_type(wanted)))
    }
}

/// A Rust type's name as Go would print it: `i32` → `int32`, `Option<Vec<…::v1::ServicePort>>` → `[]v1.ServicePort`.
#[must_use]
pub fn go_type(rust: &str) -> String {
    let (outer, inner) = rust.split_once('<').map_or((rust, ""), |(outer, inner)| (outer, inner.strip_suffix('>').unwrap_or(inner)));
    match outer.rsplit("::").next().unwrap_or(outer) {
        "Option" | "Box" => go_type(inner),
        "Vec" => format!("[]{}", go_type(inner)),
        "BTreeMap" => {
            let (key, value) = inner.split_once(", ").unwrap_or((inner, ""));
            format!("map[{}]{}", go_type(key), go_type(value))
        }
        "String" => "string".to_owned(),
        "Texts" => "map[string]string".to_owned(),
        "i32" => "int32".to_owned(),
        "i64" => "int64".to_owned(),
        "f64" => "float64".to_owned(),
        name => {
            let version = outer
                .split("::")
                .filter(|part| part.starts_with('v') && part.get(1..2).is_some_and(|digit| digit != "1" || part.len() < 4));
            match version.filter(|part| part.as_bytes().get(1).is_some_and(u8::is_ascii_digit) && !part.contains('_')).last() {
                Some(version) => format!("{version}.{name}"),
                None => name.to_owned(),
            }
        }
    }
}
