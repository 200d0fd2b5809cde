//! A port's name that is none: too long, in capitals, without a letter, or a number in quotes.

use super::refusals::{self, Mistake};
use crate::finding::{Edit, Finding};
use crate::kube::{Object, World};
use crate::yaml::Style;

/// The longest name of a port in a pod.
const LONGEST: usize = 15;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidPortName) {
        let place = object.at(refusal.field);
        let Some(name) = refusals::text(&place).or(refusal.quoted()) else { continue };
        let last = refusal.last();
        if last != "name" && !name.is_empty() && name.bytes().all(|c| c.is_ascii_digit()) {
            let finding = refusal
                .finding(format!("`{last}: \"{name}\"` is text, which Kubernetes takes for the name of a port"))
                .label(place.span(), "a name needs at least one letter; a number goes without quotes")
                .help(format!("write `{last}: {name}`"));
            let quoted = place.value().filter(|value| value.style() != Style::Plain);
            out.push(match quoted {
                Some(value) => finding.safe_fix("take the quotes off", vec![Edit { span: value.span(), replacement: name.to_owned() }]),
                None => finding,
            });
            continue;
        }
        let long = name.len() > LONGEST && refusal.causes.iter().any(|cause| cause.message.contains("no more than 15"));
        let message = if long {
            format!("port name `{name}` has {} characters, and {LONGEST} are allowed", name.len())
        } else {
            format!("`{name}` is no name for a port")
        };
        let mut finding = refusal.finding(message).label(place.span(), refusal.why());
        if let Some(better) = better(name) {
            finding = finding.help(format!("for example `{better}`, here and wherever the port is named"));
        }
        out.push(finding);
    }
}

/// A name that is allowed and near to the one written.
fn better(name: &str) -> Option<String> {
    let mut better = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => better.push(c),
            _ if !better.ends_with('-') && !better.is_empty() => better.push('-'),
            _ => {}
        }
    }
    better.truncate(LONGEST);
    let better = better.trim_end_matches('-');
    match better.bytes().any(|c| c.is_ascii_lowercase()) {
        true => Some(better.to_owned()),
        false if !better.is_empty() && better.len() <= LONGEST - 2 => Some(format!("p-{better}")),
        false => None,
    }
}
