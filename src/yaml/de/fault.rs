//! What is wrong with the shape of a value, where, and how Go would say it. Knows no Kubernetes type.

use std::cmp::Ordering;
use std::fmt;

use crate::source::Span;
use crate::yaml::tree::NodeId;

/// One thing in a value that does not fit the type it is read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The innermost struct around it, by Go's name: `ServicePort`.
    pub structure: &'static str,
    /// `spec.ports[0].name`
    pub path: String,
    /// The same, step by step.
    pub steps: Vec<Step>,
    /// The value.
    pub span: Span,
    /// The key, if the value has one.
    pub key_span: Option<Span>,
    /// The value's node.
    pub node: NodeId,
    /// The key's node, if the value has one.
    pub key_node: Option<NodeId>,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The struct has no such field.
    Unknown {
        /// The fields it has.
        known: &'static [&'static str],
    },
    /// A later entry of the same mapping has the same key and wins; the fault stands at the one that is lost.
    Duplicate {
        /// The key that wins.
        kept: Span,
    },
    /// The value is of another type.
    WrongType {
        /// The type that the field has.
        wanted: Wanted,
        /// What is written.
        got: Got,
    },
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Text.
    String,
    /// True or false.
    Bool,
    /// A whole number of so many bits.
    Int(u8),
    /// A number.
    Float,
    /// A mapping of fields, by the struct's name.
    Struct(&'static str),
    /// A mapping with any keys.
    Map(Box<Wanted>),
    /// A sequence.
    List(Box<Wanted>),
    /// A whole number of 32 bits, or text.
    IntOrString,
    /// An amount: a number or text.
    Quantity,
    /// A type of its own that is written as text, by its name: `Time`.
    Named(&'static str),
    /// Something else, in the words of the type that refused it.
    Other(String),
}

/// What is written in its place. Null is never wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// True or false.
    Bool(bool),
    /// A number, as JSON has it.
    Number(String),
    /// Text.
    String(String),
    /// A sequence.
    List,
    /// A mapping.
    Map,
}

/// A step from a value to one below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An item of a sequence.
    Index(usize),
    /// A field of a struct.
    Field(String),
    /// A key of a mapping that has any keys.
    Key(String),
}

impl Fault {
    /// Where it stands among others as Go meets them: kubectl sends JSON with sorted keys, and Go reports in that order.
    #[must_use]
    pub fn cmp_as_json(&self, other: &Self) -> Ordering {
        let name = |step: &Step| match step {
            Step::Index(index) => (*index, String::new()),
            Step::Field(name) | Step::Key(name) => (0, name.clone()),
        };
        self.steps.iter().map(name).cmp(other.steps.iter().map(name))
    }

    /// The path as Go's type errors give it: fields alone, no indices and no keys of maps.
    #[must_use]
    pub fn go_path(&self) -> String {
        let fields: Vec<&str> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Field(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        fields.join(".")
    }

    /// encoding/json's words for a wrong type: `json: cannot unmarshal string into Go struct field
    /// ServicePort.spec.ports.port of type int32`. `path` and `go_type` are [`Self::go_path`] and [`Wanted::go_type`], or what
    /// Go has in their place (embedded structs, string types with a name of their own).
    #[must_use]
    pub fn go_message(&self, path: &str, go_type: &str) -> Option<String> {
        let FaultKind::WrongType { wanted, got } = &self.kind else { return None };
        let got = match got {
            Got::Bool(_) => "bool".to_owned(),
            Got::Number(text) if matches!(wanted, Wanted::Int(_) | Wanted::IntOrString | Wanted::Float) => format!("number {text}"),
            Got::Number(_) => "number".to_owned(),
            Got::String(_) => "string".to_owned(),
            Got::List => "array".to_owned(),
            Got::Map => "object".to_owned(),
        };
        let structure = self.structure;
        Some(format!("json: cannot unmarshal {got} into Go struct field {structure}.{path} of type {go_type}"))
    }
}

impl Wanted {
    /// The type as Go prints it, structs in the package `package`: `[]v1.ServicePort`, `map[string]string`, `int32`.
    #[must_use]
    pub fn go_type(&self, package: &str) -> String {
        match self {
            Wanted::String | Wanted::Other(_) => "string".to_owned(),
            Wanted::Bool => "bool".to_owned(),
            Wanted::Int(bits) => format!("int{bits}"),
            Wanted::Float => "float64".to_owned(),
            Wanted::Struct(name) | Wanted::Named(name) => format!("{package}.{name}"),
            Wanted::Map(value) => format!("map[string]{}", value.go_type(package)),
            Wanted::List(item) => format!("[]{}", item.go_type(package)),
            Wanted::IntOrString => "int32".to_owned(),
            Wanted::Quantity => "resource.Quantity".to_owned(),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::String => f.write_str("a string"),
            Wanted::Bool => f.write_str("true or false"),
            Wanted::Int(_) => f.write_str("a whole number"),
            Wanted::Float => f.write_str("a number"),
            Wanted::Struct(_) | Wanted::Map(_) => f.write_str("a mapping"),
            Wanted::List(_) => f.write_str("a list"),
            Wanted::IntOrString => f.write_str("a whole number or a string"),
            Wanted::Quantity => f.write_str("a quantity"),
            Wanted::Named(name) => write!(f, "a {name}"),
            Wanted::Other(words) => f.write_str(words),
        }
    }
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::Bool(truth) => write!(f, "{truth}"),
            Got::Number(text) => write!(f, "the number {text}"),
            Got::String(_) => f.write_str("a string"),
            Got::List => f.write_str("a list"),
            Got::Map => f.write_str("a mapping"),
        }
    }
}

/// `spec.ports[0].name`, `metadata.labels[app]`
pub(super) fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) => path.push_str(&format!("[{key}]")),
            Step::Field(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
        }
    }
    path
}
