//! From a file to its objects: documents cut, lists opened, kinds dispatched. Knows one file at a time.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde::de::DeserializeOwned;

use super::object::{Object, ObjectId, State};
use super::template;
use super::typed::{Other, Typed};
use crate::finding::ObjectRef;
use crate::source::Source;
use crate::yaml::{self, Chunk, Fault, Kind, NodeId, Tree, Value};

/// Reads all objects of a file; a document that gives none is in the list too, with what became of it.
#[must_use]
pub fn objects(source: &Source, context: bool) -> Vec<Object<'_>> {
    let mut read = Vec::new();
    for chunk in yaml::documents(source) {
        document(source, &chunk, context, &mut read);
    }
    read
}

fn document<'s>(source: &'s Source, chunk: &Chunk, context: bool, into: &mut Vec<Object<'s>>) {
    let mut object = Object {
        id: ObjectId::default(),
        reference: ObjectRef { document: chunk.index, ..ObjectRef::default() },
        state: State::Foreign,
        span: chunk.span,
        tree: Arc::new(Tree::empty(source.id)),
        root: NodeId(0),
        typed: None,
        faults: Vec::new(),
        context,
    };
    match yaml::read(source, chunk) {
        Err(error) => {
            let templated = template::syntax(source.slice(chunk.span)).is_some();
            object.state = if templated { State::Template } else { State::Unreadable(error) };
            into.push(object);
        }
        Ok(tree) => {
            object.tree = Arc::new(tree);
            match object.tree.clone().root() {
                Some(root) if is_list(root) => items(source, root, &object, into),
                Some(_) => {
                    fill(source, &mut object);
                    into.push(object);
                }
                None => {}
            }
        }
    }
}

/// A `List`, or a list of one kind, as kubectl opens it.
fn is_list(root: Value<'_, '_>) -> bool {
    text(root, "kind").is_some_and(|kind| kind.ends_with("List"))
        && root.get("items").is_some_and(|items| matches!(items.follow().kind(), Kind::Sequence))
}

fn items<'s>(source: &'s Source, root: Value<'_, 's>, list: &Object<'s>, into: &mut Vec<Object<'s>>) {
    let Some(items) = root.get("items").map(Value::follow) else { return };
    for (index, item) in items.items().enumerate() {
        let item = item.follow();
        let mut object = Object {
            id: ObjectId::default(),
            reference: ObjectRef { document: list.reference.document, item: u32::try_from(index).ok(), ..ObjectRef::default() },
            state: State::Foreign,
            span: item.span(),
            tree: Arc::clone(&list.tree),
            root: item.id,
            typed: None,
            faults: Vec::new(),
            context: list.context,
        };
        fill(source, &mut object);
        into.push(object);
    }
}

fn text(value: Value<'_, '_>, key: &str) -> Option<String> {
    value.get(key)?.follow().as_str().map(str::to_owned)
}

fn fill<'s>(source: &'s Source, object: &mut Object<'s>) {
    let tree = Arc::clone(&object.tree);
    let root = Value { tree: &tree, id: object.root };
    if !matches!(root.kind(), Kind::Mapping) {
        return;
    }
    let metadata = root.get("metadata").map(Value::follow);
    let of_metadata = |key: &str| metadata.filter(|metadata| matches!(metadata.kind(), Kind::Mapping)).and_then(|it| text(it, key));
    object.reference.api_version = text(root, "apiVersion").unwrap_or_default();
    object.reference.kind = text(root, "kind").unwrap_or_default();
    object.reference.namespace = of_metadata("namespace").filter(|namespace| !namespace.is_empty());
    object.reference.name = of_metadata("name").or_else(|| of_metadata("generateName")).unwrap_or_default();
    if object.reference.api_version.is_empty() || object.reference.kind.is_empty() {
        if template::syntax(source.slice(object.span)).is_some() {
            object.state = State::Template;
        }
        return;
    }
    object.state = State::Object;
    object.typed = Some(typed(&object.reference.api_version, &object.reference.kind, root, &mut object.faults));
}

fn decode<T: DeserializeOwned + Default>(root: Value<'_, '_>, faults: &mut Vec<Fault>) -> Box<T> {
    Box::new(yaml::from_value(root, faults).unwrap_or_default())
}

fn typed(api_version: &str, kind: &str, root: Value<'_, '_>, faults: &mut Vec<Fault>) -> Typed {
    match (api_version, kind) {
        ("v1", "Service") => Typed::Service(decode(root, faults)),
        ("v1", "Endpoints") => Typed::Endpoints(decode(root, faults)),
        ("v1", "Pod") => Typed::Pod(decode(root, faults)),
        ("v1", "ReplicationController") => Typed::ReplicationController(decode(root, faults)),
        ("v1", "ConfigMap") => Typed::ConfigMap(decode(root, faults)),
        ("v1", "Namespace") => Typed::Namespace(decode(root, faults)),
        ("discovery.k8s.io/v1", "EndpointSlice") => Typed::EndpointSlice(decode(root, faults)),
        ("apps/v1", "Deployment") => Typed::Deployment(decode(root, faults)),
        ("apps/v1", "StatefulSet") => Typed::StatefulSet(decode(root, faults)),
        ("apps/v1", "DaemonSet") => Typed::DaemonSet(decode(root, faults)),
        ("apps/v1", "ReplicaSet") => Typed::ReplicaSet(decode(root, faults)),
        ("batch/v1", "Job") => Typed::Job(decode(root, faults)),
        ("batch/v1", "CronJob") => Typed::CronJob(decode(root, faults)),
        ("networking.k8s.io/v1", "Ingress") => Typed::Ingress(decode(root, faults)),
        ("networking.k8s.io/v1", "IngressClass") => Typed::IngressClass(decode(root, faults)),
        ("networking.k8s.io/v1", "NetworkPolicy") => Typed::NetworkPolicy(decode(root, faults)),
        ("policy/v1", "PodDisruptionBudget") => Typed::PodDisruptionBudget(decode(root, faults)),
        ("autoscaling/v1", "HorizontalPodAutoscaler") => Typed::HorizontalPodAutoscalerV1(decode(root, faults)),
        ("autoscaling/v2", "HorizontalPodAutoscaler") => Typed::HorizontalPodAutoscaler(decode(root, faults)),
        _ => Typed::Other(Box::new(other(root))),
    }
}

/// An object of another kind: its metadata, and the pod template that `spec.template` may be, whatever the kind.
fn other(root: Value<'_, '_>) -> Other {
    let mut unheard = Vec::new();
    let metadata = root.get("metadata").and_then(|metadata| yaml::from_value(metadata, &mut unheard)).unwrap_or_default();
    let mapping =
        |value: Value<'_, '_>, key: &str| -> bool { value.get(key).is_some_and(|value| matches!(value.follow().kind(), Kind::Mapping)) };
    let template = root.get("spec").map(Value::follow).and_then(|spec| spec.get("template")).map(Value::follow);
    let template = template.filter(|template| {
        let labelled = template.get("metadata").map(Value::follow).is_some_and(|metadata| mapping(metadata, "labels"));
        let containers = template.get("spec").map(Value::follow).is_some_and(|spec| spec.get("containers").is_some());
        labelled || containers
    });
    let template = template.and_then(|template| yaml::from_value::<PodTemplateSpec>(template, &mut unheard));
    Other { metadata, template }
}
