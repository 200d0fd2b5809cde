//! A port's name, its number with its protocol, or its node port, given twice.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::Finding;
use crate::kube::world::title;
use crate::kube::{Object, World};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::DuplicatePort) {
        let place = object.at(refusal.field);
        let whole = refusal.field.ends_with(']');
        let port = if whole { refusal.field } else { refusal.field.rsplit_once('.').map_or("", |(port, _)| port) };
        let value = refusals::text(&place).filter(|_| !whole);
        let number = refusals::text(&object.at(&format!("{port}.port"))).unwrap_or("");
        let protocol = refusals::text(&object.at(&format!("{port}.protocol"))).unwrap_or("TCP");
        let what = title(&object.reference);
        let (message, help) = match (refusal.last(), value) {
            ("name", Some(name)) => (format!("two ports of {what} are named `{name}`"), "give each port a name of its own"),
            ("nodePort", Some(number)) => (format!("{what} asks for node port {number} twice"), "give each port a node port of its own, or leave `nodePort` out"),
            ("hostPort", Some(number)) => (format!("host port {number} is asked for twice in {what}"), "give each container a host port of its own"),
            _ => (
                format!("port {number}/{protocol} stands twice in {what}"),
                "a Service has one port of a number and protocol: send others to another number, or make a second Service",
            ),
        };
        let second = if whole { object.at(&format!("{port}.port")).span() } else { place.span() };
        let mut finding = refusal.finding(message).label(second, "the second").help(help);
        if let Some(first) = twin(object, &refusal, port) {
            finding = finding.label(first, "the first");
        }
        out.push(finding);
    }
}

/// The earlier port of the list with the same value.
fn twin(object: &Object<'_>, refusal: &Refusal<'_>, port: &str) -> Option<Span> {
    let (list, index) = port.strip_suffix(']')?.rsplit_once('[')?;
    let keys = match refusal.last() {
        _ if refusal.field.ends_with(']') => vec!["port", "protocol"],
        last => vec![last],
    };
    let read = |index: usize| -> Vec<Option<String>> {
        keys.iter()
            .map(|key| {
                let place = object.at(&format!("{list}[{index}].{key}"));
                let text = place.found.then(|| refusals::text(&place)).flatten().map(str::to_owned);
                text.or_else(|| (*key == "protocol").then(|| "TCP".to_owned()))
            })
            .collect()
    };
    let index: usize = index.parse().ok()?;
    let wanted = read(index);
    let first = (0..index).find(|earlier| read(*earlier) == wanted)?;
    Some(object.at(&format!("{list}[{first}].{}", keys.first()?)).span())
}
