//! Other linters' own test cases: what they are meant to show is shown, and their false alarms are not repeated.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

/// Words of a peer's check, and how the names of our rules of the same kind begin.
const KINDS: [(&str, &[&str]); 15] = [
    ("invalid-target-ports", &[""]),
    ("container-ports-check", &[""]),
    ("ingress", &["ingress-backend", "ingress-port", "unknown-field", "required-field", "removed-api", "invalid"]),
    ("statefulset-has-servicename", &["stateful-set-service-name"]),
    ("selector-labels-match", &["workload-selector"]),
    ("mismatching-selector", &["workload-selector"]),
    ("-port", &["probe"]),
    ("pod-probes", &["probe"]),
    ("dangling-service", &["selector", "workload-not-in-files"]),
    ("LNK001", &["selector", "workload-not-in-files", "unknown-field", "invalid"]),
    ("service-targets-pod", &["selector", "workload-not-in-files", "pods-in-other-namespace"]),
    ("Target Pod", &["selector", "workload-not-in-files", "target-port"]),
    ("service->pods", &["selector", "workload-not-in-files"]),
    ("see endpoints", &["selector", "workload-not-in-files"]),
    ("exposed", &["service-is-load-balancer", "required-field", "ports"]),
];

/// Rows that we judge differently, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    (
        "kube-linter/unit-danglingservice-ignored-label.yaml",
        "dangling-service(ignoredLabels=env)",
        "wanted only with an option that leaves a label out of the selector; without it the fault is real",
    ),
    (
        "istio/deployment-multi-service.yaml",
        "IST0116",
        "the row names the Deployment; what is refused, and told, are the Services that say `protocol: HTTP`",
    ),
    (
        "kube-linter/mismatching-selector.yml",
        "mismatching-selector",
        "app2 is of an OpenShift kind, whose server is not predicted; app1, in the same row group, is a Deployment like those of the pages",
    ),
];

struct Row {
    file: String,
    check: String,
    object: Option<(String, String)>,
    want: String,
}

fn rows(cases: &Path) -> Vec<Row> {
    let text = fs::read_to_string(cases.join("expected.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split('\t').map(|cell| cell.trim_matches('"')).collect::<Vec<_>>());
    rows.filter(|cells| cells.len() >= 5)
        .filter_map(|cells| {
            let note = cells[4];
            let after = |key: &str| note.split_once(key).map(|(_, rest)| rest);
            let want = after("want=")?.split(|c: char| !(c.is_alphanumeric() || c == '-')).next()?.to_owned();
            let object = after("object=").and_then(|rest| rest.split([';', ' ']).next()).and_then(|object| {
                let (kind, name) = object.split_once('/')?;
                let name = name.rsplit('/').next()?;
                Some((kind.to_owned(), name.to_owned()))
            });
            Some(Row { file: cells[0].to_owned(), check: cells[2].to_owned(), object, want })
        })
        .collect()
}

fn files(path: &Path) -> Vec<PathBuf> {
    let found = walkdir::WalkDir::new(path).sort_by_file_name().into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    found.filter(|path| path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json")).collect()
}

fn findings(path: &Path) -> Vec<Finding> {
    let sources: Vec<_> = files(path)
        .into_iter()
        .enumerate()
        .map(|(id, path)| Source::new(FileId(u32::try_from(id).unwrap()), path.to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    let levels = Levels::default();
    check(&sources, &|_| false, Profile::default(), &|_| &levels).findings
}

fn of_kind(check: &str, rule: &str) -> bool {
    let kinds = KINDS.iter().find(|(words, _)| check.contains(words));
    kinds.is_none_or(|(_, rules)| rules.iter().any(|start| rule.starts_with(start)))
}

#[test]
fn peers_cases_are_judged_as_wanted() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/peers");
    if !cases.exists() {
        eprintln!("skipped: ../shared/cases/peers is not here");
        return;
    }
    let (mut judged, mut wrong) = (0, Vec::new());
    for row in rows(&cases) {
        if OTHERWISE.iter().any(|(file, check, _)| row.file == *file && row.check == *check) {
            continue;
        }
        let found = findings(&cases.join(&row.file));
        let about = |finding: &&Finding| {
            let object = finding.object.as_ref();
            row.object
                .as_ref()
                .is_none_or(|(kind, name)| kind == "container" || object.is_none_or(|object| object.kind == *kind && object.name == *name))
        };
        let mine: Vec<_> = found.iter().filter(about).filter(|finding| of_kind(&row.check, finding.rule)).collect();
        let good = match row.want.as_str() {
            "flag" => !mine.is_empty(),
            "api-invalid" => found.iter().filter(about).any(|finding| finding.server.is_some() || finding.severity == Severity::Error),
            "ok" | "info" => {
                let server = |finding: &&&Finding| finding.server.is_none();
                mine.iter().filter(server).all(|finding| finding.severity == Severity::Info)
            }
            _ => continue,
        };
        judged += 1;
        if !good {
            let mine: Vec<_> = mine.iter().map(|it| format!("{}[{}] {}", it.severity.name(), it.rule, it.message)).collect();
            wrong.push(format!("{} ({}, {:?}): want {}, got {mine:?}", row.file, row.check, row.object, row.want));
        }
    }
    assert!(judged > 150, "only {judged} rows were judged");
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
}
