//! Reading YAML: ours against yaml_serde's `Value`, on the same bytes.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use serde::Deserialize;
use svclint::source::{FileId, Source};
use svclint::yaml;

fn main() {
    divan::main();
}

/// Real manifests where they are at hand, otherwise the recorded documents, each a file; those that yaml_serde refuses left out.
fn small_files() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus");
    let mut texts: Vec<String> = if corpus.exists() {
        let files = walkdir::WalkDir::new(corpus).sort_by_file_name().into_iter().filter_map(Result::ok);
        let manifests = files.filter(|entry| entry.path().extension().is_some_and(|end| end == "yaml" || end == "yml"));
        manifests.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    } else {
        let lines = std::fs::read_to_string(root.join("fixtures/yaml/verdicts.jsonl")).unwrap();
        lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["yaml"].as_str().unwrap().to_owned()).collect()
    };
    texts.retain(|text| theirs(text));
    texts.into_iter().map(|text| Source::new(FileId(0), String::new(), text.into_bytes())).collect()
}

/// One file of about 16 MB.
fn big_file() -> Vec<Source> {
    let document = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels: {app: web, tier: \"front\"}\n  annotations:\n    note: |\n      A few words on what\n      this is for.\nspec:\n  type: ClusterIP\n  selector:\n    app: web\n  ports:\n  - name: http # plain\n    port: 80\n    targetPort: 8080\n---\n";
    vec![Source::new(FileId(0), String::new(), document.repeat((16 << 20) / document.len()).into_bytes())]
}

fn theirs(text: &str) -> bool {
    serde_yaml::Deserializer::from_str(text).all(|document| serde_yaml::Value::deserialize(document).is_ok())
}

fn ours(source: &Source) -> usize {
    yaml::documents(source).iter().filter_map(|chunk| yaml::read(source, chunk).ok()).map(|tree| tree.nodes.len()).sum()
}

fn run<T>(bencher: Bencher<'_, '_>, files: &[Source], read: impl Fn(&Source) -> T + Sync) {
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        for file in files {
            divan::black_box(read(file));
        }
    });
}

#[divan::bench(sample_count = 10)]
fn small_files_ours(bencher: Bencher<'_, '_>) {
    run(bencher, &small_files(), ours);
}

#[divan::bench(sample_count = 10)]
fn small_files_yaml_serde(bencher: Bencher<'_, '_>) {
    run(bencher, &small_files(), |file| theirs(&file.text));
}

#[divan::bench(sample_count = 10)]
fn big_file_ours(bencher: Bencher<'_, '_>) {
    run(bencher, &big_file(), ours);
}

#[divan::bench(sample_count = 5)]
fn big_file_yaml_serde(bencher: Bencher<'_, '_>) {
    run(bencher, &big_file(), |file| theirs(&file.text));
}
