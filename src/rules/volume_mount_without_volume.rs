//! A container mounts a volume that its pod does not have.

use super::refusals::{self, Mistake};
use crate::finding::Finding;
use crate::kube::{Object, Typed, World, near};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for refusal in refusals::of(object, world, Mistake::VolumeMountWithoutVolume) {
        let place = object.at(refusal.field);
        let Some(name) = refusals::text(&place).or(refusal.quoted()) else { continue };
        let volumes = volumes(object);
        let finding = refusal.finding(format!("`{name}` is mounted, and the pod has no volume of that name"));
        let template = object.template();
        let list = template.map_or_else(|| "spec.volumes".to_owned(), |template| template.field("spec.volumes"));
        let finding = match volumes.as_slice() {
            [] => finding.label(place.span(), "no volume"),
            _ => finding.label(place.span(), format!("the pod's volumes are {}", volumes.join(", "))),
        };
        out.push(match near::did_you_mean(name, volumes.iter().map(String::as_str)) {
            Some(meant) => {
                let help = format!("did you mean `{meant}`?");
                match place.replace(meant) {
                    Some(edit) => finding.help(help).unsafe_fix(format!("mount `{meant}`"), vec![edit]),
                    None => finding.help(help),
                }
            }
            None => finding.help(format!("add a volume `{name}` to `{list}`, or take the mount out")),
        });
    }
}

fn volumes(object: &Object<'_>) -> Vec<String> {
    let spec = object.template().and_then(|template| template.spec);
    let own = spec.into_iter().flat_map(|spec| spec.volumes.iter().flatten()).map(|volume| volume.name.clone());
    let claims = match &object.typed {
        Some(Typed::StatefulSet(it)) => it.spec.volume_claim_templates.as_deref().unwrap_or_default(),
        _ => &[],
    };
    own.chain(claims.iter().filter_map(|claim| claim.metadata.name.clone())).collect()
}
