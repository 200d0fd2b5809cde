//! Two objects of one kind, namespace and name in one file, or in what one kustomization takes: only one of them can live.

use crate::finding::{Confidence, Finding};
use crate::kube::world::{Distance, title};
use crate::kube::{Object, Typed, World, apis, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !world.has_namesake(object) {
        return;
    }
    let group = apis::group(&object.reference.api_version);
    let same = |other: &&Object<'_>| {
        other.id < object.id && other.namespace() == object.namespace() && apis::group(&other.reference.api_version) == group
    };
    let earlier = world.namesakes_in_file(object).into_iter().find(same).or_else(|| {
        let built = world.kustomize.takes(object.span.file);
        let mut named = if built { world.named_up_to(object.kind(), object.name(), object, Distance::Near) } else { Vec::new() };
        named.retain(|other| same(other) && in_one_build(world, object, other));
        named.into_iter().next()
    });
    let Some(earlier) = earlier else { return };
    let generated = object.at("metadata.generateName").found;
    // Two states of one object, both read from a cluster: nobody applies them one after the other.
    let recorded = uid(object).is_some_and(|own| uid(earlier) == Some(own));
    if object.name().is_empty() || generated || recorded || template::is_to_be_filled_in(object.name()) {
        return;
    }
    let what = title(&object.reference);
    if earlier.span.file != object.span.file {
        out.push(
            Finding::certain(format!("{what} stands twice in what one kustomization takes: kustomize refuses to build it"))
                .field("metadata.name")
                .label(object.title(), "kustomize: may not add resource with an already registered id")
                .label(earlier.title(), format!("the first one, in {}", world.place(earlier.title())))
                .help("make the second one a patch, give it another name, or take one out of `resources`"),
        );
        return;
    }
    let text = |it: &Object<'_>| world.source(it).map(|source| source.slice(it.span).trim().to_owned());
    // Bundles that were put together twice repeat documents word for word: nothing is lost.
    let confidence = if text(object) == text(earlier) { Confidence::Possible } else { Confidence::Likely };
    let consequence = if confidence == Confidence::Likely { "the first one is overwritten" } else { "both say the same" };
    out.push(
        Finding::new(confidence, format!("{what} stands twice in this file: {consequence}"))
            .field("metadata.name")
            .label(object.title(), "applied last, so this one stays")
            .label(earlier.title(), "the first one")
            .help("give one of them another name, or take one out"),
    );
}

/// Whether one kustomization takes the files of both.
fn in_one_build(world: &World<'_>, a: &Object<'_>, b: &Object<'_>) -> bool {
    world.kustomize.takes_both(path(world, a), path(world, b))
}

fn path<'w>(world: &World<'w>, object: &Object<'_>) -> &'w str {
    world.source(object).map_or("", |source| source.path.as_str())
}

fn uid<'o>(object: &'o Object<'_>) -> Option<&'o str> {
    object.typed.as_ref().and_then(Typed::uid).filter(|uid| !uid.is_empty())
}
