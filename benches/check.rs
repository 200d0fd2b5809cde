//! What a whole check costs beside reading alone, on real manifests where they lie beside the checkout, else on the shop;
//! and the same ten times over, to see that it stays linear.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use svclint::check::judged;
use svclint::config::Levels;
use svclint::dry_run::dry_run;
use svclint::kube::Profile;
use svclint::kube::admission::Validate;
use svclint::source::{FileId, Source};
use svclint::yaml;

fn main() {
    // One core, so that whole runs compare with reading alone.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    divan::main();
}

/// All manifests, `times` over in folders of their own.
fn manifests(times: usize) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus");
    let folder = if corpus.exists() { corpus } else { root.join("fixtures/shop") };
    let files: Vec<_> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|file| file.path().extension().is_some_and(|it| it == "yaml" || it == "yml"))
        .map(|file| (file.path().to_str().unwrap().to_owned(), fs::read(file.path()).unwrap()))
        .collect();
    let copies = (0..times).flat_map(|copy| files.iter().map(move |(path, bytes)| (format!("{copy}/{path}"), bytes.clone())));
    copies.enumerate().map(|(id, (path, bytes))| Source::new(FileId(u32::try_from(id).unwrap()), path, bytes)).collect()
}

fn bytes(sources: &[Source]) -> BytesCount {
    BytesCount::new(sources.iter().map(|source| source.text.len()).sum::<usize>())
}

#[divan::bench(args = [1, 10], sample_count = 5)]
fn reading(bencher: Bencher<'_, '_>, times: usize) {
    let sources = manifests(times);
    bencher.counter(bytes(&sources)).bench(|| {
        let chunks = sources.iter().flat_map(|source| yaml::documents(source).into_iter().map(move |chunk| (source, chunk)));
        chunks.filter_map(|(source, chunk)| yaml::read(source, &chunk).ok()).map(|tree| tree.nodes.len()).sum::<usize>()
    });
}

#[divan::bench(args = [1, 10], sample_count = 5)]
fn dry_running(bencher: Bencher<'_, '_>, times: usize) {
    let sources = manifests(times);
    bencher.counter(bytes(&sources)).bench_local(|| dry_run(&sources, &Profile::default(), Validate::Strict, false));
}

#[divan::bench(args = [1, 10], sample_count = 5)]
fn checking(bencher: Bencher<'_, '_>, times: usize) {
    let sources = manifests(times);
    let levels = Levels::default();
    // The World is freed after the clock stops: `svclint check` never frees it.
    bencher.counter(bytes(&sources)).bench_local(|| judged(&sources, &|_| false, Profile::default(), &|_| &levels));
}
