//! Who counts on an object that is not created, told with the cause. Knows no rule.

use crate::finding::Finding;
use crate::kube::{Object, World, unread};

/// How many are told that counted on the document.
const MOST: usize = 3;

/// The finding with what it breaks.
#[must_use]
pub fn told(world: &World<'_>, document: &Object<'_>, finding: Finding) -> Finding {
    unread::consequences(world, document).into_iter().take(MOST).fold(finding, |finding, (span, says)| finding.label(span, says))
}
