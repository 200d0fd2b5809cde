//! Puts the findings of a run to the Services they have to do with. Knows no rule.

use std::collections::{HashMap, HashSet};

use super::model::{Note, Service};
use super::summary;
use crate::finding::{Finding, Severity};
use crate::kube::World;
use crate::kube::object::ObjectId;
use crate::source::FileId;

/// A Service, and the objects that it has to do with.
pub type Concerned = (Service, Vec<ObjectId>);

/// Gives each finding to all Services it has to do with; those that have to do with none are returned.
#[must_use]
pub fn tell(world: &World<'_>, findings: &[Finding], services: &mut [Concerned]) -> Vec<Note> {
    let ids: HashMap<(FileId, u32, Option<u32>), ObjectId> =
        world.objects().iter().map(|object| ((object.span.file, object.reference.document, object.reference.item), object.id)).collect();
    let mut concerned: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (index, (_, objects)) in services.iter().enumerate() {
        for id in objects.iter().collect::<HashSet<_>>() {
            concerned.entry(*id).or_default().push(index);
        }
    }
    let mut besides = Vec::new();
    let mut ordered: Vec<&Finding> = findings.iter().collect();
    ordered.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in ordered {
        let place = finding.labels.first().map(|label| label.span.file);
        let id = place.zip(finding.object.as_ref()).and_then(|(file, object)| ids.get(&(file, object.document, object.item)));
        let note = note(world, finding);
        match id.and_then(|id| concerned.get(id)) {
            None => besides.push(note),
            Some(with) => {
                for index in with {
                    if let Some((service, _)) = services.get_mut(*index) {
                        service.findings.push(note.clone());
                    }
                }
            }
        }
    }
    for (service, _) in services.iter_mut().filter(|(service, _)| !service.findings.is_empty()) {
        // What is wrong with the Service itself comes before what is wrong around it.
        let own = format!("Service/{}", service.name);
        service.findings.sort_by_key(|note| (rank(note.severity), note.object.as_deref() != Some(own.as_str())));
        service.summary = summary::of(service);
    }
    besides
}

fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

fn note(world: &World<'_>, finding: &Finding) -> Note {
    let place = finding.labels.first().map(|label| label.span);
    let source = place.and_then(|span| world.sources.get(span.file.0 as usize));
    let at = place.zip(source).map(|(span, source)| source.line_column(span.start));
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    Note {
        rule: finding.rule,
        severity,
        message: finding.message.clone(),
        why: finding.labels.iter().map(|label| label.message.clone()).filter(|message| !message.is_empty()).collect(),
        help: finding.help.clone(),
        fix: finding.fix.as_ref().map(|fix| fix.title.clone()),
        object: finding.object.as_ref().map(|object| format!("{}/{}", object.kind, object.name)),
        path: source.map(|source| source.path.clone()).unwrap_or_default(),
        line: at.map_or(1, |at| at.line),
        column: at.map_or(1, |at| at.column),
    }
}
