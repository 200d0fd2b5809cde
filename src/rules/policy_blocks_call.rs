//! A container that is told to call a Service which NetworkPolicies keep it from.

use k8s_openapi::api::core::v1::ServicePort;

use crate::finding::{Confidence, Finding};
use crate::kube::calls::Call;
use crate::kube::meant::{self, Meant, Name};
use crate::kube::object::Labels;
use crate::kube::policy::{Answer, Direction, End, Pod, Policies};
use crate::kube::ports;
use crate::kube::targets::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World, endpoints, isolation};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = object.template().and_then(|template| template.spec) else { return };
    if world.kustomize.is_patch(object.span.file) || spec.host_network == Some(true) {
        return;
    }
    let mut calls = world.calls_by(object).iter().filter(|call| call.config_map.is_none() && call.plain && call.is_of_cluster()).peekable();
    if calls.peek().is_none() {
        return;
    }
    let Some(around) = isolation::around(world, object).filter(|around| !around.is_empty()) else { return };
    let Some(policies) = isolation::policies(world, object) else { return };
    let mut told: Vec<(String, i32)> = Vec::new();
    for call in calls {
        if told.contains(&(call.host.clone(), call.port)) {
            continue;
        }
        if let Some(finding) = blocked(object, world, call, &around, &policies) {
            told.push((call.host.clone(), call.port));
            out.push(finding);
        }
    }
}

fn blocked(object: &Object<'_>, world: &World<'_>, call: &Call, around: &[&Object<'_>], policies: &Policies<'_>) -> Option<Finding> {
    let name = Name { group: "", kind: "Service", namespace: call.namespace.as_deref(), name: call.name() };
    let Meant::There(services) = meant::meant(world, object, name) else { return None };
    let [service] = services.as_slice() else { return None };
    let (_, port) = targets::service_ports(service).find(|(_, port)| port.port == call.port)?;
    let backends = targets::backends(world, service);
    let protocol = ports::protocol(port.protocol.as_deref());
    let client = object.template()?;
    let none = Labels::new();
    let home = world.namespace(object);
    let mut ends: Vec<Direction> = Vec::new();
    for backend in &backends {
        let it = backend.found.object;
        if it.id == object.id || backend.spec.host_network == Some(true) || world.namespaces(object, it) == Namespaces::Different {
            return None;
        }
        let number = reached(world, service, backend, port)?;
        let from = End::Pod(Pod { namespace: home, labels: client.labels.unwrap_or(&none), spec: client.spec? });
        let to = End::Pod(Pod { namespace: home, labels: backend.found.template.labels.unwrap_or(&none), spec: backend.spec });
        let Answer::Blocked(_, at) = policies.judge(from, to, number, protocol) else { return None };
        ends.extend(at);
    }
    let backend = backends.first()?;
    let direction = *ends.first()?;
    let end = if direction == Direction::Egress { object } else { backend.found.object };
    let isolating = isolation::isolating(world, around, end, direction);
    let number = reached(world, service, backend, port)?;
    // Where rules were written and none of them lets anybody in, the Service is told of it.
    let written = isolating.iter().filter_map(|policy| isolation::spec(world, policy)).any(|spec| isolation::rules(spec).any(|rule| rule.direction == direction));
    if direction == Direction::Ingress && written && !isolation::admits(world, &isolating, direction, backend.spec, number, protocol) {
        return None;
    }
    Some(tell(object, world, (call, service, number), backend, &isolating, direction))
}

/// The pods' port at which a call arrives: a headless Service maps none.
fn reached(world: &World<'_>, service: &Object<'_>, backend: &Backend<'_, '_>, port: &ServicePort) -> Option<i32> {
    let target = ports::find(backend.spec, &ports::target(port), ports::protocol(port.protocol.as_deref()), world.profile.version);
    let headless = service.service().is_some_and(endpoints::is_headless);
    target.filter(|target| !headless || *target == port.port)
}

fn tell(
    object: &Object<'_>,
    world: &World<'_>,
    (call, service, number): (&Call, &Object<'_>, i32),
    backend: &Backend<'_, '_>,
    isolating: &[&Object<'_>],
    direction: Direction,
) -> Finding {
    let server = backend.found.object;
    let all = || isolating.iter().copied().chain([service, server]);
    let open = all().chain([object]).any(|it| world.changed_later(it)) || world.among_alternatives(object);
    let close = all().all(|it| world.distance(object, it) <= Distance::SameDirectory && world.namespaces(object, it) == Namespaces::Same);
    let chosen = isolating.iter().any(|policy| is_for_some(world, policy));
    let sure = if close && chosen && !open { Confidence::Likely } else { Confidence::Possible };
    let message = format!("{} `{}` calls Service `{}`, and no NetworkPolicy lets it", object.kind(), object.name(), service.name());
    let (side, help) = match direction {
        Direction::Egress => ("lets its pods send only where it says", format!("admit port {number} to the pods of {} under `egress`", world.told(server))),
        Direction::Ingress => ("admits others only", format!("admit port {number} from the pods of {} `{}` under `ingress`", object.kind(), object.name())),
    };
    let mut finding = Finding::new(sure, message).field(&call.field).label(object.at(&call.field).span(), "the call ends in a time-out");
    for policy in isolating.iter().take(2) {
        finding = finding.label(policy.title(), format!("{} {side}", world.told(policy)));
    }
    finding.help(help)
}

/// Whether a policy is for some pods of its namespace: one for all is often opened by others elsewhere.
fn is_for_some(world: &World<'_>, policy: &Object<'_>) -> bool {
    let selector = isolation::spec(world, policy).and_then(|spec| spec.pod_selector.as_ref());
    selector.and_then(|selector| selector.match_labels.as_ref()).is_some_and(|pairs| !pairs.is_empty())
}
