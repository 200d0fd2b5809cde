//! Reads a tree as any type that serde can read, and finds every fault of shape instead of stopping at the first.
//! Knows no Kubernetes type; the names of fields come from the types themselves.
//!
//! As Go's decoder behind the API server: null is the zero value of whatever type the field has, keys are case-sensitive,
//! `3.0` is the integer 3, of equal keys the last counts, a key that the struct lacks is passed over.

mod access;
mod fault;
mod zero;

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeOwned, Deserializer, Expected, Visitor};
use serde::forward_to_deserialize_any;

pub use fault::{Fault, FaultKind, Got, Step, Wanted};

use super::entries::Pair;
use super::number;
use super::resolve::Scalar;
use super::tree::{Kind, NodeId, Value};
use access::{Elements, Pairs};
use zero::{Nothing, Zero};

/// Deepest nesting of a type that is followed; what lies below counts as null. The types themselves go to about 20.
const LEVELS: usize = 64;
/// How often a value is read again after a type has refused a part of it outright.
const ATTEMPTS: usize = 32;

/// Reads `value` as a `T`. What does not fit is added to `faults`, in the order in which Go would meet it, and treated as if
/// it weren't there. None where the type refuses the value even so.
///
/// k8s-openapi's objects insist on their own `apiVersion` and `kind`; other ones are passed over.
pub fn from_value<T: DeserializeOwned>(value: Value<'_, '_>, faults: &mut Vec<Fault>) -> Option<T> {
    let mut state = State { faults: Vec::new(), pairs: Vec::new(), absent: HashSet::new(), muted: false, any_kind: false };
    let mut typed = None;
    for _ in 0..ATTEMPTS {
        state.pairs.clear();
        let (absent, any_kind) = (state.absent.len(), state.any_kind);
        match T::deserialize(De { state: &mut state, value, frame: &ROOT, absent: false }) {
            // a value of the wrong type was read as zero: read once more as if it weren't there
            Ok(_) if state.absent.len() > absent => state.muted = true,
            Ok(read) => {
                typed = Some(read);
                break;
            }
            Err(error) => {
                if state.absent.len() == absent {
                    if any_kind {
                        let wanted = Wanted::Other(error.0);
                        state.wrong(value, &ROOT, wanted);
                        break;
                    }
                    state.any_kind = true;
                }
                state.faults.retain(|fault| state.muted || matches!(fault.kind, FaultKind::WrongType { .. }));
            }
        }
    }
    state.faults.sort_by(Fault::cmp_as_json);
    faults.append(&mut state.faults);
    typed
}

/// What is shared while one value is read.
struct State<'t, 's> {
    faults: Vec<Fault>,
    /// Entries of the mappings that are open, the innermost last.
    pairs: Vec<Pair<'t, 's>>,
    /// Values of the wrong type.
    absent: HashSet<NodeId>,
    /// Faults are known already.
    muted: bool,
    /// `apiVersion` and `kind` of the outermost struct are left out.
    any_kind: bool,
}

/// Where a value stands below the one that is read.
struct Frame<'a> {
    above: Option<&'a Frame<'a>>,
    step: At<'a>,
    /// The innermost struct around it.
    structure: &'static str,
    key: Option<NodeId>,
    level: usize,
}

#[derive(Clone, Copy)]
enum At<'a> {
    Root,
    Index(usize),
    Field(&'a str),
    Key(&'a str),
}

static ROOT: Frame<'static> = Frame { above: None, step: At::Root, structure: "", key: None, level: 0 };

impl Frame<'_> {
    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut frame = Some(self);
        while let Some(here) = frame {
            match here.step {
                At::Root => {}
                At::Index(index) => steps.push(Step::Index(index)),
                At::Field(name) => steps.push(Step::Field(name.to_owned())),
                At::Key(name) => steps.push(Step::Key(name.to_owned())),
            }
            frame = here.above;
        }
        steps.reverse();
        steps
    }
}

impl State<'_, '_> {
    #[cold]
    fn fault(&mut self, kind: FaultKind, value: Value<'_, '_>, frame: &Frame<'_>) {
        if self.muted {
            return;
        }
        let steps = frame.steps();
        self.faults.push(Fault {
            kind,
            structure: frame.structure,
            path: fault::path(&steps),
            steps,
            span: value.span(),
            key_span: frame.key.map(|key| value.at(key).span()),
            node: value.id,
            key_node: frame.key,
        });
    }

    /// Notes a value of the wrong type; it counts as absent from now on.
    #[cold]
    fn wrong(&mut self, value: Value<'_, '_>, frame: &Frame<'_>, wanted: Wanted) {
        if !self.absent.insert(value.id) {
            return;
        }
        if let Some(got) = got(value) {
            self.fault(FaultKind::WrongType { wanted, got }, value, frame);
        }
    }
}

fn got(value: Value<'_, '_>) -> Option<Got> {
    let value = value.follow();
    Some(match value.scalar() {
        None if value.kind() == Kind::Sequence => Got::List,
        None => Got::Map,
        Some(Scalar::Null) => return None,
        Some(Scalar::Bool(truth)) => Got::Bool(truth),
        Some(Scalar::Int(number)) => Got::Number(number.to_string()),
        Some(Scalar::Uint(number)) => Got::Number(number.to_string()),
        Some(Scalar::Float(number)) => Got::Number(number::json(number).unwrap_or_default()),
        Some(Scalar::Str(text)) => Got::String(text.to_owned()),
    })
}

/// A refusal that a type uttered itself.
#[derive(Debug)]
struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// One value about to be read.
struct De<'a, 't, 's> {
    state: &'a mut State<'t, 's>,
    value: Value<'t, 's>,
    frame: &'a Frame<'a>,
    absent: bool,
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
fn special(visitor: &dyn Expected) -> Option<Wanted> {
    match visitor.to_string().as_str() {
        "IntOrString" => Some(Wanted::IntOrString),
        "Quantity" => Some(Wanted::Quantity),
        _ => None,
    }
}

fn zero_of<'de, V: Visitor<'de>>(visitor: V, wanted: Option<&Wanted>) -> Result<V::Value, Error> {
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
