//! A selector that takes the pods of a Job or CronJob beside those that serve.

use crate::finding::{Confidence, Finding};
use crate::kube::targets::{self, is_job};
use crate::kube::world::{Distance, Namespaces, title};
use crate::kube::{Object, World, ports};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let mut found = world.selected(object);
    found.retain(|found| found.namespaces == Namespaces::Same);
    let alone = !found.iter().any(|found| !is_job(found.object));
    found.retain(|found| is_job(found.object) && found.distance <= Distance::SameDirectory);
    let Some(job) = found.first().filter(|_| !alone) else { return };
    let serves = |number: i32| {
        job.template.spec.is_some_and(|spec| ports::declared(spec).any(|(.., port)| port.container_port == number))
    };
    let apart = job.distance == Distance::SameDirectory && world.among_alternatives(object);
    let meant = targets::numbered_targets(object).any(|(_, _, number)| serves(number)) || apart;
    let others = if found.len() > 1 { format!(" and {} more", found.len() - 1) } else { String::new() };
    let when = if job.object.kind() == "CronJob" { "while a run lasts" } else { "while the Job runs" };
    let labels = job.template.field("metadata.labels");
    out.push(
        Finding::new(
            if meant { Confidence::Possible } else { Confidence::Likely },
            format!("Service `{}` also selects the pods of {}{others}", object.name(), title(&job.object.reference)),
        )
        .field("spec.selector")
        .label(object.at("spec.selector").span(), format!("{when}, a share of the connections goes to its pods"))
        .label(job.object.at(&labels).span(), format!("the pods of {} have all the labels selected", world.told(job.object)))
        .help("give the Job's pods other labels, or add to the selector a label that only the serving pods have"),
    );
}
