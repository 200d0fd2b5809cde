//! A name that the syntax of Kubernetes' names does not allow.

use super::refusals::{self, Mistake};
use crate::finding::{Finding, ServerSays};
use crate::kube::{Object, World, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::InvalidName) {
        let place = object.at(refusal.field);
        let Some(name) = refusals::text(&place).or(refusal.quoted()) else { continue };
        let message = match refusal.field {
            "metadata.name" | "metadata.generateName" => format!("{} can't be named `{}`", refusals::a(object.kind()), short(name)),
            _ => format!("`{}` is not allowed as `{}`", short(name), refusal.last()),
        };
        let finding = refusal.finding(message).label(place.span(), refusal.why());
        let dots = refusal.causes.iter().any(|cause| cause.message.contains("subdomain"));
        out.push(match better(name, dots) {
            Some(better) => finding.help(format!("for example `{better}`, here and wherever it is named")),
            None => finding,
        });
    }
    let missing = object.verdict.as_ref().filter(|verdict| verdict.code == Some(404) && verdict.message.starts_with("namespaces "));
    let Some(verdict) = missing else { return };
    if let Some(namespace) = object.namespace().filter(|namespace| !template::is_to_be_filled_in(namespace)) {
        let server = ServerSays { field: "metadata.namespace".into(), reason: "NotFound".into(), message: verdict.message.clone() };
        let finding = Finding::certain(format!("no namespace can be named `{namespace}`"))
            .field("metadata.namespace")
            .label(object.at("metadata.namespace").span(), "only lower-case letters, digits and `-`, with a letter or digit at both ends")
            .server(server);
        out.push(match better(namespace, false) {
            Some(better) => finding.help(format!("for example `{better}`, here and wherever it is named")),
            None => finding,
        });
    }
}

fn short(name: &str) -> String {
    match name.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or(name)),
        None => name.to_owned(),
    }
}

/// A name that is allowed and near to the one written.
fn better(name: &str, dots: bool) -> Option<String> {
    let mut better = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => better.push(c),
            '.' if dots && !better.is_empty() && !better.ends_with(['-', '.']) => better.push('.'),
            _ if !better.is_empty() && !better.ends_with(['-', '.']) => better.push('-'),
            _ => {}
        }
    }
    better.truncate(63);
    let better = better.trim_end_matches(['-', '.']);
    (!better.is_empty() && better != name).then(|| better.to_owned())
}
