//! An Ingress of a class that nobody has, and one nearly.

use crate::finding::{Confidence, Finding};
use crate::kube::near::{did_you_mean, is_certain};
use crate::kube::world::Distance;
use crate::kube::{Object, Typed, World, template};

/// Classes that controllers make by default, as far as a slip can be told from a name of somebody's own: by their charts and
/// manifests.
const KNOWN: [&str; 11] = [
    "nginx",
    "traefik",
    "haproxy",
    "contour",
    "istio",
    "cilium",
    "higress",
    "apisix",
    "tailscale",
    "openshift-default",
    "azure-application-gateway",
];

const ANNOTATION: &str = "kubernetes.io/ingress.class";

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    let written = ingress.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    let annotated = ingress.metadata.annotations.as_ref().and_then(|all| all.get(ANNOTATION)).map(String::as_str);
    let Some(class) = written.or(annotated).filter(|class| !template::is_placeholder(class)) else { return };
    let classes = world.of_kind("IngressClass", object, Distance::Near);
    let here = || classes.iter().map(|class| class.name());
    if KNOWN.contains(&class) || here().any(|name| name == class) {
        return;
    }
    let all = || here().chain(KNOWN.iter().copied().filter(|known| !here().any(|name| name == *known)));
    let Some(meant) = did_you_mean(class, all()).filter(|meant| is_certain(class, meant, all())) else { return };
    let field = if written.is_some() { "spec.ingressClassName".to_owned() } else { format!("metadata.annotations[{ANNOTATION}]") };
    let place = object.at(&field);
    let open = world.changed_later(object);
    let mut finding = Finding::new(
        if open { Confidence::Possible } else { Confidence::Likely },
        format!("Ingress `{}` is of class `{class}`, which no controller has by default", object.name()),
    )
    .label(place.span(), "no controller takes it up: it never gets an address");
    if let Some(there) = classes.iter().find(|it| it.name() == meant) {
        finding = finding.label(there.title(), format!("{} is there", world.told(there)));
    }
    let finding = finding.help(format!("did you mean `{meant}`?")).field(field);
    out.push(match place.replace(meant) {
        Some(edit) => finding.unsafe_fix(format!("write `{meant}`"), vec![edit]),
        None => finding,
    });
}
