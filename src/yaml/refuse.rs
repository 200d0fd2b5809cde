//! What go-yaml's decoder refuses in a tree that parses: keys that are collections, wrong merges, loops and bombs of
//! aliases, tags that don't fit. Walks in the decoder's order, so that the first refusal is the same. Knows no scanner.

use super::base64;
use super::gosyntax;
use super::resolve;
use super::tree::{Kind, NodeId, Shape, TAGGED, Tree, Value};

/// A refusal: the decoder's words and the node.
#[derive(Debug)]
pub(super) struct Refusal {
    pub message: String,
    pub node: NodeId,
}

/// Bytes of text that aliases may repeat, beyond four times the file.
const REPEATED: u64 = 32 << 20;

enum Frame {
    Items {
        next: NodeId,
        end: NodeId,
    },
    Pairs {
        next: NodeId,
        end: NodeId,
    },
    /// After a key that is an alias or a collection.
    Key {
        key: NodeId,
        value: NodeId,
    },
    /// Mappings to merge, the next one last.
    Merge(Vec<NodeId>),
    AliasEnd(NodeId),
}

struct Walk<'t, 's> {
    tree: &'t Tree<'s>,
    frames: Vec<Frame>,
    /// Aliases being followed.
    inside: Vec<bool>,
    depth: u64,
    decoded: u64,
    aliased: u64,
    repeated: u64,
    allowance: u64,
}

/// The first thing that go-yaml's decoder refuses.
pub(super) fn first_refusal(tree: &Tree<'_>) -> Option<Refusal> {
    let size = tree.written.len() + tree.others.iter().map(|(_, text)| text.len()).sum::<usize>();
    let mut walk = Walk {
        tree,
        frames: Vec::new(),
        inside: vec![false; tree.nodes.len()],
        depth: 0,
        decoded: 0,
        aliased: 0,
        repeated: 0,
        allowance: REPEATED + 4 * size as u64,
    };
    walk.visit(NodeId(0)).and_then(|()| walk.run()).err()
}

/// Puts the decoded text in place of each `!!binary`'s; it is well-formed, or the decoder has refused it.
pub(super) fn decode_binaries(tree: &mut Tree<'_>) {
    let binaries: Vec<NodeId> = tree.tags.iter().filter(|(_, tag)| &*tag.0 == resolve::BINARY).map(|(id, _)| *id).collect();
    for id in binaries {
        let Some(decoded) = tree.value(id).and_then(|value| base64::decode(value.text())) else { continue };
        let text = String::from_utf8_lossy(&decoded).into_owned().into_boxed_str();
        tree.texts.push(text);
        let index = u32::try_from(tree.texts.len() - 1).unwrap_or(0);
        if let Some(node) = tree.nodes.get_mut(id.0 as usize).filter(|node| matches!(node.shape, Shape::Scalar(_))) {
            node.text = index;
        }
    }
}

impl<'t, 's> Walk<'t, 's> {
    fn value(&self, id: NodeId) -> Value<'t, 's> {
        Value { tree: self.tree, id }
    }

    fn run(&mut self) -> Result<(), Refusal> {
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Items { next, end } => {
                    if next < end {
                        self.frames.push(Frame::Items { next: self.value(next).node().next, end });
                        self.visit(next)?;
                    }
                }
                Frame::Pairs { next, end } => {
                    if next < end {
                        let value = self.value(next).node().next;
                        self.frames.push(Frame::Pairs { next: self.value(value).node().next, end });
                        self.pair(next, value)?;
                    }
                }
                Frame::Key { key, value } => {
                    if self.value(key).follow().kind() != Kind::Scalar {
                        let message = format!("invalid map key: {}", gosyntax::value(self.value(key)));
                        return Err(Refusal { message, node: key });
                    }
                    self.visit(value)?;
                }
                Frame::Merge(mut sources) => {
                    if let Some(source) = sources.pop() {
                        self.frames.push(Frame::Merge(sources));
                        self.merge_one(source)?;
                    }
                }
                Frame::AliasEnd(id) => {
                    self.depth -= 1;
                    self.set_inside(id, false);
                }
            }
        }
        Ok(())
    }

    fn set_inside(&mut self, id: NodeId, inside: bool) {
        if let Some(mark) = self.inside.get_mut(id.0 as usize) {
            *mark = inside;
        }
    }

    fn pair(&mut self, key: NodeId, value: NodeId) -> Result<(), Refusal> {
        let node = self.value(key);
        if node.is_merge_key() {
            return match self.value(value).kind() {
                Kind::Sequence => {
                    // the last is decoded first, so that earlier ones override it
                    let sources = self.value(value).items().map(|item| item.id).collect();
                    self.frames.push(Frame::Merge(sources));
                    Ok(())
                }
                _ => self.merge_one(value),
            };
        }
        self.frames.push(Frame::Key { key, value });
        self.visit(key)
    }

    fn merge_one(&mut self, source: NodeId) -> Result<(), Refusal> {
        if !self.value(source).is_mapping() {
            return Err(Refusal { message: "map merge requires map or sequence of maps as the value".to_owned(), node: source });
        }
        self.visit(source)
    }

    /// go-yaml's `unmarshal`: counts, checks a scalar, opens a collection, follows an alias.
    fn visit(&mut self, id: NodeId) -> Result<(), Refusal> {
        let mut id = id;
        loop {
            self.count(id)?;
            let value = self.value(id);
            let node = value.node();
            match value.kind() {
                Kind::Scalar => return self.scalar(value),
                Kind::Sequence => self.frames.push(Frame::Items { next: NodeId(id.0 + 1), end: node.next }),
                Kind::Mapping => self.frames.push(Frame::Pairs { next: NodeId(id.0 + 1), end: node.next }),
                Kind::Alias(target) => {
                    if self.inside.get(id.0 as usize).copied().unwrap_or(true) {
                        let (_, text) = self.tree.source(node);
                        let name = text.get(node.start as usize + 1..node.end as usize).unwrap_or("");
                        return Err(Refusal { message: format!("anchor '{name}' value contains itself"), node: id });
                    }
                    self.set_inside(id, true);
                    self.depth += 1;
                    self.frames.push(Frame::AliasEnd(id));
                    id = target;
                    continue;
                }
            }
            return Ok(());
        }
    }

    fn scalar(&mut self, value: Value<'_, '_>) -> Result<(), Refusal> {
        if self.depth > 0 {
            self.repeated += value.text().len() as u64;
            if self.repeated > self.allowance {
                return Err(excessive(value.id));
            }
        }
        if value.node().flags & TAGGED == 0 {
            return Ok(());
        }
        let tag = value.tag().unwrap_or("!");
        if tag == resolve::BINARY && base64::decode(value.text()).is_none() {
            return Err(Refusal { message: "!!binary value contains invalid base64 data".to_owned(), node: value.id });
        }
        resolve::tagged(tag, value.text()).map(|_| ()).map_err(|message| Refusal { message, node: value.id })
    }

    /// go-yaml's guard: of many decoded nodes only a share may come from aliases, and less the more there are.
    fn count(&mut self, id: NodeId) -> Result<(), Refusal> {
        self.decoded += 1;
        if self.depth > 0 {
            self.aliased += 1;
        }
        #[allow(clippy::cast_precision_loss)]
        let (decoded, aliased) = (self.decoded as f64, self.aliased as f64);
        let allowed = 0.99 - 0.89 * ((decoded - 400_000.0) / 3_600_000.0).clamp(0.0, 1.0);
        if self.aliased > 100 && self.decoded > 1000 && aliased / decoded > allowed {
            return Err(excessive(id));
        }
        Ok(())
    }
}

fn excessive(node: NodeId) -> Refusal {
    Refusal { message: "document contains excessive aliasing".to_owned(), node }
}
