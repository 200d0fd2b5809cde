//! What is applied together is joined, and alternatives to it are not: environments, twins, chapters, charts.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::{Profile, read};
use svclint::source::{FileId, Source};

/// The findings in the files under `named`; the others are context.
fn found(named: &str, files: &[(&str, String)]) -> Vec<Finding> {
    let numbered = files.iter().zip(0..);
    let sources: Vec<_> =
        numbered.map(|((path, text), id)| Source::new(FileId(id), (*path).to_owned(), text.as_bytes().to_vec())).collect();
    for source in &sources {
        assert!(read::objects(source, false, None).iter().all(|it| it.typed.is_some() || it.kind().is_empty()), "{}", source.path);
    }
    let levels = Levels::default();
    check(&sources, &|source| !source.path.starts_with(named), Profile::default(), &|_| &levels).findings
}

#[track_caller]
fn quiet(named: &str, files: &[(&str, String)]) {
    let found: Vec<_> = found(named, files).into_iter().map(|it| (it.rule, it.message)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[track_caller]
fn tells(rule: &str, severity: Severity, named: &str, files: &[(&str, String)]) {
    let found: Vec<_> = found(named, files).into_iter().map(|it| (it.rule, it.severity, it.message)).collect();
    assert!(found.iter().any(|it| (it.0, it.1) == (rule, severity)), "{found:#?}");
}

fn service(name: &str, app: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {app}}}, ports: [{{port: 80, targetPort: http}}]}}\n"
    )
}

fn deployment(name: &str, app: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: {app}}}}}\n  template:\n    \
         metadata: {{labels: {{app: {app}}}}}\n    spec: {{containers: [{{name: web, image: shop/{name}, ports: [{{name: http, containerPort: 8080}}]}}]}}\n"
    )
}

fn both(name: &str, selected: &str, app: &str) -> String {
    format!("{}---\n{}", service(name, selected), deployment(name, app))
}

fn ingress(service: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: edge}}\nspec:\n  rules: [{{http: {{paths: [{{path: /, pathType: Prefix, \
         backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}]}}}}]\n"
    )
}

#[test]
fn a_mended_twin_next_door_hides_nothing() {
    let files = [("shop/web.yaml", both("web", "web", "webb")), ("shop-fixed/web.yaml", both("web", "web", "web"))];
    tells("selector-matches-nothing", Severity::Error, "shop/", &files);
    quiet("shop-fixed/", &files);
    let files = files.map(|(path, text)| (path.strip_prefix("shop/").map_or(format!("../{path}"), str::to_owned), text));
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    tells("selector-matches-nothing", Severity::Error, "web.yaml", &files);
}

#[test]
fn environments_are_not_joined() {
    for (a, b) in [("dev", "prod"), ("overlays/eu", "overlays/us"), ("web-staging", "web-production"), ("ci/gke", "ci/minikube")] {
        let (a, b) = (format!("{a}/svc.yaml"), format!("{b}/all.yaml"));
        let files = [(a.as_str(), both("api", "api", "apii")), (b.as_str(), both("other", "api", "api"))];
        tells("selector-matches-nothing", Severity::Error, &a, &files);
    }
}

#[test]
fn many_copies_are_alternatives() {
    let paths: Vec<_> = (0..20).map(|it| format!("team{it}x/web.yaml")).collect();
    let files: Vec<_> =
        paths.iter().enumerate().map(|(at, path)| (path.as_str(), both("web", "web", if at == 7 { "webb" } else { "web" }))).collect();
    tells("selector-matches-nothing", Severity::Error, "team7x/", &files);
    quiet("team8x/", &files);
}

#[test]
fn layers_are_joined() {
    let files = [
        ("k8s/services/web.yaml", service("web", "web")),
        ("k8s/services/api.yaml", service("api", "api")),
        ("k8s/deployments/web.yaml", deployment("web", "web")),
        ("k8s/deployments/api.yaml", deployment("api", "api")),
        ("k8s/ingress/edge.yaml", ingress("api")),
    ];
    quiet("k8s/", &files);
    quiet("k8s/services/web.yaml", &files);
    quiet("k8s/ingress/", &files);
}

#[test]
fn layers_in_folders_of_their_own_are_joined() {
    let files = [("k8s/services/web/svc.yaml", service("web", "web")), ("k8s/deployments/web/deploy.yaml", deployment("web", "web"))];
    quiet("k8s/", &files);
}

#[test]
fn a_base_belongs_to_each_environment() {
    let files = [
        ("app/base/web.yaml", deployment("web", "web")),
        ("app/dev/svc.yaml", service("web", "web")),
        ("app/prod/svc.yaml", service("web", "web")),
    ];
    quiet("app/", &files);
}

#[test]
fn applications_of_one_folder_reach_each_other() {
    let files = [
        ("apps/web/web.yaml", both("web", "web", "web")),
        ("apps/api/api.yaml", both("api", "api", "api")),
        ("apps/web/edge.yaml", ingress("api")),
    ];
    quiet("apps/", &files);
}

#[test]
fn copies_in_a_bundle_do_not_part_the_applications() {
    let files = [
        ("web/web.yaml", both("web", "web", "web")),
        ("web/edge.yaml", ingress("api")),
        ("api/api.yaml", both("api", "api", "api")),
        ("all/all.yaml", format!("{}---\n{}", both("web", "web", "web"), both("api", "api", "api"))),
    ];
    quiet("web/", &files);
}

#[test]
fn node_ports_of_two_environments_do_not_clash() {
    let open =
        |name: &str| service(name, "web").replace("spec: {", "spec: {type: NodePort, ").replace("port: 80,", "port: 80, nodePort: 30080,");
    let files = |a: &'static str, b: &'static str| {
        [
            (a, format!("{}---\n{}", open("web"), deployment("web", "web"))),
            (b, format!("{}---\n{}", open("front"), deployment("front", "web"))),
        ]
    };
    quiet("", &files("dev/web.yaml", "prod/web.yaml"));
    tells("node-port-taken-twice", Severity::Warning, "", &files("dev/a.yaml", "dev/b.yaml"));
}

#[test]
fn two_builds_are_two_units() {
    let root = "resources: [web.yaml]\n".to_owned();
    let files = [
        ("a/kustomization.yaml", root.clone()),
        ("a/web.yaml", both("web", "web", "webb")),
        ("b/kustomization.yaml", root),
        ("b/web.yaml", both("other", "web", "web")),
    ];
    tells("selector-matches-nothing", Severity::Error, "a/", &files);
}

#[test]
fn a_build_joins_what_it_takes() {
    let files = [
        ("kustomization.yaml", "resources: [a, b]\n".to_owned()),
        ("a/kustomization.yaml", "resources: [svc.yaml]\n".to_owned()),
        ("a/svc.yaml", service("web", "web")),
        ("b/kustomization.yaml", "resources: [deploy.yaml]\n".to_owned()),
        ("b/deploy.yaml", deployment("web", "web")),
    ];
    quiet("", &files);
}

fn kustomized(root: &str, service: String, deployment: String) -> [(&'static str, String); 3] {
    [("kustomization.yaml", format!("{root}\nresources: [svc.yaml, deploy.yaml]\n")), ("svc.yaml", service), ("deploy.yaml", deployment)]
}

#[test]
fn labels_that_a_kustomization_sets_are_met() {
    for root in [
        "commonLabels: {app: shop}",
        "labels: [{pairs: {app: shop}, includeSelectors: true}]",
        "labels: [{pairs: {app: web}, includeTemplates: true}]",
    ] {
        quiet("", &kustomized(root, service("web", "web"), deployment("web", "front")));
    }
    let root = "labels: [{pairs: {app: shop}}]";
    tells("selector-matches-nothing", Severity::Warning, "", &kustomized(root, service("web", "web"), deployment("web", "front")));
    let base = kustomized("", service("web", "web"), deployment("web", "front")).map(|(path, text)| (format!("base/{path}"), text));
    let mut files: Vec<_> = base.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
    files.push(("prod/kustomization.yaml", "resources: [../base]\ncommonLabels: {app: shop}\n".to_owned()));
    quiet("", &files);
}

#[test]
fn what_a_kustomization_does_not_touch_stays_certain() {
    for root in [
        "commonLabels: {team: shop}",
        "images: [{name: a, newTag: b}]",
        "patches: [{patch: \"kind: Deployment\\nspec: {replicas: 2}\\n\"}]",
    ] {
        tells(
            "selector-matches-nothing",
            Severity::Error,
            "",
            &kustomized(root, service("web", "webb"), deployment("other", "web").replace("other", "web")),
        );
    }
    let root = "patches: [{patch: \"- op: replace\\n  path: /spec/selector/app\\n  value: web\\n\", target: {kind: Service}}]";
    tells("selector-matches-nothing", Severity::Warning, "", &kustomized(root, service("web", "webb"), deployment("web", "web")));
}

#[test]
fn names_with_an_affix_are_found() {
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n".to_owned()),
        ("base/web.yaml", both("web", "web", "web")),
        ("prod/kustomization.yaml", "resources: [../base, edge.yaml]\nnamePrefix: prod-\n".to_owned()),
        ("prod/edge.yaml", ingress("prod-web")),
    ];
    quiet("", &files);
}

#[test]
fn patches_are_no_objects() {
    let part = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selectr: {app: x}}\n";
    let root = "resources: [web.yaml]\npatches:\n- path: patch.yaml\n- patch: |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n    spec: {externalIPs: [x]}\n";
    let files = [("kustomization.yaml", root.to_owned()), ("web.yaml", both("web", "web", "web")), ("patch.yaml", part.to_owned())];
    let rules: Vec<_> = found("", &files).into_iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["unknown-field"]);
}

#[test]
fn one_placeholder_on_both_sides_is_one_value() {
    for (selected, label) in [("\"${APP}\"", "\"${APP}\""), ("\"${APP}\"", "web"), ("web", "\"${APP}\"")] {
        let found = found("", &[("web.yaml", both("web", selected, label))]);
        assert!(found.iter().all(|it| it.rule == "unrendered-template"), "{found:#?}");
    }
    let files = [("web.yaml", both("web", "\"${APP}\"", "\"${APP}\"").replace("targetPort: http", "targetPort: grpc"))];
    tells("target-port-names-nothing", Severity::Info, "", &files);
}

#[test]
fn what_does_not_read_is_the_only_fault_told() {
    let broken = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web\n  ports: [}\n";
    let scaled = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}, maxReplicas: 3}\n";
    let other = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template: [}\n";
    let files = [("web.yaml", broken), ("edge.yaml", &ingress("web")), ("scale.yaml", scaled), ("api.yaml", other)];
    let numbered = files.iter().zip(0..);
    let sources: Vec<_> =
        numbered.map(|((path, text), id)| Source::new(FileId(id), (*path).to_owned(), text.as_bytes().to_vec())).collect();
    let levels = Levels::default();
    let found = check(&sources, &|_| false, Profile::default(), &|_| &levels).findings;
    let rules: Vec<_> = found.iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["yaml-syntax-error", "yaml-syntax-error"], "{found:#?}");
    let counts_on_it = found.iter().any(|it| it.labels.iter().any(|label| label.message.contains("Ingress `edge` needs Service `web`")));
    assert!(counts_on_it, "{found:#?}");
}

#[test]
fn a_refused_port_leaves_nobody_dangling() {
    let service = service("web", "web").replace("port: 80,", "port: 80000,");
    let files = [("web.yaml", format!("{service}---\n{}", deployment("web", "web"))), ("edge.yaml", ingress("web"))];
    let rules: Vec<_> = found("", &files).into_iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["port-out-of-range"]);
}

#[test]
fn a_misspelt_field_is_told_once() {
    for (right, wrong) in
        [("ports: [{name: http", "port: [{name: http"), ("metadata: {labels: {app: web}}", "metadata: {label: {app: web}}")]
    {
        let deployment = deployment("web", "web").replace(right, wrong);
        let files = [("web.yaml", format!("{}---\n{deployment}", service("web", "web")))];
        let rules: Vec<_> = found("", &files).into_iter().filter(|it| it.severity > Severity::Info).map(|it| it.rule).collect();
        assert!(!rules.contains(&"target-port-names-nothing") && !rules.contains(&"selector-matches-nothing"), "{rules:?}");
        assert!(rules.contains(&"unknown-field"), "{rules:?}");
    }
}

#[test]
fn one_build_can_not_take_an_object_twice() {
    let files = [
        ("kustomization.yaml", "resources: [a.yaml, b.yaml]\n".to_owned()),
        ("a.yaml", both("web", "web", "web")),
        ("b.yaml", service("web", "web")),
    ];
    tells("duplicate-object", Severity::Error, "", &files);
    quiet("", &files[1..]);
}

#[test]
fn pods_of_an_alternative_are_pointed_at() {
    let files = [("dev/svc.yaml", service("web", "web")), ("prod/web.yaml", both("web", "web", "web"))];
    let found = found("dev/", &files);
    let labels: Vec<_> = found.iter().flat_map(|it| &it.labels).map(|label| label.message.as_str()).collect();
    assert!(labels.iter().any(|it| it.contains("not applied together with this one")), "{found:#?}");
    assert!(found.iter().all(|it| it.severity == Severity::Info));
}

#[test]
fn pods_of_the_application_next_door_are_not_meant() {
    let files = [
        ("apps/cart/cart.yaml", format!("{}---\n{}", service("cart", "cart"), deployment("cart", "carts"))),
        ("apps/other/other.yaml", format!("{}---\n{}", service("other", "cart"), deployment("other", "cart"))),
    ];
    tells("selector-matches-nothing", Severity::Warning, "apps/cart/", &files);
    quiet("apps/other/", &files);
    let files = [files[0].clone(), ("apps/other/other.yaml", deployment("other", "cart"))];
    quiet("apps/cart/cart.yaml", &files);
}

const MONITOR: &str = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\nspec: {selector: {matchLabels: {app: LABEL}}, endpoints: [{port: http}]}\n";

fn scraped(selected: &str, labels: &str, app: &str) -> String {
    let service = service("store", app).replace("{name: store}", &format!("{{name: store, labels: {{{labels}}}}}"));
    format!("{}---\n{}", MONITOR.replace("LABEL", selected), service.replace("ports: [{port", "ports: [{name: http, port"))
}

#[test]
fn a_service_and_its_workload_in_folders_by_kind() {
    let files = [("services/db.yaml", service("db", "database")), ("deployments/db.yaml", deployment("db", "db"))];
    tells("selector-matches-nothing", Severity::Warning, "services/", &files);
    // The pods have a Service: the other one was written for pods that stand elsewhere.
    let files = [
        ("services/db.yaml", service("db", "database")),
        ("services/db-ro.yaml", service("db-ro", "db")),
        ("deployments/db.yaml", deployment("db", "db")),
    ];
    let found = found("services/", &files);
    assert!(found.iter().all(|it| it.severity == Severity::Info), "{found:#?}");
    let caller =
        deployment("web", "web").replace("ports: [{name: http,", "env: [{name: API, value: 'http://api:8081'}], ports: [{name: http,");
    let files = [
        ("services/api.yaml", service("api", "api")),
        ("deployments/api.yaml", deployment("api", "api")),
        ("deployments/web.yaml", caller),
    ];
    tells("called-port-missing", Severity::Warning, "deployments/", &files);
}

#[test]
fn folders_of_kinds_are_one_folder_that_somebody_sorted() {
    let misspelt = service("web", "web").replace("targetPort: http", "targetPort: htpp");
    let sorted = [("k8s/services/web.yaml", misspelt.clone()), ("k8s/deployments/web.yaml", deployment("web", "web"))];
    tells("target-port-names-nothing", Severity::Error, "k8s/", &sorted);
    // Who explains the kinds one by one has pods as well, and does not mean the Deployment next door.
    let [of_services, of_deployments] = sorted;
    let lesson = [of_services, of_deployments, ("k8s/pods/web.yaml", deployment("other", "other"))];
    tells("target-port-names-nothing", Severity::Warning, "k8s/", &lesson);
    let examples = [("examples/services/web.yaml", misspelt), ("examples/deployments/web.yaml", deployment("web", "web"))];
    tells("target-port-names-nothing", Severity::Warning, "examples/", &examples);
}

#[test]
fn a_monitor_misses_by_a_slip_or_counts_on_a_chart() {
    tells("monitor-selects-nothing", Severity::Warning, "", &[("m.yaml", scraped("stoer", "app: store", "store"))]);
    // A chart that makes the pods makes their Services, too.
    let found = found("", &[("m.yaml", scraped("store", "tier: back", "store"))]);
    assert!(found.iter().all(|it| it.severity == Severity::Info), "{found:#?}");
    let with_pods = format!("{}---\n{}", scraped("store", "tier: back", "store"), deployment("store", "store"));
    tells("monitor-selects-nothing", Severity::Warning, "", &[("m.yaml", with_pods)]);
}

#[test]
fn a_file_of_another_tool_hides_no_manifest() {
    let source =
        |path: &str, text: &str| Source::new(FileId(u32::from(path == "tsconfig.json")), path.to_owned(), text.as_bytes().to_vec());
    let app = both("web", "web", "web").replace("targetPort: http", "targetPort: web");
    let sources = [source("app.yaml", &app), source("tsconfig.json", "{ // comment\n \"compilerOptions\": {},}")];
    let levels = Levels::default();
    let found = check(&sources, &|_| false, Profile::default(), &|_| &levels).findings;
    assert!(found.iter().any(|it| it.rule == "target-port-names-nothing" && it.severity == Severity::Error), "{found:#?}");
}

#[test]
fn an_ingress_without_the_namespace_of_its_service() {
    let there = service("web", "web").replace("{name: web}", "{name: web, namespace: shop}");
    tells("ingress-backend-missing", Severity::Warning, "", &[("web.yaml", format!("{there}---\n{}", ingress("web")))]);
    // In files apart the one with the Ingress may be applied with `-n shop`.
    let found = found("", &[("web.yaml", there), ("ingress.yaml", ingress("web"))]);
    assert!(found.iter().all(|it| it.severity == Severity::Info), "{found:#?}");
}
