//! A text that stands in the files of a run again is read once: what is known of it there must be what reading it there tells.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::Path;

use svclint::kube::{Object, Profile, read};
use svclint::source::{FileId, Source};
use svclint::yaml::{self, NodeId};

fn sources(texts: &[&str]) -> Vec<Source> {
    let source = |(id, text): (u32, &&str)| Source::new(FileId(id), format!("{id}.yaml"), text.as_bytes().to_vec());
    (0..).zip(texts).map(source).collect()
}

/// All that is known of an object.
fn told(object: &Object<'_>) -> String {
    let Object { reference, state, span, tree, root, typed, faults, verdict, accepted, newer, may_repeat_keys, context, .. } = object;
    let nodes: Vec<_> = (0..).map_while(|id| tree.value(NodeId(id))).map(|value| (value.span(), value.style(), value.tag())).collect();
    let tree = (&tree.comments, tree.ignored, nodes, yaml::json(tree));
    format!("{:?}", (reference, state, span, tree, root, typed, faults, verdict, (accepted, newer, may_repeat_keys, context)))
}

/// Reads the files together, and each on its own; how many objects they hold.
fn same_together_as_apart(sources: &[Source]) -> usize {
    let judge = Profile::default();
    let together = read::all(sources, &|_| false, Some(&judge));
    let mut rest = together.iter();
    for source in sources {
        for apart in read::objects(source, false, Some(&judge)) {
            let here = rest.next().map(told).unwrap_or_default();
            let apart = told(&apart);
            let differs = here.bytes().zip(apart.bytes()).take_while(|(a, b)| a == b).count();
            let around = |text: &str| text.chars().skip(differs.saturating_sub(80)).take(160).collect::<String>();
            assert!(here == apart, "{}: {}\nnot {}", source.path, around(&here), around(&apart));
        }
    }
    assert!(rest.next().is_none());
    together.len()
}

#[test]
fn each_copy_is_told_at_its_own_place() {
    let service = "apiVersion: v1\nkind: Service # one\nmetadata: {name: web}\nspec:\n  selectors: {app: web}\n  ports: [{port: '80'}]\n";
    let list =
        "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n- &b {kind: Pod, apiVersion: v1}\n";
    let texts = [
        format!("---\n{service}---\n{list}---\n{service}"),
        format!("a: 1\n---\n{list}---\n# no object\n---\n{service}---\nkind: [\n---\n{service}...\nlost\n"),
        format!("ü: 1\n---\nkind: [\n---\n{service}---\n{service}...\nlost\n"),
        format!("---\n{}", service.trim_end()),
        service.to_owned(),
        service.replace('\n', "\r\n"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(same_together_as_apart(&sources(&texts)), 17);
}

#[test]
fn a_question_mark_is_not_a_byte_that_does_not_read() {
    let good = "---\na: ?\n---\nb: 1\n";
    let mut files = sources(&[good]);
    files.push(Source::new(FileId(1), "1.yaml".to_owned(), good.replace('?', "\u{1}").into_bytes()));
    files.push(Source::new(FileId(2), "2.yaml".to_owned(), good.bytes().map(|byte| if byte == b'?' { 0xff } else { byte }).collect()));
    assert_eq!(same_together_as_apart(&files), 6);
}

#[test]
fn what_is_context_in_one_file_is_judged_in_the_other() {
    let files = sources(&["---\napiVersion: v1\nkind: Service\nmetadata: {name: Web}\n"; 2]);
    let objects = read::all(&files, &|source| source.id.0 == 0, Some(&Profile::default()));
    assert!(objects[0].context && objects[0].verdict.is_none());
    assert!(!objects[1].context && objects[1].verdict.is_some());
}

#[test]
fn real_files_are_read_together_as_each_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus");
    let folder = if corpus.exists() { corpus } else { root.join("fixtures") };
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let manifests = files.filter(|file| file.path().extension().is_some_and(|it| it == "yaml" || it == "yml"));
    let texts: Vec<(String, Vec<u8>)> = manifests
        .map(|file| (file.path().display().to_string(), fs::read(file.path()).unwrap()))
        .filter(|(_, text)| text.len() < 20_000)
        .collect();
    let sources: Vec<Source> = (0..).zip(texts).map(|(id, (path, text))| Source::new(FileId(id), path, text)).collect();
    assert!(same_together_as_apart(&sources) > 100);
}
