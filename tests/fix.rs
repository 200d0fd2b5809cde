//! Mending: what `--fix` and `--diff` write, and that nothing but the named fields changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod scratch;

use std::fs;

use scratch::{Folder, Ran};

const TYPO: &str = "# the shop's door\napiVersion: v1\nkind: Service\nmetadata: {name: web}   # flow\nspec:\n  type: clusterip\n  selector: {app: 'web'}\n  ports:\n    - name: http  # first\n      port: 80\n      protocol: tcp\n";
const MENDED: &str = "# the shop's door\napiVersion: v1\nkind: Service\nmetadata: {name: web}   # flow\nspec:\n  type: ClusterIP\n  selector: {app: 'web'}\n  ports:\n    - name: http  # first\n      port: 80\n      protocol: TCP\n";

#[test]
fn fix_writes_only_the_named_values() {
    let folder = Folder::new(&[("svc.yaml", TYPO)]);
    let options = ["check", "--fix", "--context", "none", "--ignore", "workload-not-in-files", "svc.yaml"];
    let ran = folder.run(&options);
    assert_eq!(folder.read("svc.yaml"), MENDED);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert_eq!(ran.err, "nothing found in 1 file (1 document), 2 fixed\n");
    let again = folder.run(&options);
    assert_eq!(again.err, "nothing found in 1 file (1 document), 0 fixed\n");
}

#[test]
fn line_ends_and_byte_order_marks_stay() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let folder = Folder::new(&[("svc.yaml", &windows(TYPO)), ("end.yaml", TYPO.trim_end())]);
    folder.run(&["check", "--fix", "."]);
    assert_eq!(folder.read("svc.yaml"), windows(MENDED));
    assert_eq!(folder.read("end.yaml"), MENDED.trim_end());
}

#[test]
fn diff_writes_nothing_and_tells_by_its_status() {
    let folder = Folder::new(&[("svc.yaml", TYPO), ("good.yaml", MENDED)]);
    let ran = folder.run(&["check", "--diff", "--fix", "svc.yaml"]);
    insta::assert_snapshot!(ran.out, @r"
    --- svc.yaml
    +++ svc.yaml
    @@ -3,9 +3,9 @@
     kind: Service
     metadata: {name: web}   # flow
     spec:
    -  type: clusterip
    +  type: ClusterIP
       selector: {app: 'web'}
       ports:
         - name: http  # first
           port: 80
    -      protocol: tcp
    +      protocol: TCP
    ");
    assert_eq!((ran.code, ran.err.as_str()), (1, "would fix 2 in 1 file\n"));
    assert_eq!(folder.read("svc.yaml"), TYPO);
    let none = folder.run(&["check", "--diff", "good.yaml"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (0, "", "nothing to fix\n"));
}

#[test]
fn a_diff_is_what_patch_takes() {
    let folder = Folder::new(&[("k8s/svc.yaml", &TYPO.replace('\n', "\r\n")), ("k8s/end.yaml", TYPO.trim_end())]);
    let diff = folder.run(&["check", "--diff", "k8s"]).out;
    fs::write(folder.path("all.diff"), diff).unwrap();
    let applied = std::process::Command::new("git").args(["apply", "-p0", "all.diff"]).current_dir(folder.path("")).status().unwrap();
    assert!(applied.success());
    assert_eq!(folder.read("k8s/svc.yaml"), MENDED.replace('\n', "\r\n"));
    assert_eq!(folder.read("k8s/end.yaml"), MENDED.trim_end());
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let folder = Folder::new(&[]);
    let ran = Ran::with_input(&mut folder.command(&["check", "--fix", "-"]), TYPO);
    assert_eq!((ran.code, ran.out.as_str()), (0, MENDED));
    let clean = Ran::with_input(&mut folder.command(&["check", "--fix", "-", "-q"]), MENDED);
    assert_eq!(clean.out, MENDED);
    assert!(clean.err.starts_with("info[workload-not-in-files]"), "{}", clean.err);
}

const NEAR_MISS: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: game-loby\n  ports:\n    - port: 80\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels:\n      app: game-lobby\n  template:\n    metadata:\n      labels:\n        app: game-lobby\n    spec:\n      containers:\n        - name: web\n          image: web:1\n          ports:\n            - containerPort: 80\n";

#[test]
fn what_needs_a_look_waits_for_unsafe_fixes() {
    let folder = Folder::new(&[("web.yaml", NEAR_MISS)]);
    let safe = folder.run(&["check", "--fix", "web.yaml"]);
    assert_eq!(folder.read("web.yaml"), NEAR_MISS);
    assert_eq!(safe.code, 1);
    assert!(safe.err.ends_with("0 fixed (1 more with --unsafe-fixes)\n"), "{}", safe.err);
    let all = folder.run(&["check", "--fix", "--unsafe-fixes", "web.yaml"]);
    assert_eq!(folder.read("web.yaml"), NEAR_MISS.replace("game-loby", "game-lobby"));
    assert_eq!((all.code, all.err.as_str()), (0, "nothing found in 1 file (2 documents), 1 fixed\n"));
}

#[test]
fn context_is_never_written() {
    let folder = Folder::new(&[("svc.yaml", MENDED), ("other.yaml", &TYPO.replace("name: web}", "name: other}"))]);
    let ran = folder.run(&["check", "--fix", "--unsafe-fixes", "svc.yaml"]);
    assert_eq!(folder.read("other.yaml"), TYPO.replace("name: web}", "name: other}"));
    assert!(ran.err.ends_with("0 fixed\n"), "{}", ran.err);
}

#[test]
fn what_an_error_hid_comes_to_light_and_what_is_ignored_stays() {
    let text = TYPO
        .replace("      protocol: tcp\n", "      nodPort: 80\n      protocol: tcp # svclint: ignore[unsupported-value]\n")
        .replace("clusterip", "NodePort");
    let folder = Folder::new(&[("svc.yaml", &text)]);
    let ran = folder.run(&["check", "--fix", "-o", "concise", "svc.yaml"]);
    assert_eq!(folder.read("svc.yaml"), text.replace("nodPort", "nodePort"));
    assert!(ran.out.contains("error[node-port-out-of-range]"), "{}", ran.out);
    assert!(ran.err.contains("1 fixed"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn mode_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[("real/svc.yaml", TYPO)]);
    fs::set_permissions(folder.path("real/svc.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/svc.yaml", folder.path("link.yaml")).unwrap();
    let ran = folder.run(&["check", "--fix", "link.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::symlink_metadata(folder.path("link.yaml")).unwrap().is_symlink());
    assert_eq!(folder.read("real/svc.yaml"), MENDED);
    assert_eq!(fs::metadata(folder.path("real/svc.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1, "something was left lying about");
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let folder = Folder::new(&[("svc.yaml", TYPO)]);
    let error = svclint::fix::write(&folder.path("svc.yaml"), b"kind: Other\n", MENDED.as_bytes()).unwrap_err();
    assert_eq!(error, "it has changed since it was read");
    assert_eq!(folder.read("svc.yaml"), TYPO);
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_not_utf8_is_never_written() {
    let folder = Folder::new(&[]);
    let bytes = [TYPO.as_bytes(), b"---\n# \xff\n"].concat();
    fs::write(folder.path("svc.yaml"), &bytes).unwrap();
    folder.run(&["check", "--fix", "svc.yaml"]);
    assert_eq!(fs::read(folder.path("svc.yaml")).unwrap(), bytes);
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let folder = Folder::new(&[("svc.yaml", TYPO)]);
    for options in [&["--unsafe-fixes"][..], &["--fix", "--write-baseline", "b.json"], &["--changed-lines"]] {
        let ran = folder.run(&[&["check", "svc.yaml"], options].concat());
        assert_eq!(ran.code, 2, "{options:?}: {}", ran.err);
    }
    assert_eq!(folder.read("svc.yaml"), TYPO);
}

#[test]
fn the_first_of_two_keys_goes_and_what_is_read_stays() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n    app: old\n  labels:\n    app: new\n";
    let folder = Folder::new(&[("a.yaml", text)]);
    let before = folder.run(&["decode", "a.yaml"]).out;
    folder.run(&["check", "--fix", "a.yaml"]);
    assert_eq!(folder.read("a.yaml"), text);
    folder.run(&["check", "--fix", "--unsafe-fixes", "a.yaml"]);
    assert_eq!(folder.read("a.yaml"), text.replace("  labels:\n    app: old\n", ""));
    assert_eq!(folder.run(&["decode", "a.yaml"]).out, before);
}

#[test]
fn a_name_under_which_the_value_makes_no_sense_is_not_the_one_meant() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: a:1\n      port: 80\n";
    let folder = Folder::new(&[("a.yaml", text)]);
    folder.run(&["check", "--fix", "--unsafe-fixes", "--context", "none", "a.yaml"]);
    assert_eq!(folder.read("a.yaml"), text);
    folder.write("a.yaml", &text.replace("port: 80", "port: [{containerPort: 80}]"));
    folder.run(&["check", "--fix", "--context", "none", "a.yaml"]);
    assert_eq!(folder.read("a.yaml"), text.replace("port: 80", "ports: [{containerPort: 80}]"));
}

const WEB: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n";
const OLD: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  defaultBackend:";
const PODS: &str = "  template:\n    metadata: {labels: {app: a}}\n    spec: {containers: [{name: a, image: a}]}\n";

/// What is written, what a fix makes of it, and in which file; every comment, quote, line end and indentation stays.
fn mended(file: &str, options: &[&str], text: &str) -> String {
    let folder = Folder::new(&[(file, text)]);
    folder.run(&[&["check", "--fix", "--context", "none"], options, &[file]].concat());
    folder.read(file)
}

#[track_caller]
fn turns(file: &str, options: &[&str], bad: &str, good: &str) {
    assert_eq!(mended(file, options, bad), good);
    let windows = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(mended(file, options, &windows(bad)), windows(good), "with line ends of Windows");
    let marked = |text: &str| format!("\u{feff}{text}");
    assert_eq!(mended(file, options, &marked(bad)), marked(good), "with a byte order mark");
    assert_eq!(mended(file, options, good), good, "a second time");
}

#[test]
fn json_stays_json() {
    let service = |spec: &str| {
        format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{{\"name\":\"a\"}},\"spec\":{{\"selector\":{{\"a\":\"b\"}},{spec}}}}}\n"
        )
    };
    for (bad, good) in [
        (r#""ports":[{"port":"80","targetport":1}]"#, r#""ports":[{"port":80,"targetPort":1}]"#),
        (r#""ports":[{"port":80},{"port": 443}]"#, r#""ports":[{"name":"http","port":80},{"name": "https", "port": 443}]"#),
        (r#""type":"NodePort","ports":[{"port":80,"nodePort":1}]"#, r#""type":"NodePort","ports":[{"port":80}]"#),
        (r#""ports":[{"port":80}],"type":"ClusterIP","type":"ClusterIP""#, r#""ports":[{"port":80}],"type":"ClusterIP""#),
        (
            "\"ports\":[\n  {\n    \"port\": 80\n  },\n  {\n    \"name\": \"b\",\n    \"port\": 81\n  }]",
            "\"ports\":[\n  {\n    \"name\": \"http\",\n    \"port\": 80\n  },\n  {\n    \"name\": \"b\",\n    \"port\": 81\n  }]",
        ),
    ] {
        let (bad, good) = (service(bad), service(good));
        assert_eq!(mended("a.json", &["--unsafe-fixes"], &bad), good);
        assert!(serde_json::from_str::<serde_json::Value>(&good).is_ok());
    }
    let kind = service("\"ports\":[{\"port\":80}]");
    assert_eq!(mended("a.json", &[], &kind.replace("\"kind\"", "\"kidn\"")), kind);
    assert_eq!(mended("a.json", &[], &kind.replace("\"apiVersion\"", "\"apiversion\"")), kind);
}

#[test]
fn keys_keep_their_quotes_and_braces_stay() {
    let ports = |ports: &str| format!("{WEB}  ports: {ports}\n");
    turns("a.yaml", &[], &ports("[{'port': 80, \"targetport\": 80}] # x"), &ports("[{'port': 80, \"targetPort\": 80}] # x"));
    turns("a.yaml", &[], &ports("\n    - 'port': \"80\"\t# x"), &ports("\n    - 'port': 80\t# x"));
    turns(
        "a.yaml",
        &["--unsafe-fixes"],
        &ports("[{port: 80}, {\"port\": 443}]"),
        &ports("[{name: http, port: 80}, {\"name\": \"https\", \"port\": 443}]"),
    );
    turns("a.yaml", &[], &ports("[{port: 80, port: 80, name: a}]"), &ports("[{port: 80, name: a}]"));
    let shop = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {app: web}}\n  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: a, ports: [{containerPort: 80}]}]}}\n";
    let both = format!("{}{shop}", ports("[{port: 80}]"));
    turns("a.yaml", &["--unsafe-fixes"], &both, &both.replacen("{name: web}", "{namespace: shop, name: web}", 1));
}

#[test]
fn an_old_backend_is_written_anew_around_its_values() {
    for (bad, good) in [
        (" {serviceName: web, servicePort: 80} # x", " {service: {name: web, port: {number: 80}}} # x"),
        (" {servicePort: http, serviceName: web}", " {service: {port: {name: http}, name: web}}"),
        (
            "\n    serviceName: 'web' # s\n    servicePort: 80 # p",
            "\n    service:\n      name: 'web' # s\n      port:\n        number: 80 # p",
        ),
        ("\n    servicePort: http\n    serviceName: web", "\n    service:\n      port:\n        name: http\n      name: web"),
    ] {
        turns("a.yaml", &[], &format!("{OLD}{bad}\n"), &format!("{OLD}{good}\n"));
    }
}

#[test]
fn a_new_version_is_written_unseen_where_it_means_the_same() {
    let object = |api: &str, kind: &str, spec: &str| format!("apiVersion: '{api}' # v\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n{spec}");
    let budget = |selector: &str| format!("  minAvailable: 1\n{selector}");
    let chosen = format!("  selector: {{matchLabels: {{app: a}}}}\n{PODS}");
    let scaled = "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n  maxReplicas: 3\n";
    let metric = |target: &str| format!("{scaled}  metrics: [{{type: Resource, resource: {{name: cpu, {target}}}}}]\n");
    let yes = [
        ("policy/v1beta1", "policy/v1", "PodDisruptionBudget", budget("  selector: {matchLabels: {a: b}}\n")),
        ("policy/v1beta1", "policy/v1", "PodDisruptionBudget", budget("")),
        ("autoscaling/v2beta2", "autoscaling/v2", "HorizontalPodAutoscaler", metric("target: {type: Utilization, averageUtilization: 80}")),
        ("apps/v1beta2", "apps/v1", "DaemonSet", chosen.clone()),
        ("apps/v1beta1", "apps/v1", "Deployment", chosen.clone()),
        ("apps/v1beta1", "apps/v1", "StatefulSet", format!("  serviceName: a\n  updateStrategy: {{type: OnDelete}}\n{chosen}")),
        ("extensions/v1beta1", "apps/v1", "Deployment", format!("  strategy: {{type: Recreate}}\n{chosen}")),
        ("extensions/v1beta1", "networking.k8s.io/v1", "NetworkPolicy", "  podSelector: {}\n".to_owned()),
    ];
    for (old, new, kind, spec) in yes {
        turns("a.yaml", &[], &object(old, kind, &spec), &object(new, kind, &spec));
    }
    let no = [
        ("policy/v1beta1", "PodDisruptionBudget", budget("  selector: {}\n")),
        ("autoscaling/v2beta1", "HorizontalPodAutoscaler", metric("targetAverageUtilization: 80")),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", metric("targetAverageUtilization: 80")),
        ("apps/v1beta1", "Deployment", PODS.to_owned()),
        ("apps/v1beta1", "Deployment", format!("  rollbackTo: {{revision: 2}}\n{chosen}")),
        ("apps/v1beta1", "StatefulSet", format!("  serviceName: a\n{chosen}")),
        ("extensions/v1beta1", "Deployment", chosen),
    ];
    for (old, kind, spec) in no {
        let text = object(old, kind, &spec);
        assert_eq!(mended("a.yaml", &[], &text), text);
        assert_ne!(mended("a.yaml", &["--unsafe-fixes"], &text), text);
    }
}

#[test]
fn endpoints_become_a_slice_in_any_dress() {
    let endpoints = |metadata: &str, name: &str, end: &str| {
        format!(
            "apiVersion: v1\nkind: 'Endpoints'\nmetadata:{metadata}\nsubsets:\n  - addresses: [{{ip: 192.0.2.4}}]\n    ports: [{{port: 5432, name: {name}}}]{end}"
        )
    };
    let slice = |metadata: &str, name: &str, end: &str| {
        format!(
            "apiVersion: discovery.k8s.io/v1\nkind: 'EndpointSlice'\nmetadata:{metadata}\naddressType: IPv4\nports:\n  - name: {name}\n    port: 5432\nendpoints:\n  - addresses:\n      - 192.0.2.4{end}"
        )
    };
    for (bad, good) in [
        (" {name: db}", " {labels: {kubernetes.io/service-name: db}, name: db}"),
        ("\n    # four\n    name: db", "\n    # four\n    labels:\n      kubernetes.io/service-name: db\n    name: db"),
        ("\n  name: db\n  labels: {}", "\n  name: db\n  labels: {kubernetes.io/service-name: db}"),
        ("\n  name: db\n  labels: {a: b}", "\n  name: db\n  labels: {kubernetes.io/service-name: db, a: b}"),
        ("\n  name: db\n  labels:\n    a: b # c", "\n  name: db\n  labels:\n    kubernetes.io/service-name: db\n    a: b # c"),
    ] {
        turns("a.yaml", &["--unsafe-fixes"], &endpoints(bad, "pg", " # end\n"), &slice(good, "pg", " # end\n"));
        turns("a.yaml", &["--unsafe-fixes"], &endpoints(bad, "'y'", ""), &slice(good, "\"y\"", ""));
    }
}

#[test]
fn lines_that_do_not_belong_go_and_nothing_with_them() {
    let whole = format!("# web\n{WEB}  ports: [{{port: 80}}]\n");
    turns("a.yaml", &[], &format!("```yaml\n{whole}```\n"), &whole);
    turns("a.yaml", &[], &format!("{whole}----\n{whole}"), &format!("{whole}---\n{whole}").replace("----", "---"));
    let indented =
        "  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n  # b\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n";
    let second = "  # b\n  apiVersion";
    assert_eq!(mended("a.yaml", &[], indented), indented.replace(second, "  # b\n---\n  apiVersion"));
    // To YAML a carriage return alone ends a line, so this is a whole file behind three backticks, and not one line.
    let old_mac = format!("```yaml\n{whole}```\n").replace('\n', "\r");
    assert_eq!(mended("a.yaml", &["--unsafe-fixes"], &old_mac), old_mac);
    let ended = format!("{whole}...\n{}", whole.replace("name: web", "name: api"));
    assert_eq!(mended("a.yaml", &["--unsafe-fixes"], &ended), ended.replace("...", "---"));
}

#[test]
fn several_slips_of_one_document_are_mended_together() {
    let bad =
        format!("{0}{0}{1}  type: clusterip\n  ports: [{{port: 80}}]\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", WEB);
    let good = format!(
        "{0}---\n{0}---\n{1}  type: ClusterIP\n  ports: [{{port: 80}}]\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", WEB
    );
    assert_eq!(mended("a.yaml", &["--ignore", "duplicate-object"], &bad), good);
}

#[test]
fn what_could_mean_something_else_is_left_alone() {
    let data = |line: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: b\n  {line}\n  c: d\n");
    for line in ["http://example.com/ is it", "12:30 o'clock", "example.com:80"] {
        let text = data(line);
        assert_eq!(mended("a.yaml", &["--unsafe-fixes"], &text), text);
    }
    let slip = data("image:nginx");
    assert_eq!(mended("a.yaml", &[], &slip), slip);
    assert_eq!(mended("a.yaml", &["--unsafe-fixes"], &slip), data("image: nginx"));
    // An alias stands for what is written elsewhere, and what is written there may stand for more.
    let shared = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {v: &n 1, w: *n}\n";
    assert_eq!(mended("a.yaml", &["--unsafe-fixes"], shared), shared);
}

#[test]
fn a_block_that_runs_on_keeps_its_last_lines() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |+\n    foo\n\n  x: |+\n    foo\n\n  y: a\n";
    let folder = Folder::new(&[("a.yaml", text)]);
    let before = folder.run(&["decode", "a.yaml"]).out;
    folder.run(&["check", "--fix", "a.yaml"]);
    assert_eq!(folder.run(&["decode", "a.yaml"]).out, before);
    assert_eq!(folder.read("a.yaml").matches("x: |+").count(), 1);
}
