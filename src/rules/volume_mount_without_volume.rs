//! A container mounts a volume that its pod does not have.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::{Edit, Finding};
use crate::kube::place::Place;
use crate::kube::{Object, Typed, World, near};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let refused: Vec<_> = refusals::of(object, world, Mistake::VolumeMountWithoutVolume).collect();
    let mut missing: Vec<(&str, &Refusal<'_>, Vec<Place<'_, '_>>)> = Vec::new();
    for refusal in &refused {
        let place = object.at(refusal.field);
        let Some(name) = refusals::text(&place).or(refusal.quoted()) else { continue };
        match missing.iter_mut().find(|(told, ..)| *told == name) {
            Some((.., places)) => places.push(place),
            None => missing.push((name, refusal, vec![place])),
        }
    }
    out.extend(missing.iter().map(|(name, refusal, places)| tell(object, name, refusal, places)));
}

/// One volume that is not there, with all the mounts of it.
fn tell(object: &Object<'_>, name: &str, refusal: &Refusal<'_>, places: &[Place<'_, '_>]) -> Finding {
    let volumes = volumes(object);
    let there = match volumes.as_slice() {
        [] => "no volume".to_owned(),
        _ => format!("the pod's volumes are {}", volumes.join(", ")),
    };
    let mut finding = refusal.finding(format!("`{name}` is mounted, and the pod has no volume of that name"));
    for (index, place) in places.iter().enumerate() {
        finding = finding.label(place.span(), if index == 0 { there.as_str() } else { "mounted here too" });
    }
    let Some(meant) = near::did_you_mean(name, volumes.iter().map(String::as_str)) else {
        let list = object.template().map_or_else(|| "spec.volumes".to_owned(), |template| template.field("spec.volumes"));
        return finding.help(format!("add a volume `{name}` to `{list}`, or take the mount out"));
    };
    let finding = finding.help(format!("did you mean `{meant}`?"));
    match places.iter().map(|place| place.replace(meant)).collect::<Option<Vec<Edit>>>() {
        Some(edits) => finding.unsafe_fix(format!("mount `{meant}`"), edits),
        None => finding,
    }
}

fn volumes(object: &Object<'_>) -> Vec<String> {
    let spec = object.template().and_then(|template| template.spec);
    let own = spec.into_iter().flat_map(|spec| spec.volumes.iter().flatten()).map(|volume| volume.name.clone());
    let claims = match &object.typed {
        Some(Typed::StatefulSet(it)) => it.claims.as_slice(),
        _ => &[],
    };
    own.chain(claims.iter().cloned()).collect()
}
