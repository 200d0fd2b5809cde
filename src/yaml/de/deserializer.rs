//! One value of a tree as serde asks for it: what fits is handed over, what doesn't is noted and read as zero.

use serde::de::{Deserializer, Expected, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Elements, Pairs};
use super::zero::{Nothing, Zero};
use super::{Error, Frame, State, Wanted};
use crate::yaml::number;
use crate::yaml::resolve::Scalar;
use crate::yaml::tree::{Kind, Value};

/// Deepest nesting of a type that is followed; what lies below counts as null. Kubernetes' types that don't contain themselves
/// stay well above.
const LEVELS: usize = 64;

/// One value about to be read.
pub(super) struct De<'a, 't, 's> {
    pub state: &'a mut State<'t, 's>,
    pub value: Value<'t, 's>,
    pub frame: &'a Frame<'a>,
    /// It was of the wrong type when it was read before.
    pub absent: bool,
}

/// What a value is, before the type is asked.
#[derive(Clone, Copy)]
enum Meaning<'t> {
    Scalar(Scalar<'t>),
    List,
    Map,
}

impl<'t> De<'_, 't, '_> {
    #[inline]
    fn meaning(&self) -> Meaning<'t> {
        if self.absent || self.frame.level > LEVELS {
            return Meaning::Scalar(Scalar::Null);
        }
        let value = self.value.follow();
        match value.scalar() {
            Some(scalar) => Meaning::Scalar(scalar),
            None if value.kind() == Kind::Sequence => Meaning::List,
            None => Meaning::Map,
        }
    }

    fn wrong(&mut self, wanted: Wanted) {
        self.state.wrong(self.value, self.frame, wanted);
    }

    /// A whole number within bounds; 0 for null and, noted as a fault, for all else.
    #[inline]
    fn whole(&mut self, bits: u8, min: i64, max: i64) -> i64 {
        let number = match self.meaning() {
            Meaning::Scalar(Scalar::Int(number)) => Some(number),
            Meaning::Scalar(Scalar::Float(number)) => number::whole(number),
            Meaning::Scalar(Scalar::Null) => return 0,
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => number,
            _ => {
                self.wrong(Wanted::Int(bits));
                0
            }
        }
    }
}

/// What a visitor of anything says that it takes, where it isn't really anything.
pub(super) fn special(visitor: &dyn Expected) -> Option<Wanted> {
    match visitor.to_string().as_str() {
        "IntOrString" => Some(Wanted::IntOrString),
        "Quantity" => Some(Wanted::Quantity),
        _ => None,
    }
}

pub(super) fn zero_of<'de, V: Visitor<'de>>(visitor: V, wanted: Option<&Wanted>) -> Result<V::Value, Error> {
    match wanted {
        Some(Wanted::IntOrString) => visitor.visit_i64(0),
        Some(Wanted::Quantity) => visitor.visit_str("0"),
        _ => visitor.visit_unit(),
    }
}

/// Hands a scalar that is not null to a visitor of anything.
fn hand<'de, V: Visitor<'de>>(scalar: Scalar<'_>, visitor: V) -> Result<V::Value, Error> {
    match scalar {
        Scalar::Null => visitor.visit_unit(),
        Scalar::Bool(truth) => visitor.visit_bool(truth),
        Scalar::Int(number) => visitor.visit_i64(number),
        Scalar::Uint(number) => visitor.visit_u64(number),
        Scalar::Float(number) => match number::whole(number) {
            Some(whole) => visitor.visit_i64(whole),
            None => visitor.visit_f64(number),
        },
        Scalar::Str(text) => visitor.visit_str(text),
    }
}

macro_rules! whole_numbers {
    ($($name:ident $visit:ident $type:ident $bits:literal),*) => {$(
        fn $name<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
            let max = i64::try_from($type::MAX).unwrap_or(i64::MAX);
            let number = self.whole($bits, i64::try_from($type::MIN).unwrap_or(i64::MIN), max);
            visitor.$visit($type::try_from(number).unwrap_or_default())
        }
    )*};
}

impl<'de> Deserializer<'de> for De<'_, '_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let meaning = self.meaning();
        let wanted = match meaning {
            Meaning::Scalar(Scalar::Str(text)) => return visitor.visit_str(text),
            Meaning::Scalar(Scalar::Int(number)) if i32::try_from(number).is_ok() => return visitor.visit_i64(number),
            _ => special(&visitor),
        };
        let fits = match (meaning, &wanted) {
            (Meaning::Scalar(Scalar::Null), _) => return zero_of(visitor, wanted.as_ref()),
            (_, None) => true,
            (Meaning::Scalar(Scalar::Float(number)), Some(Wanted::IntOrString)) => {
                number::whole(number).is_some_and(|number| i32::try_from(number).is_ok())
            }
            (Meaning::Scalar(scalar), Some(Wanted::Quantity)) => !matches!(scalar, Scalar::Bool(_)),
            _ => false,
        };
        match (meaning, wanted) {
            (_, Some(wanted)) if !fits => {
                self.wrong(wanted.clone());
                zero_of(visitor, Some(&wanted))
            }
            (Meaning::Scalar(scalar), _) => hand(scalar, visitor),
            (Meaning::List, _) => Elements::visit(self, visitor),
            (Meaning::Map, _) => Pairs::visit(self, None, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::Scalar(Scalar::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::Scalar(Scalar::Str(text)) => visitor.visit_str(text),
            Meaning::Scalar(Scalar::Null) => visitor.visit_str(""),
            _ => {
                self.wrong(Wanted::String);
                visitor.visit_str("")
            }
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::Scalar(Scalar::Bool(truth)) => visitor.visit_bool(truth),
            Meaning::Scalar(Scalar::Null) => visitor.visit_bool(false),
            _ => {
                self.wrong(Wanted::Bool);
                visitor.visit_bool(false)
            }
        }
    }

    whole_numbers! {
        deserialize_i8 visit_i8 i8 8, deserialize_i16 visit_i16 i16 16, deserialize_i32 visit_i32 i32 32, deserialize_i64 visit_i64 i64 64,
        deserialize_u8 visit_u8 u8 8, deserialize_u16 visit_u16 u16 16, deserialize_u32 visit_u32 u32 32, deserialize_u64 visit_u64 u64 64
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        #[allow(clippy::cast_precision_loss)] // as in Go
        let number = match self.meaning() {
            Meaning::Scalar(Scalar::Float(number)) => number,
            Meaning::Scalar(Scalar::Int(number)) => number as f64,
            Meaning::Scalar(Scalar::Uint(number)) => number as f64,
            Meaning::Scalar(Scalar::Null) => 0.0,
            _ => {
                self.wrong(Wanted::Float);
                0.0
            }
        };
        visitor.visit_f64(number)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(mut self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        let text = matches!(self.meaning(), Meaning::Scalar(Scalar::Str(_) | Scalar::Null));
        if !text && matches!(name, "Time" | "MicroTime") {
            self.wrong(Wanted::Named(name));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::Map => Pairs::visit(self, Some((name, fields)), visitor),
            Meaning::Scalar(Scalar::Null) => visitor.visit_map(Nothing),
            _ => {
                self.wrong(Wanted::Struct(name));
                visitor.visit_map(Nothing)
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::Map => Pairs::visit(self, None, visitor),
            Meaning::Scalar(Scalar::Null) => visitor.visit_map(Nothing),
            _ => {
                let mut value = None;
                let read = visitor.visit_map(Zero::entry(&mut value));
                self.state.wrong(self.value, self.frame, Wanted::Map(Box::new(value.unwrap_or(Wanted::String))));
                read
            }
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.meaning() {
            Meaning::List => Elements::visit(self, visitor),
            Meaning::Scalar(Scalar::Null) => visitor.visit_seq(Nothing),
            _ => {
                let mut item = None;
                let read = visitor.visit_seq(Zero::item(&mut item));
                self.state.wrong(self.value, self.frame, Wanted::List(Box::new(item.unwrap_or(Wanted::String))));
                read
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
    }
}
