//! The variables that containers get for the Services of their namespace (`pkg/kubelet/envvars/envvars.go`), and where a
//! container reads one. Knows no rule.

use super::endpoints;
use super::object::Object;
use super::pod_spec::{Container, PodSpec};
use super::ports::{self, Placed, Role};
use super::world::{Distance, Namespaces, World};

/// A Service's name as its variables begin: upper case, `-` as `_`.
#[must_use]
pub fn prefix(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// Whether the containers of a pod get such variables.
#[must_use]
pub fn are_given(spec: &PodSpec) -> bool {
    spec.enable_service_links != Some(false)
}

/// The Services around a workload that its containers may get variables for, up to a distance.
#[must_use]
pub fn services<'w, 's>(world: &'w World<'s>, workload: &Object<'_>, most: Distance) -> Vec<&'w Object<'s>> {
    let mut services = world.of_kind("Service", workload, most);
    services.retain(|service| service.service().is_some() && world.namespaces(workload, service) == Namespaces::Same);
    services
}

/// Whether a Service has variables: those without a cluster IP have none.
#[must_use]
pub fn has_any(service: &Object<'_>) -> bool {
    service.service().is_some_and(|it| !endpoints::is_headless(it) && !endpoints::is_external(it))
}

/// A variable that a container reads without setting it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'p> {
    /// Its name.
    pub name: &'p str,
    /// Where it is read: `spec.template.spec.containers[0].args[1]`.
    pub field: String,
    /// The text before it there.
    pub before: &'p str,
    /// Whether Kubernetes fills it in (`$(NAME)`), rather than a shell.
    pub by_kubernetes: bool,
}

/// The variables that a pod's containers read in their values, commands and arguments. What comes out of ConfigMaps and
/// Secrets is not known: a container that takes all of one is passed over.
#[must_use]
pub fn read<'p>(object: &'p Object<'_>) -> Vec<Reading<'p>> {
    let Some(template) = object.template() else { return Vec::new() };
    let containers = template.spec.into_iter().flat_map(ports::containers).filter(|placed| placed.role != Role::Init);
    let open = |placed: &Placed<'_>| placed.container.env_from.as_ref().is_none_or(|from| from.is_empty());
    containers.filter(open).flat_map(|placed| of(placed.container, &|| template.field(&placed.field()))).collect()
}

fn of<'p>(container: &'p Container, within: &dyn Fn() -> String) -> Vec<Reading<'p>> {
    let own = |name: &str| container.env.iter().flatten().any(|variable| variable.name == name);
    let values = container.env.iter().flatten().enumerate();
    let values = values.filter_map(|(index, it)| Some((("env", index, ".value"), it.value.as_deref()?)));
    let words = |list: &'static str, texts: &'p Option<Vec<String>>| {
        texts.iter().flatten().enumerate().map(move |(index, text)| ((list, index, ""), text.as_str()))
    };
    let texts = values.chain(words("command", &container.command)).chain(words("args", &container.args));
    let mut found = Vec::new();
    for ((list, index, leaf), text) in texts {
        for (before, name, by_kubernetes) in names(text) {
            if !own(name) {
                found.push(Reading { name, field: format!("{}.{list}[{index}]{leaf}", within()), before, by_kubernetes });
            }
        }
    }
    found
}

/// `$(NAME)`, `${NAME}` and `$NAME` in a text, with what stands before. Of `$$(NAME)` nothing is filled in.
fn names(text: &str) -> impl Iterator<Item = (&str, &str, bool)> {
    text.match_indices('$').filter_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let (inner, close) = match after.as_bytes().first()? {
            b'(' => (after.get(1..)?, Some(b')')),
            b'{' => (after.get(1..)?, Some(b'}')),
            _ => (after, None),
        };
        let end = inner.bytes().take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'_').count();
        let name = inner.get(..end).filter(|name| !name.is_empty())?;
        let closed = close.is_none_or(|close| inner.as_bytes().get(end) == Some(&close));
        (closed && !before.ends_with('$')).then_some((before, name, close == Some(b')')))
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn variables_are_found_however_they_are_written() {
        let found: Vec<_> = names("a $(A_B) ${C}:$D $$(E) $(F:-x) $g").map(|(_, name, by_kubernetes)| (name, by_kubernetes)).collect();
        assert_eq!(found, [("A_B", true), ("C", false), ("D", false)]);
    }
}
