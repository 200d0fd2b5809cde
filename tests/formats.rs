//! The formats for machines, as a run writes them; their official readers are asked by `.ci/integrations`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Two Services, the second with letters of two bytes before what is wrong.
const SERVICES: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, nodePort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: api, annotations: {note: grün}}
spec: {\"selector\": {über: '50%,a:b'}, ports: [{port: 80, protocol: tcp}]}
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("formats-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("a, b.yaml"), SERVICES).unwrap();
        Self(path)
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svclint"));
        let output = command.args(["check", "--context", "none", "a, b.yaml"]).args(args).current_dir(&self.0).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn json(&self, format: &str) -> Value {
        serde_json::from_str(&self.run(&["-o", format]).1).unwrap()
    }
}

/// The finding of a rule among those of svclint's own JSON.
fn own<'a>(json: &'a Value, rule: &str) -> &'a Value {
    json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule).unwrap_or_else(|| panic!("no {rule} in {json:#}"))
}

#[test]
fn several_formats_at_once() {
    let folder = Folder::new("several");
    let (code, out, err) = folder.run(&["-o", "sarif=x.sarif", "-o", "github", "-o", "junit=x.xml"]);
    assert_eq!(code, 1, "{err}");
    assert!(out.starts_with("::error "), "{out}");
    assert!(fs::read_to_string(folder.0.join("x.sarif")).unwrap().contains("\"2.1.0\""));
    assert!(fs::read_to_string(folder.0.join("x.xml")).unwrap().starts_with("<?xml"));
}

#[test]
fn what_would_mix_two_formats_is_wrong_usage() {
    let folder = Folder::new("mixed");
    for (args, says) in [
        (&["-o", "json", "-o", "github"][..], "only one format can go to standard output"),
        (&["-o", "json=x", "-o", "sarif=x"], "two formats can't share x"),
        (&["-o", "sarif="], "a file name is missing"),
        (&["-o", "srif"], "formats are full, concise, json, sarif"),
        (&["-o", "json=no/such/folder/x"], "can't write no/such/folder/x"),
    ] {
        let (code, _, err) = folder.run(args);
        assert_eq!(code, 2, "{args:?}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
}

#[test]
fn sarif_tells_the_same_places_as_json() {
    let folder = Folder::new("sarif");
    let (sarif, json) = (folder.json("sarif"), folder.json("json"));
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), json["findings"].as_array().unwrap().len());
    for (result, finding) in results.iter().zip(json["findings"].as_array().unwrap()) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%2C%20b.yaml");
        for (ours, theirs) in [("start", ["startLine", "startColumn"]), ("end", ["endLine", "endColumn"])] {
            assert_eq!(place["region"][theirs[0]], finding[ours]["line"]);
            assert_eq!(place["region"][theirs[1]], finding[ours]["column"]);
        }
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Bad"));
    }
    let fixed = results.iter().find(|result| result["ruleId"] == "unsupported-value").unwrap();
    let change = &fixed["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["insertedContent"]["text"], "TCP");
    assert_eq!(change["deletedRegion"], fixed["locations"][0]["physicalLocation"]["region"]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

#[test]
fn sarif_fingerprints_survive_moved_lines() {
    let folder = Folder::new("moved");
    let prints = || -> Vec<Value> {
        folder.json("sarif")["runs"][0]["results"].as_array().unwrap().iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let before = prints();
    fs::write(folder.0.join("a, b.yaml"), format!("# a word\n\n{SERVICES}")).unwrap();
    assert_eq!(before, prints());
}

#[test]
fn reviewdog_counts_bytes() {
    let folder = Folder::new("rdjson");
    let json = folder.json("json");
    let finding = own(&json, "unsupported-value");
    let diagnostics = folder.json("rdjson");
    let diagnostic = diagnostics["diagnostics"].as_array().unwrap().iter().find(|it| it["code"]["value"] == "unsupported-value").unwrap();
    let column = |value: &Value| value.as_u64().unwrap();
    assert_eq!(column(&diagnostic["location"]["range"]["start"]["column"]), column(&finding["start"]["column"]) + 1);
    let line = SERVICES.lines().last().unwrap();
    let start = column(&diagnostic["location"]["range"]["start"]["column"]) as usize - 1;
    let end = column(&diagnostic["location"]["range"]["end"]["column"]) as usize - 1;
    assert_eq!(&line[start..end], "tcp");
    assert_eq!(diagnostic["suggestions"][0]["text"], "TCP");
}

#[test]
fn workflow_commands_escape_what_ends_them() {
    let folder = Folder::new("github");
    let (_, out, _) = folder.run(&["-o", "github"]);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.iter().all(|line| line.contains(" file=a%2C b.yaml,line=")), "{out}");
    assert!(lines.iter().any(|line| line.starts_with("::error ") && line.contains("%0A") && line.contains("title=svclint%3A ")), "{out}");
    let gravest = |line: &&str| ["::error", "::warning", "::notice"].iter().position(|it| line.starts_with(it)).unwrap();
    assert!(lines.is_sorted_by_key(gravest), "{out}");
}

#[test]
fn gitlab_gets_its_fields_and_no_fingerprint_twice() {
    let folder = Folder::new("gitlab");
    let twice = format!("{SERVICES}---\n{}", SERVICES.split("---\n").next().unwrap());
    fs::write(folder.0.join("a, b.yaml"), twice).unwrap();
    let issues = folder.json("gitlab");
    let prints: HashSet<&str> = issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), issues.as_array().unwrap().len());
    let grave = issues.as_array().unwrap().iter().find(|issue| issue["check_name"] == "node-port-out-of-range").unwrap();
    assert_eq!(grave["severity"], "critical");
    assert_eq!(issues[0]["location"]["path"], "a, b.yaml");
}

#[test]
fn junit_counts_what_it_holds() {
    let folder = Folder::new("junit");
    let (_, xml, _) = folder.run(&["-o", "junit"]);
    let json = folder.json("json");
    let summary = |name: &str| json["summary"][name].as_u64().unwrap() as usize;
    assert_eq!(xml.matches("<failure ").count(), summary("errors") + summary("warnings"));
    assert_eq!(xml.matches("<testcase ").count(), json["findings"].as_array().unwrap().len());
    assert_eq!(xml.matches("<system-out>").count(), summary("infos"));
    assert!(xml.contains(&format!("failures=\"{}\"", summary("errors") + summary("warnings"))), "{xml}");

    fs::write(folder.0.join("a, b.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").unwrap();
    let (code, xml, _) = folder.run(&["-o", "junit"]);
    assert_eq!((code, xml.matches("<testcase ").count()), (0, 1), "servers refuse a file without tests: {xml}");
}
