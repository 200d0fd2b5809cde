//! One object of a manifest: what it is, typed, and where each of its fields stands. Knows no other object.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::Typed;
use super::admission::Verdict;
use super::place::Place;
use super::pod_spec::{PodSpec, PodTemplateSpec};
use crate::finding::ObjectRef;
use crate::source::{Shift, Span};
use crate::yaml::{Fault, NodeId, SyntaxError, Tree, Value};

/// Labels as typed structs hold them.
pub type Labels = BTreeMap<String, String>;

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has an apiVersion and a kind.
    Object,
    /// It decodes, but to no object: no apiVersion, no kind, or no mapping at all.
    Foreign,
    /// It is not YAML.
    Unreadable(SyntaxError),
    /// It holds template syntax that something has yet to render.
    Template,
}

/// One object of a manifest, or a document that gave none.
#[derive(Debug)]
pub struct Object<'s> {
    /// Its place among all objects of the run.
    pub id: ObjectId,
    /// What it calls itself; findings share it.
    pub reference: Arc<ObjectRef>,
    /// What became of the document.
    pub state: State,
    /// The text it stands in: the document, or the item of a List.
    pub span: Span,
    /// Its nodes; empty where the document is unreadable.
    pub tree: Arc<Tree<'s>>,
    /// Whether two keys of one of the tree's mappings can be written alike.
    pub may_repeat_keys: bool,
    /// Its own node in the tree.
    pub root: NodeId,
    /// Its typed content; none where there is no object.
    pub typed: Option<Typed>,
    /// What decoding found: unknown, duplicate and mistyped fields.
    pub faults: Vec<Fault>,
    /// What the API server says of it; none where it says nothing, and for context.
    pub verdict: Option<Box<Verdict>>,
    /// Whether the API server was asked on reading, and takes it as it was decoded.
    pub accepted: bool,
    /// Fields that the kind has, and the judged version of Kubernetes does not know yet, in the words of strict decoding.
    pub newer: Vec<String>,
    /// Whether the file was only read for what it tells about others.
    pub context: bool,
}

/// Position of an object in its [`World`](super::World).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub u32);

/// Pods that an object makes.
#[derive(Clone, Copy, Debug)]
pub struct Template<'o> {
    /// Where the template stands: `spec.template`; empty for a Pod.
    pub path: &'static str,
    /// The pods' labels.
    pub labels: Option<&'o Labels>,
    /// The pods' annotations.
    pub annotations: Option<&'o Labels>,
    /// The pods' spec.
    pub spec: Option<&'o PodSpec>,
}

impl Template<'_> {
    /// The path of a field of the template: `spec.template.metadata.labels`.
    #[must_use]
    pub fn field(&self, path: &str) -> String {
        if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) }
    }
}

impl<'s> Object<'s> {
    /// The same object where its text stands again: in this document, with this tree.
    #[must_use]
    pub fn again(&self, document: u32, tree: Arc<Tree<'s>>, shift: Shift) -> Self {
        let reference = match self.reference.document == document {
            true => Arc::clone(&self.reference),
            false => Arc::new(ObjectRef { document, ..(*self.reference).clone() }),
        };
        Self {
            id: ObjectId::default(),
            reference,
            state: self.state.clone(),
            span: shift.span(self.span),
            tree,
            may_repeat_keys: self.may_repeat_keys,
            root: self.root,
            typed: self.typed.clone(),
            faults: self.faults.iter().map(|fault| fault.again(shift)).collect(),
            verdict: self.verdict.clone(),
            accepted: self.accepted,
            newer: self.newer.clone(),
            context: self.context,
        }
    }

    /// `Service "web"`, as messages name it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.reference.name
    }

    /// The kind as written.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.reference.kind
    }

    /// The namespace as written.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.reference.namespace.as_deref()
    }

    /// Its node.
    #[must_use]
    pub fn value(&self) -> Option<Value<'_, 's>> {
        ((self.root.0 as usize) < self.tree.nodes.len()).then(|| Value { tree: &self.tree, id: self.root })
    }

    /// The place of a field, `spec.ports[0].name` or `metadata.labels[app.kubernetes.io/name]`;
    /// where there is no such field, its nearest ancestor's.
    #[must_use]
    pub fn at<'o>(&'o self, field: &str) -> Place<'o, 's> {
        Place::find(self, field)
    }

    /// Where its name stands, else its kind, else where the object begins.
    #[must_use]
    pub fn title(&self) -> Span {
        for field in ["metadata.name", "metadata.generateName", "kind"] {
            let place = self.at(field);
            if place.found {
                return place.span();
            }
        }
        Span { end: self.span.start, ..self.span }
    }

    /// The Service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        match &self.typed {
            Some(Typed::Service(service)) => Some(service),
            _ => None,
        }
    }

    /// Its labels, if it has any.
    #[must_use]
    pub fn labels(&self) -> Option<&Labels> {
        self.typed.as_ref().and_then(Typed::labels)
    }

    /// Its annotations, if it has any.
    #[must_use]
    pub fn annotations(&self) -> Option<&Labels> {
        self.typed.as_ref().and_then(Typed::annotations)
    }

    /// The pods it makes, if it makes any.
    #[must_use]
    pub fn template(&self) -> Option<Template<'_>> {
        fn of<'o>(path: &'static str, template: &'o PodTemplateSpec) -> Option<Template<'o>> {
            let PodTemplateSpec { labels, annotations, spec } = template;
            Some(Template { path, labels: labels.as_ref(), annotations: annotations.as_ref(), spec: spec.as_ref() })
        }
        match self.typed.as_ref()? {
            Typed::Pod(pod) => {
                let metadata = &pod.metadata;
                let (labels, annotations) = (metadata.labels.as_ref(), metadata.annotations.as_ref());
                Some(Template { path: "", labels, annotations, spec: pod.spec.as_ref() })
            }
            Typed::Deployment(it) => of("spec.template", &it.template),
            Typed::StatefulSet(it) => of("spec.template", &it.template),
            Typed::DaemonSet(it) => of("spec.template", &it.template),
            Typed::ReplicaSet(it) => of("spec.template", it.template.as_ref()?),
            Typed::ReplicationController(it) => of("spec.template", it.template.as_ref()?),
            Typed::Job(it) => of("spec.template", it.template.as_ref()?),
            Typed::CronJob(it) => of("spec.jobTemplate.spec.template", it.template.as_ref()?),
            Typed::Other(it) => of("spec.template", it.template.as_ref()?),
            _ => None,
        }
    }

    /// The workload's own selector, if it has one that is written as a label selector.
    #[must_use]
    pub fn workload_selector(&self) -> Option<&LabelSelector> {
        match self.typed.as_ref()? {
            Typed::Deployment(it) => Some(&it.selector),
            Typed::StatefulSet(it) => Some(&it.selector),
            Typed::DaemonSet(it) => Some(&it.selector),
            Typed::ReplicaSet(it) => Some(&it.selector),
            _ => None,
        }
    }
}
