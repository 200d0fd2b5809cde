//! Fields that the API server asks for and nobody wrote.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::Finding;
use crate::kube::world::title;
use crate::kube::{Object, World};

/// How many missing fields a message names.
const NAMED: usize = 4;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if refusals::is_piece(object) && !refusals::may_be_completed(object, world) {
        return out.push(piece(object));
    }
    let missing: Vec<_> = refusals::of(object, world, Mistake::RequiredFieldMissing).collect();
    let Some(first) = missing.first() else { return };
    let what = match object.name() {
        "" => format!("this {}", object.kind()),
        _ => title(&object.reference),
    };
    let mut names: Vec<_> = missing.iter().map(|refusal| format!("`{}`", named(refusal))).collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let empty = refusals::place(object, first.field).found;
    let verb = if empty && missing.len() == 1 { "has nothing in" } else { "lacks" };
    let mut finding = first.finding(format!("{what} {verb} {}{tail}", names.join(", ")));
    for refusal in &missing {
        let place = refusals::place(object, refusal.field);
        let label = if place.found { "empty, and required".to_owned() } else { format!("without `{}`", named(refusal)) };
        finding = finding.label(place.span(), label);
    }
    out.push(finding.help(help(object, first)));
}

fn piece(object: &Object<'_>) -> Finding {
    Finding::possible(format!("{} is a piece of one: it has neither a selector nor an image", title(&object.reference)))
        .label(object.title(), "merged into a whole one, all is well; as it stands the API server refuses it")
        .help("if it is a patch, list it under `patches` in the kustomization that takes it")
}

/// The field as a reader looks for it.
fn named<'r>(refusal: &'r Refusal<'_>) -> &'r str {
    match refusal.field.strip_prefix("metadata.") {
        Some(owners) if owners.starts_with("ownerReferences") => owners,
        _ => refusal.last(),
    }
}

fn help(object: &Object<'_>, refusal: &Refusal<'_>) -> String {
    let said = refusal.why();
    match (refusal.last(), object.kind()) {
        ("name", _) if refusal.field == "metadata.name" => "add `name` to `metadata`".to_owned(),
        ("containers", _) => "list at least one container, with a `name` and an `image`".to_owned(),
        ("image", _) => "name the image the container runs".to_owned(),
        ("ports", "Service") => "list at least one port; only a headless Service or an ExternalName goes without".to_owned(),
        ("externalName", _) => "say which host name the Service stands for, or choose another `type`".to_owned(),
        ("uid", _) => "take `ownerReferences` out: only a program that has read the owner from the cluster knows its `uid`".to_owned(),
        ("restartPolicy", _) => "write `restartPolicy: OnFailure` or `Never`: the pods of a Job can't be restarted for ever".to_owned(),
        (last, _) if said.is_empty() || said == "Required value" => format!("add `{last}`"),
        (last, _) => format!("add `{last}`: {said}"),
    }
}
