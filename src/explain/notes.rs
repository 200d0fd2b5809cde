//! Puts the findings of a run to the Services they have to do with. Knows no rule.

use std::collections::{HashMap, HashSet};

use super::model::{Note, Service};
use super::summary;
use crate::finding::{Finding, Label, Severity};
use crate::kube::World;
use crate::kube::object::ObjectId;
use crate::source::{FileId, Span};

/// A Service, and what it has to do with.
pub struct Concerned {
    /// What is told of it.
    pub service: Service,
    /// Itself and the objects around it.
    pub objects: Vec<ObjectId>,
    /// The entries of Ingresses and routes that send to it: what stands at others is not its affair.
    pub sending: Vec<(ObjectId, String)>,
}

/// Gives each finding to all Services it has to do with; those that have to do with none are returned.
#[must_use]
pub fn tell(world: &World<'_>, findings: &[Finding], services: &mut [Concerned]) -> Vec<Note> {
    let ids: HashMap<(FileId, u32, Option<u32>), ObjectId> =
        world.objects().iter().map(|object| ((object.span.file, object.reference.document, object.reference.item), object.id)).collect();
    let mut concerned: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (index, about) in services.iter().enumerate() {
        for id in about.objects.iter().collect::<HashSet<_>>() {
            concerned.entry(*id).or_default().push(index);
        }
    }
    let own = Places::of(world, services);
    let mut besides = Vec::new();
    let mut ordered: Vec<&Finding> = findings.iter().collect();
    ordered.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in ordered {
        let place = finding.labels.first().map(|label| label.span.file);
        let id = place.zip(finding.object.as_ref()).and_then(|(file, object)| ids.get(&(file, object.document, object.item)));
        let note = note(world, finding);
        let mut told = false;
        for index in id.and_then(|id| concerned.get(id)).into_iter().flatten() {
            if let Some(about) = services.get_mut(*index).filter(|about| id.is_some_and(|id| about.has_to_do_with(*id, finding))) {
                about.service.findings.push(note.clone());
                told = true;
            }
        }
        // What names a Service at another place is its affair, too: an Ingress that means it and calls it otherwise.
        let meant = (!told).then(|| finding.labels.iter().skip(1).find_map(|label| own.at(label.span))).flatten();
        match meant.and_then(|index| services.get_mut(index)) {
            Some(about) => about.service.findings.push(note),
            None if told => {}
            None => besides.push(note),
        }
    }
    for service in services.iter_mut().map(|about| &mut about.service).filter(|service| !service.findings.is_empty()) {
        // What is wrong with the Service itself comes before what is wrong around it.
        let own = format!("Service/{}", service.name);
        service.findings.sort_by_key(|note| (rank(note.severity), note.object.as_deref() != Some(own.as_str())));
        service.summary = summary::of(service);
    }
    besides
}

/// Where the Services themselves are written.
struct Places(Vec<(Span, usize)>);

impl Places {
    fn of(world: &World<'_>, services: &[Concerned]) -> Self {
        let own = services.iter().enumerate().filter_map(|(index, about)| Some((world.object(*about.objects.first()?)?.span, index)));
        let mut places: Vec<_> = own.collect();
        places.sort_by_key(|(span, _)| (span.file, span.start));
        Self(places)
    }

    /// The Service that a place lies in.
    fn at(&self, place: Span) -> Option<usize> {
        let after = self.0.partition_point(|(span, _)| (span.file, span.start) <= (place.file, place.start));
        let (span, index) = self.0.get(after.checked_sub(1)?)?;
        (span.file == place.file && place.start < span.end).then_some(*index)
    }
}

impl Concerned {
    /// Whether a finding about an object around it is about the part that concerns it.
    fn has_to_do_with(&self, id: ObjectId, finding: &Finding) -> bool {
        let Some(field) = &finding.field else { return true };
        let mut own = self.sending.iter().filter(|(sender, _)| *sender == id).peekable();
        own.peek().is_none() || own.any(|(_, entry)| touches(entry, field))
    }
}

/// Whether what is said of a field has to do with an entry beside or above it: the two part at other items of one list, or at
/// other ways to send, where it has not.
fn touches(entry: &str, field: &str) -> bool {
    let Some((own, other)) = entry.split('.').zip(field.split('.')).find(|(own, other)| own != other) else { return true };
    let name = |part: &str| part.split('[').next().unwrap_or_default().to_owned();
    let (list, elsewhere) = (name(own), name(other));
    let sends = |part: &str| matches!(part, "rules" | "defaultBackend");
    if list == elsewhere {
        return !(own.contains('[') && other.contains('['));
    }
    !(sends(&list) && sends(&elsewhere))
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
    let why = |(index, label): (usize, &Label)| match world.sources.get(label.span.file.0 as usize) {
        Some(there) if index > 0 => {
            let line = there.line_column(label.span.start).line;
            let says = label.message.contains(&format!(":{line}")) || at.is_some_and(|at| at.line == line);
            match place {
                _ if says => label.message.clone(),
                Some(first) if first.file == label.span.file => format!("{} (line {line})", label.message),
                _ => format!("{} ({}:{line})", label.message, there.path.rsplit('/').next().unwrap_or(&there.path)),
            }
        }
        _ => label.message.clone(),
    };
    Note {
        rule: finding.rule,
        severity,
        message: finding.message.clone(),
        why: finding.labels.iter().enumerate().filter(|(_, label)| !label.message.is_empty()).map(why).collect(),
        help: finding.help.as_deref().map(str::to_owned),
        fix: finding.fix.as_ref().map(|fix| fix.title.clone()),
        object: finding.object.as_ref().map(|object| format!("{}/{}", object.kind, object.name)),
        path: source.map(|source| source.path.clone()).unwrap_or_default(),
        line: at.map_or(1, |at| at.line),
        column: at.map_or(1, |at| at.column),
    }
}

#[cfg(test)]
mod tests {
    use super::touches;

    #[test]
    fn what_stands_at_another_entry_is_not_its_affair() {
        let entry = "spec.rules[0].http.paths[1]";
        for field in
            ["spec.rules[0].http.paths[1].backend.service.name", "spec.rules[0].host", "spec.tls[0]", "metadata.name", "spec.rules"]
        {
            assert!(touches(entry, field), "{field}");
        }
        for field in ["spec.rules[0].http.paths[0].path", "spec.rules[1].host", "spec.defaultBackend.service.name"] {
            assert!(!touches(entry, field), "{field}");
        }
        assert!(touches("spec.defaultBackend", "spec.defaultBackend.service.port"));
        assert!(!touches("spec.defaultBackend", "spec.rules[0].http.paths[0].backend"));
        assert!(touches("spec.rules[0].backendRefs[1]", "spec.rules[0].matches[2].path"));
        assert!(!touches("spec.rules[0].backendRefs[1]", "spec.rules[0].backendRefs[0].name"));
    }
}
