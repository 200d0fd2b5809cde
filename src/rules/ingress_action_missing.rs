//! An Ingress backend that stands for an action of the AWS Load Balancer Controller, without the annotation that says which.

use k8s_openapi::api::networking::v1::IngressBackend;

use crate::finding::{Confidence, Finding};
use crate::kube::near::did_you_mean;
use crate::kube::world::title;
use crate::kube::{Object, Typed, World};

const ACTIONS: &str = "alb.ingress.kubernetes.io/actions.";

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    let Some(spec) = ingress.spec.as_ref().filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let default = spec.default_backend.iter().map(|backend| ("spec.defaultBackend".to_owned(), backend));
    let rules = spec.rules.iter().flatten().enumerate().flat_map(|(rule, it)| {
        let paths = it.http.iter().flat_map(|http| http.paths.iter().enumerate());
        paths.map(move |(path, it)| (format!("spec.rules[{rule}].http.paths[{path}].backend"), &it.backend))
    });
    let class = spec.ingress_class_name.as_deref();
    let mut annotations = ingress.metadata.annotations.iter().flatten();
    // Whose Ingress it is has to be known: another controller may do something of its own with the word.
    let is_aws = class == Some("alb") || annotations.any(|(key, value)| key.starts_with("alb.ingress.") || key == "kubernetes.io/ingress.class" && value == "alb");
    let keys = || ingress.metadata.annotations.iter().flatten().filter_map(|(key, _)| key.strip_prefix(ACTIONS));
    for (field, backend) in default.chain(rules) {
        let Some(action) = action(backend).filter(|action| !keys().any(|key| key == *action)) else { continue };
        let sure = if is_aws && !world.changed_later(object) { Confidence::Likely } else { Confidence::Possible };
        let help = match did_you_mean(action, keys()) {
            Some(meant) => format!("did you mean `{meant}`, which has an annotation?"),
            None => format!("add the annotation `{ACTIONS}{action}`, or name a Service and one of its ports"),
        };
        let path = format!("{field}.service.name");
        out.push(
            Finding::new(sure, format!("{} has no annotation for its action `{action}`", title(&object.reference)))
                .label(object.at(&path).span(), format!("`use-annotation` makes the controller look for `{ACTIONS}{action}`; without it no rule of this Ingress is built"))
                .help(help)
                .field(path),
        );
    }
}

fn action(backend: &IngressBackend) -> Option<&str> {
    let service = backend.service.as_ref()?;
    let port = service.port.as_ref()?.name.as_deref()?;
    (port == "use-annotation").then_some(service.name.as_str())
}
