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

use std::collections::HashSet;

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
    /// Whether what a short look leaves out need not be worked out: chains, variables, checks of what works, and the life of
    /// any but the first Service.
    pub brief: bool,
}

/// Explains the Services of a World; those of context only help.
#[must_use]
pub fn explain(world: &World<'_>, wanted: &Wanted) -> Vec<model::Service> {
    services(world, wanted).into_iter().map(|about| about.service).collect()
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
    (services.into_iter().map(|about| about.service).collect(), besides)
}

fn services(world: &World<'_>, wanted: &Wanted) -> Vec<notes::Concerned> {
    let scene = Scene::new(world);
    let asked_for: Vec<_> = world.objects().iter().filter(|object| asked_for(object, wanted)).collect();
    let first = asked_for.first().map(|object| object.id);
    let much = parallel::is_much(world.sources);
    let explained = parallel::map(&asked_for, much, |object| service::explain(&scene, object, wanted, Some(object.id) == first));
    explained.into_iter().flatten().collect()
}

/// Paths that a drawing of everything is made of, at most; the page stays small and is written at once.
const MOST_PATHS: usize = 20_000;

/// All starts for a drawing of everything: a pod, a node, the outside, and the workloads, as many as there is room for.
/// The number is that of the workloads left out.
#[must_use]
pub fn all_starts(world: &World<'_>, wanted: &Wanted) -> (Vec<Start>, usize) {
    let ports = |object: &Object<'_>| object.service().and_then(|it| it.spec.as_ref()?.ports.as_ref()).map_or(0, Vec::len);
    let paths: usize = world.objects().iter().filter(|object| asked_for(object, wanted)).map(ports).sum();
    let mut starts = vec![Start::Pod, Start::Node, Start::Outside(None)];
    let mut seen = HashSet::new();
    let workloads = world.objects().iter().filter(|object| object.template().is_some() && !world.kustomize.is_patch(object.span.file));
    starts.extend(workloads.filter(|object| seen.insert((world.namespace(object), object.kind(), object.name()))).map(|object| {
        Start::Workload { namespace: world.namespace(object).to_owned(), kind: object.kind().to_owned(), name: object.name().to_owned() }
    }));
    let room = MOST_PATHS.checked_div(paths).unwrap_or(MOST_PATHS).max(3);
    let left_out = starts.len().saturating_sub(room);
    starts.truncate(room);
    (starts, left_out)
}

/// Whether an object is a Service that is asked for.
fn asked_for(object: &Object<'_>, wanted: &Wanted) -> bool {
    let named = |name: &String| match name.split_once('/') {
        Some((namespace, name)) => object.name() == name && object.namespace().unwrap_or("default") == namespace,
        None => object.name() == name,
    };
    !object.context && object.service().is_some() && (wanted.services.is_empty() || wanted.services.iter().any(named))
}
