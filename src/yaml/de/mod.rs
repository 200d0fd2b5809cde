//! Reads a tree as any type that serde can read, and finds every fault of shape instead of stopping at the first.
//! Knows no Kubernetes type; the names of fields come from the types themselves.
//!
//! As Go's decoder behind the API server: null is the zero value of whatever type the field has, keys are case-sensitive,
//! `3.0` is the integer 3, of equal keys the last counts, a key that the struct lacks is passed over.

mod access;
mod deserializer;
mod fault;
mod zero;

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeOwned};

pub use fault::{Fault, FaultKind, Got, Step, Wanted};

use super::entries::Pair;
use super::number;
use super::resolve::Scalar;
use super::tree::{Kind, NodeId, Value};
use deserializer::De;

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
