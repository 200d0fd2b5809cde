//! The drawings and the page of `explain`, judged by what reads them: graphviz, mermaid, a browser.
//!
//! A tool that is not installed is said to be missing, and its test proves nothing then: `.ci/run views` installs them all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Names that mean something to some reader of a drawing; none may get out of its label.
const HOSTILE: [&str; 14] = [
    "<img src=x onerror=\"window.owned=1;document.title='owned'\">",
    "</script><script>window.owned=1</script>",
    "\"]-->x[\"quoted",
    "end",
    "subgraph",
    "größe 日本 🚀",
    "`code` and `more",
    "- item",
    "1. one",
    "#quot; &lt; &amp;",
    "back\\nslash\\",
    "%%{init: {'theme':'dark'}}%%",
    "a|b*c_d~e^f{g}(h)[i]",
    "{{data}} $& $1",
];

/// Where `SVCLINT_TOOLS` is `required`, a tool that is missing is a failure.
fn missing(what: &str) {
    assert!(std::env::var_os("SVCLINT_TOOLS").is_none_or(|it| it != "required"), "{what}");
    println!("skipped: {what}");
}

fn tool(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()));
    if found.is_none() {
        missing(&format!("{} is not installed", names[0]));
    }
    found
}

/// Node with the packages of `tests/browser`, and a browser for it.
fn browser() -> Option<(PathBuf, PathBuf)> {
    let (node, chromium) = (tool(&["node"])?, tool(&["chromium", "chromium-browser", "google-chrome"])?);
    if !Path::new(ROOT).join("tests/browser/node_modules/playwright-core").exists() {
        missing("`npm ci` was not run in tests/browser");
        return None;
    }
    Some((node, chromium))
}

/// A folder of its own that goes away again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Self(std::env::temp_dir().join(format!("svclint-views-{}-{name}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        folder
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn explain(path: &Path, view: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svclint"));
    let output = command.args(["explain", "--context", "none", "-o", view]).arg(path).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    print!("{out}");
    assert!(output.status.success(), "{out}\n{err}");
}

/// A Service and a Deployment of each name, the first behind an Ingress.
fn hostile() -> String {
    let documents = HOSTILE.iter().flat_map(|name| {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"type": "NodePort", "selector": {"app": name}, "ports": [{"name": name, "port": 80, "targetPort": 8080}]}});
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": name, "env": [{"name": "A", "value": name}]}]}}}});
        let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name},
            "spec": {"rules": [{"host": name, "http": {"paths": [{"path": name, "pathType": "Prefix",
                "backend": {"service": {"name": name, "port": {"number": 80}}}}]}}]}});
        [service, deployment, ingress]
    });
    documents.map(|document| document.to_string()).collect::<Vec<_>>().join("\n---\n")
}

/// Services of many teams: some open, some broken, all with a NetworkPolicy.
fn many(services: usize) -> String {
    let documents = (0..services).flat_map(|n| {
        let (team, app) = (format!("team-{}", n / 25), format!("app-{n}"));
        let type_ = ["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"][n % 4];
        let selected = if n % 13 == 5 { format!("{app}x") } else { app.clone() };
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": format!("svc-{n}"), "namespace": team},
            "spec": {"type": type_, "selector": {"app": selected}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]}});
        let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": app, "namespace": team},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": app}}, "template": {"metadata": {"labels": {"app": app}},
                "spec": {"containers": [{"name": "c", "image": "i", "ports": [{"name": "http", "containerPort": 8080}]}]}}}});
        [service, deployment]
    });
    documents.map(|document| document.to_string()).collect::<Vec<_>>().join("\n---\n")
}

/// The seeds, the shop and the hostile names, each with its name and the folder or file.
fn inputs(folder: &Folder) -> Vec<(String, PathBuf)> {
    let seeds = fs::read_dir(Path::new(ROOT).join("fixtures/seeds")).unwrap().map(|file| file.unwrap().path());
    let seeds = seeds.filter(|file| file.extension().is_some_and(|it| it == "yaml"));
    let mut inputs: Vec<_> = seeds.map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), file)).collect();
    inputs.push(("shop".into(), Path::new(ROOT).join("fixtures/shop")));
    inputs.push(("hostile".into(), folder.write("hostile.yaml", &hostile())));
    inputs
}

#[test]
fn graphviz_draws_the_dot() {
    let Some(dot) = tool(&["dot"]) else { return };
    let folder = Folder::new("dot");
    for (name, input) in inputs(&folder) {
        let file = folder.write(&format!("{name}.dot"), &explain(&input, "dot"));
        let output = Command::new(&dot).arg("-Tsvg").arg(&file).output().unwrap();
        let (svg, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && err.is_empty(), "{name}: {err}");
        assert!(svg.contains("class=\"node\""), "{name}: nothing drawn");
        if name == "hostile" {
            let texts: Vec<String> = svg
                .lines()
                .filter(|line| line.starts_with("<text"))
                .map(|line| {
                    let text = line.split_once('>').unwrap().1.trim_end_matches("</text>");
                    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#45;", "-"), ("&#160;", " "), ("&amp;", "&")]
                        .iter()
                        .fold(text.to_owned(), |text, (code, letter)| text.replace(code, letter))
                })
                .collect();
            for name in HOSTILE {
                assert!(texts.iter().any(|text| *text == format!("Service {name}, NodePort")), "{name:?} is not among {texts:#?}");
            }
        }
    }
}

#[test]
fn mermaid_draws_the_flowchart() {
    let Some((node, chromium)) = browser() else { return };
    let folder = Folder::new("mermaid");
    let mut files = Vec::new();
    for (name, input) in inputs(&folder) {
        let file = folder.write(&format!("{name}.mmd"), &explain(&input, "mermaid"));
        if name == "hostile" {
            folder.write("hostile.mmd.json", &json!(HOSTILE).to_string());
        }
        files.push(file);
        // What stands in the Markdown is the same drawing.
        let markdown = explain(&input, "markdown");
        let fences = markdown.split("```mermaid\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(drawing, _)| drawing);
        files.extend(fences.enumerate().map(|(n, drawing)| folder.write(&format!("{name}-{n}.md.mmd"), drawing)));
    }
    assert!(files.iter().filter(|file| file.to_str().unwrap().ends_with(".md.mmd")).count() >= 9, "Markdown without drawings");
    run(Command::new(node).arg(Path::new(ROOT).join("tests/browser/mermaid.mjs")).arg(chromium).args(files));
}

#[test]
fn the_page_works_in_a_browser() {
    let Some((node, chromium)) = browser() else { return };
    let folder = Folder::new("page");
    folder.write("sample.html", &explain(&Path::new(ROOT).join("tests/browser/sample.yaml"), "html"));
    folder.write("shop.html", &explain(&Path::new(ROOT).join("fixtures/shop"), "html"));
    let hostile = explain(&folder.write("hostile.yaml", &hostile()), "html");
    folder.write("hostile.html", &hostile);
    folder.write("hostile.json", &json!(HOSTILE).to_string());
    folder.write("many.html", &explain(&folder.write("many.yaml", &many(300)), "html"));
    run(Command::new(node).arg(Path::new(ROOT).join("tests/browser/page.mjs")).arg(chromium).arg(&folder.0));
}

#[test]
fn the_page_names_no_address_and_holds_its_data_as_data() {
    let folder = Folder::new("alone");
    let page = explain(&folder.write("hostile.yaml", &hostile()), "html");
    let (before, data) = page.split_once("id=\"data\">").unwrap();
    let (data, script) = data.split_once("</script>").unwrap();
    assert!(!data.contains('<'), "a manifest can end the element");
    let told: Value = serde_json::from_str(data).unwrap();
    assert_eq!(told["services"].as_array().unwrap().len(), HOSTILE.len());
    for part in [before, script] {
        let foreign: Vec<_> = part.split("http").skip(1).filter(|rest| rest.starts_with("://") || rest.starts_with("s://")).collect();
        assert!(foreign.iter().all(|rest| rest.starts_with("://www.w3.org/2000/svg")), "{foreign:?}");
    }
}

#[test]
fn markdown_lets_nothing_out_of_its_cells() {
    let folder = Folder::new("markdown");
    let text = explain(&folder.write("hostile.yaml", &hostile()), "markdown");
    for (number, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("| ")) {
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(cells, 6, "line {}: {line}", number + 1);
    }
}
