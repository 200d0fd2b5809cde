//! What ConfigMaps tell the program of a pod to listen on: by variables, or by files that it reads. Knows no Service.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Container;

use super::listens::{self, Sign, trailing_port};
use super::object::{Object, Template};
use super::ports::{self, Role};
use super::typed::Typed;
use super::world::{Namespaces, World};

/// Lines of one file that are looked at.
const MOST_LINES: usize = 2000;

/// The nearest ConfigMap of a name that a workload may use, and its texts.
#[must_use]
pub fn data<'w, 's>(world: &'w World<'s>, workload: &Object<'_>, name: &str) -> Option<(&'w Object<'s>, &'w BTreeMap<String, String>)> {
    let maps = world.named("ConfigMap", name, workload);
    let nearest = maps.into_iter().find(|map| world.namespaces(workload, map) != Namespaces::Different)?;
    match &nearest.typed {
        Some(Typed::ConfigMap(map)) => Some((nearest, map.data.as_ref()?)),
        _ => None,
    }
}

/// The ports that they name.
#[must_use]
pub fn signs(world: &World<'_>, workload: &Object<'_>, template: &Template<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    let Some(spec) = template.spec else { return signs };
    for placed in ports::containers(spec).filter(|placed| placed.role != Role::Init) {
        for (map, key, variable) in variables(placed.container) {
            let Some((object, data)) = data(world, workload, map) else { continue };
            let one = key.and_then(|key| data.get_key_value(key));
            let all = data.iter().filter(|_| key.is_none());
            for (key, value) in one.into_iter().chain(all) {
                let name = variable.clone().unwrap_or_else(|prefix| format!("{prefix}{key}"));
                if let (true, Some(number)) = (listens::is_own(&name, &placed.container.name), trailing_port(value)) {
                    signs.push(sign(object, key, number, format!("`{name}={value}` in ConfigMap `{map}`")));
                }
            }
        }
    }
    let mounted = spec.volumes.iter().flatten().filter_map(|volume| Some(volume.config_map.as_ref()?.name.as_str()));
    for map in mounted {
        let Some((object, data)) = data(world, workload, map) else { continue };
        for (key, text) in data {
            for (number, line) in listening(text) {
                signs.push(sign(object, key, number, format!("`{line}` in ConfigMap `{map}`")));
            }
        }
    }
    signs
}

fn sign(object: &Object<'_>, key: &str, number: i32, says: String) -> Sign {
    Sign { number, says, field: format!("data[{key}]"), config_map: Some(object.id) }
}

/// The ConfigMaps that a container takes variables from: the map, the key or all of them, and the variable's name or what
/// is put before each key.
type Variable<'c> = (&'c str, Option<&'c str>, Result<String, String>);

fn variables(container: &Container) -> impl Iterator<Item = Variable<'_>> {
    let single = container.env.iter().flatten().filter_map(|variable| {
        let key = variable.value_from.as_ref()?.config_map_key_ref.as_ref()?;
        Some((key.name.as_str(), Some(key.key.as_str()), Ok(variable.name.clone())))
    });
    let whole = container.env_from.iter().flatten().filter_map(|from| {
        let map = from.config_map_ref.as_ref()?;
        Some((map.name.as_str(), None, Err(from.prefix.clone().unwrap_or_default())))
    });
    single.chain(whole)
}

/// The lines of a file by which well-known servers are told their port: nginx' and HAProxy's kin `listen 8080;`, Apache's
/// `Listen 8080`, Spring's `server.port=8080`.
fn listening(text: &str) -> impl Iterator<Item = (i32, &str)> {
    text.lines().take(MOST_LINES).map(str::trim).filter_map(|line| {
        let bare = line.trim_end_matches(';');
        let value = (bare.strip_prefix("listen ").or(bare.strip_prefix("Listen ")))
            .and_then(|rest| rest.split_whitespace().next())
            .or_else(|| bare.strip_prefix("server.port")?.trim_start().strip_prefix(['=', ':']));
        Some((trailing_port(value?)?, line))
    })
}

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn the_lines_that_name_a_port_are_known() {
        let text = "server {\n  listen 8080 default_server;\n  listen [::]:8081;\n  # listen 1\n}\nListen 9090\nserver.port = 8082\nlisten_address: x\n";
        let found: Vec<_> = listening(text).map(|(number, _)| number).collect();
        assert_eq!(found, [8080, 8081, 9090, 8082]);
    }
}
