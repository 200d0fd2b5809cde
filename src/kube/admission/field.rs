//! Paths and errors as `k8s.io/apimachinery/pkg/util/validation/field` words them. Knows no kind.

use std::fmt;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Cause;
use super::syntax::Faults;
use crate::kube::Version;
use crate::kube::version::Change;

/// The way to a field; written out only when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// `spec`
    #[must_use]
    pub fn root(name: &'a str) -> Self {
        Self { parent: None, step: Step::Field(name) }
    }

    /// `spec.ports`
    #[must_use]
    pub fn child(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Field(name) }
    }

    /// `spec.ports[0]`
    #[must_use]
    pub fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// `metadata.annotations[a/b]`
    #[must_use]
    pub fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Field(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// A value as an error prints it.
pub enum Shown<'a> {
    /// Quoted as Go does.
    Text(&'a str),
    /// A number.
    Number(i64),
    /// `true` or `false`.
    Bool(bool),
    /// As it stands: structures already written out by [`Errors::list`] and its like.
    Raw(String),
}

impl<'a> From<&'a str> for Shown<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Shown<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Shown<'_> {
    fn from(number: i32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<i64> for Shown<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Shown<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Number(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

/// Quotes as Go's `strconv.Quote`.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\x0b' => quoted.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c if (0x80..0xa0).contains(&(c as u32))
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}') =>
            {
                quoted.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as Go's `encoding/json`, which also escapes what HTML would read.
#[must_use]
pub fn json_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\x08' => quoted.push_str("\\b"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\x1f' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// An IntOrString in Go's `%#v`.
#[must_use]
pub fn go_int_or_string(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => format!("intstr.IntOrString{{Type:0, IntVal:{number}, StrVal:\"\"}}"),
        IntOrString::String(text) => format!("intstr.IntOrString{{Type:1, IntVal:0, StrVal:{}}}", quote(text)),
    }
}

/// The errors found in one object, in the server's order.
#[derive(Debug, Default)]
pub struct Errors {
    list: Vec<Cause>,
    version: Version,
}

impl Errors {
    /// No errors yet; `version` decides the wording.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self { list: Vec::new(), version }
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are, to ask later whether a part added any.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The causes, in order.
    #[must_use]
    pub fn into_causes(self) -> Vec<Cause> {
        self.list
    }

    /// The causes so far.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.list
    }

    /// Forgets the errors from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
    }

    /// A structure as this version prints it: JSON from 1.34 on, Go's `%#v` before.
    #[must_use]
    pub fn structure<'v>(&self, json: impl FnOnce() -> String, go: impl FnOnce() -> String) -> Shown<'v> {
        Shown::Raw(if self.version.has(Change::JsonErrorValues) { json() } else { go() })
    }

    /// A list of strings as this version prints it: `["a","b"]` or `[]string{"a", "b"}` with the Go element type given;
    /// a list that is absent prints as `null` or `[]string(nil)`.
    #[must_use]
    pub fn list<'v>(&self, go_type: &str, items: Option<&[String]>) -> Shown<'v> {
        let each =
            |quote: fn(&str) -> String, by: &str| items.unwrap_or_default().iter().map(|item| quote(item)).collect::<Vec<_>>().join(by);
        self.structure(
            || if items.is_none() { "null".into() } else { format!("[{}]", each(json_quote, ",")) },
            || if items.is_none() { format!("[]{go_type}(nil)") } else { format!("[]{go_type}{{{}}}", each(quote, ", ")) },
        )
    }

    /// An IntOrString that is printed as a structure.
    #[must_use]
    pub fn int_or_string<'v>(&self, value: &IntOrString) -> Shown<'v> {
        self.structure(
            || match value {
                IntOrString::Int(number) => number.to_string(),
                IntOrString::String(text) => json_quote(text),
            },
            || go_int_or_string(value),
        )
    }

    fn push(&mut self, reason: &'static str, path: &Path<'_>, message: String) {
        self.list.push(Cause { reason, field: path.to_string(), message });
    }

    /// `Invalid value: value: fault`, once for each fault.
    pub fn invalid_each(&mut self, path: &Path<'_>, value: &str, faults: &Faults) {
        for fault in faults {
            self.invalid(path, value, fault);
        }
    }

    /// `Required value: detail`
    pub fn required(&mut self, path: &Path<'_>, detail: &str) {
        self.push("FieldValueRequired", path, with_detail("Required value".into(), detail));
    }

    /// `Invalid value: value: detail`
    pub fn invalid<'v>(&mut self, path: &Path<'_>, value: impl Into<Shown<'v>>, detail: &str) {
        self.push("FieldValueInvalid", path, with_detail(format!("Invalid value: {}", value.into()), detail));
    }

    /// `Unsupported value: value: supported values: "a", "b"`, in the order given.
    pub fn not_supported<'v>(&mut self, path: &Path<'_>, value: impl Into<Shown<'v>>, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|value| quote(value)).collect();
        let detail = if supported.is_empty() { String::new() } else { format!("supported values: {}", supported.join(", ")) };
        self.push("FieldValueNotSupported", path, with_detail(format!("Unsupported value: {}", value.into()), &detail));
    }

    /// `Duplicate value: value`
    pub fn duplicate<'v>(&mut self, path: &Path<'_>, value: impl Into<Shown<'v>>) {
        self.push("FieldValueDuplicate", path, format!("Duplicate value: {}", value.into()));
    }

    /// `Forbidden: detail`
    pub fn forbidden(&mut self, path: &Path<'_>, detail: &str) {
        self.push("FieldValueForbidden", path, with_detail("Forbidden".into(), detail));
    }

    /// `Too long: may not be more than N bytes`
    pub fn too_long(&mut self, path: &Path<'_>, max: usize) {
        let how = if self.version.has(Change::TooLongMayNotBe) { "may not be more than" } else { "must have at most" };
        self.push("FieldValueTooLong", path, format!("Too long: {how} {max} bytes"));
    }

    /// `Too many: actual: must have at most max items`
    pub fn too_many(&mut self, path: &Path<'_>, actual: usize, max: usize) {
        self.push("FieldValueTooMany", path, format!("Too many: {actual}: must have at most {max} items"));
    }

    /// `Invalid value: "string": path in body must be of type integer: "string"`
    pub fn type_invalid(&mut self, path: &Path<'_>, got: &str, wanted: &str) {
        let message = format!("Invalid value: {0}: {path} in body must be of type {wanted}: {0}", quote(got));
        self.push("FieldValueTypeInvalid", path, message);
    }

    /// A rule in CEL that does not hold: `Invalid value: what the rule says`
    pub fn broken_rule(&mut self, path: &Path<'_>, says: &str) {
        self.push("FieldValueInvalid", path, format!("Invalid value: {says}"));
    }

    /// That no rule in CEL was asked, at no field at all.
    pub fn rules_not_asked(&mut self) {
        let says =
            "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
        self.push("FieldValueInvalid", &Path::root("<nil>"), format!("Invalid value: null: {says}"));
    }

    /// `Not found: value: detail`
    pub fn not_found_because(&mut self, path: &Path<'_>, value: &str, detail: &str) {
        self.push("FieldValueNotFound", path, format!("Not found: {}: {detail}", quote(value)));
    }

    /// `Not found: value`
    pub fn not_found<'v>(&mut self, path: &Path<'_>, value: impl Into<Shown<'v>>) {
        self.push("FieldValueNotFound", path, format!("Not found: {}", value.into()));
    }
}

fn with_detail(start: String, detail: &str) -> String {
    if detail.is_empty() { start } else { format!("{start}: {detail}") }
}
