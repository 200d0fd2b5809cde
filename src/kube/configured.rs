//! What ConfigMaps tell the program of a pod to listen on: by variables, or by files that it reads. Knows no Service.

use std::collections::BTreeMap;

use super::listens::{self, Sign, trailing_port};
use super::object::{Object, Template};
use super::pod_spec::Container;
use super::ports::{self, Role};
use super::typed::Typed;
use super::world::{Distance, Namespaces, World};

/// Lines of one file that are looked at.
const MOST_LINES: usize = 2000;

/// The nearest ConfigMap of a name that a workload may use, and its texts.
#[must_use]
pub fn data<'w, 's>(world: &'w World<'s>, workload: &Object<'_>, name: &str) -> Option<(&'w Object<'s>, &'w BTreeMap<String, String>)> {
    let maps = world.placed_until("ConfigMap", name, workload, Distance::Far, |map| world.namespaces(workload, map) == Namespaces::Same);
    let (_, _, nearest) = maps.into_iter().find(|(namespaces, ..)| *namespaces != Namespaces::Different)?;
    match &nearest.typed {
        Some(Typed::ConfigMap(map)) => Some((nearest, map.data(nearest)?)),
        _ => None,
    }
}

/// The ports that they name.
#[must_use]
pub fn signs(world: &World<'_>, workload: &Object<'_>, template: &Template<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    let Some(spec) = template.spec else { return signs };
    for placed in ports::containers(spec).filter(|placed| placed.role != Role::Init) {
        for it in given(world, workload, placed.container) {
            if let (true, Some(number)) = (listens::is_own(&it.name, &placed.container.name), trailing_port(it.value)) {
                let says = format!("`{}={}` in ConfigMap `{}`", it.name, it.value, it.map.name());
                signs.push(sign(it.map, it.key, number, says));
            }
        }
    }
    let mounted = spec.volumes.iter().flatten().filter_map(|volume| volume.config_map.as_deref());
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

/// A variable that a ConfigMap gives to a container.
#[derive(Clone, Debug)]
pub struct Given<'w, 's> {
    /// Where the container asks for it: `env[0].valueFrom`, `envFrom[1]`.
    pub field: String,
    /// Its name in the container.
    pub name: String,
    /// Its value.
    pub value: &'w str,
    /// The ConfigMap.
    pub map: &'w Object<'s>,
    /// The key in the ConfigMap.
    pub key: &'w str,
}

/// The variables that ConfigMaps of the files give to a container.
#[must_use]
pub fn given<'w, 's>(world: &'w World<'s>, workload: &Object<'_>, container: &Container) -> Vec<Given<'w, 's>> {
    let mut found = Vec::new();
    // Variables of one map follow one another.
    let mut last: Option<(&str, Option<_>)> = None;
    let mut data = |name| match last {
        Some((known, data)) if known == name => data,
        _ => last.insert((name, data(world, workload, name))).1,
    };
    for (index, variable) in container.env.iter().flatten().enumerate() {
        let Some(from) = variable.value_from.as_ref().and_then(|from| from.config_map_key_ref.as_ref()) else { continue };
        let Some((map, data)) = data(from.name.as_str()) else { continue };
        let given = data.get_key_value(&from.key);
        found.extend(given.map(|(key, value)| Given {
            field: format!("env[{index}].valueFrom"),
            name: variable.name.clone(),
            value,
            map,
            key,
        }));
    }
    for (index, from) in container.env_from.iter().flatten().enumerate() {
        let Some((map, data)) = from.config_map_ref.as_ref().and_then(|it| data(&it.name)) else { continue };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        let all =
            data.iter().map(|(key, value)| Given { field: format!("envFrom[{index}]"), name: format!("{prefix}{key}"), value, map, key });
        found.extend(all);
    }
    found
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
