//! The Ingresses and routes that send to a Service, as far as the files tell what they take. Knows no policy.

use k8s_openapi::api::networking::v1::{Ingress, IngressBackend};

use super::model::{Front, Port};
use crate::kube::admission::gateway::Json;
use crate::kube::attach::{self, Refused};
use crate::kube::grants;
use crate::kube::object::Object;
use crate::kube::routes::{self, Reference, items, text};
use crate::kube::{Typed, World};

/// What of an Ingress or a route sends to one Service.
#[derive(Clone, Debug)]
pub struct Sending<'w, 's> {
    /// The Ingress or the route.
    pub object: &'w Object<'s>,
    /// The Service's namespace.
    pub namespace: &'w str,
    /// The Service's name.
    pub service: &'w str,
    /// The entry that sends: `spec.rules[0].http.paths[1]`.
    pub field: String,
    host: Option<&'w str>,
    path: Option<String>,
    port: Asked<'w>,
    backend: Option<Reference<'w>>,
}

/// How a port is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked<'w> {
    Number(i32),
    Name(&'w str),
    Nothing,
}

impl Asked<'_> {
    fn told(self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            Self::Name(name) => Some(name.to_owned()),
            Self::Nothing => None,
        }
    }

    fn find(self, ports: &[Port]) -> Option<i32> {
        let found = match self {
            Self::Number(number) => ports.iter().find(|port| port.port == number),
            Self::Name(name) => ports.iter().find(|port| port.name.as_deref() == Some(name)),
            Self::Nothing => None,
        };
        found.map(|port| port.port)
    }
}

/// What an object sends to which Service.
#[must_use]
pub fn of<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>) -> Vec<Sending<'w, 's>> {
    match &object.typed {
        Some(Typed::Ingress(ingress)) => ingress_paths(world, object, ingress),
        Some(Typed::Other(_)) if routes::is_route(object) => route_rules(world, object),
        _ => Vec::new(),
    }
}

fn ingress_paths<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>, ingress: &'w Ingress) -> Vec<Sending<'w, 's>> {
    let Some(spec) = &ingress.spec else { return Vec::new() };
    let namespace = world.namespace(object);
    let send = |field: String, host: Option<&'w str>, path: Option<String>, backend: &'w IngressBackend| {
        let service = backend.service.as_ref().filter(|service| !service.name.is_empty())?;
        let port = service.port.as_ref();
        let name = port.and_then(|port| port.name.as_deref()).filter(|name| !name.is_empty());
        let number = port.and_then(|port| port.number).filter(|number| *number != 0);
        let port = name.map(Asked::Name).or(number.map(Asked::Number)).unwrap_or(Asked::Nothing);
        let mine = port != Asked::Name("use-annotation");
        mine.then_some(Sending { object, namespace, service: &service.name, field, host, path, port, backend: None })
    };
    let mut found: Vec<_> =
        spec.default_backend.iter().filter_map(|backend| send("spec.defaultBackend".into(), None, None, backend)).collect();
    for (index, rule) in spec.rules.iter().flatten().enumerate() {
        for (number, path) in rule.http.iter().flat_map(|http| &http.paths).enumerate() {
            let told = path.path.as_ref().map(|it| match path.path_type.as_str() {
                "Exact" => format!("{it} exactly"),
                _ => it.clone(),
            });
            let field = format!("spec.rules[{index}].http.paths[{number}]");
            found.extend(send(field, rule.host.as_deref().filter(|host| !host.is_empty()), told, &path.backend));
        }
    }
    found
}

fn route_rules<'w, 's>(world: &'w World<'s>, object: &'w Object<'s>) -> Vec<Sending<'w, 's>> {
    let Some(spec) = routes::spec(object) else { return Vec::new() };
    let mut found = Vec::new();
    for backend in routes::backends(object).into_iter().filter(Reference::is_to_service) {
        let rule = backend.field.rule().and_then(|rule| items(spec, "rules").get(rule));
        let matches = rule.map_or(&[][..], |rule| items(rule, "matches"));
        let paths: Vec<_> = matches.iter().filter_map(matched).collect();
        found.push(Sending {
            object,
            namespace: backend.namespace.unwrap_or_else(|| world.namespace(object)),
            service: backend.name,
            field: backend.field.to_string(),
            host: None,
            path: (!paths.is_empty()).then(|| paths.join(", ")),
            port: backend.port.map_or(Asked::Nothing, Asked::Number),
            backend: Some(backend),
        });
    }
    found
}

/// What of a request a match of a route looks at first.
fn matched(it: &Json) -> Option<String> {
    if let Some(path) = it.get("path") {
        let value = text(path, "value");
        return match text(path, "type") {
            "Exact" => Some(format!("{value} exactly")),
            "RegularExpression" => Some(format!("{value} (a regular expression)")),
            _ => (!value.is_empty()).then(|| value.to_owned()),
        };
    }
    let method = it.get("method")?;
    let (service, name) = (text(method, "service"), text(method, "method"));
    match (service.is_empty(), name.is_empty()) {
        (false, false) => Some(format!("{service}/{name}")),
        (false, true) => Some(service.to_owned()),
        (true, false) => Some(format!("*/{name}")),
        _ => None,
    }
}

/// The fronts of a Service with these ports, what one object sends to one port told once.
#[must_use]
pub fn told<'w, 's>(world: &'w World<'s>, sendings: &[Sending<'w, 's>], ports: &[Port]) -> Vec<Front> {
    let mut fronts: Vec<Front> = Vec::new();
    for sending in sendings {
        let object = sending.object;
        let host = sending.host.map(str::to_owned);
        let same = |front: &&mut Front| {
            front.kind == object.kind()
                && front.name == object.name()
                && front.namespace.as_deref() == object.namespace()
                && front.port == sending.port.told()
        };
        if let Some(known) = fronts.iter_mut().find(same) {
            known.hosts.extend(host.filter(|host| !known.hosts.contains(host)));
            known.paths.extend(sending.path.clone().filter(|path| !known.paths.contains(path)));
            continue;
        }
        let (mut through, mut broken) = carried(world, sending);
        let mut leads_to = sending.port.find(ports);
        if leads_to.is_none() && object.kind() == "Ingress" {
            // `internal/ingress/controller/controller.go:serviceEndpoints` of ingress-nginx compares the target port, too.
            leads_to = ports.iter().find(|port| sending.port.told().as_deref() == Some(port.target_port.as_str())).map(|port| port.port);
            if leads_to.is_some() {
                through += " (only if that is ingress-nginx: the port named is a targetPort, of which other controllers know nothing)";
            }
        }
        if leads_to.is_none() && sending.port != Asked::Nothing {
            broken = broken.or_else(|| sending.port.told().map(|port| format!("it names port `{port}`, which the Service does not have")));
        }
        fronts.push(Front {
            kind: object.kind().to_owned(),
            namespace: object.namespace().map(str::to_owned),
            name: object.name().to_owned(),
            hosts: host.into_iter().chain(route_hosts(object)).collect(),
            paths: sending.path.clone().into_iter().collect(),
            port: sending.port.told(),
            leads_to,
            through,
            broken,
        });
    }
    fronts
}

fn route_hosts(object: &Object<'_>) -> Vec<String> {
    let spec = routes::spec(object).filter(|_| routes::is_route(object));
    spec.map(|spec| routes::hostnames(spec).into_iter().map(str::to_owned).collect()).unwrap_or_default()
}

/// Who carries the traffic, and why nobody does where that is certain.
fn carried(world: &World<'_>, sending: &Sending<'_, '_>) -> (String, Option<String>) {
    let object = sending.object;
    if let Some(Typed::Ingress(ingress)) = &object.typed {
        let annotations = ingress.metadata.annotations.as_ref();
        let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
        let class = class.or_else(|| annotations?.get("kubernetes.io/ingress.class").map(String::as_str));
        let through = class.map_or_else(
            || "the controller of the cluster's default class (the Ingress names none)".to_owned(),
            |class| format!("the controller of class `{class}`"),
        );
        return (through, None);
    }
    let granted = sending
        .backend
        .as_ref()
        .is_none_or(|backend| sending.namespace == world.namespace(object) || grants::allowed(world, object, backend, sending.namespace));
    let ungranted = (!granted).then(|| format!("no ReferenceGrant of these files lets it send into namespace `{}`", sending.namespace));
    let parents = routes::parents(object);
    let mut through = Vec::new();
    let mut refused = Vec::new();
    for parent in parents.iter().filter(|parent| parent.kind.is_empty() || parent.kind == "Gateway") {
        let namespace = parent.namespace.unwrap_or_else(|| world.namespace(object));
        let section = parent.section.map_or_else(String::new, |section| format!(", listener `{section}`"));
        let gateway = world.named("Gateway", parent.name, object).into_iter().find(|gateway| world.namespace(gateway) == namespace);
        match gateway {
            None => through.push(format!("Gateway `{namespace}/{}`{section} (not in these files)", parent.name)),
            Some(gateway) => match attach::refused(world, object, parent, gateway) {
                None => through.push(format!("Gateway `{namespace}/{}`{section}", parent.name)),
                Some((why, _)) => refused.push(format!("Gateway `{namespace}/{}` {}", parent.name, reason(why))),
            },
        }
    }
    if through.is_empty() {
        let why = if refused.is_empty() { "it names no Gateway as its parent".to_owned() } else { refused.join("; ") };
        return ("no Gateway".to_owned(), Some(why));
    }
    (through.join(", "), ungranted)
}

fn reason(why: Refused) -> &'static str {
    match why {
        Refused::NoSuchListener => "has no such listener",
        Refused::Kind => "has no listener for routes of this kind",
        Refused::Namespace => "lets no route of this namespace in",
        Refused::Hostname => "has no host name in common with it",
    }
}
