//! Several ports of which some have no name.

use std::collections::BTreeSet;

use super::refusals::{self, Mistake, Refusal};
use crate::finding::{Edit, Finding};
use crate::kube::world::title;
use crate::kube::{Object, World};
use crate::yaml::Value;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let unnamed: Vec<_> = refusals::of(object, world, Mistake::PortsWithoutNames).collect();
    let Some(first) = unnamed.first() else { return };
    let list = first.field.rsplit_once('[').map_or("", |(list, _)| list);
    let value = object.at(list).value().map(Value::follow);
    let count = value.map_or(0, |list| list.items().count());
    let names: BTreeSet<String> = value.into_iter().flat_map(Value::items).filter_map(|port| Some(text(port, "name")?.to_owned())).collect();
    let mut finding = first.finding(format!("{} has {count} ports, so each of them needs a name", title(&object.reference)));
    for refusal in &unnamed {
        finding = finding.label(object.at(port_of(refusal)).span(), "this port has none");
    }
    let finding = finding.help("add a `name` to each port: lower-case letters, digits and `-`, at most 15 characters if pods shall have it too");
    let mut taken = names;
    let edits: Option<Vec<Edit>> = unnamed.iter().map(|refusal| naming(object, world, port_of(refusal), &mut taken)).collect();
    out.push(match edits {
        Some(edits) => finding.unsafe_fix("name the ports after their numbers", edits),
        None => finding,
    });
}

/// `spec.ports[1]` of `spec.ports[1].name`.
fn port_of<'r>(refusal: &Refusal<'r>) -> &'r str {
    refusal.field.rsplit_once('.').map_or(refusal.field, |(port, _)| port)
}

fn text<'t>(port: Value<'t, '_>, key: &str) -> Option<&'t str> {
    let text = port.follow().get(key)?.follow().text();
    (!text.is_empty()).then_some(text)
}

/// Puts a name before the port's first key.
fn naming(object: &Object<'_>, world: &World<'_>, port: &str, taken: &mut BTreeSet<String>) -> Option<Edit> {
    let value = object.at(port).value()?.follow();
    let first = value.entries().next()?;
    let number = text(value, "port")?;
    let protocol = text(value, "protocol").unwrap_or("TCP").to_lowercase();
    let usual = match number {
        "80" => "http".to_owned(),
        "443" => "https".to_owned(),
        _ => format!("{protocol}-{number}"),
    };
    let name = if taken.contains(&usual) { format!("{protocol}-{number}") } else { usual };
    if !taken.insert(name.clone()) || !number.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    object.at(&format!("{port}.{}", first.key.text())).insert_before(world.source(object)?, &format!("name: {name}"))
}
