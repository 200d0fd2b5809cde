//! Reads a tree as any serde type and notes everything that does not fit, instead of stopping at the first.
//! Knows serde, and no Kubernetes type.
//!
//! It reads as Go's `encoding/json` fills a struct: null is the zero value, keys are case-sensitive, an unknown key is
//! left out, and what has the wrong type is noted and read as what it was probably meant for.

use std::any::type_name;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, FaultKind, Got};
use super::{Entries, Kind, NodeId, Pair, Scalar, Value};

/// How often a tree is read again after a type refused one of its values by itself.
const AGAIN: usize = 64;

/// Reads a value, adding to `faults` what does not fit; none only where the type refuses the value as a whole.
pub fn from_value<T: DeserializeOwned>(value: Value<'_, '_>, faults: &mut Vec<Fault>) -> Option<T> {
    // Values that a type refuses by itself (a date, base64) are passed over when the tree is read again.
    let mut absent: Vec<NodeId> = Vec::new();
    let mut refused: Vec<Fault> = Vec::new();
    loop {
        let run = Run { faults: RefCell::default(), pairs: RefCell::default(), structure: Cell::new(""), absent: &absent };
        let read = T::deserialize(Reader { value, key: None, wanted: type_name::<T>(), path: None, run: &run });
        let found = run.faults.into_inner();
        match read {
            Err(Refused(Some((node, fault)))) if absent.len() < AGAIN && !absent.contains(&node) => {
                absent.push(node);
                if !value.at(node).is_null() {
                    refused.push(*fault); // of null nothing is read, whatever the type
                }
            }
            read => {
                faults.extend(found);
                faults.append(&mut refused);
                return read.ok();
            }
        }
    }
}

/// One reading of a tree.
struct Run<'r, 't, 's> {
    faults: RefCell<Vec<Fault>>,
    /// Those of the mappings that are being read, the innermost one's last.
    pairs: RefCell<Vec<Pair<'t, 's>>>,
    structure: Cell<&'static str>,
    absent: &'r [NodeId],
}

enum Step<'t> {
    Field(Cow<'t, str>),
    Key(Cow<'t, str>),
    Index(usize),
}

/// The way to a value, from its last step up.
struct Path<'r, 't> {
    step: Step<'t>,
    above: Option<&'r Path<'r, 't>>,
}

impl Run<'_, '_, '_> {
    fn fault(
        &self,
        kind: FaultKind,
        value: Value<'_, '_>,
        key: Option<Value<'_, '_>>,
        way: Option<&Path<'_, '_>>,
        last: Option<&str>,
    ) -> Fault {
        let (mut path, mut field) = (String::new(), String::new());
        let steps: Vec<&Path<'_, '_>> = std::iter::successors(way, |path| path.above).collect();
        for way in steps.into_iter().rev() {
            match &way.step {
                Step::Index(index) => path.push_str(&format!("[{index}]")),
                Step::Key(key) => extend(&mut path, key),
                Step::Field(name) => {
                    extend(&mut path, name);
                    extend(&mut field, name);
                }
            }
        }
        if let Some(last) = last {
            extend(&mut path, last);
            extend(&mut field, last);
        }
        Fault { kind, structure: self.structure.get(), path, field, span: value.span(), key: key.map(Value::span) }
    }
}

/// Adds a key to a path; one that holds dots stands in brackets.
fn extend(path: &mut String, key: &str) {
    if key.contains(['.', '[', ']']) || key.is_empty() {
        path.push_str(&format!("[{key}]"));
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
}

/// A type refused a value by itself: which, once that is known.
#[derive(Debug)]
struct Refused(Option<(NodeId, Box<Fault>)>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value does not fit its type")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(None)
    }
}

/// A value about to be read as some type.
struct Reader<'r, 't, 's> {
    value: Value<'t, 's>,
    key: Option<Value<'t, 's>>,
    wanted: &'static str,
    path: Option<&'r Path<'r, 't>>,
    run: &'r Run<'r, 't, 's>,
}

impl<'t, 's> Reader<'_, 't, 's> {
    fn wrong(&self, got: Got) {
        let fault = self.run.fault(FaultKind::WrongType { wanted: self.wanted, got }, self.value, self.key, self.path, None);
        self.run.faults.borrow_mut().push(fault);
    }

    fn wrong_kind(&self) {
        self.wrong(match self.value.kind() {
            Kind::Sequence => Got::List,
            Kind::Mapping => Got::Map,
            _ => match self.value.scalar() {
                Some(Scalar::Bool(_)) => Got::Bool,
                Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => Got::Number(String::new()),
                _ => Got::Text,
            },
        });
    }

    /// Reads a mapping's pairs, with the names of a structure's fields where it is one.
    fn pairs<V: Visitor<'t>>(&self, known: Option<&'static [&'static str]>, visitor: V) -> Result<V::Value, Refused> {
        if self.value.is_effective_as_written() {
            return visitor.visit_map(Fields {
                run: self.run,
                path: self.path,
                pairs: Pairs::AsWritten(self.value.entries()),
                known,
                value: None,
            });
        }
        let mut pairs = self.run.pairs.borrow_mut();
        let first = pairs.len();
        self.value.effective_into(&mut pairs, |_| ());
        let end = pairs.len();
        drop(pairs);
        let read =
            visitor.visit_map(Fields { run: self.run, path: self.path, pairs: Pairs::Gathered { next: first, end }, known, value: None });
        self.run.pairs.borrow_mut().truncate(first);
        read
    }

    fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The integer that stands there, or the one that was probably meant.
    fn integer(&self) -> i64 {
        match self.value.scalar() {
            Some(Scalar::Null) => 0,
            Some(Scalar::Int(number)) => number,
            Some(Scalar::Float(number)) if whole(number).is_some() => whole(number).unwrap_or(0),
            Some(Scalar::Uint(_) | Scalar::Float(_)) => {
                self.wrong(Got::Number(self.value.text().to_owned()));
                0
            }
            _ => {
                self.wrong_kind();
                self.value.text().trim().parse().unwrap_or(0)
            }
        }
    }
}

/// A float without a fraction as JSON has it: an integer.
fn whole(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)] // no fraction, and within the range
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

macro_rules! integers {
    ($($method:ident, $visit:ident, $type:ty;)*) => {$(
        fn $method<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
            let number = self.integer();
            match <$type>::try_from(number) {
                Ok(number) => visitor.$visit(number),
                Err(_) => {
                    self.wrong(Got::Number(number.to_string()));
                    visitor.$visit(0)
                }
            }
        }
    )*};
}

impl<'t> de::Deserializer<'t> for Reader<'_, 't, '_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value.kind() {
            Kind::Sequence => self.deserialize_seq(visitor),
            Kind::Mapping => self.deserialize_map(visitor),
            _ => match self.value.scalar() {
                // Of a type that reads itself from any scalar null is the zero value; of any JSON it is null.
                None | Some(Scalar::Null) if self.wanted.contains("serde_json") => visitor.visit_unit(),
                None | Some(Scalar::Null) => visitor.visit_i64(0),
                Some(Scalar::Bool(bool)) => visitor.visit_bool(bool),
                Some(Scalar::Int(number)) => visitor.visit_i64(number),
                Some(Scalar::Uint(number)) => visitor.visit_u64(number),
                Some(Scalar::Float(number)) => match whole(number) {
                    Some(number) => visitor.visit_i64(number),
                    None => visitor.visit_f64(number),
                },
                Some(Scalar::Str(text)) => visitor.visit_str(text),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value.scalar() {
            Some(Scalar::Bool(bool)) => visitor.visit_bool(bool),
            Some(Scalar::Null) => visitor.visit_bool(false),
            _ => {
                self.wrong_kind();
                visitor.visit_bool(self.value.text() == "true")
            }
        }
    }

    integers! {
        deserialize_i8, visit_i8, i8;
        deserialize_i16, visit_i16, i16;
        deserialize_i32, visit_i32, i32;
        deserialize_i64, visit_i64, i64;
        deserialize_u8, visit_u8, u8;
        deserialize_u16, visit_u16, u16;
        deserialize_u32, visit_u32, u32;
        deserialize_u64, visit_u64, u64;
    }

    fn deserialize_f32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_f64(visitor)
    }

    #[allow(clippy::cast_precision_loss)] // as Go's decoder reads a number as float64
    fn deserialize_f64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value.scalar() {
            Some(Scalar::Int(number)) => visitor.visit_f64(number as f64),
            Some(Scalar::Uint(number)) => visitor.visit_f64(number as f64),
            Some(Scalar::Float(number)) => visitor.visit_f64(number),
            Some(Scalar::Null) => visitor.visit_f64(0.0),
            _ => {
                self.wrong_kind();
                visitor.visit_f64(0.0)
            }
        }
    }

    fn deserialize_char<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.value.scalar() {
            Some(Scalar::Str(text)) => visitor.visit_str(text),
            Some(Scalar::Null) => visitor.visit_str(""),
            _ => {
                self.wrong_kind();
                visitor.visit_str(self.value.text())
            }
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        if !matches!(self.value.kind(), Kind::Sequence) {
            if !self.is_null() {
                self.wrong_kind();
            }
            return visitor.visit_seq(Nothing);
        }
        let items = self.value.items();
        // Counted first, so that a list of large structures takes no more than it holds.
        visitor.visit_seq(Items { run: self.run, path: self.path, left: items.clone().count(), items, index: 0 })
    }

    fn deserialize_tuple<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'t>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        if !matches!(self.value.kind(), Kind::Mapping) {
            if !self.is_null() {
                self.wrong_kind();
            }
            return visitor.visit_map(Nothing);
        }
        self.pairs(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if !matches!(self.value.kind(), Kind::Mapping) {
            return self.deserialize_map(visitor);
        }
        let outer = self.run.structure.replace(name);
        let read = self.pairs(Some(known), visitor);
        self.run.structure.set(outer);
        read
    }

    fn deserialize_enum<V: Visitor<'t>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_enum(self.value.text().into_deserializer())
    }

    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }
}

/// A collection that is not there.
struct Nothing;

impl<'t> SeqAccess<'t> for Nothing {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'t>>(&mut self, _: T) -> Result<Option<T::Value>, Refused> {
        Ok(None)
    }
}

impl<'t> MapAccess<'t> for Nothing {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, _: K) -> Result<Option<K::Value>, Refused> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, _: V) -> Result<V::Value, Refused> {
        Err(Refused(None))
    }
}

/// Reads one value below the path, and says whose fault it is where a type refuses it.
fn below<'t, 's, T: DeserializeSeed<'t>>(
    run: &Run<'_, 't, 's>,
    path: &Path<'_, 't>,
    key: Option<Value<'t, 's>>,
    value: Value<'t, 's>,
    seed: T,
) -> Result<T::Value, Refused> {
    let structure = run.structure.get();
    let reader = Reader { value: value.follow(), key, wanted: type_name::<T::Value>(), path: Some(path), run };
    seed.deserialize(reader).map_err(|refused| {
        run.structure.set(structure);
        Refused(Some(refused.0.unwrap_or_else(|| {
            let got = match (value.follow().kind(), value.follow().scalar()) {
                (Kind::Sequence, _) => Got::List,
                (Kind::Mapping, _) => Got::Map,
                (_, Some(Scalar::Bool(_))) => Got::Bool,
                (_, Some(Scalar::Str(_))) => Got::Text,
                _ => Got::Number(value.follow().text().to_owned()),
            };
            let fault = run.fault(FaultKind::WrongType { wanted: type_name::<T::Value>(), got }, value, key, Some(path), None);
            (value.id, Box::new(fault))
        })))
    })
}

struct Items<'r, 't, 's, I> {
    run: &'r Run<'r, 't, 's>,
    path: Option<&'r Path<'r, 't>>,
    items: I,
    /// How many are yet to come.
    left: usize,
    index: usize,
}

impl<'t, 's: 't, I: Iterator<Item = Value<'t, 's>>> SeqAccess<'t> for Items<'_, 't, 's, I> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        loop {
            let Some(item) = self.items.next() else { return Ok(None) };
            let index = self.index;
            self.index += 1;
            self.left = self.left.saturating_sub(1);
            if !self.run.absent.contains(&item.id) {
                return below(self.run, &Path { step: Step::Index(index), above: self.path }, None, item, seed).map(Some);
            }
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

struct Fields<'r, 't, 's> {
    run: &'r Run<'r, 't, 's>,
    path: Option<&'r Path<'r, 't>>,
    pairs: Pairs<'t, 's>,
    /// The fields of the struct; none for a map.
    known: Option<&'static [&'static str]>,
    value: Option<(Cow<'t, str>, Value<'t, 's>, Value<'t, 's>)>,
}

/// Where the pairs of a mapping come from.
enum Pairs<'t, 's> {
    /// From the tree.
    AsWritten(Entries<'t, 's>),
    /// From the run's: the next, and where those of this mapping end.
    Gathered { next: usize, end: usize },
}

impl<'t, 's> Fields<'_, 't, 's> {
    fn pair(&mut self) -> Option<Pair<'t, 's>> {
        match &mut self.pairs {
            Pairs::AsWritten(entries) => entries.next().map(|entry| Pair { name: Cow::Borrowed(entry.key.follow().text()), entry }),
            Pairs::Gathered { next, end } => {
                let mut pairs = self.run.pairs.borrow_mut();
                let pair = pairs.get_mut(*next).filter(|_| *next < *end)?;
                *next += 1;
                Some(Pair { name: std::mem::take(&mut pair.name), entry: pair.entry })
            }
        }
    }
}

impl<'t, 's: 't> MapAccess<'t> for Fields<'_, 't, 's> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        loop {
            let Some(Pair { name: key, entry }) = self.pair() else { return Ok(None) };
            if self.run.absent.contains(&entry.value.id) {
                continue;
            }
            let read = match &key {
                Cow::Borrowed(text) => seed.deserialize(BorrowedStrDeserializer::<Refused>::new(text)),
                Cow::Owned(text) => seed.deserialize(StrDeserializer::<Refused>::new(text)),
            };
            self.value = Some((key, entry.key, entry.value));
            return read.map(Some);
        }
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let Some((key, at, value)) = self.value.take() else { return Err(Refused(None)) };
        // What a structure passes over is a field that it does not know.
        if let Some(known) = self.known.filter(|_| type_name::<V::Value>() == type_name::<IgnoredAny>()) {
            let fault = self.run.fault(FaultKind::Unknown { known }, value, Some(at), self.path, Some(&key));
            self.run.faults.borrow_mut().push(fault);
            return seed.deserialize(().into_deserializer());
        }
        let step = if self.known.is_some() { Step::Field(key) } else { Step::Key(key) };
        below(self.run, &Path { step, above: self.path }, Some(at), value, seed)
    }
}
