//! What looks wrong and works: none of it may be called more than worth knowing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::object::State;
use svclint::kube::{Profile, read};
use svclint::source::{FileId, Source};

fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    let named = files.iter().zip(0..);
    let sources: Vec<_> = named.map(|((path, text), id)| Source::new(FileId(id), (*path).to_owned(), text.as_bytes().to_vec())).collect();
    let levels = Levels::default();
    check(&sources, &|_| false, Profile::default(), &|_| &levels).findings
}

/// A text that does not read would be quiet for the wrong reason.
#[track_caller]
fn reads(files: &[(&str, &str)]) {
    for (path, text) in files.iter().filter(|(_, text)| !text.contains("{{")) {
        let source = Source::new(FileId(0), (*path).to_owned(), text.as_bytes().to_vec());
        for object in read::objects(&source, false, None) {
            assert!(!matches!(object.state, State::Unreadable(_)), "{path}: {:?}\n{text}", object.state);
        }
    }
}

#[track_caller]
fn quiet(files: &[(&str, &str)]) {
    reads(files);
    let loud: Vec<_> = found(files).into_iter().filter(|it| it.severity > Severity::Info).map(|it| (it.rule, it.message)).collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

#[track_caller]
fn quiet_file(text: &str) {
    quiet(&[("app.yaml", text)]);
}

fn service(name: &str, selector: &str, ports: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: {selector}\n  ports: {ports}\n")
}

fn workload(kind: &str, name: &str, labels: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {labels}}}\n  template:\n    \
         metadata: {{labels: {labels}}}\n    spec:\n      containers: [{container}]\n"
    )
}

fn deployment(name: &str, labels: &str, container: &str) -> String {
    workload("Deployment", name, labels, container)
}

fn join(documents: &[String]) -> String {
    documents.join("---\n")
}

const WEB: &str = "{name: web, image: shop/web, ports: [{name: http, containerPort: 8080}]}";
const TO_HTTP: &str = "[{port: 80, targetPort: http}]";

#[test]
fn a_service_without_selector() {
    let bare = "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n";
    quiet_file(bare);
    quiet_file(&format!(
        "{bare}---\napiVersion: v1\nkind: Endpoints\nmetadata: {{name: db}}\nsubsets: [{{addresses: [{{ip: 192.0.2.1}}], ports: [{{port: 5432}}]}}]\n"
    ));
    quiet_file(&format!(
        "{bare}---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {{name: db-1, labels: {{kubernetes.io/service-name: db}}}}\n\
         addressType: IPv4\nports: [{{name: '', port: 5432}}]\nendpoints: [{{addresses: [192.0.2.1]}}]\n"
    ));
}

#[test]
fn an_external_name_with_leftovers() {
    quiet_file("apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: db.example.com}\n");
    quiet_file(
        "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {type: ExternalName, externalName: db.example.com, selector: {app: db}, ports: [{port: 5432}]}\n",
    );
}

#[test]
fn a_number_that_no_container_declares() {
    let bare = "{name: web, image: shop/web}";
    quiet_file(&join(&[service("web", "{app: web}", "[{port: 80, targetPort: 8080}]"), deployment("web", "{app: web}", bare)]));
    let other = "{name: web, image: shop/web, ports: [{containerPort: 9090}], readinessProbe: {tcpSocket: {port: 8081}}}";
    quiet_file(&join(&[service("web", "{app: web}", "[{port: 80, targetPort: 8080}]"), deployment("web", "{app: web}", other)]));
    let told = "{name: web, image: shop/web, args: ['--secure-port=9002'], ports: [{containerPort: 80}]}";
    quiet_file(&join(&[service("web", "{app: web}", "[{port: 80, targetPort: 9002}]"), deployment("web", "{app: web}", told)]));
}

#[test]
fn the_default_namespace_written_or_not() {
    let written = deployment("web", "{app: web}", WEB).replace("{name: web}\nspec", "{name: web, namespace: default}\nspec");
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), written]));
}

#[test]
fn a_namespace_that_comes_with_apply() {
    let written = deployment("web", "{app: web}", WEB).replace("{name: web}\nspec", "{name: web, namespace: shop}\nspec");
    quiet(&[("k8s/svc.yaml", &service("web", "{app: web}", TO_HTTP)), ("k8s/web.yaml", &written)]);
}

#[test]
fn a_workload_in_another_file() {
    quiet(&[("k8s/svc.yaml", &service("web", "{app: web}", TO_HTTP)), ("k8s/web.yaml", &deployment("web", "{app: web}", WEB))]);
    quiet(&[
        ("k8s/services/web.yaml", &service("web", "{app: web}", TO_HTTP)),
        ("k8s/deployments/web.yaml", &deployment("web", "{app: web}", WEB)),
    ]);
}

#[test]
fn a_lone_file() {
    let text = service("web", "{app: web}", TO_HTTP);
    quiet_file(&text);
    assert!(found(&[("svc.yaml", &text)]).iter().any(|finding| finding.message.contains("no workload in the files given")));
}

#[test]
fn any_object_with_a_pod_template() {
    for (api, kind) in [
        ("argoproj.io/v1alpha1", "Rollout"),
        ("apps.openshift.io/v1", "DeploymentConfig"),
        ("serving.knative.dev/v1", "Service"),
        ("x.example.com/v1", "Fleet"),
    ] {
        let text = deployment("web", "{app: web}", WEB).replace("apps/v1", api).replace("kind: Deployment", &format!("kind: {kind}"));
        quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), text]));
    }
}

#[test]
fn pods_that_an_operator_makes() {
    let custom = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\nspec: {replicas: 2}\n".to_owned();
    let unlike = deployment("exporter", "{app: exporter}", "{name: exporter, image: x, ports: [{containerPort: 9100}]}");
    quiet_file(&join(&[service("prometheus-k8s", "{prometheus: k8s}", "[{port: 9090, targetPort: web}]"), custom, unlike]));
}

#[test]
fn labels_that_controllers_add() {
    let set = |selector: &str| join(&[service("web-0", selector, TO_HTTP), workload("StatefulSet", "web", "{app: web}", WEB)]);
    quiet_file(&set("{statefulset.kubernetes.io/pod-name: web-0}"));
    quiet_file(&set("{app: web, statefulset.kubernetes.io/pod-name: web-0}"));
    quiet_file(&set("{app: web, apps.kubernetes.io/pod-index: '0'}"));
    quiet_file(&set("{app: web, controller-revision-hash: web-5d4}"));
    quiet_file(&join(&[service("web", "{app: web, pod-template-hash: abc}", TO_HTTP), deployment("web", "{app: web}", WEB)]));
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: run}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: run, image: x}]}}}\n";
    quiet_file(&join(&[service("run", "{job-name: run}", "[{port: 80}]"), job.to_owned()]));
    let rollout =
        deployment("web", "{app: web}", WEB).replace("apps/v1", "argoproj.io/v1alpha1").replace("kind: Deployment", "kind: Rollout");
    quiet_file(&join(&[service("web", "{app: web, rollouts-pod-template-hash: abc}", TO_HTTP), rollout]));
}

#[test]
fn a_neighbour_that_does_not_parse_or_is_a_template() {
    let chart = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec: {{ toYaml . }}\n";
    quiet(&[("t/svc.yaml", &service("web", "{app: web}", TO_HTTP)), ("t/web.yaml", chart)]);
    let near = found(&[
        ("t/svc.yaml", &service("web", "{app: wbe}", TO_HTTP)),
        ("t/web.yaml", "a: [\n"),
        ("t/x.yaml", &deployment("web", "{app: web}", WEB)),
    ]);
    assert!(near.iter().all(|finding| finding.rule != "selector-matches-nothing" || finding.severity == Severity::Info), "{near:#?}");
}

#[test]
fn every_kind_of_workload() {
    for kind in ["StatefulSet", "DaemonSet", "ReplicaSet"] {
        quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), workload(kind, "web", "{app: web}", WEB)]));
    }
    let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web, labels: {{app: web}}}}\nspec: {{containers: [{WEB}]}}\n");
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), pod]));
    let controller = format!(
        "apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: web}}\nspec:\n  template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{WEB}]}}}}\n"
    );
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), controller]));
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: web}}\nspec: {{template: {{metadata: {{labels: {{app: web}}}}, spec: {{restartPolicy: Never, containers: [{WEB}]}}}}}}\n"
    );
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), job.clone()]));
    let cron = job
        .replace("kind: Job", "kind: CronJob")
        .replace("spec: {template", "spec: {schedule: '* * * * *', jobTemplate: {spec: {template")
        .trim_end()
        .to_owned()
        + "}}\n";
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), cron]));
}

#[test]
fn workload_selectors_play_no_part() {
    let expressions = deployment("web", "{app: web}", WEB)
        .replace("selector: {matchLabels: {app: web}}", "selector: {matchExpressions: [{key: app, operator: In, values: [web, www]}]}");
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), expressions]));
    let more =
        deployment("web", "{app: web}", WEB).replace("metadata: {labels: {app: web}}", "metadata: {labels: {app: web, tier: front}}");
    quiet_file(&join(&[service("web", "{tier: front}", TO_HTTP), more]));
}

#[test]
fn ports_of_other_containers_and_sidecars() {
    let two = "{name: proxy, image: proxy}, {name: web, image: shop/web, ports: [{name: http, containerPort: 8080}]}";
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), deployment("web", "{app: web}", two)]));
    let sidecar = deployment("web", "{app: web}", "{name: web, image: shop/web}")
        + "      initContainers: [{name: proxy, image: proxy, restartPolicy: Always, ports: [{name: http, containerPort: 8080}]}]\n";
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), sidecar.clone()]));
    let gone = sidecar.replace(" restartPolicy: Always,", "");
    let found = found(&[("app.yaml", &join(&[service("web", "{app: web}", TO_HTTP), gone]))]);
    assert!(found.iter().any(|finding| finding.rule == "target-port-names-nothing"), "an init container's port does not count");
}

#[test]
fn several_services_or_several_workloads() {
    let pair = [
        service("web", "{app: web}", TO_HTTP),
        service("web-headless", "{app: web}", "[{port: 8080, targetPort: http}]").replace("spec:\n", "spec:\n  clusterIP: None\n"),
    ];
    quiet_file(&join(&[pair.to_vec(), vec![deployment("web", "{app: web}", WEB)]].concat()));
    let blue = deployment("web-blue", "{app: web, version: blue}", WEB);
    let green = deployment("web-green", "{app: web, version: green}", &WEB.replace("shop/web", "shop/web:2"));
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), blue, green]));
    let stable = deployment("reviews-v1", "{app: reviews, version: v1}", &WEB.replace("shop/web", "shop/reviews-v1"));
    let canary = deployment("reviews-v2", "{app: reviews, version: v2}", &WEB.replace("shop/web", "shop/reviews-v2"));
    quiet_file(&join(&[service("reviews", "{app: reviews}", TO_HTTP), stable, canary]));
    let either = [deployment("gateway", "{app: gateway}", WEB), workload("DaemonSet", "gateway", "{app: gateway}", WEB)];
    quiet(&[
        ("d/svc.yaml", &service("gateway", "{app: gateway}", TO_HTTP)),
        ("d/deployment.yaml", &either[0]),
        ("d/daemonset.yaml", &either[1]),
    ]);
    quiet_file(&join(&[
        service("web", "{app: web}", "[{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8080}]"),
        deployment("web", "{app: web}", WEB),
    ]));
}

#[test]
fn one_number_for_tcp_and_udp() {
    let dns = "{name: dns, image: dns, ports: [{name: dns, protocol: UDP, containerPort: 53}, {name: dns-tcp, protocol: TCP, containerPort: 53}]}";
    let ports = "[{name: dns, protocol: UDP, port: 53, nodePort: 30053}, {name: dns-tcp, protocol: TCP, port: 53, nodePort: 30053}]";
    let text = service("dns", "{app: dns}", ports).replace("spec:\n", "spec:\n  type: NodePort\n");
    quiet_file(&join(&[text, deployment("dns", "{app: dns}", dns)]));
    let udp = service("a", "{app: dns}", "[{protocol: UDP, port: 53, nodePort: 30053}]").replace("spec:\n", "spec:\n  type: NodePort\n");
    let tcp = service("b", "{app: dns}", "[{protocol: TCP, port: 53, nodePort: 30053}]").replace("spec:\n", "spec:\n  type: NodePort\n");
    quiet_file(&join(&[udp, tcp, deployment("dns", "{app: dns}", dns)]));
}

#[test]
fn a_name_that_some_workloads_lack_is_no_error() {
    let other = deployment("web-b", "{app: web, v: b}", &WEB.replace("name: http", "name: www"));
    let text = join(&[service("web", "{app: web}", TO_HTTP), deployment("web-a", "{app: web, v: a}", WEB), other]);
    let loudest = found(&[("app.yaml", &text)]).iter().map(|finding| finding.severity).max();
    assert_eq!(loudest, Some(Severity::Warning));
}

#[test]
fn ingresses_that_are_not_judged() {
    let ingress = |backend: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules: [{{http: {{paths: [{{path: /, pathType: Prefix, backend: {backend}}}]}}}}]\n"
        )
    };
    quiet_file(&ingress("{resource: {apiGroup: k8s.example.com, kind: StorageBucket, name: static}}"));
    quiet_file(&ingress("{service: {name: redirect, port: {name: use-annotation}}}"));
    quiet_file(&ingress("{service: {name: elsewhere, port: {number: 80}}}"));
    let class = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {name: http}}}}\n";
    let web = service("web", "{app: web}", "[{name: http, port: 80, targetPort: http}]");
    quiet_file(&join(&[class.to_owned(), web, deployment("web", "{app: web}", WEB)]));
}

#[test]
fn load_balancers_are_no_fault() {
    for annotations in [
        "{}",
        "{service.beta.kubernetes.io/aws-load-balancer-scheme: internal}",
        "{networking.gke.io/load-balancer-type: Internal}",
        "{metallb.universe.tf/address-pool: lan}",
    ] {
        let text = service("web", "{app: web}", TO_HTTP)
            .replace("{name: web}", &format!("{{name: web, annotations: {annotations}}}"))
            .replace("spec:\n", "spec:\n  type: LoadBalancer\n");
        quiet_file(&join(&[text, deployment("web", "{app: web}", WEB)]));
    }
}

#[test]
fn patches_and_what_a_kustomization_changes() {
    let kustomization = "namespace: shop\nresources: [../base]\npatches: [{path: patch.yaml}]\n";
    let patch = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80, targetPort: admin}]}\n";
    let overlay = [("k/prod/kustomization.yaml", kustomization), ("k/prod/patch.yaml", patch)];
    let base = (service("web", "{app: web}", TO_HTTP), deployment("web", "{app: web}", WEB));
    quiet(&[("k/base/svc.yaml", &base.0), ("k/base/web.yaml", &base.1), overlay[0], overlay[1]]);
    let bare = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";
    quiet(&[("k/base/kustomization.yaml", "commonLabels: {app: web}\nresources: [svc.yaml]\n"), ("k/base/svc.yaml", bare)]);
    let part = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: proxy, ports: [{name: https, containerPort: 8443}]}]}}}\n";
    quiet(&[
        ("k/base/svc.yaml", &service("web", "{app: web}", "[{port: 443, targetPort: https}]")),
        ("k/base/web.yaml", &base.1),
        ("k/default/kustomization.yaml", "resources: [../base]\npatches: [{path: proxy.yaml}]\n"),
        ("k/default/proxy.yaml", part),
    ]);
}

#[test]
fn what_a_kustomization_that_is_not_there_may_take() {
    let manager = deployment("manager", "{app: manager}", WEB).replace("  selector: {matchLabels: {app: manager}}\n", "");
    assert!(found(&[("k/manager/manager.yaml", &manager)]).iter().any(|finding| finding.rule == "workload-selector-mismatch"));
    quiet(&[("k/base/kustomization.yaml", "resources: [../default]\n"), ("k/manager/manager.yaml", &manager)]);
    let sidecar = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {annotations: {sidecar.istio.io/inject: 'true'}}}}\n";
    quiet(&[("k/overlays/kustomization.yaml", "components: [../components/istio]\n"), ("k/components/istio/sidecar.yaml", sidecar)]);
    let elsewhere = [("k/base/kustomization.yaml", "resources: [../default]\n"), ("other/manager.yaml", manager.as_str())];
    assert!(found(&elsewhere).iter().any(|finding| finding.rule == "workload-selector-mismatch"));
}

#[test]
fn a_patch_of_many_goes_by_its_target() {
    let kustomization = "resources: [web.yaml]\npatches: [{path: changes/inject.yaml, target: {kind: Deployment}}]\n";
    let patch = "patches:\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '*'}\nspec: {template: {metadata: {labels: {inject: 'true'}}}}\n";
    let web = deployment("web", "{app: web}", WEB);
    quiet(&[("k/kustomization.yaml", kustomization), ("k/web.yaml", &web), ("k/changes/inject.yaml", patch)]);
}

#[test]
fn a_workload_that_only_says_what_is_to_change() {
    let piece = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: manager}\nspec: {template: {spec: {containers: [{name: manager, resources: {limits: {cpu: null}}}]}}}\n";
    quiet_file(piece);
    let told = found(&[("app.yaml", piece)]);
    assert!(told.iter().any(|finding| finding.rule == "required-field-missing" && finding.message.contains("a piece of one")), "{told:#?}");
    for whole in [
        deployment("web", "{app: web}", "{name: web}"),
        deployment("web", "{app: web}", WEB).replace("selector: {matchLabels: {app: web}}", "replicas: 2"),
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n".to_owned(),
    ] {
        assert!(found(&[("app.yaml", &whole)]).iter().any(|finding| finding.severity == Severity::Error), "{whole}");
    }
}

#[test]
fn a_host_that_is_yet_to_be_filled_in() {
    for host in ["VAR_DOMAIN_NAME", "www.VAR_DOMAIN_NAME", "shop.A.B.C.D.nip.io"] {
        quiet_file(&format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec:\n  rules: [{{host: {host}, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]\n"
        ));
    }
}

#[test]
fn two_recorded_states_of_one_object() {
    let state = |uid: &str, version: &str| {
        service("web", "{app: web}", TO_HTTP).replace("{name: web}", &format!("{{name: web, uid: {uid}, resourceVersion: '{version}'}}"))
    };
    let told = |files: String| found(&[("states.yaml", &files)]).iter().any(|finding| finding.rule == "duplicate-object");
    assert!(!told(join(&[state("a-1", "1"), state("a-1", "2")])));
    assert!(told(join(&[state("a-1", "1"), state("b-2", "2")])));
}

#[test]
fn a_critical_pod_with_a_priority_class() {
    let critical = |class: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: proxy, annotations: {{scheduler.alpha.kubernetes.io/critical-pod: ''}}}}\nspec: {{{class}containers: [{{name: proxy, image: proxy}}]}}\n"
        )
    };
    quiet_file(&critical("priorityClassName: system-node-critical, "));
    assert!(found(&[("app.yaml", &critical(""))]).iter().any(|finding| finding.severity == Severity::Warning));
}

#[test]
fn what_clients_see_goes_by_the_kind_of_route() {
    let route = |kind: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: edge}}\nspec: {{rules: [{{backendRefs: [{{name: away, port: 80}}]}}]}}\n"
        )
    };
    for (kind, words) in [
        ("HTTPRoute", "clients get a 500"),
        ("GRPCRoute", "clients get `UNAVAILABLE`"),
        ("TCPRoute", "connections are closed"),
        ("UDPRoute", "packets are dropped"),
    ] {
        let told = found(&[("app.yaml", &route(kind))]);
        let labels: Vec<_> = told.iter().flat_map(|finding| &finding.labels).map(|label| label.message.as_str()).collect();
        assert!(labels.iter().any(|label| label.contains(words)), "{kind}: {labels:?}");
    }
    let mirrored = route("HTTPRoute").replace(
        "{backendRefs: [{name: away, port: 80}]}",
        "{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: away, port: 80}}}]}",
    );
    assert!(found(&[("app.yaml", &mirrored)]).iter().any(|finding| finding.labels[0].message.contains("copies of requests")));
    let traefik = |kind: &str| {
        format!(
            "apiVersion: traefik.io/v1alpha1\nkind: {kind}\nmetadata: {{name: edge}}\nspec: {{routes: [{{services: [{{name: away, port: 80}}]}}]}}\n"
        )
    };
    for (kind, words) in
        [("IngressRoute", "404"), ("IngressRouteTCP", "connections are closed"), ("IngressRouteUDP", "packets are dropped")]
    {
        assert!(found(&[("app.yaml", &traefik(kind))]).iter().any(|finding| finding.labels[0].message.contains(words)), "{kind}");
    }
}

#[test]
fn parents_that_differ_by_their_ports() {
    let route = |parents: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: web}}\nspec:\n  parentRefs: [{parents}]\n  rules: [{{filters: [{{type: RequestRedirect, requestRedirect: {{scheme: https}}}}]}}]\n"
        )
    };
    quiet_file(&route("{name: edge, port: 80}, {name: edge, port: 8080}, {name: inner}"));
    for refused in ["{name: edge, port: 80}, {name: edge, port: 80}", "{name: edge, port: 80}, {name: edge}", "{name: edge}, {name: edge}"]
    {
        assert!(found(&[("app.yaml", &route(refused))]).iter().any(|finding| finding.rule == "invalid-field"), "{refused}");
    }
}

#[test]
fn a_path_that_an_annotation_makes_a_pattern() {
    let ingress = |annotation: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web, annotations: {{{annotation}}}}}\nspec:\n  rules: [{{http: {{paths: [{{path: '/a/(.*)', pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]\n"
        )
    };
    let told =
        |text: &str| found(&[("app.yaml", text)]).into_iter().find(|finding| finding.rule == "ingress-path-taken-literally").unwrap();
    assert!(told(&ingress("")).message.contains("letter for letter"));
    let pattern = told(&ingress("nginx.ingress.kubernetes.io/use-regex: 'true'"));
    assert!(pattern.severity == Severity::Info && pattern.message.contains("is a pattern"), "{pattern:#?}");
}

#[test]
fn services_that_come_alone() {
    quiet_file(
        "apiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\nspec: {ports: [{name: https, port: 443, targetPort: 6443}]}\n",
    );
    quiet_file(&service("kube-dns", "{k8s-app: kube-dns}", "[{name: dns, protocol: UDP, port: 53}]"));
    quiet_file("apiVersion: v1\nkind: Endpoints\nmetadata: {name: lock, annotations: {control-plane.alpha.kubernetes.io/leader: '{}'}}\n");
}

#[test]
fn documents_in_every_form() {
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}- {}",
        service("web", "{app: web}", TO_HTTP).replace('\n', "\n  ").trim_end_matches(' '),
        deployment("web", "{app: web}", WEB).replace('\n', "\n  ").trim_end_matches(' ')
    );
    quiet_file(&list);
    quiet_file("# only a comment\n---\n---\n# and another\n");
    quiet_file("");
    let json = r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}}"#;
    quiet(&[("d/svc.json", json), ("d/web.yaml", &deployment("web", "{app: web}", WEB))]);
    let anchored =
        deployment("web", "&labels {app: web}", WEB).replace("labels: &labels {app: web}}\n    spec", "labels: *labels}\n    spec");
    quiet_file(&join(&[service("web", "{app: web}", TO_HTTP), anchored]));
    let twice = service("web", "{app: web}", TO_HTTP);
    quiet(&[("a/svc.yaml", &twice), ("b/svc.yaml", &twice), ("a/web.yaml", &deployment("web", "{app: web}", WEB))]);
}

#[test]
fn ports_left_to_their_defaults() {
    for port in ["{port: 8080}", "{port: 8080, targetPort: ''}", "{port: 8080, targetPort: 0}"] {
        quiet_file(&join(&[service("web", "{app: web}", &format!("[{port}]")), deployment("web", "{app: web}", WEB)]));
    }
    let quoted = found(&[(
        "app.yaml",
        &join(&[service("web", "{app: web}", "[{port: 80, targetPort: '8080'}]"), deployment("web", "{app: web}", WEB)]),
    )]);
    assert!(
        quoted.iter().all(|finding| !finding.rule.starts_with("target-port")),
        "a number in quotes is refused, not looked for: {quoted:#?}"
    );
}

#[test]
fn a_chart_that_writes_its_namespace_here_and_there() {
    let there = |text: &str| text.replacen("metadata: {", "metadata: {namespace: shop, labels: {app.kubernetes.io/managed-by: Helm}, ", 1);
    let (web, pods) = (service("web", "{app: web}", TO_HTTP), deployment("web", "{app: web}", WEB));
    quiet_file(&join(&[there(&web), pods.clone()]));
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n";
    quiet_file(&join(&[there(&web), there(&pods), ingress.to_owned()]));
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec:\n  podSelector: {matchLabels: {app: web}}\n  ingress: [{}]\n";
    quiet_file(&join(&[there(&web), there(&pods), policy.to_owned()]));
}

#[test]
fn host_ports_that_never_meet() {
    let agent = |name: &str, pod: &str| {
        let text = workload(
            "DaemonSet",
            name,
            &format!("{{app: {name}}}"),
            "{name: a, image: shop/a, ports: [{containerPort: 9100, hostPort: 9100}]}",
        );
        text.replace("    spec:\n", &format!("    spec:\n      {pod}\n"))
    };
    quiet_file(&join(&[agent("linux", "nodeSelector: {pool: a}"), agent("other", "nodeSelector: {pool: b}")]));
    quiet_file(&join(&[
        agent("linux", "dnsPolicy: Default").replace("9100}]", "9100, hostIP: 127.0.0.1}]"),
        agent("other", "dnsPolicy: Default").replace("9100}]", "9100, hostIP: 10.0.0.1}]"),
    ]));
    quiet(&[("a.yaml", &agent("linux", "dnsPolicy: Default")), ("b.yaml", &agent("other", "dnsPolicy: Default"))]);
}

#[test]
fn protocols_that_nobody_wrote_at_the_container() {
    let bare = "{name: dns, image: dns, ports: [{containerPort: 53}]}";
    quiet_file(&join(&[service("dns", "{app: dns}", "[{protocol: UDP, port: 53}]"), deployment("dns", "{app: dns}", bare)]));
    let udp = "{name: dns, image: dns, ports: [{containerPort: 53, protocol: UDP}]}";
    let both = "[{name: dns, protocol: UDP, port: 53}, {name: dns-tcp, port: 53}]";
    quiet_file(&join(&[service("dns", "{app: dns}", both), deployment("dns", "{app: dns}", udp)]));
    let (of_tcp, of_udp) = (service("a", "{app: dns}", "[{port: 53}]"), service("b", "{app: dns}", "[{protocol: UDP, port: 53}]"));
    quiet_file(&join(&[of_tcp, of_udp, deployment("dns", "{app: dns}", udp)]));
    let probed = "{name: dns, image: dns, ports: [{containerPort: 53, protocol: UDP}], livenessProbe: {tcpSocket: {port: 53}}}";
    quiet_file(&join(&[service("dns", "{app: dns}", "[{port: 53}]"), deployment("dns", "{app: dns}", probed)]));
}

#[test]
fn monitors_that_some_prometheus_takes_up() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web, namespace: shop, labels: {release: a}}\n\
                   spec: {selector: {matchLabels: {app: web}}, endpoints: [{port: http}]}\n";
    let prometheus = |name: &str, namespace: &str, spec: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"
        )
    };
    let takes = |spec: &str| quiet_file(&join(&[prometheus("a", "monitoring", spec), monitor.to_owned()]));
    takes("{serviceMonitorSelector: {}, serviceMonitorNamespaceSelector: {}}");
    takes("{serviceMonitorSelector: {matchLabels: {release: a}}, serviceMonitorNamespaceSelector: {matchLabels: {watched: 'yes'}}}");
    takes("{replicas: 2}");
    let other = prometheus("b", "shop", "{serviceMonitorSelector: {matchLabels: {release: b}}}");
    quiet_file(&join(&[other.clone(), prometheus("a", "shop", "{serviceMonitorSelector: {}}"), monitor.to_owned()]));
    quiet(&[("prometheus/main.yaml", &other), ("web/monitor.yaml", monitor)]);
}

#[test]
fn calls_that_a_policy_may_let_through() {
    let caller = "{name: cl, image: shop/cl, env: [{name: API, value: 'http://web:80'}]}";
    let policy = |peers: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web}}\nspec:\n  podSelector: {{matchLabels: {{app: web}}}}\n  \
             ingress: [{{from: [{peers}]}}]\n"
        )
    };
    let app = |peers: &str| {
        let web = [service("web", "{app: web}", TO_HTTP), deployment("web", "{app: web}", WEB)];
        quiet_file(&join(&[web[0].clone(), web[1].clone(), deployment("cl", "{app: cl}", caller), policy(peers)]));
    };
    app("{podSelector: {matchLabels: {app: cl}}}");
    app("{ipBlock: {cidr: 10.0.0.0/8}}");
    app("{namespaceSelector: {matchLabels: {team: shop}}}");
}

#[test]
fn policies_that_are_only_choices() {
    let local = service("web", "{app: web}", TO_HTTP).replace("spec:\n", "spec:\n  type: NodePort\n  externalTrafficPolicy: Local\n");
    quiet_file(&join(&[local, workload("DaemonSet", "web", "{app: web}", WEB)]));
    let sticky = service("web", "{app: web}", TO_HTTP)
        .replace("spec:\n", "spec:\n  clusterIP: None\n  sessionAffinity: ClientIP\n  publishNotReadyAddresses: true\n");
    quiet_file(&join(&[sticky, deployment("web", "{app: web}", WEB)]));
}

#[test]
fn one_name_in_base_and_overlays() {
    let (service, workload) = (service("web", "{app: web}", TO_HTTP), deployment("web", "{app: web}", WEB));
    let node = service.replace("spec:\n", "spec:\n  type: NodePort\n").replace("targetPort: http", "targetPort: http, nodePort: 30080");
    quiet(&[
        ("k/dev/svc.yaml", &node),
        ("k/dev/web.yaml", &workload),
        ("k/prod/svc.yaml", &node.replace("{name: web}", "{name: web, namespace: prod}")),
        ("k/prod/web.yaml", &workload.replace("{name: web}\nspec", "{name: web, namespace: prod}\nspec")),
    ]);
}

#[test]
fn a_headless_service_without_ports() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: peers}\nspec: {clusterIP: None, selector: {app: web}}\n".to_owned();
    quiet_file(&join(&[text, deployment("web", "{app: web}", WEB)]));
    quiet_file("apiVersion: v1\nkind: Service\nmetadata: {name: peers}\nspec: {clusterIP: None}\n");
}

#[test]
fn a_selector_that_a_roll_out_patches() {
    let blue = deployment("web", "{app: web, version: blue}", WEB);
    let text = join(&[service("web", "{app: web, version: green}", TO_HTTP), blue]);
    assert!(found(&[("app.yaml", &text)]).iter().all(|finding| finding.severity < Severity::Error));
    let rollout =
        deployment("web", "{app: web}", WEB).replace("apps/v1", "argoproj.io/v1alpha1").replace("kind: Deployment", "kind: Rollout");
    quiet_file(&join(&[service("web-stable", "{app: web}", TO_HTTP), service("web-canary", "{app: web}", TO_HTTP), rollout]));
}

#[test]
fn names_and_numbers_that_are_no_address_of_a_service() {
    let cache = service("redis", "{app: redis}", "[{port: 6379}]")
        + "---\n"
        + &deployment("redis", "{app: redis}", "{name: redis, image: 'redis:7', ports: [{containerPort: 6379}]}");
    let told =
        |env: &str| join(&[cache.clone(), deployment("web", "{app: web}", &format!("{{name: web, image: shop/web, env: [{env}]}}"))]);
    for env in [
        "{name: CACHE_IMAGE, value: 'docker://redis:7'}",
        "{name: CACHE, value: 'redis:7'}",
        "{name: CACHE, value: 'redis://redis:6379/0'}",
        "{name: CACHE, value: 'redis://redis.example.com:6380'}",
        "{name: CACHE, value: 'redis://reddit:6379'}",
        "{name: REDIS_HOST, value: redis.example.com}, {name: REDIS_PORT, value: '6380'}",
        "{name: REDIS_HOST, value: redis}, {name: REDIS_PORT, value: '6379'}",
        "{name: URL, value: '$(REDIS_SERVICE_HOST):$(REDIS_SERVICE_PORT)'}",
        "{name: URL, value: '$(REDIS_PORT)'}",
        "{name: REDIS_PORT, value: '6379'}, {name: URL, value: 'redis:$(REDIS_PORT)'}",
    ] {
        quiet_file(&told(env));
    }
}

#[test]
fn a_program_may_name_itself_as_it_likes() {
    let container = "{name: web, image: shop/web, ports: [{containerPort: 8080}], env: [{name: SERVER_HOST, value: web}, {name: SERVER_PORT, value: '8080'}]}";
    quiet_file(&join(&[service("web", "{app: web}", "[{port: 80, targetPort: 8080}]"), deployment("web", "{app: web}", container)]));
}

#[test]
fn policies_add_up_whatever_file_they_are_in() {
    let policy = |name: &str, spec: &str| {
        format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}}}\nspec: {spec}\n")
    };
    let app = join(&[
        service("api", "{app: api}", "[{port: 80, targetPort: 8080}]"),
        deployment("api", "{app: api}", "{name: api, image: shop/api, ports: [{containerPort: 8080}]}"),
        policy(
            "api-out",
            "{podSelector: {matchLabels: {app: api}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: api}}}]}]}",
        ),
        policy("api-in", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 80}]}]}"),
    ]);
    let dns = policy("dns", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}]}]}");
    let port = policy("api-port", "{podSelector: {}, ingress: [{ports: [{port: 8080}]}]}");
    quiet(&[("k8s/app.yaml", &app), ("k8s/dns.yaml", &dns), ("k8s/port.yaml", &port)]);
}

#[test]
fn a_loopback_address_in_a_script_or_behind_a_proxy_is_no_fault() {
    let api = service("api", "{app: api}", "[{port: 80, targetPort: 8080}]");
    let script = "{name: api, image: shop/api, ports: [{containerPort: 8080}], command: [sh, -c, 'serve & check --host 127.0.0.1']}";
    let proxied =
        "{name: api, image: shop/api, args: ['--listen=127.0.0.1:8081']}, {name: proxy, image: shop/proxy, ports: [{containerPort: 8080}]}";
    for container in [script, proxied] {
        quiet_file(&join(&[api.clone(), deployment("api", "{app: api}", container)]));
    }
}

#[test]
fn a_second_program_of_the_pods_has_a_port_of_its_own() {
    let serving = "{name: app, image: acme/app, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}}}";
    quiet_file(&join(&[
        service("app", "{app: app}", "[{name: http, port: 80, targetPort: 8080}]"),
        service("app-metrics", "{app: app}", "[{name: metrics, port: 9090}]"),
        deployment("app", "{app: app}", serving),
    ]));
    let named = "{name: app, image: acme/app, env: [{name: PORT, value: '8080'}], ports: [{name: http, containerPort: 8080}]}";
    quiet_file(&join(&[
        service("app", "{app: app}", "[{name: http, port: 80, targetPort: http}, {name: metrics, port: 9090}]"),
        deployment("app", "{app: app}", named),
    ]));
    let undeclared = "{name: app, image: acme/app, env: [{name: PORT, value: '8080'}], readinessProbe: {httpGet: {path: /, port: 8080}}}";
    quiet_file(&join(&[
        service("app", "{app: app}", "[{name: http, port: 80, targetPort: 8080}, {name: metrics, port: 9090}]"),
        deployment("app", "{app: app}", undeclared),
    ]));
}

#[test]
fn a_protocol_left_out_of_a_declaration_is_no_word_against_the_service() {
    quiet_file(&join(&[
        service("vpn", "{app: vpn}", "[{name: wg, port: 51820, protocol: UDP}]"),
        deployment("vpn", "{app: vpn}", "{name: vpn, image: acme/vpn, ports: [{containerPort: 51820}]}"),
    ]));
    quiet_file(&join(&[
        service("dns", "{app: dns}", "[{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]"),
        deployment("dns", "{app: dns}", "{name: dns, image: acme/dns, ports: [{containerPort: 53, protocol: UDP}]}"),
    ]));
}

fn ingress(name: &str, annotations: &str, class: &str, backends: &[(&str, &str)]) -> String {
    let path =
        |(service, port): &(&str, &str)| format!("{{path: /, pathType: Prefix, backend: {{service: {{name: {service}, port: {port}}}}}}}");
    let paths: Vec<_> = backends.iter().map(path).collect();
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}, annotations: {annotations}}}\nspec:\n  \
         ingressClassName: {class}\n  rules: [{{host: a.example.com, http: {{paths: [{}]}}}}]\n",
        paths.join(", ")
    )
}

#[test]
fn controllers_tell_requests_apart_by_more_than_host_and_path() {
    let services = join(&[service("a", "{app: a}", "[{port: 80}]"), service("b", "{app: b}", "[{port: 80}]")]);
    let (a, b) = (("a", "{number: 80}"), ("b", "{number: 80}"));
    let entry = |point: &str| format!("{{traefik.ingress.kubernetes.io/router.entrypoints: {point}}}");
    let traefik = [ingress("one", &entry("web"), "traefik", &[a]), ingress("two", &entry("websecure"), "traefik", &[b]), services.clone()];
    quiet_file(&join(&traefik));
    let redirect = "{alb.ingress.kubernetes.io/target-type: ip, alb.ingress.kubernetes.io/actions.redirect: '{}'}";
    quiet_file(&join(&[ingress("one", redirect, "alb", &[("redirect", "{name: use-annotation}"), a]), services.clone()]));
    let header = "{alb.ingress.kubernetes.io/target-type: ip, alb.ingress.kubernetes.io/conditions.b: '[]'}";
    quiet_file(&join(&[ingress("one", header, "alb", &[b, a]), services]));
}

#[test]
fn a_policy_for_the_controllers_namespace_is_not_said_to_keep_it_out() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  podSelector: {matchLabels: {app: a}}\n  \
                  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}], ports: [{port: 80}]}]\n";
    let text = join(&[
        service("a", "{app: a}", "[{port: 80}]"),
        deployment("a", "{app: a}", "{name: a, image: acme/a, ports: [{containerPort: 80}]}"),
        ingress("one", "{}", "nginx", &[("a", "{number: 80}")]),
        policy.to_owned(),
    ]);
    reads(&[("app.yaml", &text)]);
    let told: Vec<_> = found(&[("app.yaml", &text)]).into_iter().map(|it| it.rule).collect();
    assert!(!told.contains(&"policy-closes-port"), "{told:?}");
}

#[test]
fn the_pods_of_a_stateful_set_are_called_through_the_service_that_governs_them() {
    let set = workload("StatefulSet", "db", "{app: db}", "{name: db, image: acme/db, ports: [{containerPort: 5432}]}")
        .replace("spec:\n  selector: {matchLabels", "spec:\n  serviceName: db-peers\n  selector: {matchLabels");
    let calls =
        |url: &str| deployment("app", "{app: app}", &format!("{{name: app, image: acme/app, env: [{{name: DB_URL, value: '{url}'}}]}}"));
    for url in [
        "postgres://db-0.db-peers:5432/x",
        "postgres://db-0.db-peers.default.svc:5432/x",
        "postgres://db-0.db-peers.default.svc.cluster.local:5432/x",
        "postgres://db-0.example.com:5432/x",
        "postgres://cache-0:5432/x",
    ] {
        quiet_file(&join(&[
            service("db-peers", "{app: db}", "[{port: 5432}]").replace("spec:\n", "spec:\n  clusterIP: None\n"),
            set.clone(),
            calls(url),
        ]));
    }
}

#[test]
fn the_only_workload_of_a_file_is_not_what_a_service_of_other_ports_and_words_selects() {
    quiet_file(&join(&[
        service("calico-typha", "{k8s-app: calico-typha}", "[{port: 5473, targetPort: 5473}]"),
        deployment("agent", "{app: agent}", "{name: agent, image: acme/agent, ports: [{containerPort: 9099}]}"),
    ]));
}
