//! The containers of the files that are told to call a Service, and whether they dial a port that it has. Knows no packet.

use super::model::{Caller, Port, Slice};
use crate::kube::World;
use crate::kube::object::Object;

/// Callers that are told; more than a reader follows.
const FEW: usize = 20;

/// The callers of a Service.
#[must_use]
pub fn of(world: &World<'_>, service: &Object<'_>, ports: &[Port], headless: bool, slices: &[Slice]) -> Vec<Caller> {
    let namespace = world.namespace(service);
    let mut callers = Vec::new();
    for call in world.calls_to(service.name()) {
        let Some(by) = world.object(call.by).filter(|by| world.distance(service, by) < crate::kube::world::Distance::Far) else { continue };
        if call.namespace.as_deref().unwrap_or(world.namespace(by)) != namespace {
            continue;
        }
        let fits = if headless {
            slices.iter().flat_map(|slice| &slice.ports).any(|port| port.port.is_none_or(|port| port == call.port)) || slices.is_empty()
        } else {
            ports.iter().any(|port| port.port == call.port)
        };
        let workload = format!("{}/{}/{}", world.namespace(by), by.kind(), by.name());
        let caller = Caller { workload, field: call.field.clone(), port: call.port, port_fits: fits };
        if !callers.contains(&caller) && callers.len() < FEW {
            callers.push(caller);
        }
    }
    callers
}
