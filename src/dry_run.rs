//! The run behind `dry-run`: every object of the files judged alone, as created in a cluster that holds nothing else.

use std::sync::Arc;

use crate::finding::ObjectRef;
use crate::kube::admission::{Validate, Verdict};
use crate::kube::{Object, Profile, read, verdict};
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
        let answer = |object: Object<'_>| {
            let outcome = verdict::of(&object, profile, validate, stored);
            let stored = outcome.stored.and_then(|typed| serde_json::to_value(typed).ok());
            Answer { file: source.id, object: object.reference, verdict: outcome.verdict, stored }
        };
        read::objects(source, false, None).into_iter().map(answer).collect()
    });
    answers.into_iter().flatten().collect()
}
