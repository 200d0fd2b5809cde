//! The explanation for a reader at a terminal: 80 columns are enough, colour is not needed.

use std::io::{self, Write};

use crate::explain::Explanation;
use crate::report::Look;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation, _look: Look) -> io::Result<()> {
    writeln!(out, "{}", explanation.services.len())
}
