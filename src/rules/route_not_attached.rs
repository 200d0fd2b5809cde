//! A route that no listener of its Gateway takes.

use crate::finding::{Confidence, Finding};
use crate::kube::admission::gateway::OWN_GROUP;
use crate::kube::attach::{self, Refused};
use crate::kube::meant::{self, Meant};
use crate::kube::near::did_you_mean;
use crate::kube::routes::{self, Reference, items, text};
use crate::kube::world::{Distance, title};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    for parent in routes::parents(object) {
        if parent.group != OWN_GROUP || !matches!(parent.kind, "Gateway" | "ListenerSet") {
            continue;
        }
        let Meant::There(gateways) = meant::meant(world, object, parent.to()) else { continue };
        let refusals: Vec<_> = gateways.iter().map(|gateway| attach::refused(world, object, &parent, gateway)).collect();
        if let ([gateway, ..], Some(Some((why, listener)))) = (gateways.as_slice(), refusals.first().filter(|_| refusals.iter().all(Option::is_some))) {
            let mut finding = tell(object, world, &parent, gateway, *why, *listener);
            // Of several in folders around it, none may be the one.
            if gateways.len() > 1 && world.distance(object, gateway) == Distance::Near {
                finding.confidence = Confidence::Possible;
                finding.help = finding.help.map(|help| format!("if that {} is the one meant: {help}", gateway.kind()).into());
            }
            out.push(finding);
        }
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, parent: &Reference<'_>, gateway: &Object<'_>, why: Refused, listener: Option<usize>) -> Finding {
    let listeners = routes::spec(gateway).map_or(&[][..], |spec| items(spec, "listeners"));
    let at = listener.map_or_else(|| "spec.listeners".to_owned(), |index| format!("spec.listeners[{index}]"));
    let name = listener.and_then(|index| listeners.get(index)).map_or("", |it| text(it, "name"));
    let own = |leaf: &str| format!("{}.{leaf}", parent.field);
    let (kind, mine) = (object.kind(), world.namespace(object));
    let (field, there, told, help) = match why {
        Refused::NoSuchListener => {
            let names: Vec<_> = listeners.iter().map(|it| text(it, "name")).collect();
            let leaf = if parent.section.is_some() { "sectionName" } else { "port" };
            let help = match parent.section.and_then(|section| did_you_mean(section, names.iter().copied())) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "name a listener that the Gateway has, or leave it out".to_owned(),
            };
            let shown: Vec<_> = listeners.iter().map(|it| format!("`{}`", text(it, "name"))).collect();
            (own(leaf), at, format!("has {}", shown.join(", ")), help)
        }
        Refused::Kind => {
            let kinds = format!("{at}.allowedRoutes.kinds");
            let there = if gateway.at(&kinds).found { kinds } else { format!("{at}.protocol") };
            let help = format!("hang it on a listener for {kind}s, or add one to {}", world.told(gateway));
            (own("name"), there, format!("listener `{name}` takes no {kind}s"), help)
        }
        Refused::Namespace => {
            let from = format!("{at}.allowedRoutes.namespaces");
            let (there, help) = match gateway.at(&from).found {
                true => (from, format!("let namespace `{mine}` in there, by `from: All` or by a selector")),
                false => (format!("{at}.name"), "add `allowedRoutes: {namespaces: {from: All}}` to the listener, or a selector".to_owned()),
            };
            (own("name"), there, format!("listener `{name}` takes no routes of namespace `{mine}`"), help)
        }
        Refused::Hostname => {
            let help = "a `*.` takes any label in front, but not the bare domain; make the two meet".to_owned();
            (own("name"), format!("{at}.hostname"), format!("listener `{name}` is for other hosts"), help)
        }
    };
    let short = match why {
        Refused::NoSuchListener => "it has no such listener",
        Refused::Kind => "no listener is for routes of this kind",
        Refused::Namespace => "no listener lets the route's namespace in",
        Refused::Hostname => "no listener has a host name in common with it",
    };
    let sure = meant::sure(world, object, parent.namespace, gateway);
    let message = format!("{} does not attach to {}: {short}", title(&object.reference), title(&gateway.reference));
    let finding = Finding::new(sure, message)
        .label(object.at(&field).span(), format!("the {} sends it nothing", gateway.kind()))
        .label(gateway.at(&there).span(), told)
        .help(help);
    let hosts = object.at("spec.hostnames");
    match why == Refused::Hostname && hosts.found {
        true => finding.label(hosts.span(), "the route's host names"),
        false => finding,
    }
    .field(field)
}
