//! The contract of `explain -o json`.

use std::io::{self, Write};

use crate::explain::Explanation;
use crate::report::safe::write_json;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let mut json = serde_json::to_string(explanation)?;
    json.push('\n');
    write_json(out, &json)
}
