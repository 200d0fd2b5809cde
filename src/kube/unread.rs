//! What a document seems to hold that does not read, is lost in it, misspelt, or yet to be rendered: names, and who counts
//! on them. Knows only the text and what objects call themselves, and no rule's wording.

use super::object::{Labels, Object, State};
use super::scaled::Target;
use super::typed::Typed;
use super::world::{Distance, Namespaces, World};
use super::{apis, backends, monitored, monitors, repeats, routes};
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

/// The kind that an object was meant to be which has a misspelt kind, or an apiVersion that does not have it: nothing is
/// created from it.
#[must_use]
pub fn meant_kind(object: &Object<'_>) -> Option<&'static str> {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let other = matches!(object.typed, Some(Typed::Other(_))) && object.state == State::Object;
    if !other || !apis::is_built_in(apis::group(api_version)) || apis::is_known(api_version, kind) {
        return None;
    }
    apis::named(kind).or_else(|| apis::kind_like(apis::group(api_version), kind))
}

/// Whether something that a document holds is not created, though other objects may count on it.
#[must_use]
pub fn hides(object: &Object<'_>) -> bool {
    matches!(object.state, State::Unreadable(_)) || meant_kind(object).is_some() || repeats::is_several(object)
}

impl<'s> World<'s> {
    /// The document near an object that seems to hold another of this kind and name, and does not read as one.
    #[must_use]
    pub fn unread(&self, kind: &str, name: &str, from: &Object<'_>) -> Option<&Object<'s>> {
        let documents = self.up_to(self.seeming(name), from, Distance::Near);
        documents.into_iter().find(|it| self.seems(it, kind))
    }

    fn seems(&self, document: &Object<'_>, kind: &str) -> bool {
        match meant_kind(document) {
            Some(meant) => meant == kind,
            None => self.source(document).is_some_and(|source| speaks_of(source.slice(document.span), kind)),
        }
    }

    /// The document in the folder of a monitor that seems to hold a Service with these labels, and does not read as one.
    #[must_use]
    pub fn unread_service(&self, labels: &Labels, from: &Object<'_>) -> Option<&Object<'s>> {
        let holds = |it: &&Object<'s>| {
            let text = self.source(it).map_or("", |source| source.slice(it.span));
            labels.iter().all(|(key, value)| text.contains(key.as_str()) && text.contains(value.as_str()))
        };
        let mut documents = self.up_to(self.misread.get(&()), from, Distance::SameDirectory).into_iter().filter(holds);
        documents.find(|it| !labels.is_empty() && self.seems(it, "Service"))
    }
}

/// Who counts on an object that seems to stand in a document of which nothing is created, and nowhere else: the place that
/// names it, and what it says.
#[must_use]
pub fn consequences(world: &World<'_>, document: &Object<'_>) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    if !hides(document) {
        return found;
    }
    let mut note = |from: &Object<'_>, kind: &str, name: &str, field: &str| {
        let seems = || world.unread(kind, name, from).is_some_and(|it| it.id == document.id);
        let is_there = |it: &&Object<'_>| meant_kind(it).is_none() && world.namespaces(from, it) != Namespaces::Different;
        if seems() && !world.named(kind, name, from).iter().any(is_there) {
            found.push((
                from.at(field).span(),
                format!("{} `{}` needs {kind} `{name}`, which seems to stand there", from.kind(), from.name()),
            ));
        }
    };
    for kind in ["Ingress", "HTTPRoute", "GRPCRoute", "StatefulSet", "HorizontalPodAutoscaler"] {
        for object in world.of_kind(kind, document, Distance::SameDirectory).into_iter().take(MOST_ASKED) {
            match &object.typed {
                Some(Typed::Ingress(ingress)) => {
                    for backend in backends::of(ingress) {
                        note(object, "Service", backend.service, &format!("{}.service.name", backend.field));
                    }
                }
                Some(Typed::StatefulSet(set)) => {
                    if let Some(name) = &set.service_name {
                        note(object, "Service", name, "spec.serviceName");
                    }
                }
                Some(Typed::HorizontalPodAutoscaler(_) | Typed::HorizontalPodAutoscalerV1(_)) => {
                    if let Some(target) = Target::of(object) {
                        note(object, target.kind, target.name, "spec.scaleTargetRef.name");
                    }
                }
                _ => {
                    for backend in routes::backends(object).iter().filter(|backend| backend.is_to_service()) {
                        note(object, "Service", backend.name, &format!("{}.name", backend.field));
                    }
                }
            }
        }
    }
    for object in world.of_kind("ServiceMonitor", document, Distance::SameDirectory).into_iter().take(MOST_ASKED) {
        let Some(monitor) = monitors::read(object).filter(|monitor| monitored::all(world, object, monitor).is_empty()) else { continue };
        let Some(labels) = &monitor.selector.match_labels else { continue };
        if world.unread_service(labels, object).is_some_and(|it| it.id == document.id) {
            let says = format!("ServiceMonitor `{}` selects a Service that seems to stand there", object.name());
            found.push((object.at("spec.selector").span(), says));
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
