//! Mending whole trees: every real repository at hand, mutated files, and a process that is killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod scratch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use scratch::Folder;
use svclint::check::check;
use svclint::config::Levels;
use svclint::fix::{Limits, Mended, mend};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};
use svclint::yaml;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn manifests(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    files
        .filter(|file| file.file_type().is_file() && file.path().extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json"))
        .map(|file| (file.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), fs::read(file.path()).unwrap()))
        .collect()
}

fn sources(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<Source> {
    files.into_iter().zip(0..).map(|((path, bytes), id)| Source::new(FileId(id), path, bytes)).collect()
}

fn fixed(sources: Vec<Source>, with_unsafe: bool) -> Mended {
    let levels = Levels::default();
    let judge = |sources: &[Source]| check(sources, &|_| false, Profile::default(), &|_| &levels);
    let all = |_: &[Source], findings: &[svclint::finding::Finding]| vec![true; findings.len()];
    mend(sources, &Limits { with_unsafe, open: &|source| source.broken.is_empty(), told: &all }, &judge)
}

/// The values of a document by path.
fn leaves(value: &serde_json::Value, path: &str, into: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{path}\n{key}"), into))
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{path}\n{index}"), into));
        }
        leaf => _ = into.insert(path.to_owned(), leaf.to_string()),
    }
}

fn decoded(source: &Source) -> Vec<Option<BTreeMap<String, String>>> {
    let documents = yaml::decode(source).map(|(_, decoded)| decoded.ok().map(|json| serde_json::from_str(&json).unwrap()));
    documents
        .map(|json: Option<serde_json::Value>| {
            json.map(|json| {
                let mut all = BTreeMap::new();
                leaves(&json, "", &mut all);
                all
            })
        })
        .collect()
}

/// What a mended file may not do: lose a document, a line or a comment that no fix names, or change a field whose name
/// stands on no changed line.
fn complaints(old: &Source, new: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    let diff = similar::TextDiff::from_lines(&old.text, &new.text);
    let changes: Vec<_> = diff
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| change.value().to_owned())
        .collect();
    let (before, after) = (decoded(old), decoded(new));
    if after.len() < before.len() && before.iter().all(Option::is_some) {
        wrong.push(format!("{}: {} documents became {}", old.path, before.len(), after.len()));
    }
    if after.iter().filter(|it| it.is_none()).count() > before.iter().filter(|it| it.is_none()).count() {
        wrong.push(format!("{}: a document can't be read any more", old.path));
    }
    if before.len() == after.len() {
        for (before, after) in before.iter().zip(&after) {
            let (Some(before), Some(after)) = (before, after) else { continue };
            let paths: BTreeSet<&String> = before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
            for path in paths {
                let named = path
                    .split('\n')
                    .any(|key| key.parse::<usize>().is_err() && !key.is_empty() && changes.iter().any(|line| line.contains(key)));
                if !named {
                    wrong.push(format!("{}: {} changed, which no changed line names", old.path, path.replace('\n', ".")));
                }
            }
        }
    }
    let comments = |source: &Source| -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for chunk in yaml::documents(source) {
            let Ok(tree) = yaml::read(source, &chunk) else { continue };
            tree.comments().for_each(|span| *all.entry(source.slice(span).to_owned()).or_default() += 1);
        }
        all
    };
    let has = comments(new);
    wrong.extend(
        comments(old)
            .iter()
            .filter(|(text, count)| has.get(*text).is_none_or(|now| now < *count))
            .map(|(text, _)| format!("{}: lost the comment {text:?}", old.path)),
    );
    wrong
}

#[test]
fn every_safe_fix_of_real_repositories_holds() {
    let corpus = here("../shared/corpus");
    let corpus = if corpus.is_dir() { corpus } else { here("fixtures/shop/..") };
    let (mut files, mut changed, mut fixes, mut rules, mut wrong) = (0, 0, 0, BTreeMap::<&str, usize>::new(), Vec::new());
    let mut repositories: Vec<PathBuf> =
        fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).filter(|it| it.is_dir()).collect();
    repositories.sort();
    for repository in repositories {
        let before = sources(manifests(&repository));
        files += before.len();
        let mended = fixed(before, false);
        changed += mended.originals.len();
        fixes += mended.fixed.len();
        mended.fixed.iter().for_each(|fixed| *rules.entry(fixed.rule).or_default() += 1);
        for (file, old) in &mended.originals {
            wrong.extend(complaints(old, &mended.sources[file.0 as usize]).into_iter().map(|it| format!("{}/{it}", repository.display())));
        }
        let again = fixed(mended.sources, false);
        wrong.extend(again.fixed.iter().map(|fixed| format!("{}: mended in the second run only: {fixed:?}", repository.display())));
    }
    eprintln!("{files} files, {changed} changed by {fixes} safe fixes: {rules:?}");
    assert!(files > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Slips of the hand that fixes are for.
const SLIPS: [(&str, &str); 14] = [
    ("type: ClusterIP", "type: clusterIP"),
    ("type: NodePort", "type: Nodeport"),
    ("protocol: TCP", "protocol: tcp"),
    ("containerPort: ", "containerport: "),
    ("targetPort: ", "targetport: "),
    ("kind: Service\n", "kind: service\n"),
    ("apiVersion: ", "apiversion: "),
    ("port: 80\n", "port: \"80\"\n"),
    ("replicas: 1\n", "replicas: \"1\"\n"),
    ("selector:\n", "selectors:\n"),
    ("---\n", "\n"),
    ("imagePullPolicy: Always", "imagePullPolicy: always"),
    ("    app: ", "    app: x"),
    ("  name: ", "  name:  "),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_fix_loses_a_comment_or_a_line(file in 0..10_000usize, slips in prop::collection::vec((0..SLIPS.len(), 0..8usize), 1..5), windows: bool, with_unsafe: bool) {
        let all = seeds();
        let (path, text) = &all[file % all.len()];
        let mut text = text.clone();
        for (slip, nth) in slips {
            let (right, slipped) = SLIPS[slip];
            let places: Vec<usize> = text.match_indices(right).map(|(at, _)| at).collect();
            if let Some(at) = places.get(nth % places.len().max(1)) {
                text.replace_range(*at..at + right.len(), slipped);
            }
        }
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let mended = fixed(sources([(path.clone(), text.into_bytes())]), with_unsafe);
        for (file, old) in &mended.originals {
            let new = &mended.sources[file.0 as usize];
            prop_assert_eq!(complaints(old, new), Vec::<String>::new());
            prop_assert_eq!(new.text.contains("\r\n"), windows);
            prop_assert!(!windows || !new.text.replace("\r\n", "").contains('\n'), "a line feed alone");
        }
    }
}

fn seeds() -> &'static [(String, String)] {
    static SEEDS: std::sync::OnceLock<Vec<(String, String)>> = std::sync::OnceLock::new();
    SEEDS.get_or_init(|| {
        let mut all = Vec::new();
        for folder in [
            "fixtures/shop",
            "../shared/corpus/kubernetes+examples",
            "../shared/corpus/microservices-demo+microservices-demo",
            "../shared/corpus/stefanprodan+podinfo",
        ] {
            let files = if here(folder).is_dir() { manifests(&here(folder)) } else { Vec::new() };
            all.extend(files.into_iter().filter_map(|(path, bytes)| {
                Some((path, String::from_utf8(bytes).ok().filter(|text| text.len() < 20_000 && !text.contains('\r'))?))
            }));
        }
        all
    })
}

#[test]
fn a_run_that_is_killed_leaves_every_file_old_or_new() {
    const FILES: usize = 24;
    const KILLS: u32 = 200;
    let text = |index: usize| {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web-{index}\nspec:\n  type: ExternalName\n  externalName: a.example.com\n  sessionAffinity: none\n---\n"
        );
        service.replace("---\n", &format!("# {}\n", "filling ".repeat(2_000)))
    };
    let folder = Folder::new(&[]);
    let plant = || (0..FILES).for_each(|index| folder.write(&format!("svc-{index}.yaml"), &text(index)));
    plant();
    let begun = Instant::now();
    assert_eq!(folder.run(&["check", "--fix", "-q", "--context", "none", "."]).code, 0);
    let whole = begun.elapsed();
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let (mut between, mut before, mut after) = (0, 0, 0);
    for _ in 0..KILLS {
        plant();
        let mut child = folder.command(&["check", "--fix", "-q", "--context", "none", "."]).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_nanos((seed >> 33) % u64::try_from(whole.as_nanos()).unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut mended = 0;
        for index in 0..FILES {
            let (old, now) = (text(index), folder.read(&format!("svc-{index}.yaml")));
            let new = old.replace("sessionAffinity: none", "sessionAffinity: None");
            assert!(now == old || now == new, "svc-{index}.yaml is neither old nor new: {} of {} bytes", now.len(), old.len());
            mended += usize::from(now == new);
        }
        match mended {
            0 => before += 1,
            FILES => after += 1,
            _ => between += 1,
        }
    }
    eprintln!("{KILLS} kills: {before} before the first write, {between} between the first and the last, {after} after it");
    assert!(between > 0, "no kill fell into the writing");
}
