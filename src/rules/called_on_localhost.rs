//! A container that is told to find a database at `localhost`, which is its own pod, beside a Service for just that.

use crate::finding::{Confidence, Finding};
use crate::kube::calls::Call;
use crate::kube::ports;
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, targets};

/// What nobody but a program speaks: an address of the web may be meant for a browser, or for `kubectl port-forward`.
const SCHEMES: [&str; 14] = [
    "amqp",
    "amqps",
    "cassandra",
    "clickhouse",
    "jdbc",
    "kafka",
    "mariadb",
    "mongodb",
    "mysql",
    "nats",
    "postgres",
    "postgresql",
    "redis",
    "rediss",
];

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.template().and_then(|template| template.spec).filter(|spec| spec.host_network != Some(true)) else { return };
    // Another container of the pod may be the one, and a sidecar that is put in later as well where an annotation asks for it.
    let alone = spec.containers.len() == 1 && spec.init_containers.as_ref().is_none_or(|all| all.iter().all(|it| it.restart_policy.is_none()));
    let injected = object.template().and_then(|template| template.annotations).is_some_and(|all| all.keys().any(|key| key.contains("inject")));
    if !alone || injected || world.kustomize.is_patch(object.span.file) {
        return;
    }
    let own: Vec<i32> = ports::declared(spec).map(|(.., port)| port.container_port).collect();
    let mut told = Vec::new();
    for call in world.calls_by(object) {
        if call.host != "localhost" || own.contains(&call.port) || told.contains(&call.port) || !is_of_programs(object, world, call) {
            continue;
        }
        let mut services = world.of_kind("Service", object, Distance::SameDirectory);
        services.retain(|service| {
            let has = targets::service_ports(service).any(|(_, port)| port.port == call.port);
            has && world.namespaces(object, service) == Namespaces::Same
        });
        let behind = world.services_taking(object);
        let [service] = services[..] else { continue };
        if behind.iter().any(|it| it.id == service.id) {
            continue;
        }
        told.push(call.port);
        let open = world.changed_later(object) || world.among_alternatives(object) || world.unrendered_beside(object);
        out.push(
            Finding::new(
                if open { Confidence::Possible } else { Confidence::Likely },
                format!("{} `{}` looks for port {} at `localhost`, which is its own pod", object.kind(), object.name(), call.port),
            )
            .label(object.at(&call.field).span(), "nothing in this pod listens there: the connection is refused")
            .label(service.title(), format!("{} has port {}", world.told(service), call.port))
            .help(format!("write `{}` in place of `localhost`", service.name()))
            .field(&call.field),
        );
    }
}

/// Whether a scheme of a program's stands before the address, or host and port have variables of their own for one.
fn is_of_programs(object: &Object<'_>, world: &World<'_>, call: &Call) -> bool {
    let (holder, field) = match &call.config_map {
        Some((id, field)) => (world.object(*id).unwrap_or(object), field),
        None => (object, &call.field),
    };
    let written = world.source(holder).map_or("", |source| source.slice(holder.at(field).span())).trim_matches(['"', '\'']);
    let speaks = |scheme: &str| written.strip_prefix(scheme).is_some_and(|rest| rest.starts_with([':', '+']));
    SCHEMES.iter().any(|scheme| speaks(scheme)) || written == "localhost" || written.parse() == Ok(call.port)
}
