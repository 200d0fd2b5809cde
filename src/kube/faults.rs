//! What decoding found in an object, and what else it explains. Knows no rule.

use super::Object;

/// Whether what the server would say of this field is only what follows from a field that could not be read there.
#[must_use]
pub fn explain(object: &Object<'_>, field: &str, incomplete: bool) -> bool {
    let _ = (object, field, incomplete);
    false
}
