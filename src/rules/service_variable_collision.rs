//! A container that takes a port from a variable which Kubernetes sets to a Service's whole address.

use crate::finding::{Confidence, Finding};
use crate::kube::ports::{self, Role};
use crate::kube::variables;
use crate::kube::world::Distance;
use crate::kube::{Object, World, images, template};
use crate::source::Span;

/// Programs that read a variable which a Service of that name fills with an address, by their image.
///
/// elastic/cloud-on-k8s#1987, langgenius/dify#539, stumpapp/stump#236; Paperless-ngx reads its port from `PAPERLESS_PORT`.
const READ: [(&str, &str); 4] =
    [("kibana", "SERVER_PORT"), ("dify-api", "DIFY_PORT"), ("stump", "STUMP_PORT"), ("paperless-ngx", "PAPERLESS_PORT")];

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(pods) = object.template() else { return };
    let Some(spec) = pods.spec.filter(|spec| variables::are_given(spec)) else { return };
    if world.kustomize.is_patch(object.span.file) {
        return;
    }
    let services = || variables::services(world, object, Distance::Near);
    let of = |variable: &str| {
        let start = variable.strip_suffix("_PORT")?;
        services().into_iter().find(|service| variables::has_any(service) && variables::prefix(service.name()) == start)
    };
    for reading in variables::read(object) {
        // `tcp://$REDIS_PORT` or `$REDIS_PORT` alone may be meant as it is; behind a colon or a flag a number is.
        let before = reading.before.trim_end_matches(['"', '\'', ' ', '=']);
        let flag = before.rsplit([' ', '"']).next().unwrap_or_default();
        let number = before.ends_with(':') || flag.starts_with('-') && flag.to_lowercase().ends_with("port");
        if let (true, Some(service)) = (number, of(reading.name)) {
            let says = "a number is wanted here".to_owned();
            out.push(tell(object, world, service, reading.name, object.at(&reading.field).span(), says).field(&reading.field));
        }
    }
    for placed in ports::containers(spec).filter(|placed| placed.role != Role::Init && placed.container.env_from.is_none()) {
        let image = placed.container.image.as_deref().unwrap_or_default();
        let program = images::name(image);
        let Some((_, variable)) = READ.iter().find(|(known, _)| *known == program) else { continue };
        let set = placed.container.env.iter().flatten().any(|it| it.name == *variable);
        if let (false, Some(service)) = (set || template::is_placeholder(image), of(variable)) {
            let field = pods.field(&format!("{}.image", placed.field()));
            let says = format!("this program takes its port from `{variable}`");
            out.push(tell(object, world, service, variable, object.at(&field).span(), says).field(field));
        }
    }
}

fn tell(object: &Object<'_>, world: &World<'_>, service: &Object<'_>, variable: &str, span: Span, says: String) -> Finding {
    let open = world.distance(object, service) > Distance::SameDirectory || world.changed_later(object) || world.among_alternatives(object);
    Finding::new(
        if open { Confidence::Possible } else { Confidence::Likely },
        format!("`{variable}` is set to `tcp://…`, the address of Service `{}`, where a port is read", service.name()),
    )
    .label(span, says)
    .label(service.title(), format!("{}: every container that starts after it gets `{variable}`", world.told(service)))
    .help("write `enableServiceLinks: false` in the pod's spec, set the variable yourself, or rename the Service")
}
