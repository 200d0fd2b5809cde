//! The addresses that containers are told to call: `api:8080` in an environment variable or an argument. Knows no rule.

use std::collections::HashMap;

use super::object::{Object, ObjectId};
use super::ports;
use super::world::World;

/// A place that names a Service's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The workload that is told.
    pub by: ObjectId,
    /// The field that tells it: `spec.template.spec.containers[0].env[1].value`.
    pub field: String,
    /// The namespace in the address, if one is.
    pub namespace: Option<String>,
    /// The port in the address.
    pub port: i32,
}

/// All of them, by the Service's name.
#[derive(Debug, Default)]
pub struct Calls(HashMap<String, Vec<Call>>);

impl Calls {
    /// Those that name this Service.
    #[must_use]
    pub fn to(&self, service: &str) -> &[Call] {
        self.0.get(service).map_or(&[], Vec::as_slice)
    }
}

/// Reads the environment, commands and arguments of all containers.
#[must_use]
pub fn gather(world: &World<'_>) -> Calls {
    let mut calls = Calls::default();
    for object in world.objects() {
        let Some(template) = object.template() else { continue };
        for placed in template.spec.into_iter().flat_map(ports::containers) {
            let within = template.field(&placed.field());
            for (index, variable) in placed.container.env.iter().flatten().enumerate() {
                let value = variable.value.as_deref().unwrap_or_default();
                note(&mut calls, object, value, || format!("{within}.env[{index}].value"));
            }
            for (list, texts) in [("command", &placed.container.command), ("args", &placed.container.args)] {
                for (index, text) in texts.iter().flatten().enumerate() {
                    note(&mut calls, object, text, || format!("{within}.{list}[{index}]"));
                }
            }
        }
    }
    calls
}

fn note(calls: &mut Calls, by: &Object<'_>, text: &str, field: impl Fn() -> String) {
    for (host, port) in addresses(text) {
        let mut labels = host.split('.');
        let name = labels.next().unwrap_or_default();
        let namespace = labels.next().map(str::to_owned);
        calls.0.entry(name.to_owned()).or_default().push(Call { by: by.id, field: field(), namespace, port });
    }
}

/// Every `host:port` of a text.
fn addresses(text: &str) -> impl Iterator<Item = (&str, i32)> {
    text.match_indices(':').filter_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let start =
            before.rfind(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'))).map_or(0, |at| at + 1);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let host = before.get(start..)?;
        let port = after.get(..digits)?.parse().ok().filter(|port| (1..=65535).contains(port))?;
        host.starts_with(|c: char| c.is_ascii_lowercase()).then_some((host, port))
    })
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn hosts_with_ports_are_found_in_any_text() {
        let found: Vec<_> = addresses("http://api.shop.svc:8080/x,db:5432 127.0.0.1:80 :9000 image:v2").collect();
        assert_eq!(found, [("api.shop.svc", 8080), ("db", 5432)]);
    }
}
