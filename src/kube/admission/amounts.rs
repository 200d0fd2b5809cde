//! Amounts (`128Mi`, `500m`) that the server can't decode: refused before anything is judged. Knows where a kind holds them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PersistentVolumeClaimSpec, PodSpec, ResourceRequirements, Volume};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Amount;

use super::quantity::Quantity;
use crate::kube::Decoded;

type Amounts = Option<BTreeMap<String, Amount>>;

/// The decoder's error about the first amount that is none (`k8s.io/apimachinery/pkg/api/resource.Quantity.UnmarshalJSON`).
#[must_use]
pub fn undecodable(decoded: &Decoded) -> Option<String> {
    let pods = decoded.pod_spec().and_then(of_pods);
    pods.or_else(|| match decoded {
        Decoded::StatefulSet(set) => {
            set.spec.volume_claim_templates.iter().flatten().filter_map(|claim| claim.spec.as_ref()).find_map(of_claim)
        }
        _ => None,
    })
}

fn of_pods(spec: &PodSpec) -> Option<String> {
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    containers
        .into_iter()
        .find_map(of_container)
        .or_else(|| spec.ephemeral_containers.iter().flatten().find_map(|it| it.resources.as_ref().and_then(of_resources)))
        .or_else(|| of_amounts(&spec.overhead))
        .or_else(|| spec.resources.as_ref().and_then(of_resources))
        .or_else(|| spec.volumes.iter().flatten().find_map(of_volume))
}

fn of_container(container: &Container) -> Option<String> {
    let divisors = container.env.iter().flatten().filter_map(|env| env.value_from.as_ref()?.resource_field_ref.as_ref()?.divisor.as_ref());
    container.resources.as_ref().and_then(of_resources).or_else(|| divisors.into_iter().find_map(of_amount))
}

fn of_volume(volume: &Volume) -> Option<String> {
    let size = volume.empty_dir.as_ref().and_then(|it| it.size_limit.as_ref()).and_then(of_amount);
    let claim = volume.ephemeral.as_ref().and_then(|it| it.volume_claim_template.as_ref());
    let files = volume.downward_api.iter().flat_map(|it| it.items.iter().flatten());
    let mut divisors = files.filter_map(|file| file.resource_field_ref.as_ref()?.divisor.as_ref());
    size.or_else(|| claim.and_then(|claim| of_claim(&claim.spec))).or_else(|| divisors.find_map(of_amount))
}

fn of_claim(claim: &PersistentVolumeClaimSpec) -> Option<String> {
    let resources = claim.resources.as_ref()?;
    of_amounts(&resources.limits).or_else(|| of_amounts(&resources.requests))
}

fn of_resources(resources: &ResourceRequirements) -> Option<String> {
    of_amounts(&resources.limits).or_else(|| of_amounts(&resources.requests))
}

fn of_amounts(amounts: &Amounts) -> Option<String> {
    amounts.iter().flat_map(BTreeMap::values).find_map(of_amount)
}

fn of_amount(amount: &Amount) -> Option<String> {
    Quantity::parse(&amount.0).err().map(str::to_owned)
}
