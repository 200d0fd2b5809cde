//! How traffic reaches the pods of a Service: a model computed from the files, and views of it. Knows no rule.

mod addresses;
mod ask;
mod defaults;
mod environment;
mod hops;
pub mod model;
mod names;
mod nobody;
mod path;
pub mod rules;
mod scene;
mod service;
mod slices;
mod start;
pub mod view;

use crate::kube::World;
use crate::kube::object::Object;
use crate::parallel;

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
}

/// Explains the Services of a World; those of context only help.
#[must_use]
pub fn explain(world: &World<'_>, wanted: &Wanted) -> Vec<model::Service> {
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
