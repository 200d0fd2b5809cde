//! From a file to its objects: documents cut, lists opened, kinds dispatched. Knows no object's neighbours.

use std::ops::Range;
use std::sync::Arc;

use super::admission::newer_fields;
use super::copies::{self, Document};
use super::decoded::Decoded;
use super::object::{Object, ObjectId, State};
use super::typed::Typed;
use super::{Profile, repeats, template, verdict};
use crate::finding::ObjectRef;
use crate::parallel;
use crate::source::{Source, Span};
use crate::yaml::{self, FaultKind, Kind, NodeId, Tree, Value};

/// How many objects are decoded, and then judged, in turn: enough that the code of a kind is not fetched for each anew, few
/// enough that what was read of them is still at hand.
const BLOCK: usize = 64;

/// How many documents one thread reads at a time, at most.
const DOCUMENTS: usize = 128;

/// Reads all objects of some files, in their order; a document that gives none is in the list too, with what became of it.
/// With a profile each is judged too, but those of files that are only context.
///
/// A text that stands in them again and again is read once.
#[must_use]
pub fn all<'s>(sources: &'s [Source], context: &(dyn Fn(&Source) -> bool + Sync), judge: Option<&Profile>) -> Vec<Object<'s>> {
    let much = parallel::is_much(sources);
    let documents: Vec<Document<'s>> = parallel::map(sources, much, |source| cut(source, context(source))).into_iter().flatten().collect();
    let originals = copies::originals(&documents);
    let to_read: Vec<&Document<'s>> =
        documents.iter().zip(&originals).filter(|(_, original)| original.is_none()).map(|(document, _)| document).collect();
    let batches: Vec<&[&Document<'s>]> = to_read.chunks((to_read.len() / 8).clamp(1, DOCUMENTS)).collect();
    let read = parallel::map(&batches, much, |batch| {
        let mut reading = Reading::new(judge);
        batch.iter().for_each(|document| reading.read(document));
        reading.settle();
        (reading.objects, reading.given)
    });
    let (read, given): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let (mut read, mut given) = (read.into_iter().flatten(), given.into_iter().flatten());
    let mut objects: Vec<Object<'s>> = Vec::with_capacity(documents.len());
    let mut ranges: Vec<Range<usize>> = Vec::with_capacity(documents.len());
    for (document, original) in documents.iter().zip(originals) {
        let start = objects.len();
        match original.and_then(|first| Some((documents.get(first)?, ranges.get(first)?.clone()))) {
            None => objects.extend(read.by_ref().take(given.next().unwrap_or_default())),
            Some((first, range)) => again(first, document, range, &mut objects, judge),
        }
        ranges.push(start..objects.len());
    }
    objects
}

/// Adds the objects of a document whose text was read before.
fn again<'s>(first: &Document<'s>, document: &Document<'s>, range: Range<usize>, objects: &mut Vec<Object<'s>>, judge: Option<&Profile>) {
    let shift = first.shift(document);
    let read = objects.get(range).unwrap_or_default();
    // An error may be told at the character behind the text, which is another one here.
    if read.iter().any(|object| matches!(object.state, State::Unreadable(_))) {
        let mut reading = Reading::new(judge);
        reading.read(document);
        reading.settle();
        objects.append(&mut reading.objects);
    } else if let Some(any) = read.first() {
        let tree = Arc::new(any.tree.again(document.source, shift));
        let copies: Vec<_> = read.iter().map(|object| object.again(document.chunk.index, Arc::clone(&tree), shift)).collect();
        objects.extend(copies);
    }
}

/// The documents of a file.
fn cut(source: &Source, context: bool) -> Vec<Document<'_>> {
    yaml::documents(source).into_iter().map(|chunk| Document { source, chunk, context }).collect()
}

/// Reads all objects of a file, as [`all`] does.
#[must_use]
pub fn objects<'s>(source: &'s Source, context: bool, judge: Option<&Profile>) -> Vec<Object<'s>> {
    all(std::slice::from_ref(source), &|_| context, judge)
}

/// Reads a file's objects one by one, each with its whole content; that is none where there is no object.
pub fn each<'s>(source: &'s Source, take: &mut dyn FnMut(Object<'s>, Option<Decoded>)) {
    for document in cut(source, false) {
        find(&document, &mut |mut object| {
            let decoded = decode(&mut object);
            take(object, decoded);
        });
    }
}

/// Objects on their way: those that are parsed, of which the first are decoded and judged.
struct Reading<'s, 'p> {
    objects: Vec<Object<'s>>,
    /// How many each document gave.
    given: Vec<usize>,
    settled: usize,
    judge: Option<&'p Profile>,
}

impl<'s, 'p> Reading<'s, 'p> {
    fn new(judge: Option<&'p Profile>) -> Self {
        Self { objects: Vec::new(), given: Vec::new(), settled: 0, judge }
    }

    fn read(&mut self, document: &Document<'s>) {
        let before = self.objects.len();
        find(document, &mut |object| self.add(object));
        self.given.push(self.objects.len() - before);
    }

    fn add(&mut self, object: Object<'s>) {
        self.objects.push(object);
        if self.objects.len() - self.settled >= BLOCK {
            self.settle();
        }
    }

    /// Decodes and judges what is parsed, kind by kind.
    fn settle(&mut self) {
        let block = self.objects.get_mut(self.settled..).unwrap_or_default();
        let mut ordered: Vec<&mut Object<'s>> = block.iter_mut().collect();
        ordered.sort_by(|a, b| a.reference.kind.cmp(&b.reference.kind));
        for alike in ordered.chunk_by_mut(|a, b| a.reference.kind == b.reference.kind) {
            let decoded: Vec<Option<Decoded>> = alike.iter_mut().map(|object| decode(object)).collect();
            for (object, decoded) in alike.iter_mut().zip(decoded) {
                if let Some(decoded) = decoded {
                    keep(object, decoded, self.judge.filter(|_| !object.context));
                }
                forget(object);
            }
        }
        self.settled = self.objects.len();
    }
}

/// Finds the objects of a document, without their content.
fn find<'s>(document: &Document<'s>, take: &mut dyn FnMut(Object<'s>)) {
    let Document { source, chunk, context } = *document;
    let of = |tree: Tree<'s>| {
        let reference = ObjectRef { document: chunk.index, ..ObjectRef::default() };
        unread(Arc::new(tree), NodeId(0), chunk.span, reference, context)
    };
    let tree = match yaml::read(source, &chunk) {
        Ok(tree) => tree,
        Err(error) => {
            let text = source.slice(chunk.span);
            let fails_at = error.span.start.saturating_sub(chunk.span.start) as usize;
            let templated = template::syntax(text).is_some() || template::unread_placeholder(text, fails_at).is_some();
            let state = if templated { State::Template } else { State::Unreadable(error) };
            return take(Object { state, ..of(Tree::empty(source.id)) });
        }
    };
    match tree.root() {
        Some(root) if is_list(root) => {
            let root = root.id;
            items(source, root, &of(tree), take);
        }
        Some(_) => {
            let mut object = of(tree);
            fill(source, &mut object);
            take(object);
        }
        None => {}
    }
}

/// An object of which nothing is known yet but where it stands.
fn unread(tree: Arc<Tree<'_>>, root: NodeId, span: Span, reference: ObjectRef, context: bool) -> Object<'_> {
    Object {
        id: ObjectId::default(),
        reference: Arc::new(reference),
        state: State::Foreign,
        span,
        may_repeat_keys: tree.may_repeat_keys(),
        tree,
        root,
        typed: None,
        faults: Vec::new(),
        verdict: None,
        accepted: false,
        newer: Vec::new(),
        context,
    }
}

/// A `List`, or a list of one kind, as kubectl opens it.
fn is_list(root: Value<'_, '_>) -> bool {
    text(root, "kind").is_some_and(|kind| kind.ends_with("List"))
        && root.get("items").is_some_and(|items| matches!(items.follow().kind(), Kind::Sequence))
}

fn items<'s>(source: &'s Source, root: NodeId, list: &Object<'s>, take: &mut dyn FnMut(Object<'s>)) {
    let Some(items) = list.tree.value(root).and_then(|root| root.get("items")).map(Value::follow) else { return };
    for (index, item) in items.items().enumerate() {
        let item = item.follow();
        let reference = ObjectRef { document: list.reference.document, item: u32::try_from(index).ok(), ..ObjectRef::default() };
        let mut object = unread(Arc::clone(&list.tree), item.id, item.span(), reference, list.context);
        fill(source, &mut object);
        take(object);
    }
}

fn text<'t>(value: Value<'t, '_>, key: &str) -> Option<&'t str> {
    value.get(key)?.follow().as_str()
}

/// Says what an object is.
fn fill<'s>(source: &'s Source, object: &mut Object<'s>) {
    let tree = Arc::clone(&object.tree);
    let root = Value { tree: &tree, id: object.root };
    if !matches!(root.kind(), Kind::Mapping) {
        return;
    }
    let metadata = root.get("metadata").map(Value::follow);
    let of_metadata = |key: &str| metadata.filter(|metadata| matches!(metadata.kind(), Kind::Mapping)).and_then(|it| text(it, key));
    let reference = Arc::make_mut(&mut object.reference);
    reference.api_version = text(root, "apiVersion").unwrap_or_default().to_owned();
    reference.kind = text(root, "kind").unwrap_or_default().to_owned();
    reference.namespace = of_metadata("namespace").filter(|namespace| !namespace.is_empty()).map(str::to_owned);
    reference.name = of_metadata("name").or_else(|| of_metadata("generateName")).unwrap_or_default().to_owned();
    if object.reference.api_version.is_empty() || object.reference.kind.is_empty() {
        if !object.reference.kind.is_empty() && template::syntax(source.slice(object.span)).is_some() {
            object.state = State::Template;
        }
        return;
    }
    if template::has_ytt(&object.tree, source, object.span) {
        object.state = State::Template;
        return;
    }
    object.state = State::Object;
}

/// Reads an object's content; none where there is no object.
fn decode(object: &mut Object<'_>) -> Option<Decoded> {
    if object.state != State::Object {
        return None;
    }
    let mut faults = Vec::new();
    let decoded = verdict::decode(object, &mut faults);
    object.faults = faults;
    decoded
}

/// Keeps of an object's content what is asked for again, once it is judged.
fn keep(object: &mut Object<'_>, mut decoded: Decoded, judge: Option<&Profile>) {
    let Some(profile) = judge else {
        object.typed = Some(decoded.into());
        return;
    };
    object.newer = newer_fields::unknown_fields(&decoded, profile.version);
    // Into these nothing is filled that is asked for again: only a name and a namespace.
    let is_kept_as_judged = matches!(decoded, Decoded::Other(_));
    let typed = (!is_kept_as_judged).then(|| Typed::of(&decoded));
    let verdict = verdict::beside_faults(object, &mut decoded, profile);
    object.accepted = verdict.code == Some(201) && !object.faults.iter().any(|fault| matches!(fault.kind, FaultKind::WrongType { .. }));
    object.verdict = verdict.says_something().then(|| Box::new(verdict));
    object.typed = Some(typed.unwrap_or_else(|| decoded.into()));
}

/// Drops the nodes of a kind that no rule asks about and that is large: there are megabytes of definitions of custom
/// resources in some trees. What decoding found in them is kept, and so are repeated keys, which are told by their nodes.
fn forget(object: &mut Object<'_>) {
    if object.kind() == "CustomResourceDefinition" && object.reference.item.is_none() && !repeats::any(&object.tree) {
        object.tree = Arc::new(Tree::empty(object.span.file));
    }
}
