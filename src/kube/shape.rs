//! The shape of the known kinds: which fields stand where, asked of the k8s-openapi types themselves.
//! Knows no document.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::decoded;
use super::place::Step;
use crate::yaml::{Kind, Value};

/// The fields of one structure.
pub type Fields = &'static [&'static str];

/// The fields that may stand at `path` in an object of this kind; none where no structure stands there, as in labels.
#[must_use]
pub fn fields(api_version: &str, kind: &str, path: &[Step<'_>]) -> Option<Fields> {
    let found = decoded::shape(api_version, kind, path)?;
    (!found.is_empty()).then_some(found)
}

/// Whether a kind has every field that is written; so it is where nothing is known of the kind.
#[must_use]
pub fn has_all_fields(api_version: &str, kind: &str, root: Value<'_, '_>) -> bool {
    let mut open = vec![(root, Vec::new())];
    while let Some((value, path)) = open.pop() {
        let below = |step| path.iter().copied().chain([step]).collect();
        match value.kind() {
            Kind::Mapping => {
                let known = fields(api_version, kind, &path);
                for entry in value.entries() {
                    let key = entry.key.text();
                    if known.is_some_and(|known| !known.contains(&key)) {
                        return false;
                    }
                    open.push((entry.value, below(Step::Key(key))));
                }
            }
            Kind::Sequence => open.extend(value.items().enumerate().map(|(index, item)| (item, below(Step::Index(index))))),
            _ => {}
        }
    }
    true
}

/// Where else a field of this name may stand: one level up, or one level down in a structure beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// In the structure that holds the one it was found in: so many levels up.
    Up(usize),
    /// In this field beside it; the number is 0 where that field is a list.
    Down {
        /// The field beside it.
        field: &'static str,
        /// Whether that field is a list of such structures.
        list: bool,
    },
}

/// Where a field that does not belong at `path` does belong, if only one place is near.
#[must_use]
pub fn elsewhere(api_version: &str, kind: &str, path: &[Step<'_>], name: &str) -> Option<Elsewhere> {
    let has = |fields: Option<Fields>| fields.is_some_and(|fields| fields.contains(&name));
    let here = fields(api_version, kind, path)?;
    let mut down = here.iter().filter_map(|field| {
        let mut longer = path.to_vec();
        longer.push(Step::Key(field));
        let direct = fields(api_version, kind, &longer);
        let list = direct.is_none();
        if list {
            longer.push(Step::Index(0));
        }
        has(direct.or_else(|| fields(api_version, kind, &longer))).then_some(Elsewhere::Down { field, list })
    });
    // `metadata` and `status` have a `name` or a `conditions` for everything: the spec is what people mean.
    let mut found: Vec<_> = down.by_ref().filter(|it| !matches!(it, Elsewhere::Down { field: "status" | "managedFields", .. })).collect();
    if found.len() == 1 {
        return found.pop();
    }
    for levels in 1..=path.len().min(4) {
        let Some(shorter) = path.get(..path.len() - levels) else { break };
        // The list itself is no level that a person sees.
        if has(fields(api_version, kind, shorter)) {
            return Some(Elsewhere::Up(levels));
        }
    }
    None
}

/// The fields of `T` at `path`, found by pretending to read it.
#[must_use]
pub fn of<'de, T: de::Deserialize<'de>>(path: &[Step<'_>]) -> Option<Fields> {
    match T::deserialize(Probe { path }) {
        Err(Seen::Fields(fields)) => Some(fields),
        _ => None,
    }
}

/// Walks down the types; the structure at the end of the path comes back as an error.
#[derive(Clone, Copy)]
struct Probe<'p> {
    path: &'p [Step<'p>],
}

/// What ends a probe.
#[derive(Debug)]
enum Seen {
    Fields(Fields),
    Nothing,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("probed")
    }
}

impl std::error::Error for Seen {}

impl de::Error for Seen {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Nothing
    }
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Seen;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Seen> {
        Err(Seen::Nothing)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Seen> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Seen> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Seen> {
        match self.path.split_first() {
            Some((Step::Index(_), path)) => visitor.visit_seq(One { path, key: None }),
            _ => Err(Seen::Nothing),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Seen> {
        match self.path.split_first() {
            Some((Step::Key(key), path)) => visitor.visit_map(One { path, key: Some(key) }),
            _ => Err(Seen::Nothing),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: Fields, visitor: V) -> Result<V::Value, Seen> {
        match self.path.split_first() {
            None => Err(Seen::Fields(fields)),
            Some((Step::Key(key), path)) if fields.contains(key) => visitor.visit_map(One { path, key: Some(key) }),
            _ => Err(Seen::Nothing),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct enum identifier ignored_any
    }
}

/// The one entry or item on the way.
struct One<'p> {
    path: &'p [Step<'p>],
    key: Option<&'p str>,
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Seen;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Seen> {
        self.key.take().map(|key| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Seen> {
        seed.deserialize(Probe { path: self.path })
    }
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Seen;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Seen> {
        seed.deserialize(Probe { path: self.path }).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::place::steps;

    fn at(kind: &str, path: &str) -> Option<Fields> {
        let api_version = if kind == "Service" { "v1" } else { "apps/v1" };
        fields(api_version, kind, &steps(path).collect::<Vec<_>>())
    }

    #[test]
    fn the_types_tell_their_fields() {
        assert!(at("Service", "spec.ports[0]").is_some_and(|fields| fields.contains(&"targetPort")));
        assert!(at("Deployment", "spec.template.spec.containers[0].ports[1]").is_some_and(|fields| fields.contains(&"containerPort")));
        assert_eq!(at("Service", "spec.selector"), None);
        assert_eq!(at("Service", "spec.nowhere"), None);
    }

    #[test]
    fn a_field_is_found_a_level_off() {
        let find = |kind: &str, path: &str, name: &str| {
            let api_version = if kind == "Service" { "v1" } else { "apps/v1" };
            elsewhere(api_version, kind, &steps(path).collect::<Vec<_>>(), name)
        };
        assert_eq!(find("Service", "", "ports"), Some(Elsewhere::Down { field: "spec", list: false }));
        assert_eq!(find("Service", "spec", "targetPort"), Some(Elsewhere::Down { field: "ports", list: true }));
        assert_eq!(find("Service", "spec.ports[0]", "selector"), Some(Elsewhere::Up(2)));
        assert_eq!(find("Deployment", "spec.template", "containers"), Some(Elsewhere::Down { field: "spec", list: false }));
        assert_eq!(find("Deployment", "spec.template.spec.containers[0]", "volumes"), Some(Elsewhere::Up(2)));
        assert_eq!(find("Deployment", "metadata", "app"), None);
    }
}
