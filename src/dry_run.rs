//! The run behind `dry-run`: every object of the files judged alone, as created in a cluster that holds nothing else.

use std::sync::Arc;

use crate::finding::ObjectRef;
use crate::kube::admission::{Validate, Verdict};
use crate::kube::{Profile, read, verdict};
use crate::parallel;
use crate::source::{FileId, Source};

/// What one object is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its file.
    pub file: FileId,
    /// What it calls itself.
    pub object: Arc<ObjectRef>,
    /// The answer.
    pub verdict: Verdict,
    /// The object as it would be stored, where that was asked for and it is accepted.
    pub stored: Option<serde_json::Value>,
}

/// Judges all objects, in the order of files and documents.
#[must_use]
pub fn dry_run(sources: &[Source], profile: &Profile, validate: Validate, stored: bool) -> Vec<Answer> {
    let answers: Vec<Vec<Answer>> = parallel::map(sources, parallel::is_much(sources), |source| {
        let mut answers = Vec::new();
        read::each(source, &mut |object, decoded| {
            let outcome = verdict::of_decoded(&object, decoded, profile, validate, stored);
            let stored = outcome.stored.and_then(|stored| serde_json::to_value(stored).ok());
            answers.push(Answer { file: source.id, object: object.reference, verdict: outcome.verdict, stored });
        });
        answers
    });
    answers.into_iter().flatten().collect()
}
