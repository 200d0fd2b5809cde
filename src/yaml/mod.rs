//! Reads text as Kubernetes reads it: go-yaml v2's grammar, one reader per `---` chunk, every node with its place.
//! Knows nothing of Kubernetes' objects.
//!
//! The grammar is libyaml's, as go-yaml v2 (MIT) carries it into kubectl and the API server.
//!
//! ```text
//! Source ─ documents ─ Chunk ─ read ─ Tree ─ Value ─┬─ get, items, effective
//!                              scan, parse, refuse  ├─ decode (JSON)
//!                                                   └─ from_value (typed)
//! ```

#![deny(clippy::indexing_slicing)]

mod base64;
mod bytes;
mod de;
mod documents;
mod entries;
mod fault;
mod gosyntax;
mod json_in;
mod json_out;
mod number;
mod parse;
mod read;
mod refuse;
mod resolve;
mod scan;
mod tree;
mod value;

pub use de::from_value;
pub use documents::{Chunk, documents};
pub use entries::{Lost, Marks, Pair};
pub use fault::{Fault, FaultKind, Got, go_type};
pub use read::{SyntaxError, read};
pub use resolve::{Scalar, plain};
pub use tree::{Entry, Kind, Node, NodeId, Style, Tag, Tree, Value};
pub use value::{Entries, Items};

use crate::source::Source;

/// Every document of a file as the JSON that Kubernetes decodes it to; `null` for one without content.
pub fn decode(source: &Source) -> impl Iterator<Item = (Chunk, Result<String, SyntaxError>)> + '_ {
    documents(source).into_iter().map(|chunk| (chunk, read(source, &chunk).map(|tree| json(&tree))))
}

/// A tree as JSON.
#[must_use]
pub fn json(tree: &Tree<'_>) -> String {
    let mut out = String::new();
    match tree.root() {
        Some(root) => _ = json_out::write(root, &mut out), // `read` has refused what can't be written
        None => out.push_str("null"),
    }
    out
}

/// One value as JSON.
#[must_use]
pub fn value_json(value: Value<'_, '_>) -> String {
    let mut out = String::new();
    _ = json_out::write(value, &mut out);
    out
}
