//! What the API server refuses, sorted by the mistake behind it. Knows no rule's wording.
