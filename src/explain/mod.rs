//! How traffic reaches the pods of a Service: a model computed from the files, and views of it. Knows no rule.

mod addresses;
mod ask;
mod balancer;
mod callers;
mod chains;
mod defaults;
mod environment;
mod fronts;
mod hops;
mod life;
pub mod model;
mod names;
mod nobody;
mod notes;
mod path;
mod readiness;
pub mod rules;
mod scene;
mod service;
mod slices;
mod spread;
mod start;
mod summary;
pub mod view;

use crate::finding::Finding;
use crate::kube::World;
use crate::kube::object::Object;
use crate::parallel;

pub use balancer::Maker;
pub use model::Explanation;
pub use start::Start;

use scene::Scene;

/// What to explain.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `[NS/]NAME` of Services; all of them where empty.
    pub services: Vec<String>,
    /// Where traffic starts; a pod, and the outside where the type allows, where empty.
    pub from: Vec<Start>,
    /// How many of the pods stand on each node; empty where nobody says.
    pub pods_per_node: Vec<u32>,
}

/// Explains the Services of a World; those of context only help.
#[must_use]
pub fn explain(world: &World<'_>, wanted: &Wanted) -> Vec<model::Service> {
    services(world, wanted).into_iter().map(|(service, _)| service).collect()
}

/// Explains the Services of a World with what `check` found: to each Service the findings that have to do with it, and the
/// others. These are left out where only some Services are asked for.
#[must_use]
pub fn explain_found(world: &World<'_>, wanted: &Wanted, findings: &[Finding]) -> (Vec<model::Service>, Vec<model::Note>) {
    let mut services = services(world, wanted);
    let mut besides = notes::tell(world, findings, &mut services);
    if !wanted.services.is_empty() {
        besides.clear();
    }
    (services.into_iter().map(|(service, _)| service).collect(), besides)
}

fn services(world: &World<'_>, wanted: &Wanted) -> Vec<notes::Concerned> {
    let scene = Scene::new(world);
    let asked_for: Vec<_> = world.objects().iter().filter(|object| asked_for(object, wanted)).collect();
    let explained = parallel::map(&asked_for, parallel::is_much(world.sources), |object| service::explain(&scene, object, wanted));
    explained.into_iter().flatten().collect()
}

/// Whether an object is a Service that is asked for.
fn asked_for(object: &Object<'_>, wanted: &Wanted) -> bool {
    let named = |name: &String| match name.split_once('/') {
        Some((namespace, name)) => object.name() == name && object.namespace().unwrap_or("default") == namespace,
        None => object.name() == name,
    };
    !object.context && object.service().is_some() && (wanted.services.is_empty() || wanted.services.iter().any(named))
}
