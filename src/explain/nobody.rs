//! Why a port has nobody to answer, in one sentence. Knows no policy.

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::kube::dangling::{self, Cause};
use crate::kube::endpoints::slice::Built;
use crate::kube::endpoints::{self, Idle};
use crate::kube::near::{Miss, NearMiss};
use crate::kube::object::Object;
use crate::kube::{World, ports};

/// Says why a port of a Service leads to no endpoint.
#[must_use]
pub fn why(world: &World<'_>, object: &Object<'_>, service: &Service, port: &ServicePort, built: &Built<'_, '_>) -> String {
    let listed = built.slices.iter().flat_map(|slice| &slice.endpoints);
    let (serving, all) = (listed.clone().filter(|endpoint| endpoint.serves()).count(), listed.count());
    if serving > 0 {
        return no_such_port(service, port);
    }
    if all > 0 {
        return "the workloads behind it run no pod that is ready".into();
    }
    if let Some((object, why)) = built.idle.first() {
        let why = match why {
            Idle::Refused(_) => ": the API server refuses it",
            Idle::NotServed => ": this Kubernetes serves no such apiVersion and kind",
            Idle::NoTemplate => "",
        };
        return format!("{} `{}` has the selected labels, but makes no pods{why}", object.kind(), object.name());
    }
    let Some(selector) = endpoints::selector(service) else {
        return "it has no selector, and no Endpoints or EndpointSlice for it is in the files".into();
    };
    let pairs = world.pairs(selector);
    match dangling::cause(world, object) {
        Some(Cause::Slip(slips)) if !slips.is_empty() => {
            let near: Vec<_> = slips.iter().take(1).map(|slip| nearly(world, slip)).collect();
            format!("no pod has {pairs}; {}", near.join("; "))
        }
        Some(Cause::OtherLabels(meant)) => {
            let has =
                meant.template().and_then(|template| template.labels).map_or_else(|| "no labels".into(), |labels| world.pairs(labels));
            format!("no pod has {pairs}; the pods of {} have {has}", world.told(meant))
        }
        Some(Cause::OtherNamespace(found)) => {
            let there = found
                .first()
                .map(|found| format!("the pods of {} in namespace `{}` do", world.told(found.object), world.namespace(found.object)));
            format!("no pod of its own namespace has {pairs}; {}", there.unwrap_or_default())
        }
        _ => format!("no pod of the files has {pairs}"),
    }
}

fn no_such_port(service: &Service, port: &ServicePort) -> String {
    let name = port.name.as_deref().unwrap_or_default();
    let protocol = ports::protocol(port.protocol.as_deref());
    match (&port.target_port, endpoints::selector(service)) {
        (Some(IntOrString::String(target)), Some(_)) => {
            format!("no container port of these pods is called `{target}` with protocol {protocol}")
        }
        _ if name.is_empty() => "the endpoints' ports have a name and the Service's port has none: they are joined by name".into(),
        _ => format!("no port of the endpoints is called `{name}` with protocol {protocol}: they are joined by name"),
    }
}

fn nearly(world: &World<'_>, slip: &NearMiss<'_, '_>) -> String {
    let pods = format!("the pods of {}", world.told(slip.object));
    match slip.misses.first() {
        Some(Miss::Value { key, value }) => format!("{pods} have `{key}: {value}`"),
        Some(Miss::Key { wanted, key }) => format!("{pods} have the value of `{wanted}` under `{key}`"),
        Some(Miss::OnlyOnWorkload { key }) => format!("{} has `{key}` itself, its pods don't", world.told(slip.object)),
        Some(Miss::Absent { key }) => format!("{pods} lack `{key}`"),
        None => format!("{pods} come near it"),
    }
}
