//! Two objects of one kind, namespace and name in one file, or in what one kustomization takes: only one of them can live.

use crate::finding::{Confidence, Finding};
use crate::kube::world::title;
use crate::kube::{Object, World, apis, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let group = apis::group(&object.reference.api_version);
    let earlier = world.namesakes_in_file(object).into_iter().find(|other| {
        other.id < object.id && other.namespace() == object.namespace() && apis::group(&other.reference.api_version) == group
    });
    let Some(earlier) = earlier else { return };
    let generated = object.at("metadata.generateName").found;
    if object.name().is_empty() || generated || template::is_to_be_filled_in(object.name()) {
        return;
    }
    let text = |it: &Object<'_>| world.source(it).map(|source| source.slice(it.span).trim().to_owned());
    // Bundles that were put together twice repeat documents word for word: nothing is lost.
    let confidence = if text(object) == text(earlier) { Confidence::Possible } else { Confidence::Certain };
    let what = title(&object.reference);
    let consequence = if confidence == Confidence::Certain { "the first one is overwritten" } else { "both say the same" };
    out.push(
        Finding::new(confidence, format!("{what} stands twice in this file: {consequence}"))
            .field("metadata.name")
            .label(object.title(), "applied last, so this one stays")
            .label(earlier.title(), "the first one")
            .help("give one of them another name, or take one out"),
    );
}
