//! A cause is told once, and what breaks by it stands beside it, not as findings of its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::Finding;
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

fn found(text: &str) -> Vec<Finding> {
    let levels = Levels::default();
    check(&[Source::new(FileId(0), "app.yaml".to_owned(), text.as_bytes().to_vec())], &|_| false, Profile::default(), &|_| &levels).findings
}

/// The only finding is of this rule, and says this of another object.
#[track_caller]
fn alone(text: &str, rule: &str, consequence: &str) {
    let found = found(text);
    let told: Vec<_> = found.iter().map(|it| (it.rule, it.message.as_str())).collect();
    assert_eq!(found.iter().map(|it| it.rule).collect::<Vec<_>>(), [rule], "{told:#?}\n{text}");
    let labels: Vec<_> = found[0].labels.iter().map(|label| label.message.as_str()).collect();
    assert!(labels.iter().any(|label| label.contains(consequence)), "{labels:#?}");
}

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {app: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}]
";
const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: shop/web:2, ports: [{containerPort: 8080}], resources: {requests: {cpu: 1}}}]
";
const INGRESS: &str = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
";
const MONITOR: &str = "apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  endpoints: [{port: http}]
";
const AUTOSCALER: &str = "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 3
";

fn join(documents: &[&str]) -> String {
    documents.join("---\n")
}

#[test]
fn a_service_that_does_not_read() {
    let broken = SERVICE.replace("{app: web}\n  ports", "{app: web\n  ports");
    alone(&join(&[&broken, DEPLOYMENT, INGRESS]), "yaml-syntax-error", "Ingress `shop` needs Service `web`");
    alone(&join(&[&broken, DEPLOYMENT, MONITOR]), "yaml-syntax-error", "ServiceMonitor `web` selects a Service");
}

#[test]
fn a_kind_that_is_misspelt() {
    let service = SERVICE.replace("kind: Service", "kind: Servcie");
    alone(&join(&[&service, DEPLOYMENT, INGRESS]), "unknown-kind", "Ingress `shop` needs Service `web`");
    alone(&join(&[&service, DEPLOYMENT, MONITOR]), "unknown-kind", "ServiceMonitor `web` selects a Service");
    let deployment = DEPLOYMENT.replace("kind: Deployment", "kind: Deploymnet");
    alone(&join(&[SERVICE, &deployment, AUTOSCALER]), "unknown-kind", "HorizontalPodAutoscaler `web` needs Deployment `web`");
}

#[test]
fn an_api_version_without_the_kind() {
    let service = SERVICE.replace("apiVersion: v1", "apiVersion: v2");
    alone(&join(&[&service, DEPLOYMENT, MONITOR]), "unknown-api-version", "ServiceMonitor `web` selects a Service");
    alone(&join(&[&service, DEPLOYMENT, INGRESS]), "unknown-api-version", "Ingress `shop` needs Service `web`");
}

#[test]
fn an_object_that_is_lost_for_want_of_a_separator() {
    let text = format!("{SERVICE}{DEPLOYMENT}");
    alone(&join(&[&text, INGRESS]), "missing-document-separator", "Ingress `shop` needs Service `web`");
}

#[test]
fn heads_of_lost_objects_are_judged_too() {
    let rules = |text: &str| found(text).iter().map(|it| (it.rule, it.labels[0].span.start)).collect::<Vec<_>>();
    let lost = SERVICE.replace("apiVersion", "apiVersoin").replace("kind: Service", "kind: service");
    let at = |text: &str, of: &str| u32::try_from(text.rfind(of).unwrap()).unwrap();
    let text = format!("{lost}{DEPLOYMENT}");
    let seam = at(&text, "apiVersion");
    assert_eq!(rules(&text), [("unknown-api-version", 0), ("unknown-kind", at(&text, "service")), ("missing-document-separator", seam)]);
    // The apiVersion above is whole: the repeated key itself is where the second object begins.
    let text = format!("{SERVICE}{DEPLOYMENT}").replace("kind: Service", "Kind: Service");
    assert_eq!(rules(&text).last().unwrap().1, at(&text, "apiVersion"));
}
