//! What the files say a container listens on: each source of evidence speaks against a target port alone or with another,
//! and each that names the target itself keeps svclint silent.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

/// A Service that sends to 80, and a Deployment whose container and pod metadata are filled in.
fn findings(annotations: &str, container: &str, more: &str) -> Vec<Finding> {
    let text = format!(
        "apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 81, targetPort: 80}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata:
      labels: {{app: web}}
      annotations: {{{annotations}}}
    spec:
      volumes: [{{name: config, configMap: {{name: web}}}}]
      containers:
        - name: web
          image: registry.example/web:1
{container}
---
{more}"
    );
    let source = Source::new(FileId(0), "web.yaml".to_owned(), text.into_bytes());
    let levels = Levels::default();
    let found = check(&[source], &|_| false, Profile::default(), &|_| &levels).findings;
    assert!(found.iter().all(|it| it.severity < Severity::Error), "{found:?}");
    found.into_iter().filter(|it| it.rule == "target-port-not-declared").collect()
}

fn words(finding: &Finding) -> String {
    finding.labels.iter().map(|label| format!("{}\n", label.message)).collect()
}

const DECLARED: &str = "          ports: [{containerPort: 8080}]\n";

#[test]
fn one_sign_beside_the_only_declared_port_makes_a_warning_that_names_it() {
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n{data}");
    let signs = [
        ("", "          readinessProbe: {httpGet: {port: 8080}}\n", String::new(), "the readiness probe says 8080"),
        ("", "          lifecycle: {preStop: {httpGet: {port: 8080}}}\n", String::new(), "the lifecycle hook says 8080"),
        ("", "          env: [{name: PORT, value: \"8080\"}]\n", String::new(), "`PORT=8080` says 8080"),
        ("", "          env: [{name: WEB_PORT, value: \"8080\"}]\n", String::new(), "`WEB_PORT=8080` says 8080"),
        ("", "          env: [{name: LISTEN_ADDR, value: \":8080\"}]\n", String::new(), "`LISTEN_ADDR=:8080` says 8080"),
        ("", "          args: [\"--port=8080\"]\n", String::new(), "`--port=8080` says 8080"),
        ("", "          args: [\"-p\", \"8080\"]\n", String::new(), "says 8080"),
        ("", "          command: [serve, --listen, \":8080\"]\n", String::new(), "says 8080"),
        ("", "          command: [sh, -c, \"serve 0.0.0.0:8080\"]\n", String::new(), "`0.0.0.0:8080` says 8080"),
        ("dapr.io/app-port: \"8080\"", "", String::new(), "`dapr.io/app-port: 8080` says 8080"),
        ("", "          envFrom: [{configMapRef: {name: web}}]\n", map("  PORT: \"8080\"\n"), "`PORT=8080` in ConfigMap `web` says 8080"),
        (
            "",
            "          env: [{name: SERVER_PORT, valueFrom: {configMapKeyRef: {name: web, key: p}}}]\n",
            map("  p: \"8080\"\n"),
            "`SERVER_PORT=8080` in ConfigMap `web` says 8080",
        ),
        ("", "", map("  web.conf: |\n    server {\n      listen 8080;\n    }\n"), "`listen 8080;` in ConfigMap `web` says 8080"),
        (
            "",
            "",
            "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n"
                .to_owned(),
            "sends to 8080 of the same pods",
        ),
    ];
    for (annotations, container, more, says) in signs {
        let found = findings(annotations, &format!("{DECLARED}{container}"), &more);
        let [finding] = found.as_slice() else { panic!("{says}: {found:?}") };
        assert_eq!(finding.severity, Severity::Warning, "{says}: {finding:?}");
        assert!(words(finding).contains(says), "{says}: {}", words(finding));
    }
}

#[test]
fn a_declaration_alone_is_a_hint_and_nothing_at_all_is_silence() {
    let found = findings("", DECLARED, "");
    assert_eq!(found.iter().map(|it| it.severity).collect::<Vec<_>>(), [Severity::Info]);
    assert!(findings("", "", "").is_empty());
}

#[test]
fn whatever_names_the_target_itself_keeps_silent() {
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\ndata:\n{data}");
    let signs = [
        ("", "          livenessProbe: {tcpSocket: {port: 80}}\n", String::new()),
        ("", "          lifecycle: {postStart: {httpGet: {port: 80}}}\n", String::new()),
        ("", "          env: [{name: WHATEVER, value: \"http://0.0.0.0:80\"}]\n", String::new()),
        ("", "          args: [\"--metrics\", \":80\"]\n", String::new()),
        ("prometheus.io/port: \"80\"", "", String::new()),
        ("traffic.sidecar.istio.io/includeInboundPorts: \"80,443\"", "", String::new()),
        ("dapr.io/app-port: \"80\"", "", String::new()),
        ("", "", map("  web.conf: \"listen 80;\"\n")),
        ("", "          envFrom: [{configMapRef: {name: web}}]\n", map("  PORT: \"80\"\n")),
    ];
    for (annotations, container, more) in signs {
        let found = findings(annotations, &format!("{DECLARED}{container}"), &more);
        assert!(found.is_empty(), "{annotations}{container}{more}: {found:?}");
    }
}

#[test]
fn two_services_that_agree_are_no_slip() {
    let other =
        "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {selector: {app: web}, ports: [{port: 9, targetPort: 80}]}\n";
    let container = format!("{DECLARED}          readinessProbe: {{httpGet: {{port: 8080}}}}\n");
    let found = findings("", &container, other);
    assert!(!found.is_empty() && found.iter().all(|it| it.severity == Severity::Info), "{found:?}");
}

#[test]
fn the_stock_image_of_a_server_listens_where_it_is_known_to() {
    let text = |target: u16| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: cache}}\nspec: {{selector: {{app: cache}}, ports: [{{port: 6380, targetPort: {target}}}]}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: cache, labels: {{app: cache}}}}\nspec: {{containers: [{{name: cache, image: \"redis:7\"}}]}}\n"
        )
    };
    let levels = Levels::default();
    let run = |target| {
        let source = Source::new(FileId(0), "cache.yaml".to_owned(), text(target).into_bytes());
        let found = check(&[source], &|_| false, Profile::default(), &|_| &levels).findings;
        found.into_iter().filter(|it| it.rule == "target-port-not-declared").map(|it| it.severity).collect::<Vec<_>>()
    };
    assert_eq!(run(6379), []);
    assert_eq!(run(6380), [Severity::Info]);
}
