//! Hands the entries and items of a collection to a type's visitor, and finds unknown and repeated keys on the way.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::deserializer::De;
use super::{At, Error, FaultKind, Frame, State, Wanted};
use crate::yaml::tree::Value;
use crate::yaml::value::Items;

type Fields = &'static [&'static str];

/// A mapping's entries, from `at` up to `end` of the shared list.
pub(super) struct Pairs<'a, 't, 's> {
    state: &'a mut State<'t, 's>,
    frame: &'a Frame<'a>,
    structure: &'static str,
    fields: Option<Fields>,
    base: usize,
    at: usize,
    end: usize,
}

impl<'a, 't, 's> Pairs<'a, 't, 's> {
    /// Reads a mapping as a struct with its name and fields, or as one of any keys.
    pub(super) fn visit<'de, V: Visitor<'de>>(
        de: De<'a, 't, 's>,
        of: Option<(&'static str, Fields)>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let De { state, value, frame, .. } = de;
        let base = state.pairs.len();
        let mut repeated = Vec::new();
        value.effective_into(&mut state.pairs, |lost| repeated.push(lost));
        let (structure, fields) = of.map_or((frame.structure, None), |(name, fields)| (name, Some(fields)));
        for lost in repeated {
            let name = lost.lost.key.key_name().unwrap_or_default();
            let frame = below(frame, step(fields, &name), structure, Some(lost.lost.key));
            state.fault(FaultKind::Duplicate { kept: lost.kept.key.span() }, lost.lost.value, &frame);
        }
        let end = state.pairs.len();
        let mut pairs = Pairs { state, frame, structure, fields, base, at: base, end };
        let read = visitor.visit_map(&mut pairs);
        pairs.state.pairs.truncate(base);
        read
    }

    /// Whether the type is asked about the entry at `at`; a key that the struct lacks is noted.
    #[inline]
    fn wanted(&mut self) -> bool {
        let Some(pair) = self.state.pairs.get(self.at) else { return false };
        let Some(fields) = self.fields else { return true };
        let name = &*pair.name;
        if !fields.contains(&name) {
            let (name, entry) = (pair.name.clone(), pair.entry);
            let frame = below(self.frame, At::Field(&name), self.structure, Some(entry.key));
            self.state.fault(FaultKind::Unknown { known: fields }, entry.value, &frame);
            return false;
        }
        let left_out = self.state.any_kind && self.base == 0 && matches!(name, "apiVersion" | "kind");
        !left_out && !self.state.absent.contains(&pair.entry.value.id) && !pair.entry.value.is_null()
    }
}

fn step(fields: Option<Fields>, name: &str) -> At<'_> {
    if fields.is_some() { At::Field(name) } else { At::Key(name) }
}

fn below<'a>(above: &'a Frame<'a>, step: At<'a>, structure: &'static str, key: Option<Value<'_, '_>>) -> Frame<'a> {
    Frame { above: Some(above), step, structure, key: key.map(|key| key.id), level: above.level + 1 }
}

impl<'de> MapAccess<'de> for &mut Pairs<'_, '_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while self.at < self.end {
            if self.wanted() {
                let Some(pair) = self.state.pairs.get(self.at) else { break };
                return seed.deserialize(StrDeserializer::new(&pair.name)).map(Some);
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(pair) = self.state.pairs.get(self.at) else { return Err(Error(String::new())) };
        let (name, entry) = (pair.name.clone(), pair.entry);
        self.at += 1;
        let frame = below(self.frame, step(self.fields, &name), self.structure, Some(entry.key));
        read(self.state, entry.value, &frame, seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.fields.is_none().then_some(self.end - self.at)
    }
}

/// Reads a value below another one. What its type refuses in words of its own is noted as this value's fault.
fn read<'de, 't, 's, S: DeserializeSeed<'de>>(
    state: &mut State<'t, 's>,
    value: Value<'t, 's>,
    frame: &Frame<'_>,
    seed: S,
) -> Result<S::Value, Error> {
    let absent = state.absent.contains(&value.id);
    let known = state.absent.len();
    let read = seed.deserialize(De { state: &mut *state, value, frame, absent });
    if let Err(error) = &read
        && state.absent.len() == known
    {
        state.wrong(value, frame, Wanted::Other(error.0.clone()));
    }
    read
}

/// A sequence's items.
pub(super) struct Elements<'a, 't, 's> {
    state: &'a mut State<'t, 's>,
    frame: &'a Frame<'a>,
    items: Items<'t, 's>,
    index: usize,
}

impl<'a, 't, 's> Elements<'a, 't, 's> {
    pub(super) fn visit<'de, V: Visitor<'de>>(de: De<'a, 't, 's>, visitor: V) -> Result<V::Value, Error> {
        let De { state, value, frame, .. } = de;
        visitor.visit_seq(Elements { state, frame, items: value.items(), index: 0 })
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, '_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let frame = below(self.frame, At::Index(self.index), self.frame.structure, None);
        self.index += 1;
        read(self.state, item, &frame, seed).map(Some)
    }
}
