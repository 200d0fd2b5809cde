//! The Services and workloads that a monitor finds in the files. Knows no rule.

use super::labels;
use super::meant;
use super::monitors::{Monitor, Scope};
use super::object::Object;
use super::pods;
use super::world::{Distance, Namespaces, World};

/// What it takes in the namespaces it looks in.
#[must_use]
pub fn all<'w, 's>(world: &'w World<'s>, object: &Object<'_>, monitor: &Monitor) -> Vec<&'w Object<'s>> {
    let mut found = anywhere(world, object, monitor);
    found.retain(|it| looks_at(world, object, &monitor.scope, it));
    found
}

/// What has the labels, whatever the namespace, none from unrelated folders.
#[must_use]
pub fn anywhere<'w, 's>(world: &'w World<'s>, object: &Object<'_>, monitor: &Monitor) -> Vec<&'w Object<'s>> {
    if object.kind() == "PodMonitor" {
        return pods::taken(world, object, &monitor.selector);
    }
    let mut services = world.of_kind("Service", object, Distance::Near);
    services.retain(|service| {
        let own = service.labels();
        service.service().is_some() && labels::selects(&monitor.selector, own)
    });
    services
}

/// The Services of the namespaces it looks in.
#[must_use]
pub fn in_scope<'w, 's>(world: &'w World<'s>, object: &Object<'_>, scope: &Scope, most: Distance) -> Vec<&'w Object<'s>> {
    let mut services = world.of_kind("Service", object, most);
    services.retain(|service| looks_at(world, object, scope, service));
    services
}

fn looks_at(world: &World<'_>, object: &Object<'_>, scope: &Scope, it: &Object<'_>) -> bool {
    match scope {
        Scope::Any => true,
        Scope::Own => meant::namespaces(world, object, None, it) != Namespaces::Different,
        Scope::Named(names) => names.iter().any(|name| meant::namespaces(world, object, Some(name), it) != Namespaces::Different),
    }
}
