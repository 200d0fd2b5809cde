//! What a document seems to hold that does not read, or is yet to be rendered: names, and who counts on them. Knows only
//! the text, and no rule's wording.

use super::backends;
use super::object::{Object, State};
use super::routes;
use super::typed::Typed;
use super::world::{Distance, Namespaces, World};
use crate::source::Span;

/// The most names of one document that are remembered.
const MOST_NAMES: usize = 256;
/// The most objects of a kind that are asked whom they name.
const MOST_ASKED: usize = 32;

/// The names that a text writes behind `name:`.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    let written = memchr::memmem::find_iter(text.as_bytes(), b"name:").filter_map(|at| {
        let line = text.get(at + 5..)?.lines().next()?.trim_start_matches([' ', '"', '\'']);
        let name = line.split([' ', '"', '\'', ',', '}', '#']).next()?;
        (!name.is_empty()).then_some(name)
    });
    written.take(MOST_NAMES)
}

/// Whether the text may hold an object of Kubernetes at all: a `tsconfig.json` beside the manifests hides none.
#[must_use]
pub fn is_of_kubernetes(text: &str) -> bool {
    !text.trim_start().starts_with('{')
        || ["apiVersion", "kind", "metadata"].iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether the text speaks of a kind.
fn speaks_of(text: &str, kind: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), b"kind:").any(|at| {
        let rest = text.get(at + 5..).unwrap_or("").trim_start_matches([' ', '"', '\'']);
        rest.strip_prefix(kind).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

impl<'s> World<'s> {
    /// The unread document near an object that seems to hold another of this kind and name.
    #[must_use]
    pub fn unread(&self, kind: &str, name: &str, from: &Object<'_>) -> Option<&Object<'s>> {
        let documents = self.up_to(self.by_unread_name.get(name), from, Distance::Near);
        documents.into_iter().find(|it| self.source(it).is_some_and(|source| speaks_of(source.slice(it.span), kind)))
    }
}

/// Who counts on a Service that seems to stand in an unreadable document and nowhere else: the place that names it, and what
/// it says.
#[must_use]
pub fn consequences(world: &World<'_>, document: &Object<'_>) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    if !matches!(document.state, State::Unreadable(_)) {
        return found;
    }
    let mut note = |from: &Object<'_>, service: &str, field: &str| {
        let seems = || world.unread("Service", service, from).is_some_and(|it| it.id == document.id);
        let there = || world.named("Service", service, from).iter().any(|it| world.namespaces(from, it) != Namespaces::Different);
        if seems() && !there() {
            found.push((
                from.at(field).span(),
                format!("{} `{}` needs Service `{service}`, which seems to stand there", from.kind(), from.name()),
            ));
        }
    };
    for kind in ["Ingress", "HTTPRoute", "GRPCRoute", "StatefulSet"] {
        for object in world.of_kind(kind, document, Distance::SameDirectory).into_iter().take(MOST_ASKED) {
            match &object.typed {
                Some(Typed::Ingress(ingress)) => {
                    for backend in backends::of(ingress) {
                        note(object, backend.service, &format!("{}.service.name", backend.field));
                    }
                }
                Some(Typed::StatefulSet(set)) => {
                    if let Some(name) = &set.spec.service_name {
                        note(object, name, "spec.serviceName");
                    }
                }
                _ => {
                    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
                        note(object, backend.name, &format!("{}.name", backend.field));
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_broken_text() {
        let text = "kind: Service\nmetadata:\n  name: \"web\" # x\n  labels: {name: a, b\n  name:\n";
        assert_eq!(names(text).collect::<Vec<_>>(), ["web", "a"]);
        assert!(speaks_of(text, "Service") && !speaks_of(text, "Serv"));
    }
}
