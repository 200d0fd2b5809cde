//! Who never imports whom: the house of `src/lib.rs`, kept true.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

/// A layer, and the layers it may know.
const LAYERS: [(&str, &[&str]); 15] = [
    ("source", &[]),
    ("finding", &["source"]),
    ("fingerprint", &["source", "finding"]),
    ("baseline", &["fingerprint", "source", "finding"]),
    ("ignores", &["kube", "source", "yaml"]),
    ("fix", &["check", "fingerprint", "finding", "source", "yaml", "walk"]),
    ("yaml", &["source"]),
    ("kube", &["yaml", "source", "finding", "parallel"]),
    ("cost", &["kube", "source"]),
    ("rules", &["kube", "cost", "config", "ignores", "finding", "source", "yaml"]),
    ("parallel", &["source"]),
    ("explain", &["kube", "cost", "source", "finding", "report", "parallel"]),
    ("report", &["finding", "fingerprint", "source", "rules", "kube", "dry_run", "cost", "parallel"]),
    ("walk", &["source", "config", "parallel"]),
    ("config", &["kube", "finding", "source"]),
];

#[test]
fn nobody_imports_upwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for file in
        walkdir::WalkDir::new(&src).into_iter().map(Result::unwrap).filter(|file| file.path().extension().is_some_and(|it| it == "rs"))
    {
        let path = file.path().strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let layer = path.split(['/', '.']).next().unwrap();
        let Some((_, may)) = LAYERS.iter().find(|(name, _)| *name == layer) else { continue };
        for (number, line) in fs::read_to_string(file.path()).unwrap().lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used = used.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap();
                seen += 1;
                assert!(
                    used.is_empty() || used == layer || may.contains(&used),
                    "src/{path}:{}: `{layer}` must not know `{used}`",
                    number + 1
                );
            }
        }
    }
    assert!(seen > 20, "the test looked at {seen} imports only");
}
