//! The binary as people and scripts use it: options, streams, exit codes, colours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own, outside of any project.
struct Folder(PathBuf);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("svclint-cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(fs::canonicalize(std::env::temp_dir()).unwrap().join(name));
        fs::create_dir(&folder.0).unwrap();
        for (file, text) in files {
            let path = folder.0.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svclint"));
        command.args(args).current_dir(&self.0).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn help() {
    let folder = Folder::new(&[]);
    insta::assert_snapshot!("help", folder.run(&["--help"]).out);
    insta::assert_snapshot!("help_check", folder.run(&["check", "--help"]).out);
}

#[test]
fn wrong_usage_is_2() {
    let folder = Folder::new(&[("a.yaml", "")]);
    for args in [
        &["chekc"][..],
        &["check", "--no-such-option"],
        &["check", "--kube-version", "1.12"],
        &["check", "--node-port-range", "9-1"],
        &["check", "--severity", "selector-matches-nothing=loud"],
        &["check", "--select", "no-such-rule"],
        &["check", "--config", "missing.yaml"],
        &["rule", "no-such-rule"],
    ] {
        let ran = folder.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}

#[test]
fn unknown_rules_are_put_right() {
    let err = Folder::new(&[]).run(&["rule", "selector-match-nothing"]).err;
    assert_eq!(err, "error: there is no rule `selector-match-nothing`, did you mean `selector-matches-nothing`?\n");
}

#[test]
fn what_cannot_be_read_is_2_and_the_rest_is_checked() {
    let folder = Folder::new(&[("a.yaml", "a: 1\n")]);
    let ran = folder.run(&["check", "-o", "json", "a.yaml", "gone\u{1b}[31m.yaml"]);
    let report = json(&ran.out);
    assert_eq!((ran.code, &report["summary"]["files"]), (2, &1.into()));
    assert_eq!(report["unreadable"], serde_json::json!([{"path": "gone\u{1b}[31m.yaml", "message": "no such file or directory"}]));
    assert_eq!(ran.err, "error: can't read gone\\x1B[31m.yaml: no such file or directory\n");
}

#[test]
fn standard_input_has_a_name() {
    let folder = Folder::new(&[]);
    let mut child = folder.command(&["check", "-", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a: 1\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("in 1 file "));
}

#[test]
fn an_empty_folder_is_no_fault() {
    let ran = Folder::new(&[]).run(&["check"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", "no YAML or JSON file found\n"));
}

#[test]
fn quiet_and_verbose() {
    let folder = Folder::new(&[("svclint.yaml", ""), ("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert_eq!(folder.run(&["check", "-q", "a.yaml"]).err, "");
    let err = folder.run(&["check", "-v", "a.yaml"]).err;
    assert!(err.starts_with("context: 1 file around the named ones\n"), "{err}");
}

#[test]
fn colours_are_asked_for_once() {
    let folder = Folder::new(&[]);
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let ran = Ran::of(folder.command(args).envs(env.iter().copied()));
        ran.out.contains('\u{1b}')
    };
    assert!(!colored(&["rules"], &[]), "not into a pipe");
    assert!(colored(&["rules", "--color", "always"], &[("NO_COLOR", "1")]), "the option wins");
    assert!(colored(&["rules"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["rules"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["rules", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_reader_that_leaves_early_is_no_fault() {
    let folder = Folder::new(&[]);
    let mut child = folder.command(&["man"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn settings_tell_where_they_come_from() {
    let folder = Folder::new(&[
        ("svclint.yaml", "# ours\nkubernetesVersion: 1.30\ncluster:\n  ipFamilies: [IPv6]\nfailOn: info\n"),
        ("k8s/a.yaml", ""),
    ]);
    insta::assert_snapshot!(folder.run(&["config", "k8s", "--fail-on", "never"]).out);
}

#[test]
fn a_bad_configuration_is_2_with_its_line() {
    for (text, told) in [
        ("failOn: info\nclutser: {}\n", "svclint.yaml:2:1: unknown field `clutser`, did you mean `cluster`?"),
        ("cluster:\n  nodePortRange: 1\n", "svclint.yaml:2: `nodePortRange`: expected two ports, as in 30000-32767"),
        (
            "\nrules:\n  selector-match-nothing: off\n",
            "svclint.yaml:3: there is no rule `selector-match-nothing`, did you mean `selector-matches-nothing`?",
        ),
        ("provider:\n  name: hetznr\n", "svclint.yaml:2: there is no provider `hetznr`, did you mean `hetzner`?"),
        ("provider: {controller: lcb}\n", "svclint.yaml:1: there is no controller `lcb`: expected ccm, lbc or auto"),
        ("kubernetesVersion: 1.3\n", "svclint.yaml:1: `kubernetesVersion`: expected a version from 1.27 to 1.37"),
        ("nonsense\n", "svclint.yaml:1:1: invalid type: string \"nonsense\", expected settings, as in `failOn: warning`"),
    ] {
        let folder = Folder::new(&[("svclint.yaml", text), ("k8s/a.yaml", "")]);
        let ran = folder.run(&["check", "k8s"]);
        assert_eq!((ran.code, ran.err.trim_end()), (2, format!("error: {told}").as_str()));
    }
}

#[test]
fn each_path_has_its_own_configuration() {
    let folder = Folder::new(&[
        ("one/svclint.yaml", "kubernetesVersion: \"1.30\"\n"),
        ("one/a.yaml", ""),
        ("two/svclint.yaml", "exclude: [b.yaml]\n"),
        ("two/b.yaml", ""),
        ("two/c.yaml", ""),
    ]);
    let files = |args: &[&str]| json(&folder.run(args).out)["summary"]["files"].clone();
    assert_eq!(files(&["check", "-o", "json", "one", "two"]), 2);
    assert_eq!(files(&["check", "-o", "json", "one", "two", "--config", "one/svclint.yaml"]), 3);
}

#[test]
fn completions_and_manual_know_the_commands() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(folder.run(&["completions", shell]).out.contains("fail-on"), "{shell}");
    }
    assert!(folder.run(&["man"]).out.contains(".SH \"SVCLINT CHECK\""));
}

/// A Service that selects `app: loby`, and the Deployment it means.
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: lobby}\nspec:\n  selector: {app: loby}\n  ports: [{port: 80}]\n";
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: lobby}
spec:
  selector: {matchLabels: {app: lobby}}
  template:
    metadata: {labels: {app: lobby}}
    spec: {containers: [{name: lobby, image: lobby}]}
";
const RULE: &str = "selector-matches-nothing";

/// `path severity` of what a rule found.
fn found(ran: &Ran) -> Vec<String> {
    let report = json(&ran.out);
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == RULE);
    findings.map(|finding| format!("{} {}", finding["path"], finding["severity"]).replace('"', "")).collect()
}

#[test]
fn findings_decide_the_exit_code() {
    let folder = Folder::new(&[("k8s/svc.yaml", SERVICE), ("k8s/web.yaml", DEPLOYMENT)]);
    let check = |args: &[&str]| {
        let ran = folder.run(&[&["check", "-o", "json", "--select", RULE, "k8s"], args].concat());
        (ran.code, found(&ran).join(" "))
    };
    let at = |severity: &str| format!("k8s/svc.yaml {severity}");
    let error = format!("--severity={RULE}=error");
    assert_eq!(check(&[&error]), (1, at("error")));
    assert_eq!(check(&[&error, "--fail-on=never"]), (0, at("error")));
    let info = format!("--severity={RULE}=info");
    assert_eq!(check(&[&info]), (0, at("info")));
    assert_eq!(check(&[&info, "--fail-on=info"]), (1, at("info")));
    assert_eq!(check(&[&format!("--severity={RULE}=off")]), (0, String::new()));
    assert_eq!(check(&[&format!("--ignore={RULE}")]), (0, String::new()));
}

#[test]
fn a_single_file_knows_the_deployment_next_door() {
    let folder = Folder::new(&[("k8s/svc.yaml", SERVICE), ("k8s/web.yaml", DEPLOYMENT)]);
    let shown = folder.run(&["check", "-q", "--select", RULE, "k8s/svc.yaml"]).out;
    assert!(shown.contains("[k8s/svc.yaml:5:19]") && shown.contains("[k8s/web.yaml:7:"), "{shown}");
    let alone = folder.run(&["check", "-q", "--select", RULE, "--context", "none", "k8s/svc.yaml"]).out;
    assert!(!alone.contains("k8s/web.yaml"), "{alone}");
    let other = folder.run(&["check", "-o", "json", "k8s/web.yaml"]);
    assert_eq!((other.code, found(&other)), (0, Vec::new()), "context is not judged");
}

#[test]
fn a_folder_of_context_must_be_there() {
    let folder = Folder::new(&[("k8s/svc.yaml", SERVICE), ("other/web.yaml", DEPLOYMENT)]);
    assert_ne!(folder.run(&["check", "--context", "other", "k8s/svc.yaml"]).code, 2);
    for command in ["check", "explain"] {
        let missing = folder.run(&[command, "--context", "nowhere", "k8s/svc.yaml"]);
        let says = "error: --context nowhere: no such file or directory; it takes a directory, `auto` or `none`\n";
        assert_eq!((missing.code, missing.out.as_str(), missing.err.as_str()), (2, "", says));
        let file = folder.run(&[command, "--context", "k8s/svc.yaml", "k8s/svc.yaml"]);
        assert_eq!((file.code, file.out.as_str()), (2, ""));
    }
}

#[test]
fn rules_are_set_by_file_and_by_configuration() {
    let all = format!("rules: {{{RULE}: error}}\noverrides: [{{files: [\"dev/**\"], rules: {{{RULE}: info}}}}]\n");
    let folder = Folder::new(&[
        ("one/svclint.yaml", &all),
        ("one/dev/svc.yaml", SERVICE),
        ("one/dev/web.yaml", DEPLOYMENT),
        ("one/live/svc.yaml", SERVICE),
        ("one/live/web.yaml", DEPLOYMENT),
        ("two/svclint.yaml", &format!("rules: {{{RULE}: warning}}\n")),
        ("two/svc.yaml", SERVICE),
        ("two/web.yaml", DEPLOYMENT),
    ]);
    let ran = folder.run(&["check", "-o", "json", "one", "two"]);
    assert_eq!(
        (ran.code, found(&ran)),
        (1, vec!["one/dev/svc.yaml info".into(), "one/live/svc.yaml error".into(), "two/svc.yaml warning".into()])
    );
    let flag = format!("--severity={RULE}=warning");
    assert_eq!(found(&folder.run(&["check", "-o", "json", "one/dev", &flag])), ["one/dev/svc.yaml warning"]);
}
