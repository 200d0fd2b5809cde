//! Adopting svclint where much is found already: baselines, ignores, changed files, the settings' schema, `init`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::indexing_slicing, missing_docs)]

mod scratch;

use std::fs;
use std::path::{Path, PathBuf};

use scratch::{Folder, Ran};

const LOADED: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: NodePort\n  ports:\n    - name: http\n      port: 70080\n      targetPort: 80\n    - name: https\n      port: 70443\n      targetPort: 443\n";

fn findings(ran: &Ran) -> Vec<String> {
    ran.out.lines().filter(|line| line.contains('[')).map(str::to_owned).collect()
}

#[test]
fn a_baseline_leaves_out_what_it_knows_wherever_it_stands() {
    let folder = Folder::new(&[("k8s/svc.yaml", LOADED)]);
    let first = folder.run(&["check", "-o", "concise", "k8s"]);
    let written = folder.run(&["check", "--write-baseline", ".svclint-baseline.json", "k8s"]);
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    let file = folder.read(".svclint-baseline.json");
    let entries: Vec<&str> = file.lines().filter(|line| line.starts_with("  {")).collect();
    assert_eq!(entries.len(), findings(&first).len(), "a line each:\n{file}");
    assert!(entries.is_sorted(), "{file}");
    serde_json::from_str::<serde_json::Value>(&file).unwrap();

    let clean = |folder: &Folder| {
        let ran = folder.run(&["check", "--baseline", ".svclint-baseline.json", "--fail-on", "info", "-o", "concise", "k8s"]);
        (ran.code, findings(&ran))
    };
    assert_eq!(clean(&folder), (0, vec![]));
    // Another name for the same file, from another folder.
    let below = Ran::of(
        scratch::command(&folder.path("k8s"), &["check", "--baseline", "../.svclint-baseline.json", "--fail-on", "info"]).env("X", ""),
    );
    assert_eq!(below.code, 0, "{}", below.out);
    folder.write(
        "k8s/svc.yaml",
        &format!(
            "# moved\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n{}",
            LOADED.replace("  ports:\n", "  # more\n\n  ports:\n")
        ),
    );
    assert_eq!(clean(&folder), (0, vec![]));
    folder.write("k8s/svc.yaml", &LOADED.replace("port: 70443", "port: 70999"));
    let (code, found) = clean(&folder);
    assert_eq!(code, 1);
    assert!(found.len() == 1 && found[0].contains("70999"), "{found:?}");
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    let folder = Folder::new(&[("svc.yaml", LOADED), ("bad.json", "[]"), ("new.json", "{\"version\": 2, \"findings\": []}")]);
    let gone = folder.run(&["check", "--baseline", "gone.json"]);
    assert_eq!((gone.code, gone.err.as_str()), (2, "error: can't read the baseline gone.json: no such file or directory\n"));
    assert!(folder.run(&["check", "--baseline", "bad.json"]).err.contains("no baseline of svclint"));
    assert!(folder.run(&["check", "--baseline", "new.json"]).err.contains("version 2"));
}

fn told(text: &str) -> Vec<String> {
    let folder = Folder::new(&[("a.yaml", text)]);
    let ran = folder.run(&["check", "-o", "json", "a.yaml"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let mut told: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| ["port-out-of-range", "needless-ignore", "unsupported-value"].contains(&it["rule"].as_str().unwrap()))
        .map(|it| format!("{}:{}", it["rule"].as_str().unwrap(), it["start"]["line"]))
        .collect();
    told.push(format!("ignored {}", json["summary"]["ignored"]));
    told
}

#[test]
fn a_comment_silences_its_line_or_what_is_below_it() {
    let both = ["port-out-of-range:9", "port-out-of-range:12", "ignored 0"];
    assert_eq!(told(LOADED), both);
    let at = |from: &str, to: &str| told(&LOADED.replacen(from, to, 1));
    assert_eq!(at("port: 70080", "port: 70080 # svclint: ignore[port-out-of-range] old"), ["port-out-of-range:12", "ignored 1"]);
    assert_eq!(
        at("    - name: http\n", "    # svclint: ignore[port-out-of-range]\n    - name: http\n"),
        ["port-out-of-range:13", "ignored 1"]
    );
    assert_eq!(at("  ports:\n", "  ports: # svclint: ignore[ port-out-of-range ,unsupported-value]\n"), ["needless-ignore:7", "ignored 2"]);
    assert_eq!(at("  ports:\n", "  # svclint: ignore[port-out-of-range]\n  # a word\n\n  ports:\n"), ["ignored 2"]);
    let flush = LOADED.replace("\n    ", "\n  ").replacen("  ports:\n", "  # svclint: ignore[port-out-of-range]\n  ports:\n", 1);
    assert_eq!(told(&flush), ["ignored 2"], "{flush}");
    assert_eq!(at("apiVersion", "# svclint: ignore[port-out-of-range]\napiVersion"), ["ignored 2"]);
    assert_eq!(
        at("  name: web\n", "  name: web\n  annotations:\n    svclint.dev/ignore: \"unsupported-value, port-out-of-range\"\n")
            .last()
            .unwrap(),
        "ignored 2"
    );
    assert_eq!(
        at("  type: NodePort", "  # svclint: ignore[port-out-of-range]\n  type: NodePort"),
        ["port-out-of-range:10", "port-out-of-range:13", "ignored 0"]
    );
}

#[test]
fn a_needless_ignore_is_told_and_so_is_one_that_means_nothing() {
    let good = LOADED.replace("70080", "80").replace("70443", "443");
    let at = |to: &str| told(&good.replacen("  ports:\n", &format!("  ports: {to}\n"), 1));
    assert_eq!(at("# svclint: ignore[port-out-of-range]"), ["needless-ignore:7", "ignored 0"]);
    assert_eq!(at("# svclint: ignore[port-out-of-rage]"), ["needless-ignore:7", "ignored 0"]);
    assert_eq!(at("# svclint: please be quiet"), ["needless-ignore:7", "ignored 0"]);
    assert_eq!(at("# svclint: ignore[port-out-of-range, needless-ignore]"), ["ignored 1"]);
    assert_eq!(at("# svclint is a linter"), ["ignored 0"]);
    let folder = Folder::new(&[("a.yaml", &good.replace("  ports:", "  # svclint: ignore[port-out-of-range]\n  ports:"))]);
    let off = folder.run(&["check", "--ignore", "port-out-of-range", "-o", "concise", "a.yaml"]);
    assert!(!off.out.contains("needless-ignore"), "the rule is off, so nobody knows: {}", off.out);
}

#[test]
fn since_tells_of_changed_files_and_lines_only() {
    let svc = |name: &str| LOADED.replace("name: web", &format!("name: {name}"));
    let folder = Folder::new(&[
        ("k8s/old.yaml", &svc("old")),
        ("k8s/edited.yaml", &svc("edited")),
        ("k8s/named.yaml", &svc("named")),
        (".gitignore", "ignored/\n"),
    ]);
    folder.git(&["init", "-q"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "first"]);
    folder.write("k8s/edited.yaml", &svc("edited").replace("70443", "70999"));
    folder.write("k8s/new über.yaml", &svc("new"));
    folder.git(&["mv", "k8s/named.yaml", "k8s/renamed.yaml"]);
    let files = |args: &[&str]| -> Vec<String> {
        let ran = folder.run(&[&["check", "-o", "concise"], args].concat());
        assert_ne!(ran.code, 2, "{}", ran.err);
        let mut files: Vec<String> = findings(&ran)
            .iter()
            .filter(|it| it.contains("out-of-range"))
            .map(|it| it.rsplitn(3, ':').last().unwrap().rsplit_once(':').map_or(it.clone(), |(place, _)| place.to_owned()))
            .collect();
        files.sort();
        files
    };
    let count = |found: &[String], name: &str| found.iter().filter(|it| it.contains(name)).count();
    let all = files(&["--since", "HEAD", "."]);
    assert_eq!(
        [count(&all, "old.yaml"), count(&all, "edited.yaml"), count(&all, "new über.yaml"), count(&all, "renamed.yaml")],
        [0, 2, 2, 2],
        "{all:?}"
    );
    let lines = files(&["--since", "HEAD", "--changed-lines", "k8s"]);
    assert_eq!(
        [count(&lines, "old.yaml"), count(&lines, "edited.yaml"), count(&lines, "new über.yaml"), count(&lines, "renamed.yaml")],
        [0, 1, 2, 0],
        "{lines:?}"
    );
    assert_eq!(files(&["--since", "HEAD", "k8s/old.yaml"]), Vec::<String>::new());

    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "second"]);
    assert_eq!(files(&["--since", "HEAD", "."]), Vec::<String>::new());
    assert_eq!(count(&files(&["--since", "HEAD~1", "."]), "edited.yaml"), 2);
    // What another branch changed since is not ours.
    folder.git(&["checkout", "-qb", "other", "HEAD~1"]);
    folder.write("k8s/old.yaml", &svc("old").replace("70080", "70999"));
    folder.git(&["commit", "-qam", "theirs"]);
    folder.git(&["checkout", "-q", "-"]);
    assert_eq!(count(&files(&["--since", "other", "."]), "old.yaml"), 0);
    assert_eq!(count(&files(&["--since", "other", "."]), "edited.yaml"), 2);
}

#[test]
fn since_reads_context_whole() {
    let folder = Folder::new(&[("svc.yaml", SERVICE), ("web.yaml", &DEPLOYMENT.replace("game-loby", "game-lobby")), ("same.yaml", LOADED)]);
    folder.git(&["init", "-q"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "first"]);
    assert_eq!(folder.run(&["check", "--since", "HEAD", "."]).code, 0);
    folder.write("web.yaml", DEPLOYMENT);
    let ran = folder.run(&["check", "--since", "HEAD", "-o", "concise", "."]);
    assert_eq!(findings(&ran).len(), 1, "the Service did not change, its pods' labels did: {}", ran.out);
    assert!(ran.out.starts_with("svc.yaml:7:10: error[selector-matches-nothing]"), "{}", ran.out);
}

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: game-lobby\nspec:\n  selector:\n    app: game-lobby\n  ports:\n    - port: 80\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: game-lobby\nspec:\n  selector:\n    matchLabels:\n      app: game-loby\n  template:\n    metadata:\n      labels:\n        app: game-loby\n    spec:\n      containers:\n        - name: lobby\n          image: game/lobby:2\n          ports:\n            - containerPort: 80\n";

#[test]
fn since_looks_into_submodules_and_at_what_git_does_not_track() {
    let inner = Folder::new(&[("k8s/a.yaml", LOADED)]);
    inner.git(&["init", "-q"]);
    inner.git(&["add", "."]);
    inner.git(&["commit", "-qm", "first"]);
    let folder = Folder::new(&[(".gitignore", "made.yaml\n")]);
    folder.git(&["init", "-q"]);
    folder.git(&["-c", "protocol.file.allow=always", "submodule", "-q", "add", inner.path("").to_str().unwrap(), "sub"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "first"]);
    let found = |options: &[&str]| {
        let ran = folder
            .run(&[&["check", "--since", "HEAD", "--changed-lines", "-o", "concise", "--select", "port-out-of-range"], options].concat());
        findings(&ran).into_iter().map(|it| it.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&["."]), Vec::<String>::new());
    folder.write("sub/k8s/a.yaml", &format!("{LOADED}# more\n"));
    assert_eq!(found(&["."]), Vec::<String>::new(), "the line of the fault did not change");
    folder.write("sub/k8s/a.yaml", &LOADED.replace("70080", "70081"));
    assert_eq!(found(&["."]), ["sub/k8s/a.yaml"]);
    // A file that is made, and so is ignored, is named because it is to be checked.
    folder.write("made.yaml", LOADED);
    assert_eq!(found(&["made.yaml"]), ["made.yaml"; 2]);
}

#[test]
fn since_finds_its_repository_from_within_a_hook() {
    let folder = Folder::new(&[("k8s/a.yaml", LOADED), ("b.yaml", LOADED)]);
    folder.git(&["init", "-q"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "-qm", "first"]);
    folder.write("k8s/a.yaml", &format!("{LOADED}# more\n"));
    let mut hook = folder.command(&["check", "--since", "HEAD", "-o", "concise", "--select", "port-out-of-range", "k8s", "b.yaml"]);
    let ran = Ran::of(hook.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index").env("GIT_PREFIX", ""));
    assert!(ran.code == 1 && ran.out.starts_with("k8s/a.yaml:") && !ran.out.contains("b.yaml"), "{}{}", ran.out, ran.err);
}

#[test]
fn since_says_that_a_clone_is_shallow() {
    let whole = Folder::new(&[("a.yaml", LOADED)]);
    whole.git(&["init", "-q"]);
    for message in ["first", "second"] {
        whole.git(&["add", "."]);
        whole.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }
    let folder = Folder::new(&[]);
    folder.git(&["clone", "-q", "--depth", "1", &format!("file://{}", whole.path("").display()), "clone"]);
    let ran = folder.run(&["check", "--since", "HEAD~1", "clone"]);
    assert!(ran.code == 2 && ran.err.contains("the clone is shallow"), "{}", ran.err);
}

#[test]
fn a_baseline_knows_what_has_moved_to_another_file() {
    let other = LOADED.replace("name: web", "name: other");
    let folder = Folder::new(&[("k8s/a.yaml", LOADED), ("k8s/b.yaml", &other)]);
    folder.run(&["check", "--write-baseline", "known.json", "k8s"]);
    let check = || folder.run(&["check", "--baseline", "known.json", "--fail-on", "info", "-o", "concise", "k8s"]);
    fs::rename(folder.path("k8s/a.yaml"), folder.path("k8s/web.yaml")).unwrap();
    assert_eq!(findings(&check()), Vec::<String>::new());
    // While the old file is there, another one with the same fault is a new one.
    folder.write("k8s/c.yaml", &other);
    assert!(!findings(&check()).is_empty());
    fs::remove_file(folder.path("k8s/c.yaml")).unwrap();
    // So is a second one of what has moved.
    folder.write("k8s/web2.yaml", LOADED);
    assert!(!findings(&check()).is_empty());
}

#[test]
fn a_request_at_the_head_of_a_file_holds_for_its_first_document() {
    let ask = "# svclint: ignore[port-out-of-range] known\n";
    let other = LOADED.replace("name: web", "name: other");
    let folder = Folder::new(&[]);
    for head in
        [ask.to_owned(), format!("{ask}---\n"), format!("\u{feff}{ask}"), format!("# shop\n\n{ask}\n---\n"), format!("---\n{ask}---\n")]
    {
        folder.write("a.yaml", &format!("{head}{LOADED}---\n{other}"));
        let ran = folder.run(&["check", "-o", "concise", "--select", "port-out-of-range,needless-ignore", "a.yaml"]);
        assert!(findings(&ran).len() == 2 && ran.err.contains("2 ignored"), "{head:?}: {}{}", ran.out, ran.err);
    }
    // Below a document it belongs to that one, and is in vain.
    folder.write("a.yaml", &format!("{LOADED}{ask}---\n{other}"));
    let ran = folder.run(&["check", "-o", "concise", "--select", "port-out-of-range", "a.yaml"]);
    assert!(findings(&ran).len() == 4, "{}{}", ran.out, ran.err);
}

#[test]
fn since_says_what_it_lacks() {
    let folder = Folder::new(&[("a.yaml", LOADED)]);
    let none = folder.run(&["check", "--since", "HEAD", "a.yaml"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("is in no git repository"), "{}", none.err);
    folder.git(&["init", "-q"]);
    folder.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    let unknown = folder.run(&["check", "--since", "nowhere", "a.yaml"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("git knows no revision `nowhere`"), "{}", unknown.err);
    let option = folder.run(&["check", "--since=--output=x", "a.yaml"]);
    assert_eq!(option.code, 2, "{}", option.err);
    let missing = Ran::of(folder.command(&["check", "--since", "HEAD", "a.yaml"]).env("PATH", ""));
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("no `git` on the PATH"), "{}", missing.err);
}

#[test]
fn the_published_schema_is_what_config_prints() {
    let folder = Folder::new(&[]);
    let printed = folder.run(&["config", "--schema"]).out;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/svclint.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&file, &printed).unwrap();
    }
    assert_eq!(printed, fs::read_to_string(file).unwrap(), "run this test with UPDATE_SCHEMA=1 and look at the difference");
}

/// What the schema takes svclint takes, and what it refuses svclint refuses: an editor and a run agree.
#[test]
fn the_schema_and_the_reader_agree() {
    let folder = Folder::new(&[]);
    let schema: serde_json::Value = serde_json::from_str(&folder.run(&["config", "--schema"]).out).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let cases = [
        ("", true),
        (
            "kubernetesVersion: \"1.36\"\ncluster: {nodePortRange: 30000-32767, serviceCIDR: [10.96.0.0/12], ipFamilies: [IPv4], defaultNamespace: default, proxyMode: iptables, domain: cluster.local}\nprovider: {name: aws, controller: lbc, availabilityZones: 3, region: us-east-1}\nfailOn: error\nexclude: [\"vendor/**\"]\nrules: {node-port-taken-twice: off, service-is-load-balancer: warning}\noverrides: [{files: [\"dev/**\"], rules: {duplicate-key: info}}]\n",
            true,
        ),
        ("rules: {no-such-rule: off}\n", false),
        ("rules: {duplicate-key: loud}\n", false),
        ("fail_on: error\n", false),
        ("failOn: sometimes\n", false),
        ("kubernetesVersion: \"1.12\"\n", false),
        ("cluster: {ipFamilies: [IPv5]}\n", false),
        ("cluster: {proxyMode: userspace}\n", false),
        ("overrides: [{rules: {duplicate-key: info}}]\n", false),
        ("overrides: [{files: [\"a\"], rules: {duplicate-key: info}, more: 1}]\n", false),
        ("exclude: vendor\n", false),
        ("provider: {availabilityZones: 300}\n", false),
    ];
    for (text, good) in cases {
        folder.write("svclint.yaml", text);
        let ran = folder.run(&["config"]);
        assert_eq!(ran.code == 0, good, "svclint on {text:?}: {}", ran.err);
        // YAML 1.1 has `off` for false, as editors' YAML 1.2 has not.
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap_or_default();
        assert_eq!(schema.is_valid(&value), good, "the schema on {text:?}");
    }
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_key_that_was_meant() {
    let folder =
        Folder::new(&[("svclint.yaml", "kubernetesVersion: \"1.36\"\ncluster:\n  nodePortRanges: 30000-32767\n"), ("a.yaml", LOADED)]);
    let ran = folder.run(&["check", "a.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("svclint.yaml:3") && ran.err.contains("did you mean `nodePortRange`?"), "{}", ran.err);
}

#[test]
fn overrides_hold_for_their_files() {
    let settings = "overrides:\n  - files: [\"dev/**\"]\n    rules: {port-out-of-range: off}\n";
    let folder =
        Folder::new(&[("svclint.yaml", settings), ("dev/a.yaml", LOADED), ("prod/a.yaml", &LOADED.replace("name: web", "name: other"))]);
    let ran = folder.run(&["check", "--select", "port-out-of-range", "-o", "concise", "."]);
    let found = findings(&ran);
    assert!(found.len() == 2 && found.iter().all(|it| it.starts_with("prod/")), "{found:?}");
}

#[test]
fn init_writes_what_the_tree_gives_away_and_overwrites_nothing() {
    let folder = Folder::new(&[
        (
            "k8s/svc.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n    service.beta.kubernetes.io/aws-load-balancer-scheme: internal\nspec:\n  type: LoadBalancer\n  ports:\n    - port: 80\n",
        ),
        (
            "ci/kind.yaml",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - role: control-plane\n    image: kindest/node:v1.33.1\n",
        ),
        ("go/vendor/x/a.yaml", LOADED),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
    ]);
    let ran = folder.run(&["init"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "./svclint.yaml\n"), "{}", ran.err);
    insta::assert_snapshot!(folder.read("svclint.yaml"));
    assert_eq!(folder.run(&["config"]).code, 0);
    let told = folder.run(&["check", "-o", "concise", "."]);
    assert!(!told.out.contains("vendor"), "{}", told.out);
    let again = folder.run(&["init"]);
    assert_eq!((again.code, again.err.as_str()), (2, "error: ./svclint.yaml is there already: it is left as it is\n"));
    let hidden = Folder::new(&[(".svclint.yaml", "failOn: never\n")]);
    assert_eq!(hidden.run(&["init"]).code, 2);
    let empty = Folder::new(&[]);
    assert_eq!(empty.run(&["init"]).code, 0);
    assert_eq!(empty.run(&["config"]).code, 0);
}

/// The folder of what lies beside the checkout, where it does.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    folder.is_dir().then_some(folder)
}

const REPOSITORIES: [&str; 10] = [
    "Azure-Samples+aks-store-demo",
    "adirathoreudr+k8s-three-tier-devsecops",
    "cloud66-oss+copper",
    "jxlwqq+kubernetes-examples",
    "kubernetes+examples",
    "madhuakula+kubernetes-goat",
    "metallb+metallb",
    "microservices-demo+microservices-demo",
    "stefanprodan+podinfo",
    "yurake+k8s-3tier-webapp",
];

const PLANTED: &str = "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: planted-by-a-test\nspec:\n  type: ExternalName\n  externalName: planted.example.com\n  sessionAffinity: none\n";

#[test]
fn an_old_repository_is_adopted_and_one_new_fault_is_told() {
    let Some(corpus) = corpus() else { return };
    for repository in REPOSITORIES {
        let folder = Folder::new(&[]);
        copy(&corpus.join(repository), &folder.path("repo"));
        folder.run(&["check", "--write-baseline", "baseline.json", "repo"]);
        let known = folder.read("baseline.json").lines().filter(|line| line.starts_with("  {")).count();
        let check = || {
            let ran = folder.run(&["check", "--baseline", "baseline.json", "--fail-on", "info", "-o", "concise", "repo"]);
            (ran.code, findings(&ran))
        };
        assert_eq!(check(), (0, vec![]), "{repository}");

        let files = manifests(&folder.path("repo"));
        let moved = files.iter().filter(|file| move_lines(file)).count();
        let (code, found) = check();
        assert_eq!((code, found), (0, vec![]), "{repository}, lines moved in {moved} files");

        let holds_objects = |file: &&PathBuf| fs::read_to_string(file).is_ok_and(|text| text.contains("\nkind: ") && !text.contains("{{"));
        let planted = files.iter().find(holds_objects).unwrap();
        let text = fs::read_to_string(planted).unwrap();
        fs::write(planted, format!("{}\n{PLANTED}", text.trim_end())).unwrap();
        let (code, found) = check();
        assert!(code == 1 && found.len() == 1 && found[0].contains("unsupported-value"), "{repository}: {found:?}");
        eprintln!("{repository}: {known} known, lines moved in {moved} of {} files, one planted and found", files.len());
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file()) {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(entry.path(), target).unwrap();
    }
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap).map(walkdir::DirEntry::into_path);
    files.filter(|file| file.extension().is_some_and(|it| it == "yaml" || it == "yml")).collect()
}

/// Turns the order of a file's documents about and puts comments between its lines, as far as that means the same.
fn move_lines(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let plain = text.ends_with('\n') && !text.contains(['\r', '\u{feff}', '%']) && !text.contains("{{") && !text.contains("...");
    let marks_are_bare = text.lines().filter(|line| line.starts_with("---")).all(|line| line == "---");
    if !plain || !marks_are_bare || text.starts_with('{') {
        return false;
    }
    let mut documents: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line == "---" {
            documents.push(String::new());
            continue;
        }
        let last = documents.last_mut().unwrap();
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) && line.contains(':') {
            last.push_str("# a line put in by a test\n\n");
        }
        last.push_str(line);
        last.push('\n');
    }
    documents.retain(|document| !document.trim().is_empty());
    documents.reverse();
    fs::write(file, documents.join("---\n")).unwrap();
    true
}
