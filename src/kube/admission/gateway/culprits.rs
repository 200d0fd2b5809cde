//! Which items break a rule that a CRD states of their list as a whole. Knows no kind.

use super::Custom;
use super::json::Json;
use super::schema::Shape;
use crate::kube::place::{Step, steps};

/// The items of the list at `field` that break the rule by themselves, by what the server says of it; none where only
/// several of them together do.
#[must_use]
pub fn culprits(custom: &Custom, spec: Option<&Json>, field: &str, said: &str) -> Vec<usize> {
    alone(custom, spec, field, said).unwrap_or_default()
}

fn alone(custom: &Custom, spec: Option<&Json>, field: &str, said: &str) -> Option<Vec<usize>> {
    let below = steps(field.strip_prefix("spec")?);
    let (mut schema, mut value) = (custom.spec, spec?);
    for step in below {
        (schema, value) = match (step, &schema.shape) {
            (Step::Index(index), Shape::List { of, .. }) => (*of, value.items().get(index)?),
            (Step::Key(key), Shape::Object(fields)) => {
                let (_, field) = fields.iter().find(|(name, _)| *name == key)?;
                (field.schema, value.get(key)?)
            }
            _ => return None,
        };
    }
    let rule = schema.rules.iter().find(|rule| said.ends_with(rule.message))?;
    let breaks = |item: &Json| (rule.holds)(&Json::List(Box::new([item.clone()]))) != Ok(true);
    Some(value.items().iter().enumerate().filter(|(_, item)| breaks(item)).map(|(index, _)| index).collect())
}
