//! Whether a ReferenceGrant allows a reference into another namespace. Knows no rule's wording.

use super::admission::gateway::OWN_GROUP;
use super::object::Object;
use super::routes::{self, Reference, items, text};
use super::world::{Distance, World};

/// The grants of the files.
fn all<'w, 's>(world: &'w World<'s>, from: &Object<'_>) -> impl Iterator<Item = &'w Object<'s>> {
    let grants = world.of_kind("ReferenceGrant", from, Distance::Far).into_iter();
    grants.filter(|grant| super::apis::group(&grant.reference.api_version) == OWN_GROUP)
}

/// Whether some grant may allow it.
#[must_use]
pub fn allowed(world: &World<'_>, from: &Object<'_>, reference: &Reference<'_>, namespace: &str) -> bool {
    all(world, from).any(|grant| {
        let there = world.namespace(grant) == namespace || grant.namespace().is_none() || world.renames_namespace(grant);
        there && allows(world, grant, from, reference)
    })
}

fn allows(world: &World<'_>, grant: &Object<'_>, from: &Object<'_>, reference: &Reference<'_>) -> bool {
    let Some(spec) = routes::spec(grant) else { return true };
    let mine = items(spec, "from").iter().any(|it| {
        let namespace = text(it, "namespace") == world.namespace(from) || from.namespace().is_none();
        text(it, "group") == OWN_GROUP && text(it, "kind") == from.kind() && namespace
    });
    let theirs = items(spec, "to").iter().any(|it| {
        let named = matches!(text(it, "name"), "") || text(it, "name") == reference.name;
        text(it, "group") == reference.group && text(it, "kind") == reference.kind && named
    });
    mine && theirs
}

/// The grant that was meant to allow it, and why it does not.
#[must_use]
pub fn nearly<'w, 's>(
    world: &'w World<'s>,
    from: &Object<'_>,
    reference: &Reference<'_>,
    namespace: &str,
) -> Option<(&'w Object<'s>, String, String)> {
    all(world, from).find_map(|grant| {
        let spec = routes::spec(grant)?;
        let is = world.namespace(grant);
        if is != namespace {
            let same = allows(world, grant, from, reference) || is == world.namespace(from);
            return same.then(|| {
                (
                    grant,
                    "metadata.namespace".into(),
                    format!("this grant is in `{is}`: it must stand in `{namespace}`, with what is referred to"),
                )
            });
        }
        let froms = items(spec, "from").iter().enumerate();
        let near = froms.clone().find(|(_, it)| text(it, "namespace") == world.namespace(from) || text(it, "kind") == from.kind());
        if let Some((index, it)) = near {
            let field = |leaf: &str| format!("spec.from[{index}].{leaf}");
            if text(it, "group") != OWN_GROUP {
                return Some((
                    grant,
                    field("group"),
                    format!("a grant to group `{}`; a {} is of `{OWN_GROUP}`", text(it, "group"), from.kind()),
                ));
            }
            if text(it, "kind") != from.kind() {
                return Some((grant, field("kind"), format!("a grant to {}s, not to {}s", text(it, "kind"), from.kind())));
            }
            if text(it, "namespace") != world.namespace(from) {
                return Some((
                    grant,
                    field("namespace"),
                    format!("a grant to namespace `{}`, not to `{}`", text(it, "namespace"), world.namespace(from)),
                ));
            }
        }
        let to = items(spec, "to").first().map(|it| (text(it, "group"), text(it, "kind"), text(it, "name")));
        let (group, kind, name) = to?;
        let why = match name {
            _ if group != reference.group => format!("a grant for group `{group}`; a {} is of `{}`", reference.kind, reference.group),
            "" => format!("a grant for {kind}s"),
            name => format!("a grant for {kind} `{name}`"),
        };
        near.map(|_| (grant, "spec.to[0]".into(), why))
    })
}
