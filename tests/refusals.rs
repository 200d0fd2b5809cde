//! What the API servers were seen to refuse, some rule tells as an error; what they accept, none does.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use serde_json::Value;
use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

/// Rules that judge an object alone.
const ALONE: &[&str] = &[
    "duplicate-port",
    "exported-object",
    "field-not-for-this-type",
    "invalid-address",
    "invalid-field",
    "invalid-ingress",
    "invalid-label",
    "invalid-name",
    "invalid-port-name",
    "missing-document-separator",
    "node-port-out-of-range",
    "node-port-without-type",
    "port-out-of-range",
    "ports-without-names",
    "removed-api-version",
    "required-field-missing",
    "server-warning",
    "unknown-api-version",
    "unknown-field",
    "unknown-kind",
    "unsupported-value",
    "volume-mount-without-volume",
    "workload-selector-mismatch",
    "wrong-type",
    "yaml-syntax-error",
];

/// What is left to the cluster or to whoever fills a placeholder in; and amounts such as `128mb`, which admission takes
/// for any text so far.
fn is_left_alone(answer: &Value) -> bool {
    let message = answer["message"].as_str().unwrap();
    let left = ["failed to allocate IP", "${", "quantities must match"];
    left.iter().any(|words| message.contains(words)) || answer["code"] == 403
}

/// The findings on texts, each checked as if it were the only one.
fn findings(texts: &[String]) -> HashMap<u32, Vec<Finding>> {
    let sources: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(id, text)| Source::new(FileId(u32::try_from(id).unwrap()), format!("{id}/object.yaml"), text.clone().into_bytes()))
        .collect();
    let levels = Levels { select: ALONE.iter().map(|rule| (*rule).to_owned()).collect(), ..Levels::default() };
    let mut found: HashMap<u32, Vec<Finding>> = HashMap::new();
    for finding in check(&sources, &|_| false, Profile::default(), &|_| &levels).findings {
        found.entry(finding.span().file.0).or_default().push(finding);
    }
    found
}

#[test]
fn refusals_are_told_and_nothing_accepted_is_called_an_error() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/apiserver/generated_create.jsonl");
    let Ok(cases) = fs::read_to_string(path) else { return };
    let answers: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<_> = answers.iter().map(|answer| answer["yaml"].as_str().unwrap().to_owned()).collect();
    let found = findings(&texts);
    let (mut untold, mut wrong, mut told) = (BTreeMap::new(), Vec::new(), 0);
    for (id, answer) in answers.iter().enumerate() {
        let errors: Vec<_> =
            found.get(&u32::try_from(id).unwrap()).into_iter().flatten().filter(|it| it.severity == Severity::Error).collect();
        let refused = answer["code"] != 201 || !answer["strict_error"].is_null();
        match (refused, errors.first()) {
            (false, Some(error)) => wrong.push(format!("{}: {} {}", answer["id"], error.rule, error.message)),
            (true, None) if !is_left_alone(answer) => {
                untold.entry(answer["message"].as_str().unwrap().to_owned()).or_insert_with(|| answer["id"].to_string());
            }
            (true, Some(_)) => told += 1,
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "errors on what is accepted:\n{}", wrong.join("\n"));
    assert!(untold.is_empty(), "not told: {untold:#?}");
    assert!(told > 4000, "{told} refusals told only");
}
