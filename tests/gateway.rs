//! Objects of the Gateway API, judged by what a real API server with the CRDs of v1.6.1 (standard channel) answered.
//!
//! The whole record lies in `../shared`; where that is not present, the selection in `fixtures/gateway` speaks for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]

use std::path::Path;

use serde_json::Value;
use svclint::kube::admission::{Outcome, Validate};
use svclint::kube::{Profile, read, verdict};
use svclint::source::{FileId, Source};

fn cases() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [root.join("fixtures/gateway/generated.jsonl"), root.join("../shared/cases/gateway-api/generated.jsonl")];
    let present = files.iter().filter(|file| file.exists());
    let texts: Vec<_> = present.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(yaml: &str, validate: Validate) -> Outcome {
    let source = Source::new(FileId(0), "case.yaml".into(), yaml.as_bytes().to_vec());
    let objects = read::objects(&source, false, None);
    assert_eq!(objects.len(), 1, "{yaml}");
    verdict::of(&objects[0], &Profile::default(), validate, true)
}

fn causes(case: &Value) -> Vec<(String, String, String)> {
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let mut causes: Vec<_> =
        case["errors"].as_array().unwrap().iter().map(|it| (text(it, "field"), text(it, "reason"), text(it, "message"))).collect();
    causes.sort();
    causes
}

#[test]
fn accepted_and_refused_as_the_real_server_does() {
    let cases = cases();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let outcome = answer(case["yaml"].as_str().unwrap(), Validate::Warn);
        let mut said: Vec<_> =
            outcome.verdict.causes.iter().map(|it| (it.field.clone(), it.reason.to_owned(), it.message.clone())).collect();
        said.sort();
        let code = case["code"].as_u64().unwrap();
        let wanted = if code == 404 { Vec::new() } else { causes(case) };
        if outcome.verdict.code.map(u64::from) != Some(code) || said != wanted {
            wrong.push(format!("{}: {:?} {said:#?}\nbut the server: {code} {wanted:#?}", case["id"], outcome.verdict.code));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn defaults_are_filled_in_and_unknown_fields_dropped() {
    let mut seen = 0;
    for case in cases().iter().filter(|case| case["returned"].is_object()) {
        let stored = answer(case["yaml"].as_str().unwrap(), Validate::Warn).stored.map(|typed| serde_json::to_value(typed).unwrap());
        assert_eq!(stored.map(|stored| stored["spec"].clone()).as_ref(), Some(&case["returned"]), "{}", case["id"]);
        seen += 1;
    }
    assert!(seen >= 15, "{seen} stored objects");
}

#[test]
fn strict_reading_names_the_unknown_fields() {
    let mut seen = 0;
    for case in cases() {
        let strict = case["strict_error"].as_str();
        let outcome = answer(case["yaml"].as_str().unwrap(), Validate::Strict);
        match strict {
            Some(strict) => assert_eq!((outcome.verdict.code, outcome.verdict.message.as_str()), (Some(400), strict), "{}", case["id"]),
            None => assert!(case["accepted"] == Value::Bool(false) || outcome.verdict.code == Some(201), "{}", case["id"]),
        }
        seen += usize::from(strict.is_some());
    }
    assert!(seen >= 3, "{seen} strict answers");
}

#[test]
fn kinds_of_other_groups_are_not_judged() {
    for api_version in ["networking.istio.io/v1", "traefik.io/v1alpha1", "gateway.solo.io/v1"] {
        let yaml = format!("apiVersion: {api_version}\nkind: Gateway\nmetadata:\n  name: a\nspec:\n  servers: []\n");
        let outcome = answer(&yaml, Validate::Strict);
        assert_eq!(outcome.verdict.code, None, "{api_version}");
    }
}

#[test]
fn a_deep_or_long_object_costs_little() {
    let deep = format!("{}{}", "{a: ".repeat(400), "}".repeat(400));
    let yaml =
        format!("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: a}}\nspec:\n  rules: {deep}\n  x: {deep}\n");
    assert_eq!(answer(&yaml, Validate::Warn).verdict.code, Some(422));
    let listeners = "  - {name: a, port: 80, protocol: HTTP}\n".repeat(20_000);
    let yaml = format!(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: a}}\nspec:\n  gatewayClassName: a\n  listeners:\n{listeners}"
    );
    let verdict = answer(&yaml, Validate::Strict).verdict;
    assert!(verdict.causes.iter().any(|cause| cause.reason == "FieldValueTooMany"), "{:?}", verdict.causes.first());
}
