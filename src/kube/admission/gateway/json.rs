//! JSON as objects of the Gateway API hold it: kept small, since it is kept as long as the run. Knows no schema and no text.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, Serializer};
use serde_json::Number;

/// A value. Names and texts that a schema has are the schema's own.
#[derive(Clone, Debug, Default)]
pub enum Json {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Truth(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(Cow<'static, str>),
    /// A list.
    List(Box<[Self]>),
    /// An object, in the order in which it is written; no name is there twice.
    Object(Box<[Field]>),
}

/// A field of an object: its name and its value.
pub type Field = (Cow<'static, str>, Json);

impl Json {
    /// A field of an object; none of anything else. Objects have few fields: finding one takes as long as there are many.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|(own, _)| *own == *name).map(|(_, value)| value)
    }

    /// The fields of an object; none of anything else.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        if let Self::Object(fields) = self { fields } else { &[] }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is a whole one.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.as_i64() } else { None }
    }
}

/// The items of a field that is a list; none of anything else.
#[must_use]
pub fn items<'j>(of: &'j Json, field: &str) -> &'j [Json] {
    of.get(field).map_or(&[], Json::items)
}

/// A field's text; empty where there is none.
#[must_use]
pub fn text<'j>(of: &'j Json, field: &str) -> &'j str {
    of.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// The order of an object's fields does not matter.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Truth(a), Self::Truth(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Object(a), Self::Object(b)) if a.len() != b.len() => false,
            (Self::Object(a), Self::Object(b)) if a.iter().zip(b).all(|(a, b)| a.0 == b.0) => a == b,
            (Self::Object(a), Self::Object(b)) => by_name(a) == by_name(b),
            _ => false,
        }
    }
}

fn by_name(fields: &[Field]) -> Vec<&Field> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| name);
    fields
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Truth(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// As compact JSON.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object<const N: usize>(fields: [(&'static str, Json); N]) -> Json {
        Json::Object(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    fn json(text: &'static str) -> Json {
        Json::Text(text.into())
    }

    #[test]
    fn fields_are_alike_in_any_order_and_items_are_not() {
        let [a, b, c] = [("a", json("x")), ("b", Json::Number(1.into())), ("a", json("y"))];
        assert_eq!(object([a.clone(), b.clone()]), object([b.clone(), a.clone()]));
        assert_ne!(object([a.clone(), b.clone()]), object([b.clone(), c.clone()]));
        assert_ne!(object([a.clone(), b.clone()]), object([c, b.clone()]));
        assert_ne!(object([a.clone(), b]), object([a]));
        assert_ne!(Json::List([json("x"), json("y")].into()), Json::List([json("y"), json("x")].into()));
        assert_ne!(object([]), Json::List(Box::default()));
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        let all = object([("b", Json::List([Json::Null, Json::Truth(true), json("\"")].into())), ("a", Json::Number((-1).into()))]);
        assert_eq!(all.to_string(), r#"{"b":[null,true,"\""],"a":-1}"#);
        assert_eq!((all.get("a").and_then(Json::as_i64), all.get("c")), (Some(-1), None));
    }

    #[test]
    fn a_value_is_small() {
        assert_eq!((size_of::<Json>(), size_of::<Field>()), (24, 48));
    }
}
