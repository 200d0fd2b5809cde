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
        (Some(error), Err(got)) if error == got || told_by_kubectl(text, error, &got) => None,
        (None, Ok(got)) if same(&case["json"], &serde_json::from_str(&got).unwrap()) => None,
        (error, got) => Some(format!("{text:?}\n  want {}\n  got  {got:?}", error.map_or(case["json"].to_string(), str::to_owned))),
    }
}

/// kubectl tells JSON's error of a text that begins with `{` and is neither JSON nor YAML; its reader ends the last line with
/// a line feed even where the file has none, so that the end lies a line further down.
fn told_by_kubectl(text: &str, error: &str, got: &str) -> bool {
    let line =
        |error: &str| error.split_once(": ").and_then(|(_, rest)| rest.strip_prefix("line ")?.split(':').next()?.parse::<u32>().ok());
    text.starts_with('{') && got.starts_with("json: offset")
        || !text.ends_with('\n') && error.ends_with("end of stream") && line(got) == line(error).map(|line| line + 1)
}

fn differences(cases: &[Json]) -> Vec<String> {
    cases.iter().filter_map(difference).collect()
}

#[test]
fn the_curated_verdicts_are_met() {
    let cases = lines(&root().join("fixtures/yaml/verdicts.jsonl"));
    assert!(cases.len() > 300, "{}", cases.len());
    let differing = differences(&cases);
    assert!(differing.is_empty(), "{}", differing.join("\n"));
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

fn cuts(text: &str) -> Vec<(u32, String)> {
    let file = source(text);
    yaml::documents(&file).iter().map(|chunk| (chunk.index, file.slice(chunk.span).to_owned())).collect()
}

fn answers(text: &str) -> Vec<String> {
    let file = source(text);
    yaml::decode(&file).map(|(_, answer)| answer.unwrap_or_else(|error| error.kubectl())).collect()
}

#[test]
fn files_are_cut_as_kubectl_cuts_them() {
    let cases: [(&str, &[&str]); 10] = [
        ("", &[]),
        ("a: 1", &["a: 1"]),
        ("---\na: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]),
        ("a: 1\n--- # two\nb: 2\n---\n", &["a: 1\n", "b: 2\n"]),
        ("# only words\n---\na: 1\n", &["# only words\n", "a: 1\n"]),
        ("a: 1\n---\n\n---\nb: 2\n", &["a: 1\n", "\n", "b: 2\n"]),
        ("a: |\n  x\n---\n  y\n", &["a: |\n  x\n", "  y\n"]),
        ("a: 1\r\n---\r\nb: 2\r\n", &["a: 1\r\n", "b: 2\r\n"]),
        ("a: 1\n ---\nb: 2\n...\nc: 3\n", &["a: 1\n ---\nb: 2\n...\nc: 3\n"]),
        ("\u{feff}---\na: 1\n", &["\u{feff}---\na: 1\n"]),
    ];
    for (text, chunks) in cases {
        let chunks: Vec<(u32, String)> = (0..).zip(chunks.iter().map(|chunk| (*chunk).to_owned())).collect();
        assert_eq!(cuts(text), chunks, "{text:?}");
    }
}

#[test]
fn a_separator_with_text_is_refused() {
    let file = source("a: 1\n---b\nc: 3\n");
    let told: Vec<_> =
        yaml::decode(&file).map(|(_, answer)| answer.map_err(|error| (error.kubectl(), file.slice(error.span).to_owned()))).collect();
    assert_eq!(told, [Err(("invalid Yaml document separator: b".into(), "---b".into())), Ok("{\"c\":3}".into())]);
}

#[test]
fn streams_of_json_are_read_as_json_and_may_turn_into_yaml() {
    assert_eq!(
        answers("{\"a\": 1}\n{\"b\": \"\\ud83d\\ude00\\/\"} {\"c\": [1.0, -0, 1e3]}"),
        ["{\"a\":1}", "{\"b\":\"😀/\"}", "{\"c\":[1,0,1000]}"]
    );
    assert_eq!(answers("{\"a\": 1}\n---\nb: yes\n---\n{c: 3}\n"), ["{\"a\":1}", "{\"b\":true}", "{\"c\":3}"]);
    assert_eq!(answers("{a: 1}\n"), ["{\"a\":1}"]);
    assert_eq!(answers("{\"a\": 1,}\n"), ["{\"a\":1}"]); // as YAML
    assert_eq!(answers("{{- if .Values.a }}\n"), ["json: offset 2: invalid character '{' looking for beginning of object key string"]);
    assert_eq!(answers("{\"a\": 1"), ["unexpected EOF"]);
    assert_eq!(answers("{} {} {x"), ["{}", "{}", "invalid character 'x' looking for beginning of object key string"]);
}

#[test]
fn what_kubectl_never_looks_at_is_told() {
    let ignored = |text: &str| {
        let file = source(text);
        let tree = yaml::read(&file, &yaml::documents(&file)[0]).unwrap();
        tree.ignored.map(|span| file.slice(span).to_owned())
    };
    assert_eq!(ignored("a: 1\n...\n# end\nb: 2\nc: 3\n").as_deref(), Some("b: 2\nc: 3"));
    assert_eq!(ignored("a: 1\n...\n# end\n...\n"), None);
    assert_eq!(ignored("{a: 1}\nb: 2\n").as_deref(), Some("b: 2"));
    assert_eq!(ignored("a: 1\n"), None);
}

/// Text and place of each node of the first document, one a line.
fn outline(file: &Source) -> String {
    let tree = yaml::read(file, &yaml::documents(file)[0]).unwrap();
    let show = |id: u32| {
        let value = tree.value(yaml::NodeId(id)).unwrap();
        format!("{:?} {:?}", value.kind(), file.slice(value.span()))
    };
    (0..tree.nodes.len()).map(|id| show(u32::try_from(id).unwrap())).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_node_knows_what_is_written() {
    let text = "a: &x 'it''s'\nb: !!str  ü # note\nc:\n- [1, {d: *x}]\n-\n- |\n  text\n  more\n\ne:\n";
    let expected = r#"Mapping "a: &x 'it''s'\nb: !!str  ü # note\nc:\n- [1, {d: *x}]\n-\n- |\n  text\n  more\n\ne:"
Scalar "a"
Scalar "'it''s'"
Scalar "b"
Scalar "ü"
Scalar "c"
Sequence "- [1, {d: *x}]\n-\n- |\n  text\n  more"
Sequence "[1, {d: *x}]"
Scalar "1"
Mapping "{d: *x}"
Scalar "d"
Alias(NodeId(2)) "*x"
Scalar ""
Scalar "|\n  text\n  more"
Scalar "e"
Scalar """#;
    assert_eq!(outline(&source(text)), expected);
    assert_eq!(outline(&source(text.trim_end())), expected, "without a line feed at the end");
    let file = source(format!("x: 1\n---\n{text}"));
    let tree = yaml::read(&file, &yaml::documents(&file)[1]).unwrap();
    let comments: Vec<&str> = tree.comments().map(|span| file.slice(span)).collect();
    assert_eq!(comments, ["# note"]);
    assert_eq!(tree.root().unwrap().get("a").unwrap().as_str(), Some("it's"));
}

#[test]
fn of_equal_keys_the_last_counts_and_merges_apply() {
    let file = source("d: &d {a: 1, b: 2}\nm:\n  a: 0\n  <<: *d\n  b: 3\n  b: 4\n  on: 5\n");
    let tree = yaml::read(&file, &yaml::documents(&file)[0]).unwrap();
    let m = tree.root().unwrap().get("m").unwrap();
    assert_eq!(["a", "b", "true", "on"].map(|key| m.get(key).and_then(|value| value.as_i64())), [Some(1), Some(4), Some(5), None]);
    let lost: Vec<&str> = m.duplicates().iter().map(|lost| file.slice(lost.lost.span())).collect();
    assert_eq!(lost, ["b: 3"]);
}

#[test]
fn errors_point_at_the_fault() {
    let cases = [
        ("a: 'b\nc: d\n", "yaml: line 3: found unexpected end of stream", "'b", Some("")),
        ("a: {b: c\nd: e\n", "yaml: line 1: did not find expected ',' or '}'", ":", Some("{b: c")),
        ("a: b: c\n", "yaml: mapping values are not allowed in this context", ":", None),
        ("a:\n\tb: c\n", "yaml: line 2: found character that cannot start any token", "\t", None),
        ("a: 1\nbc\n", "yaml: line 3: could not find expected ':'", "bc", None),
        ("a: 1\n b: 2\n", "yaml: line 2: mapping values are not allowed in this context", ":", None),
        ("a:\n  b: 1\n c: 2\n", "yaml: line 2: did not find expected key", "c", Some("a:")),
        ("a: *b\n", "yaml: unknown anchor 'b' referenced", "*b", None),
        ("a: \u{7}\n", "yaml: control characters are not allowed", "\u{7}", None),
        ("a: .inf\n", "json: unsupported value: +Inf", ".inf", None),
    ];
    for (text, message, place, note) in cases {
        let file = source(text);
        let error = yaml::read(&file, &yaml::documents(&file)[0]).unwrap_err();
        let note_at = error.note.map(|(span, _)| file.slice(span));
        assert_eq!((error.message.as_str(), file.slice(error.span), note_at), (message, place, note), "{text:?}");
    }
}
