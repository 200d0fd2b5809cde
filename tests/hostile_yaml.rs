//! Input that is made to hurt: no panic, and no more time and memory than its size warrants.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use svclint::source::{FileId, Source};
use svclint::yaml::{self, Kind, NodeId, Tree};

/// A second when built for use; the unoptimised build of the tests is far slower.
const LIMIT: Duration = if cfg!(debug_assertions) { Duration::from_secs(20) } else { Duration::from_secs(1) };

fn source(text: impl Into<Vec<u8>>) -> Source {
    Source::new(FileId(0), "x.yaml".into(), text.into())
}

/// Peak of this process' memory in MB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}

fn laughs() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let below = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", [below.as_str(); 9].join(", ")).unwrap();
    }
    text
}

/// What each document answers; only the first 80 bytes of every answer.
fn answers(name: &str, text: Vec<u8>) -> Vec<String> {
    let began = Instant::now();
    let file = source(text);
    let told = yaml::decode(&file)
        .map(|(_, answer)| match answer {
            Ok(json) => json.chars().take(80).collect(),
            Err(error) => error.kubectl(),
        })
        .collect();
    let took = began.elapsed();
    assert!(took < LIMIT, "{name}: {took:?}");
    told
}

#[test]
fn nothing_costs_more_than_its_size() {
    const MEGABYTE: usize = 1 << 20;
    let repeat = |text: &str| text.repeat(MEGABYTE / text.len()).into_bytes();
    let failing: Vec<(&str, Vec<u8>, &str)> = vec![
        ("brackets", repeat("["), "exceeded max depth"),
        ("dashes", repeat("- "), "exceeded max depth"),
        ("braces", [b"- ".to_vec(), repeat("{a: ")].concat(), "exceeded max depth"),
        ("question marks", repeat("? "), "exceeded max depth"),
        ("own anchor", [b"&a [".to_vec(), repeat("*a,"), b"]".to_vec()].concat(), "contains itself"),
        ("anchors within", repeat("&a [*a,"), "exceeded max depth"),
        ("billion laughs", laughs().into_bytes(), "excessive aliasing"),
        (
            "long text, often",
            [b"a: &a ".to_vec(), repeat("x"), b"\nb:\n".to_vec(), b"- *a\n".repeat(10_000)].concat(),
            "excessive aliasing",
        ),
        ("NUL", b"a: \0\n".to_vec(), "control characters are not allowed"),
        ("not UTF-8", b"a: \xff\xfe\xfd\n".to_vec(), "UTF-8"),
        ("UTF-16", "a: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect(), "control characters are not allowed"),
        ("an open quote", [b"a: \"".to_vec(), repeat("x\n")].concat(), "unexpected end of stream"),
        ("JSON brackets", [b"{\"a\":".to_vec(), repeat("[")].concat(), "exceeded max depth"),
        ("values without end", [b"[".to_vec(), repeat("1,").repeat(20)].concat(), "more than"),
    ];
    for (name, text, words) in failing {
        let told = answers(name, text);
        assert_eq!(told.len(), 1, "{name}");
        assert!(told[0].contains(words), "{name}: {}", told[0]);
    }
    let keys = |count: usize| (0..count).fold(String::new(), |text, i| text + "k" + &i.to_string() + ": 1\n");
    let reading: Vec<(&str, Vec<u8>, usize)> = vec![
        ("one long line", [b"a: ".to_vec(), repeat("x").repeat(50)].concat(), 1),
        ("one long quoted line", [b"a: '".to_vec(), repeat("ü ").repeat(50), b"'".to_vec()].concat(), 1),
        ("documents", b"a: 1\n---\n".repeat(100_000), 100_000),
        ("keys", keys(1_000_000).into_bytes(), 1),
        ("equal keys", b"k: 1\n".repeat(1_000_000), 1),
        ("comments", repeat("#\n"), 1),
        ("line feeds", repeat("\n"), 1),
        ("carriage returns", [b"a: |\n".to_vec(), repeat(" x\r")].concat(), 1),
        ("blank lines in a text", [b"a: >\n x".to_vec(), repeat("\n")].concat(), 1),
        ("next lines", [b"a: '".to_vec(), repeat("\u{85}"), b"'".to_vec()].concat(), 1),
        ("brackets side by side", [b"[".to_vec(), repeat("[],"), b"]".to_vec()].concat(), 1),
        ("pairs", [b"[".to_vec(), repeat("a: b, "), b"]".to_vec()].concat(), 1),
    ];
    for (name, text, documents) in reading {
        let told = answers(name, text);
        assert_eq!(told.len(), documents, "{name}: {:?}", told.first());
        assert!(told.iter().all(|json| json.starts_with(['{', '[', 'n'])), "{name}: {:?}", told.first());
    }
    if let Some(peak) = peak().filter(|_| !cfg!(debug_assertions)) {
        assert!(peak < 260, "{peak} MB"); // the text of 50 MB and its copy as JSON are among it
    }
}

/// Places lie in the file, on characters, and children within their parents.
fn well_placed(file: &Source, tree: &Tree<'_>) {
    let mut open: Vec<(u32, u32, u32)> = vec![(u32::try_from(tree.nodes.len()).unwrap(), 0, file.len())];
    for (id, node) in (0..).zip(&tree.nodes) {
        while open.last().is_some_and(|(end, ..)| id >= *end) {
            open.pop();
        }
        let (_, start, end) = *open.last().unwrap();
        assert!(start <= node.start && node.start <= node.end && node.end <= end, "node {id} {node:?} within {start}..{end}");
        assert!(file.text.get(node.start as usize..node.end as usize).is_some());
        let value = tree.value(NodeId(id)).unwrap();
        match value.kind() {
            Kind::Alias(target) => assert!(target.0 < id),
            Kind::Scalar => _ = value.text(),
            Kind::Mapping | Kind::Sequence => open.push((node.next.0, node.start, node.end)),
        }
    }
    for span in tree.comments().chain(tree.ignored) {
        assert!(file.text.get(span.start as usize..span.end as usize).is_some());
    }
}

fn seeds() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("fixtures/yaml/verdicts.jsonl")).unwrap();
    let documents = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["yaml"].as_str().unwrap().to_owned());
    let mut seeds: Vec<String> = documents.collect();
    let corpus = root.join("../shared/corpus");
    let files = walkdir::WalkDir::new(corpus).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    seeds.extend(files.step_by(10).filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).filter(|text| text.len() < 20_000));
    seeds
}

const PIECES: [&str; 40] = [
    "\n",
    "\n\n",
    "  ",
    "\t",
    "- ",
    "-",
    ": ",
    ":",
    "? ",
    "? x\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    "\"",
    "\\",
    "|\n",
    ">-\n",
    "#",
    " # c\n",
    "&a ",
    "*a",
    "!!str ",
    "!",
    "!<x> ",
    "<<: *a\n",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\r\n",
    "\r",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "ü",
    "\u{0}",
    "null",
    "\u{1f600}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 1500 } else { 20_000 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_read_or_are_refused(seed in any::<prop::sample::Index>(), edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0usize..PIECES.len() + 1), 0..6)) {
        thread_local!(static SEEDS: Vec<String> = seeds());
        let mut bytes = SEEDS.with(|seeds| seeds[seed.index(seeds.len())].clone()).into_bytes();
        for (at, cut, piece) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, PIECES.get(piece).map_or(&[][..], |piece| piece.as_bytes()).iter().copied());
        }
        let file = source(bytes);
        for chunk in yaml::documents(&file) {
            prop_assert!(file.text.get(chunk.span.start as usize..chunk.span.end as usize).is_some());
            match yaml::read(&file, &chunk) {
                Ok(tree) => {
                    well_placed(&file, &tree);
                    let json = yaml::json(&tree);
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
                    let mut faults = Vec::new();
                    if let Some(root) = tree.root() {
                        _ = yaml::from_value::<k8s_openapi::api::core::v1::PodTemplateSpec>(root, &mut faults);
                        _ = yaml::from_value::<k8s_openapi::api::core::v1::Service>(root, &mut faults);
                    }
                }
                Err(error) => {
                    for span in [Some(error.span), error.note.map(|(span, _)| span)].into_iter().flatten() {
                        prop_assert!(file.text.get(span.start as usize..span.end as usize).is_some(), "{error:?}");
                    }
                }
            }
        }
    }
}
