//! The zero value of any type, and what type it is: for a value of the wrong type, and to name what a list should hold.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::deserializer::{special, zero_of};
use super::{Error, Wanted};

/// A collection without anything in it.
pub(super) struct Nothing;

impl<'de> MapAccess<'de> for Nothing {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Error> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Error> {
        Err(Error(String::new()))
    }
}

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<Option<S::Value>, Error> {
        Ok(None)
    }
}

/// A zero value that notes which type was asked for.
pub(super) struct Zero<'a> {
    found: &'a mut Option<Wanted>,
}

/// A collection of one [`Zero`].
pub(super) struct One<'a> {
    found: &'a mut Option<Wanted>,
    taken: bool,
}

impl<'a> Zero<'a> {
    /// A sequence of one item, of which the type goes to `found`.
    pub(super) fn item(found: &'a mut Option<Wanted>) -> One<'a> {
        One { found, taken: false }
    }

    /// A mapping of one entry, of whose value the type goes to `found`.
    pub(super) fn entry(found: &'a mut Option<Wanted>) -> One<'a> {
        One { found, taken: false }
    }

    fn note(&mut self, wanted: Wanted) {
        self.found.get_or_insert(wanted);
    }
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if std::mem::replace(&mut self.taken, true) {
            return Ok(None);
        }
        seed.deserialize(Zero { found: self.found }).map(Some)
    }
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if std::mem::replace(&mut self.taken, true) {
            return Ok(None);
        }
        seed.deserialize(StrDeserializer::new("")).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Zero { found: self.found })
    }
}

macro_rules! zeros {
    ($($name:ident $visit:ident $zero:expr, $wanted:expr;)*) => {$(
        fn $name<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
            self.note($wanted);
            visitor.$visit($zero)
        }
    )*};
}

impl<'de> Deserializer<'de> for Zero<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let wanted = special(&visitor);
        if let Some(wanted) = &wanted {
            self.note(wanted.clone());
        }
        zero_of(visitor, wanted.as_ref())
    }

    zeros! {
        deserialize_bool visit_bool false, Wanted::Bool;
        deserialize_i8 visit_i8 0, Wanted::Int(8);
        deserialize_i16 visit_i16 0, Wanted::Int(16);
        deserialize_i32 visit_i32 0, Wanted::Int(32);
        deserialize_i64 visit_i64 0, Wanted::Int(64);
        deserialize_f32 visit_f32 0.0, Wanted::Float;
        deserialize_f64 visit_f64 0.0, Wanted::Float;
        deserialize_str visit_str "", Wanted::String;
        deserialize_string visit_str "", Wanted::String;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(mut self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name != "Quantity" {
            self.note(Wanted::Named(name));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.note(Wanted::Struct(name));
        visitor.visit_map(Nothing)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut value = None;
        let read = visitor.visit_map(Zero::entry(&mut value));
        self.found.get_or_insert(Wanted::Map(Box::new(value.unwrap_or(Wanted::String))));
        read
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut item = None;
        let read = visitor.visit_seq(Zero::item(&mut item));
        self.found.get_or_insert(Wanted::List(Box::new(item.unwrap_or(Wanted::String))));
        read
    }

    forward_to_deserialize_any! {
        i128 u8 u16 u32 u64 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any
    }
}
