//! A value that is none of those a field can have.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::Finding;
use crate::kube::{Object, World, near};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::UnsupportedValue) {
        // A strategy is refused as a whole for its type.
        let within = object.at(&format!("{}.type", refusal.field));
        let place = if within.found { within } else { object.at(refusal.field) };
        let value = refusals::text(&place).unwrap_or("");
        let allowed = allowed(&refusal);
        let named: Vec<_> = allowed.iter().map(|value| format!("`{value}`")).collect();
        let key = if within.found { "type" } else { refusal.last() };
        let message = match value {
            "" => format!("an empty `{key}` is refused"),
            value => format!("`{value}` is no value for `{key}`"),
        };
        let finding = refusal.finding(message).label(place.span(), format!("must be {}", or(&named)));
        let meant = near::did_you_mean(value, allowed.iter().copied());
        out.push(match meant.and_then(|meant| Some((meant, place.replace(meant)?))) {
            Some((meant, edit)) => {
                let (finding, title) = (finding.help(format!("did you mean `{meant}`?")), format!("write `{meant}`"));
                let certain = near::is_certain(value, meant, allowed.iter().copied());
                if certain { finding.safe_fix(title, vec![edit]) } else { finding.unsafe_fix(title, vec![edit]) }
            }
            None => finding.help(format!("write one of {}", named.join(", "))),
        });
    }
}

fn or(named: &[String]) -> String {
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => named.join(""),
    }
}

/// The values that the server lists.
fn allowed<'r>(refusal: &Refusal<'r>) -> Vec<&'r str> {
    let mut allowed = Vec::new();
    for cause in &refusal.causes {
        let (quote, list) = match (cause.message.split_once("supported values: "), cause.message.split_once(": must be ")) {
            (Some((_, list)), _) => ('"', list),
            (_, Some((_, list))) => ('\'', list),
            _ => continue,
        };
        allowed.extend(list.split(quote).skip(1).step_by(2).filter(|value| !allowed.contains(value)).collect::<Vec<_>>());
    }
    if allowed.is_empty() && refusal.field.ends_with("operator") {
        allowed.extend(["In", "NotIn", "Exists", "DoesNotExist"]);
    }
    allowed
}
