//! References of Ingresses, routes, policies, monitors, autoscalers and budgets: told where they are wrong, and only there.
//!
//! The whole set lies in `../shared`; where that is not present, the selection in `fixtures/routes` speaks for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    [root.join("fixtures/routes"), root.join("../shared/cases/routes")].into_iter().filter(|folder| folder.exists()).collect()
}

fn cases() -> Vec<(PathBuf, Value)> {
    let folders = folders().into_iter();
    let lines = folders.flat_map(|folder| {
        let text = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
        let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        cases.into_iter().map(move |case| (folder.join(case["file"].as_str().unwrap()), case))
    });
    lines.collect()
}

fn findings(path: &Path) -> Vec<Finding> {
    let text = std::fs::read(path).unwrap();
    let sources = [Source::new(FileId(0), "case.yaml".into(), text)];
    let levels = Levels::default();
    check(&sources, &|_| false, Profile::default(), &|_| &levels).findings
}

fn is_of(finding: &Finding, object: &str) -> bool {
    let of = finding.object.as_ref();
    of.is_some_and(|of| format!("{}/{}/{}", of.kind, of.namespace.as_deref().unwrap_or("default"), of.name) == object)
}

/// Whether what is said of a reference fits its verdict.
fn fits(verdict: &str, mine: &[&Finding], here: &[&Finding]) -> bool {
    let loud = |finding: &&&Finding| finding.severity > Severity::Info;
    match verdict {
        "rejected" => mine.iter().any(|finding| finding.severity == Severity::Error),
        "ok" | "attached" | "external-name" | "not-a-service" | "controller-action" | "no-endpoints" => !here.iter().any(|it| loud(&it)),
        "service-missing" | "workload-missing" | "parent-missing" => !here.is_empty(),
        _ => here.iter().any(|it| loud(&it)),
    }
}

#[test]
fn references_are_judged_as_the_specification_says() {
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for (path, case) in cases() {
        let found = findings(&path);
        let none = Vec::new();
        let references = case["refs"].as_array().unwrap().iter().chain(case["parents"].as_array().unwrap_or(&none));
        for reference in references {
            let text = |name: &str| reference[name].as_str().unwrap();
            let mine: Vec<_> = found.iter().filter(|finding| is_of(finding, text("object"))).collect();
            let at = |finding: &&&Finding| {
                let field = finding.field.as_deref().unwrap_or_default();
                field.starts_with(text("path")) || !field.is_empty() && text("path").starts_with(field)
            };
            let here: Vec<_> = mine.iter().filter(|it| at(it)).copied().collect();
            judged += 1;
            if !fits(text("verdict"), &mine, &here) {
                let said: Vec<_> = mine.iter().map(|it| (it.rule, it.severity, it.field.clone())).collect();
                wrong.push(format!("{} {} {}: {} but {said:?}", case["id"], text("object"), text("path"), text("verdict")));
            }
        }
    }
    assert!(judged >= 45, "{judged} references");
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn kinds_of_the_same_name_in_other_groups_are_left_alone() {
    let yaml = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: edge\n  namespace: infra\nspec:\n  servers: []\n---\n\
                apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: shop\n  namespace: shop\nspec:\n  parentRefs:\n    - name: edge\n---\n\
                apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: cart\n  namespace: shop\nspec: {}\n";
    let sources = [Source::new(FileId(0), "case.yaml".into(), yaml.as_bytes().to_vec())];
    let levels = Levels::default();
    let found = check(&sources, &|_| false, Profile::default(), &|_| &levels).findings;
    let loud: Vec<_> = found.iter().filter(|finding| finding.severity > Severity::Info).map(|finding| &finding.message).collect();
    assert!(loud.is_empty(), "{loud:?}");
}
