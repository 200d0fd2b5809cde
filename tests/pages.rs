//! Every rule's page is its specification: Bad yields the marked findings and no others, Good yields nothing above info.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use svclint::check::{Checked, check};
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::fix::{Limits, mend};
use svclint::kube::Profile;
use svclint::rules::{self, Head};
use svclint::source::{FileId, Source};

/// The YAML files of a section: each fence is a file, named by `title="…"` or `page.yaml`.
struct Example {
    files: Vec<(String, String)>,
}

fn section(page: &str, name: &str) -> Option<String> {
    let mut lines = page.lines().skip_while(|line| line.trim() != format!("## {name}"));
    lines.next()?;
    let mut fenced = false;
    let body: Vec<_> = lines
        .take_while(|line| {
            if line.starts_with("```") {
                fenced = !fenced;
            }
            fenced || !line.starts_with("## ")
        })
        .collect();
    Some(body.join("\n") + "\n")
}

/// All examples of a section: fences in a row are files of one example, prose between them starts another.
fn examples(page: &str, name: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut open: Option<(String, String)> = None;
    let mut fresh = true;
    for line in section(page, name).unwrap_or_default().lines() {
        match &mut open {
            Some(_) if line == "```" => {
                let file = open.take().unwrap();
                if fresh {
                    examples.push(Example { files: Vec::new() });
                }
                examples.last_mut().unwrap().files.push(file);
                fresh = false;
            }
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```yaml") || line.starts_with("```json") => {
                let title = line.split_once("title=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("page.yaml", |(title, _)| title);
                open = Some((title.to_owned(), String::new()));
            }
            None => fresh |= !line.trim().is_empty(),
        }
    }
    examples
}

/// A page may ask for another cluster: `profile: kube-version=1.30 node-ports=31000-31999` in its head.
fn profile(page: &str) -> Profile {
    let mut profile = Profile::default();
    let line = page.lines().find_map(|line| line.strip_prefix("profile: ")).unwrap_or("");
    for (key, value) in line.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        match key {
            "kube-version" => profile.version = value.parse().unwrap(),
            "provider" => profile.provider = Some(value.to_owned()),
            "controller" => profile.controller = Some(value.to_owned()),
            _ => panic!("no profile key {key}"),
        }
    }
    profile
}

fn run(example: &Example, profile: Profile) -> (Vec<Source>, Checked) {
    let sources: Vec<_> = example
        .files
        .iter()
        .enumerate()
        .map(|(id, (path, text))| Source::new(FileId(u32::try_from(id).unwrap()), path.clone(), text.clone().into_bytes()))
        .collect();
    let levels = Levels::default();
    let checked = check(&sources, &|_| false, profile, &|_| &levels);
    (sources, checked)
}

fn tell(sources: &[Source], finding: &Finding) -> String {
    let source = &sources[finding.span().file.0 as usize];
    let at = source.line_column(finding.span().start);
    format!("{}:{}:{}: {}[{}] {}", source.path, at.line, at.column, finding.severity.name(), finding.rule, finding.message)
}

#[test]
fn every_page_has_a_rule_and_every_head_is_whole() {
    let pages = walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).into_iter().map(Result::unwrap);
    let mut pages: Vec<_> = pages.filter_map(|file| file.file_name().to_str().unwrap().strip_suffix(".md").map(str::to_owned)).collect();
    let mut names: Vec<_> = rules::all().iter().map(|rule| rule.name.to_owned()).collect();
    pages.sort();
    names.sort();
    assert_eq!(pages, names);
    for rule in rules::all() {
        for part in [
            "\n## Bad",
            "\n## Good",
            "\n## Why",
            "\n## When it is right",
            "\nkinds: ",
            "\nsummary: ",
            "\nseverity: ",
            "\nfix: ",
            "\nsince: ",
        ] {
            assert!(rule.page.contains(part), "rules/{}.md lacks {part:?}", rule.name);
        }
        let summary = rule.head().summary;
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{}: summary", rule.name);
    }
}

#[test]
fn bad_examples_yield_the_marked_findings_and_no_others() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let found = examples(rule.page, "Bad");
        assert!(!found.is_empty(), "rules/{}.md has no Bad example", rule.name);
        for (number, example) in found.iter().enumerate() {
            let (sources, checked) = run(example, profile(rule.page));
            let mut wanted = BTreeMap::new();
            for source in &sources {
                for (line, text) in source.text.lines().enumerate() {
                    if let Some((_, words)) = text.split_once("# <-") {
                        wanted.insert((source.path.clone(), u32::try_from(line + 1).unwrap()), words.trim().to_owned());
                    }
                }
            }
            if wanted.is_empty() {
                wrong.push(format!("rules/{}.md Bad {number}: nothing is marked with `# <-`", rule.name));
            }
            for finding in &checked.findings {
                let source = &sources[finding.span().file.0 as usize];
                let place = (source.path.clone(), source.line_column(finding.span().start).line);
                if finding.rule == rule.name {
                    match wanted.remove(&place) {
                        Some(words) if says(finding, &words) => {}
                        Some(words) => {
                            wrong.push(format!("rules/{}.md Bad {number}: does not say {words:?}: {}", rule.name, tell(&sources, finding)))
                        }
                        None => wrong.push(format!("rules/{}.md Bad {number}: not marked: {}", rule.name, tell(&sources, finding))),
                    }
                } else if finding.severity > Severity::Info {
                    wrong.push(format!("rules/{}.md Bad {number}: another rule: {}", rule.name, tell(&sources, finding)));
                }
            }
            wrong
                .extend(wanted.iter().map(|(place, words)| format!("rules/{}.md Bad {number}: nothing at {place:?} ({words})", rule.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn says(finding: &Finding, words: &str) -> bool {
    let labels = finding.labels.iter().map(|label| label.message.as_str());
    [finding.message.as_str()].into_iter().chain(labels).chain(finding.help.as_deref()).any(|text| text.contains(words))
}

#[test]
fn good_examples_are_quiet() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let found = examples(rule.page, "Good");
        assert!(!found.is_empty(), "rules/{}.md has no Good example", rule.name);
        for (number, example) in found.iter().enumerate() {
            let (sources, checked) = run(example, profile(rule.page));
            let loud = checked
                .findings
                .iter()
                .filter(|finding| finding.severity > Severity::Info || finding.rule == rule.name && rule.head().severity > Severity::Info);
            wrong.extend(loud.map(|finding| format!("rules/{}.md Good {number}: {}", rule.name, tell(&sources, finding))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixes_turn_bad_into_good_byte_for_byte() {
    let mut wrong = Vec::new();
    for rule in rules::all().iter().filter(|rule| rule.fix().is_some()) {
        let (bad, good) = (examples(rule.page, "Bad"), examples(rule.page, "Good"));
        let without_marks = |text: &str| text.lines().map(|line| line.split("# <-").next().unwrap().trim_end().to_owned() + "\n").collect();
        let files = bad[0].files.iter().map(|(path, text)| (path.clone(), without_marks(text))).collect();
        let (sources, _) = run(&Example { files }, profile(rule.page));
        let levels = Levels::default();
        let judge = |sources: &[Source]| check(sources, &|_| false, profile(rule.page), &|_| &levels);
        let this_rule = |_: &[Source], findings: &[Finding]| findings.iter().map(|finding| finding.rule == rule.name).collect();
        let limits = Limits { with_unsafe: true, open: &|_| true, told: &this_rule };
        let mended: Vec<_> = mend(sources, &limits, &judge).sources.into_iter().map(|source| source.text).collect();
        let wanted: Vec<_> = good[0].files.iter().map(|(_, text)| text.clone()).collect();
        if mended != wanted {
            wrong.push(format!("rules/{}.md: the fix gives\n{}\nbut Good is\n{}", rule.name, mended.join("---\n"), wanted.join("---\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_head_is_read() {
    let head = Head::read("---\nseverity: warning\nsummary: a b\nkinds: Service, Pod\nfix: unsafe\nsince: 0.1.0\n---\n# x\n");
    assert_eq!((head.severity, head.summary, head.since), (Severity::Warning, "a b", "0.1.0"));
}
