//! The report's formats over findings made by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Instant;

use svclint::finding::{Edit, Finding, ObjectRef, ServerSays, Severity};
use svclint::report::{Look, Report, concise, full, json, summary};
use svclint::source::{FileId, Source, Span, Unreadable};

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  type: NodePort
  selector:
    app: wbe
  ports:
    - port: 80
      targetPort: web
      nodePort: 8080
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels:
        app: web
";

const EIGHTY: Look = Look { color: false, width: 80 };

fn sources(texts: &[(&str, &str)]) -> Vec<Source> {
    let source =
        |(index, (path, text)): (usize, &(&str, &str))| Source::new(FileId(index as u32), (*path).into(), text.as_bytes().to_vec());
    texts.iter().enumerate().map(source).collect()
}

/// The place of `text` in a file.
fn at(source: &Source, text: &str) -> Span {
    let start = source.text.find(text).unwrap() as u32;
    source.span(start, start + text.len() as u32)
}

fn named(rule: &'static str, severity: Severity, finding: Finding) -> Finding {
    Finding { rule, severity, ..finding }
}

fn report<'a>(sources: &'a [Source], findings: &'a [Finding], unreadable: &'a [Unreadable]) -> Report<'a> {
    Report {
        sources,
        findings,
        unreadable,
        files: sources.len(),
        documents: sources.len(),
        ignored: 0,
        in_baseline: 0,
        fixed: None,
        kubernetes_version: "1.36".into(),
        saving: None,
    }
}

fn shop() -> (Vec<Source>, Vec<Finding>) {
    let sources = sources(&[("k8s/svc.yaml", SERVICE), ("k8s/web.yaml", DEPLOYMENT)]);
    let (service, deployment) = (&sources[0], &sources[1]);
    let object = |kind: &str| ObjectRef {
        api_version: "v1".into(),
        kind: kind.into(),
        namespace: Some("shop".into()),
        name: "web".into(),
        ..ObjectRef::default()
    };
    let port = at(service, "8080");
    let findings = vec![
        named(
            "node-port-out-of-range",
            Severity::Error,
            Finding::certain("node port 8080 is outside 30000-32767")
                .label(port, "not a port that nodes open")
                .object(object("Service"))
                .field("spec.ports[0].nodePort")
                .help("pick a port from 30000 to 32767, or leave `nodePort` out")
                .server(ServerSays {
                    field: "spec.ports[0].nodePort".into(),
                    reason: "FieldValueInvalid".into(),
                    message: "Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767".into(),
                })
                .unsafe_fix("remove `nodePort`", vec![Edit { span: Span { start: port.start - 17, ..port }, replacement: String::new() }]),
        ),
        named(
            "selector-matches-nothing",
            Severity::Warning,
            Finding::likely(
                "Service `web` selects `app: wbe`, a label that no pod template in these files carries; its endpoints stay empty",
            )
            .label(at(service, "app: wbe"), "nothing has this")
            .label(at(deployment, "app: web\n"), "Deployment `web` has `app: web`, one swapped letter away from what the Service asks for")
            .object(object("Service"))
            .field("spec.selector.app")
            .help("write `app: web`"),
        ),
        named(
            "service-type",
            Severity::Info,
            Finding::possible("two places of one file, far apart")
                .label(at(service, "NodePort"), "")
                .label(at(service, "kind: Service"), "declared here")
                .label(at(service, "name: web\n  namespace: shop"), "on two lines"),
        ),
    ];
    (sources, findings)
}

fn text(write: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn full_text(report: &Report<'_>, look: Look) -> String {
    text(|out| full::write(out, report, look))
}

#[test]
fn full() {
    let (sources, findings) = shop();
    insta::assert_snapshot!(full_text(&report(&sources, &findings, &[]), EIGHTY));
}

#[test]
fn full_in_colour() {
    let (sources, findings) = shop();
    insta::assert_snapshot!(full_text(&report(&sources, &findings[1..2], &[]), Look { color: true, ..EIGHTY }));
}

#[test]
fn concise_is_a_line_a_finding() {
    let (sources, findings) = shop();
    insta::assert_snapshot!(text(|out| concise::write(out, &report(&sources, &findings, &[]), EIGHTY)));
}

#[test]
fn json_keeps_the_contract() {
    let (sources, findings) = shop();
    let unreadable = [Unreadable { path: "k8s/secret.yaml".into(), message: "permission denied".into() }];
    insta::assert_snapshot!(text(|out| json::write(out, &report(&sources, &findings, &unreadable))));
}

#[test]
fn the_summary_counts() {
    let (sources, findings) = shop();
    let say = |report: &Report<'_>| text(|out| summary::write(out, report, EIGHTY));
    assert_eq!(
        say(&report(&sources, &findings, &[])),
        "1 error, 1 warning, 1 info in 2 files (2 documents), 0 fixable with --fix (1 more with --unsafe-fixes)\n"
    );
    assert_eq!(say(&report(&sources[..1], &[], &[])), "nothing found in 1 file (1 document)\n");
    assert_eq!(say(&report(&[], &[], &[])), "no YAML or JSON file found\n");
}

#[test]
fn no_text_of_a_manifest_reaches_the_terminal_raw() {
    let nasty = "\u{1b}]0;gone\u{7}\u{202e}\u{9b}31m";
    let sources = sources(&[(&format!("a\n{nasty}.yaml"), &format!("name: {nasty}\nother: 1\n"))]);
    let span = at(&sources[0], nasty);
    let finding = Finding::certain(nasty).label(span, nasty).help(nasty).safe_fix(nasty, vec![Edit { span, replacement: nasty.into() }]);
    let findings = [finding.object(ObjectRef { name: nasty.into(), ..ObjectRef::default() })];
    let report = report(&sources, &findings, &[]);
    for shown in [full_text(&report, EIGHTY), text(|out| concise::write(out, &report, EIGHTY)), text(|out| json::write(out, &report))] {
        let raw = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(raw, None, "in {shown}");
    }
    insta::assert_snapshot!(full_text(&report, EIGHTY));
}

#[test]
fn long_lines_show_the_part_that_matters() {
    let mut line = "{\"kind\": \"Service\", \"x\": [".to_owned();
    for n in 0..20_000 {
        line.push_str(&format!("{{\"port\": {n}, \"größe\": \"{n}\"}},"));
    }
    line.push_str("]}");
    let sources = sources(&[("min.json", &line)]);
    let findings = [
        named(
            "far",
            Severity::Error,
            Finding::certain("far out").label(at(&sources[0], "10000,"), "here").label(at(&sources[0], "19999,"), "and here"),
        ),
        named("start", Severity::Error, Finding::certain("at the start").label(at(&sources[0], "Service"), "here")),
        named("all", Severity::Error, Finding::certain("the whole line").label(sources[0].span(0, sources[0].len()), "here")),
    ];
    let shown = full_text(&report(&sources, &findings, &[]), EIGHTY);
    assert!(shown.lines().all(|line| line.chars().count() <= 82), "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn edges_of_files() {
    let sources =
        sources(&[("empty.yaml", ""), ("bom.yaml", "\u{feff}a: 1\r\nb: 2"), ("end.yaml", "a:\n"), ("long.yaml", &"- a\n".repeat(50))]);
    let place = |file: u32, start: u32, end: u32| Finding::certain("x").label(Span::new(FileId(file), start, end), "here");
    let findings = [
        place(0, 0, 0),
        place(1, 0, 7),
        place(1, 9, 13),
        place(1, 13, 13),
        place(2, 3, 3),
        place(3, 4, 200),
        place(7, 1, 2),
        place(1, 99, 120),
    ];
    insta::assert_snapshot!(full_text(&report(&sources, &findings, &[]), EIGHTY));
}

#[test]
fn many_places_are_counted() {
    let sources = sources(&[("x.yaml", &"- a\n\n\n\n\n".repeat(1000))]);
    let labels = (0..1000)
        .fold(Finding::certain("the same a thousand times"), |finding, n| finding.label(sources[0].span(n * 8 + 2, n * 8 + 3), ""));
    let shown = full_text(&report(&sources, &[labels], &[]), EIGHTY);
    assert!(shown.contains("note: and 994 more places"), "{shown}");
}

/// Ten times as many findings in a file ten times as long take about ten times as long, on one line or many.
#[test]
fn time_grows_with_the_findings_only() {
    let run = |count: u32, separator: &str| {
        let sources = sources(&[("big.yaml", &format!("- ü: 12345{separator}").repeat(count as usize))]);
        let step = sources[0].len() / count;
        let finding = |n: u32| Finding::certain("wrong").label(sources[0].span(n * step + 2, n * step + 4), "here");
        let findings: Vec<Finding> = (0..count).map(finding).collect();
        let start = Instant::now();
        let length = full_text(&report(&sources, &findings, &[]), EIGHTY).len()
            + text(|out| json::write(out, &report(&sources, &findings, &[]))).len();
        assert!(length > count as usize);
        start.elapsed()
    };
    for separator in ["\n", " "] {
        run(200, separator);
        let (few, many) = (run(1_000, separator), run(10_000, separator));
        assert!(many < few * 40, "{few:?} for 1,000, {many:?} for 10,000");
    }
}
