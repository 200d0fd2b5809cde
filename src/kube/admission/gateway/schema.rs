//! How the schema of a custom resource is written down here: fields, limits, defaults and rules as constants.
//! Knows no kind.

use super::json::Json;

/// What a value must be.
#[derive(Debug)]
pub struct Schema {
    /// Its type, with the limits of that type.
    pub shape: Shape,
    /// What stands there where nothing is written.
    pub default: Option<Default>,
    /// What must hold beyond the shape; the API server asks only where the shapes of all fields are right.
    pub rules: &'static [Rule],
}

/// A type with its limits.
#[derive(Debug)]
pub enum Shape {
    /// An object with fields.
    Object(Fields),
    /// An object with any keys and values of one schema.
    Map {
        /// Of the values.
        of: &'static Schema,
        /// The most keys.
        most: usize,
    },
    /// A list.
    List {
        /// Of the items.
        of: &'static Schema,
        /// The fewest items.
        least: usize,
        /// The most items.
        most: usize,
        /// By what no two items may be alike.
        unique: Unique,
    },
    /// A string.
    Text {
        /// The fewest characters.
        least: usize,
        /// The most characters.
        most: usize,
        /// How it must look.
        pattern: Option<&'static Pattern>,
        /// The only values, if they are counted; no limit where empty.
        one_of: &'static [&'static str],
    },
    /// An integer of 32 bits.
    Number {
        /// The smallest.
        least: i64,
        /// The greatest.
        most: i64,
        /// The only values, if they are counted; no limit where empty.
        one_of: &'static [i64],
    },
    /// True or false.
    Truth,
}

/// The fields of an object, names and schemas side by side.
#[derive(Debug)]
pub struct Fields {
    /// Their names.
    pub names: &'static [&'static str],
    /// Their schemas.
    pub fields: &'static [Field],
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Whether it must be there.
    pub required: bool,
    /// What it must be.
    pub schema: &'static Schema,
}

/// By what no two items of a list may be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unique {
    /// By nothing: they may be.
    No,
    /// As a whole: `x-kubernetes-list-type: set`.
    Whole,
    /// By this field: `x-kubernetes-list-type: map`.
    By(&'static str),
}

/// A default.
#[derive(Debug)]
pub enum Default {
    /// A string.
    Text(&'static str),
    /// A number.
    Number(i64),
    /// An object with the defaults of its fields; of a list, one such item.
    Below,
}

/// How a string must look: the regular expression that the server prints, and what it means.
#[derive(Debug)]
pub struct Pattern {
    /// The expression.
    pub text: &'static str,
    /// Whether a string matches it.
    pub matches: fn(&str) -> bool,
}

/// A rule that the CRD states in CEL.
#[derive(Debug)]
pub struct Rule {
    /// What the server says where it does not hold.
    pub message: &'static str,
    /// Whether it holds; the key that CEL misses where it can't be told.
    pub holds: fn(&Json) -> Result<bool, &'static str>,
}

impl Fields {
    /// The names, each with its field.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static Field)> {
        self.names.iter().copied().zip(self.fields)
    }
}

const fn of(shape: Shape) -> Schema {
    Schema { shape, default: None, rules: &[] }
}

/// A string of so many characters.
pub const fn text(least: usize, most: usize) -> Schema {
    of(Shape::Text { least, most, pattern: None, one_of: &[] })
}

/// A string of so many characters that looks like this.
pub const fn pattern(least: usize, most: usize, pattern: &'static Pattern) -> Schema {
    of(Shape::Text { least, most, pattern: Some(pattern), one_of: &[] })
}

/// One of some strings.
pub const fn choice(one_of: &'static [&'static str]) -> Schema {
    of(Shape::Text { least: 0, most: usize::MAX, pattern: None, one_of })
}

/// A number in a range.
pub const fn number(least: i64, most: i64) -> Schema {
    of(Shape::Number { least, most, one_of: &[] })
}

/// One of some numbers.
pub const fn number_of(one_of: &'static [i64]) -> Schema {
    of(Shape::Number { least: i64::MIN, most: i64::MAX, one_of })
}

/// True or false.
pub const fn truth() -> Schema {
    of(Shape::Truth)
}

/// An object with these fields; [`fields!`](fields) writes them.
pub const fn object(fields: Fields) -> Schema {
    of(Shape::Object(fields))
}

/// An object with at most so many keys.
pub const fn map(of_: &'static Schema, most: usize) -> Schema {
    of(Shape::Map { of: of_, most })
}

/// A list of so many items.
pub const fn list(of_: &'static Schema, least: usize, most: usize) -> Schema {
    of(Shape::List { of: of_, least, most, unique: Unique::No })
}

impl Schema {
    /// The text as the schema itself has it, if it does.
    #[must_use]
    pub fn known_text(&self, text: &str) -> Option<&'static str> {
        let Shape::Text { one_of, .. } = &self.shape else { return None };
        let default = if let Some(Default::Text(default)) = &self.default { Some(default) } else { None };
        default.into_iter().chain(*one_of).find(|known| **known == text).copied()
    }

    /// With a default.
    pub const fn or(mut self, default: Default) -> Self {
        self.default = Some(default);
        self
    }

    /// With rules.
    pub const fn rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }

    /// A list whose items may not be alike.
    pub const fn unique(mut self, by: Unique) -> Self {
        if let Shape::List { of, least, most, .. } = self.shape {
            self.shape = Shape::List { of, least, most, unique: by };
        }
        self
    }
}

/// Fields of an object: `must "name": &NAME, may "port": &PORT`.
macro_rules! fields {
    ($($presence:ident $name:literal: $schema:expr),* $(,)?) => {
        $crate::kube::admission::gateway::schema::Fields {
            names: &[$($name),*],
            fields: &[$($crate::kube::admission::gateway::schema::$presence($schema)),*],
        }
    };
}
pub(super) use fields;

/// A field that must be there.
pub const fn must(schema: &'static Schema) -> Field {
    Field { required: true, schema }
}

/// A field that may be there.
pub const fn may(schema: &'static Schema) -> Field {
    Field { required: false, schema }
}
