//! The reader against what the real decoder answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use svclint::source::{FileId, Source};
use svclint::yaml;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Recorded answers that are too large to carry along, where they are at hand.
fn shared(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(path);
    path.exists().then_some(path)
}

fn source(text: impl Into<Vec<u8>>) -> Source {
    Source::new(FileId(0), "x.yaml".into(), text.into())
}

fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => a == b,
    }
}

/// How the answer to one recorded input differs from the real decoder's; none where it is the same.
fn difference(case: &Json) -> Option<String> {
    let text = case["yaml"].as_str().unwrap();
    let file = source(text);
    let first = yaml::decode(&file).next();
    let got = first.map_or(Ok("null".to_owned()), |(_, answer)| answer.map_err(|error| error.message));
    match (case.get("error").and_then(Json::as_str), got) {
        (Some(error), Err(got)) if error == got || told_by_kubectl(case) => None,
        (None, Ok(got)) if same(&case["json"], &serde_json::from_str(&got).unwrap()) => None,
        (error, got) => Some(format!("{text:?}\n  want {}\n  got  {got:?}", error.map_or(case["json"].to_string(), str::to_owned))),
    }
}

/// Inputs that kubectl answers otherwise than the decoder alone, which is what was recorded: a text that begins with `{` is
/// JSON first, and JSON's error is told if YAML fails too; the last line ends with a line feed even where the file has none.
fn told_by_kubectl(case: &Json) -> bool {
    let text = case["yaml"].as_str().unwrap();
    case.get("error").is_some() && (text.trim_start().starts_with('{') || !text.ends_with('\n'))
}

fn differences(cases: &[Json]) -> Vec<String> {
    cases.iter().filter_map(difference).collect()
}

#[test]
fn every_recorded_verdict_is_met() {
    let Some(path) = shared("cases/yaml/verdicts.jsonl") else { return };
    let cases = lines(&path);
    assert!(cases.len() > 3000, "{}", cases.len());
    let differing = differences(&cases);
    assert!(differing.is_empty(), "{} of {}\n{}", differing.len(), cases.len(), differing.join("\n"));
}

/// Every `.yaml`, `.yml` and `.json` below `folder`.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn real_files_read_as_the_real_decoder_reads_them() {
    let Some(recorded) = shared("cases/apiserver/corpus_parse_errors.jsonl") else { return };
    let base = shared(".").unwrap();
    let wanted: Vec<(String, u64, String)> = lines(&recorded)
        .iter()
        .map(|line| (line["file"].as_str().unwrap().into(), line["doc"].as_u64().unwrap(), line["parse_error"].as_str().unwrap().into()))
        .collect();
    let mut got = Vec::new();
    let mut files = manifests(&base.join("corpus"));
    assert!(files.len() > 4000, "{}", files.len());
    files.extend(wanted.iter().map(|(file, ..)| base.join(file)).filter(|path| !path.starts_with(base.join("corpus"))));
    files.dedup();
    for path in files {
        let file = source(fs::read(&path).unwrap());
        let name = path.strip_prefix(&base).unwrap().to_str().unwrap().to_owned();
        for (chunk, answer) in yaml::decode(&file) {
            if let Err(error) = answer {
                got.push((name.clone(), u64::from(chunk.index), error.kubectl()));
            }
        }
    }
    got.sort();
    let mut wanted = wanted;
    wanted.sort();
    assert_eq!(got, wanted);
}
