//! What `explain` tells a reader at a terminal: short enough to be read, and nothing that is another Service's affair.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::Write;
use std::process::{Command, Stdio};

/// The text of an explanation of these documents.
fn told(yaml: &str, options: &[&str]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_svclint"))
        .args(["explain", "-", "--color", "never"])
        .args(options)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

/// Without line breaks, as a reader takes it in.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn service(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  selector: {{app: {name}}}\n  \
         ports: [{{name: http, port: 80, targetPort: http}}]\n{spec}"
    )
}

fn deployment(name: &str, container: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  replicas: 3\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
         containers:\n      - name: {name}\n        image: registry.example/{name}:1.0\n        \
         ports: [{{name: http, containerPort: 8080}}]\n{container}"
    )
}

fn ingress(name: &str, backends: &[&str]) -> String {
    let paths = backends.iter().enumerate().map(|(index, service)| {
        format!(
            "      - path: /{index}\n        pathType: Prefix\n        backend: {{service: {{name: {service}, port: {{name: http}}}}}}\n"
        )
    });
    let paths: String = paths.collect();
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  \
         ingressClassName: nginx\n  rules:\n  - host: shop.example.com\n    http:\n      paths:\n{paths}"
    )
}

#[test]
fn one_screen_holds_the_common_cases() {
    let web = deployment("web", "        readinessProbe: {httpGet: {path: /ready, port: http}}\n");
    let front = ingress("front", &["web"]);
    for (what, yaml, most) in [
        ("ClusterIP", service("web", "") + &web, 45),
        ("headless", service("web", "  clusterIP: None\n") + &web, 50),
        ("ClusterIP behind an Ingress", service("web", "") + &web + &front, 50),
        ("NodePort", service("web", "  type: NodePort\n") + &web, 55),
        ("LoadBalancer", service("web", "  type: LoadBalancer\n") + &web, 60),
        ("LoadBalancer behind an Ingress", service("web", "  type: LoadBalancer\n") + &web + &front, 60),
        ("LoadBalancer with Local", service("web", "  type: LoadBalancer\n  externalTrafficPolicy: Local\n") + &web, 60),
    ] {
        let text = told(&yaml, &[]);
        let lines = text.lines().count();
        assert!(lines <= most, "{what} takes {lines} lines:\n{text}");
        assert!(text.starts_with("Service web, namespace shop") && flowing(&text).contains("Works: 3 pods of Deployment web"), "{text}");
        let (way, asks) = (text.find("From ").unwrap(), text.find("What only you can know").unwrap());
        assert!(text.find("Works:").unwrap() < way && way < asks, "{text}");
        let whole = told(&yaml, &["-v"]);
        for part in ["To find the fault in a live cluster", "Who answers", "After apply", "NXDOMAIN means"] {
            assert!(whole.contains(part), "{what} with -v lacks {part:?}");
        }
    }
}

#[test]
fn of_many_services_each_is_told_in_a_few_lines() {
    let names: Vec<String> = (0..12).map(|n| format!("web-{n}")).collect();
    let yaml: String = names.iter().map(|name| service(name, "") + &deployment(name, "")).collect();
    let text = told(&yaml, &[]);
    assert!(names.iter().all(|name| text.contains(&format!("Service {name}, "))));
    let lines = text.lines().count();
    assert!(lines <= 12 * 18, "{lines} lines:\n{text}");
    assert!(text.contains("--service NAME"));
    let one = told(&yaml, &["--service", "shop/web-3"]);
    assert!(one.contains("What only you can know") && one.contains("Names") && !one.contains("web-4"), "{one}");
}

#[test]
fn a_finding_of_an_ingress_is_told_with_the_service_it_is_about() {
    let yaml = service("api", "")
        + &deployment("api", "")
        + &service("web", "")
        + &deployment("web", "")
        + &ingress("front", &["web", "api"]).replace("{name: api, port: {name: http}}", "{name: api, port: {name: grpc}}");
    let finding = "`grpc`";
    let [api, web] = ["api", "web"].map(|name| told(&yaml, &["--service", name]));
    assert!(api.contains("error: ") && api.contains(finding), "{api}");
    assert!(!web.contains("error: ") && !web.contains(finding), "{web}");
    assert!(flowing(&web).contains("Works: 3 pods of Deployment web"), "{web}");
}

#[test]
fn a_policy_that_keeps_clients_out_is_told_with_the_service() {
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: in, namespace: shop}\nspec:\n  \
                  podSelector: {matchLabels: {app: web}}\n  ingress: [{ports: [{port: 80}]}]\n";
    let text = told(&(service("web", "") + &deployment("web", "") + policy), &[]);
    assert!(text.starts_with("Service web"), "{text}");
    let says = flowing(&text);
    assert!(says.contains("Broken: nothing gets through: NetworkPolicy shop/in"), "{text}");
    assert!(says.contains("warning: NetworkPolicy `in` admits port 80") && says.contains("write `port: 8080`"), "{text}");
}

#[test]
fn an_alias_to_an_address_is_asked_for_a_name() {
    let yaml =
        "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: 10.0.0.5, ports: [{port: 5432}]}\n";
    let says = flowing(&told(yaml, &[]));
    assert!(says.contains("has 10.0.0.5 a name in DNS?") && says.contains("an EndpointSlice that lists 10.0.0.5"), "{says}");
    assert!(!says.contains("Host header and the TLS handshake?"), "{says}");
    let named = flowing(&told(&yaml.replace("10.0.0.5", "db.example.com"), &[]));
    assert!(named.contains("does the other name resolve"), "{named}");
}

#[test]
fn endpoints_written_by_hand_are_mirrored_and_may_stand_outside() {
    let yaml = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n---\n\
                apiVersion: v1\nkind: Endpoints\nmetadata: {name: db}\nsubsets: [{addresses: [{ip: 198.51.100.3}], ports: [{port: 5432}]}]\n";
    let says = flowing(&told(yaml, &[]));
    assert!(says.contains("EndpointSlice mirroring controller copies your Endpoints into slices"), "{says}");
    assert!(says.contains("or its node's if it stands outside the pod network"), "{says}");
}

#[test]
fn a_question_is_asked_once() {
    let yaml = service("a", "") + &deployment("a", "") + &service("b", "") + &deployment("b", "");
    let says = flowing(&told(&yaml, &[]));
    assert_eq!(says.matches("on the pod's own node only?").count(), 1, "{says}");
    assert_eq!(says.matches("really listen on 8080").count(), 2, "{says}");
}

#[test]
fn a_probe_that_can_t_be_carried_out_never_succeeds_and_never_fails() {
    let with = |probe: &str| {
        flowing(&told(
            &(service("web", "") + &deployment("web", &format!("        {probe}: {{httpGet: {{path: /, port: no-such}}}}\n"))),
            &[],
        ))
    };
    for probe in ["readinessProbe", "startupProbe"] {
        let says = with(probe);
        assert!(says.contains("Broken: nobody answers") && says.contains("becomes ready"), "{says}");
    }
    let says = with("livenessProbe");
    assert!(says.contains("packets reach 3 pods of Deployment web") && says.contains("a container that hangs is not restarted"), "{says}");
}
