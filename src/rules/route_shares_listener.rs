//! Two TCPRoutes or UDPRoutes on one listener, which has nothing to tell them apart by.

use crate::finding::{Confidence, Finding};
use crate::kube::admission::gateway::Json;
use crate::kube::meant::{self, Meant};
use crate::kube::object::ObjectId;
use crate::kube::routes::{self, Reference, items, text};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !routes::is_route(object) || world.kustomize.is_patch(object.span.file) || world.among_alternatives(object) {
        return;
    }
    let others = world.of_kind(object.kind(), object, Distance::SameDirectory);
    let others: Vec<_> = others.into_iter().filter(|it| it.id < object.id && it.name() != object.name() && world.namespaces(object, it) == Namespaces::Same).collect();
    for parent in routes::parents(object) {
        let Some(mine) = listener(object, world, &parent) else { continue };
        let same = others.iter().find(|other| routes::parents(other).iter().any(|parent| listener(other, world, parent) == Some(mine)));
        let Some(other) = same else { continue };
        let open = world.changed_later(object) || world.changed_later(other);
        let apart = world.distance(object, other) > Distance::SameFile;
        let field = format!("{}.name", parent.field);
        out.push(
            Finding::new(
                if open || apart { Confidence::Possible } else { Confidence::Likely },
                format!("{} `{}` hangs on the listener that `{}` has taken", object.kind(), object.name(), other.name()),
            )
            .label(object.at(&field).span(), "of two the older one gets all connections; both report that they are accepted")
            .label(other.title(), format!("{} hangs on the same listener", world.told(other)))
            .help("give each a listener with a port of its own, and name it by `sectionName`")
            .field(field),
        );
    }
}

/// The one listener that a route hangs on, with its Gateway.
fn listener(route: &Object<'_>, world: &World<'_>, parent: &Reference<'_>) -> Option<(ObjectId, usize)> {
    let Meant::There(gateways) = meant::meant(world, route, parent.to()) else { return None };
    let [gateway] = gateways.as_slice() else { return None };
    let protocol = if route.kind() == "UDPRoute" { "UDP" } else { "TCP" };
    let all = items(routes::spec(gateway)?, "listeners").iter().enumerate();
    let mut fit = all.filter(|(_, listener)| {
        let port = listener.get("port").and_then(Json::as_i64);
        text(listener, "protocol") == protocol
            && parent.section.is_none_or(|section| text(listener, "name") == section)
            && parent.port.is_none_or(|wanted| port == Some(i64::from(wanted)))
    });
    let (index, _) = fit.next()?;
    fit.next().is_none().then_some((gateway.id, index))
}
