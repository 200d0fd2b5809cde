//! The rules of NetworkPolicies against recorded verdicts: every common mistake is told, and what is told is true.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

/// Mistakes of which the file alone does not tell: what a plugin makes of the Service network, a namespace that is closed
/// as a whole, an Ingress that is not in the file, and a policy that is right for one of two workloads.
const NOT_TOLD: [&str; 4] = [
    "egress-service-cidr.yaml",
    "outside-denied.yaml",
    "outside-via-ingress-controller-blocked.yaml",
    "port-number-differs-by-workload.yaml",
];

fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let whole = here.join("../shared/cases/network-policy");
    if whole.exists() { whole } else { here.join("fixtures/network-policy") }
}

fn cases() -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join("cases.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn told(case: &Value) -> Vec<Finding> {
    let file = case["file"].as_str().unwrap();
    let source = Source::new(FileId(0), file.to_owned(), std::fs::read(folder().join(file)).unwrap());
    let levels = Levels::default();
    let found = check(&[source], &|_| false, Profile::default(), &|_| &levels).findings;
    found.into_iter().filter(|it| it.rule.starts_with("policy-")).collect()
}

#[test]
fn every_common_mistake_is_told() {
    for case in cases() {
        let tags = case["tags"].as_array().into_iter().flatten();
        let file = case["file"].as_str().unwrap();
        if tags.into_iter().any(|tag| tag == "mistake") && !NOT_TOLD.contains(&file) {
            assert!(!told(&case).is_empty(), "{file}: {}", case["what"]);
        }
    }
}

#[test]
fn a_port_that_is_told_to_be_closed_is_closed_to_all() {
    let mut seen = 0;
    for case in cases() {
        for finding in told(&case).iter().filter(|it| it.rule == "policy-closes-port" && it.message.starts_with("no NetworkPolicy")) {
            let object = finding.object.as_ref().unwrap();
            let service = format!("{}/{}", object.namespace.as_deref().unwrap_or("default"), object.name);
            let number = finding.message.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty()).unwrap();
            let number: i64 = number.parse().unwrap();
            for query in case["queries"].as_array().unwrap().iter().filter(|query| query["to"] == service.as_str()) {
                for endpoint in query["endpoints"].as_array().into_iter().flatten() {
                    if endpoint["port"] == number {
                        seen += 1;
                        assert_eq!(endpoint["verdict"], "blocked", "{}: {}: {query}", case["file"], finding.message);
                    }
                }
            }
        }
    }
    assert!(seen > 0 || !folder().ends_with("cases/network-policy"));
}

#[test]
fn what_is_right_is_not_called_broken() {
    for case in cases() {
        let tags: Vec<&str> = case["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let all_pass = case["queries"].as_array().unwrap().iter().all(|query| query["expected"] == "allowed");
        if all_pass && !tags.contains(&"mistake") && !tags.contains(&"mixed") {
            // That names don't resolve is no matter of the recorded connections.
            let broken: Vec<_> =
                told(&case).into_iter().filter(|it| it.severity > Severity::Info && it.rule != "policy-blocks-dns").collect();
            assert!(broken.is_empty(), "{}: {broken:?}", case["file"]);
        }
    }
}
