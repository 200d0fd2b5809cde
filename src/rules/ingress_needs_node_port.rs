//! An Ingress of AWS' controller that sends to the nodes' ports of a Service that has none.

use k8s_openapi::api::networking::v1::Ingress;

use crate::finding::{Confidence, Finding};
use crate::kube::backends;
use crate::kube::meant::{self, Meant, Name};
use crate::kube::world::{Distance, title};
use crate::kube::{Object, Typed, World};

const TARGET_TYPE: &str = "alb.ingress.kubernetes.io/target-type";

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    let written = annotation(object, TARGET_TYPE);
    let instance = written.is_none_or(|written| written == "instance");
    if !is_alb(ingress) || !instance || world.kustomize.is_patch(object.span.file) || !world.of_kind("IngressClassParams", object, Distance::Far).is_empty() {
        return;
    }
    let mut told = Vec::new();
    for backend in backends::of(ingress) {
        let name = Name { group: "", kind: "Service", namespace: None, name: backend.service };
        let Meant::There(services) = meant::meant(world, object, name) else { continue };
        let on_nodes = |service: &&Object<'_>| {
            let type_ = service.service().and_then(|service| service.spec.as_ref()?.type_.as_deref());
            !matches!(type_, None | Some("ClusterIP" | "")) || annotation(service, TARGET_TYPE) == Some("ip")
        };
        let [service] = services.as_slice() else { continue };
        if on_nodes(service) || told.contains(&service.id) {
            continue;
        }
        told.push(service.id);
        let field = format!("{}.service.name", backend.field);
        // The controller's own default can be set to `ip`.
        let sure = if written.is_some() { meant::sure(world, object, None, service).min(Confidence::Likely) } else { Confidence::Possible };
        let says = if written.is_some() { "target type `instance`" } else { "no target type, which is `instance` unless the controller is told otherwise" };
        out.push(
            Finding::new(sure, format!("{} needs a node port of {}, which has none", title(&object.reference), title(&service.reference)))
                .label(object.at(&field).span(), format!("{says}: the load balancer sends to a port of the nodes"))
                .label(service.title(), format!("{} is a ClusterIP", world.told(service)))
                .help(format!("write `{TARGET_TYPE}: ip`, so that it sends to the pods, or make the Service a NodePort"))
                .field(field),
        );
    }
}

fn is_alb(ingress: &Ingress) -> bool {
    let annotations = ingress.metadata.annotations.as_ref();
    let class = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    class.or_else(|| annotations.and_then(|it| it.get("kubernetes.io/ingress.class")).map(String::as_str)) == Some("alb")
}

fn annotation<'o>(object: &'o Object<'_>, key: &str) -> Option<&'o str> {
    object.annotations()?.get(key).map(String::as_str)
}
