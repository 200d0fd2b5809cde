//! What is known of clouds' annotations and limits, one small Service each, and the rule that says so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

use svclint::check::check;
use svclint::config::Levels;
use svclint::finding::{Finding, Severity};
use svclint::kube::Profile;
use svclint::source::{FileId, Source};

const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer-";
const AZURE: &str = "service.beta.kubernetes.io/azure-load-balancer-";
const DO: &str = "service.beta.kubernetes.io/do-loadbalancer-";

/// A LoadBalancer Service: annotations as `key: value` lines, the rest of its spec.
fn service(name: &str, annotations: &[(&str, &str)], spec: &str) -> String {
    let lines: String = annotations.iter().map(|(key, value)| format!("    {key}: \"{value}\"\n")).collect();
    let annotations = if lines.is_empty() { String::new() } else { format!("  annotations:\n{lines}") };
    let spec: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n{annotations}spec:\n  type: LoadBalancer\n  selector: {{app: {name}}}\n{spec}---\n"
    )
}

/// A workload whose pods take a port of their node.
fn agent(kind: &str, port: u16) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: agent}}\nspec:\n  selector: {{matchLabels: {{app: agent}}}}\n  template:\n    \
         metadata: {{labels: {{app: agent}}}}\n    spec: {{containers: [{{name: a, image: shop/a, ports: [{{containerPort: 80, hostPort: {port}}}]}}]}}\n---\n"
    )
}

const HTTP: &str = "ports: [{port: 80}]";
const UDP: &str = "ports: [{port: 53, protocol: UDP}]";
const MIXED: &str = "ports: [{name: a, port: 53, protocol: TCP}, {name: b, port: 53, protocol: UDP}]";
const SCTP: &str = "ports: [{name: a, port: 80}, {name: b, port: 90, protocol: SCTP}]";
const STICKY: &str = "sessionAffinity: ClientIP\nports: [{port: 80}]";

fn found(text: &str, provider: &str) -> Vec<Finding> {
    let (name, controller) = provider.split_once('/').map_or((provider, None), |(name, controller)| (name, Some(controller)));
    let profile = Profile {
        provider: Some(name.to_owned()).filter(|name| !name.is_empty()),
        controller: controller.map(str::to_owned),
        ..Profile::default()
    };
    let sources = [Source::new(FileId(0), "lb.yaml".into(), text.as_bytes().to_vec())];
    let levels = Levels::default();
    check(&sources, &|_| false, profile, &|_| &levels).findings
}

fn told(text: &str, provider: &str, rule: &str) -> Option<Severity> {
    found(text, provider).iter().filter(|finding| finding.rule == rule).map(|finding| finding.severity).max()
}

struct Known {
    id: &'static str,
    rule: &'static str,
    severity: Severity,
    provider: &'static str,
    text: String,
}

const CANNOT: &str = "load-balancer-cannot-work";
const IGNORED: &str = "load-balancer-annotation-ignored";
const MISREAD: &str = "load-balancer-annotation-misread";
const OLD: &str = "load-balancer-key-deprecated";
const DROPPED: &str = "load-balancer-port-dropped";
const CLASH: &str = "load-balancer-clash";

fn known() -> Vec<Known> {
    use Severity::{Error, Info, Warning};
    let of = |id, rule, severity, provider, text| Known { id, rule, severity, provider, text };
    let one = |key: &str, value: &str, spec: &str| service("web", &[(key, value)], spec);
    let aws = |key: &str, value: &str, spec: &str| one(&format!("{AWS}{key}"), value, spec);
    let az = |key: &str, value: &str, spec: &str| one(&format!("{AZURE}{key}"), value, spec);
    let plain = |spec: &str| service("web", &[], spec);
    let two =
        |annotations: &[(&str, &str)], first: &str, second: &str| service("one", annotations, first) + &service("two", annotations, second);
    let metal = [("metallb.io/allow-shared-ip", "door"), ("metallb.io/loadBalancerIPs", "192.0.2.7")];
    let local = "externalTrafficPolicy: Local\n";
    let octavia = [("loadbalancer.openstack.org/load-balancer-id", "7")];
    vec![
        of("AWS-TYPE-VALUE", MISREAD, Error, "aws/ccm", aws("type", "alb", HTTP)),
        of("AWS-EXTERNAL-NO-TARGET", CANNOT, Error, "aws/ccm", aws("type", "external", HTTP)),
        of("AWS-NLB-IP-DEPRECATED", OLD, Info, "", aws("type", "nlb-ip", HTTP)),
        of("AWS-SCHEME-IGNORED", IGNORED, Error, "aws/ccm", aws("scheme", "internal", HTTP)),
        of("AWS-INTERNAL-VALUE", MISREAD, Warning, "aws/ccm", aws("internal", "False", HTTP)),
        of("AWS-LBC-DEFAULT-INTERNAL", "load-balancer-internal-by-default", Info, "aws/lbc", plain(HTTP)),
        of("AWS-CCM-AFFINITY", CANNOT, Error, "aws/ccm", plain(STICKY)),
        of("AWS-CCM-MIXED", CANNOT, Error, "aws/ccm", aws("type", "nlb", MIXED)),
        of("AWS-CLB-UDP", CANNOT, Error, "aws/ccm", plain(UDP)),
        of("AWS-LBC-SAME-PORT", DROPPED, Error, "aws/lbc", plain(MIXED)),
        of(
            "AWS-NLB-NODEPORT",
            CANNOT,
            Error,
            "aws/lbc",
            aws("nlb-target-type", "instance", &format!("allocateLoadBalancerNodePorts: false\n{HTTP}")),
        ),
        of(
            "AWS-NLB-EXTRA-SG",
            CANNOT,
            Error,
            "aws/ccm",
            service("web", &[(&format!("{AWS}type"), "nlb"), (&format!("{AWS}extra-security-groups"), "sg-1")], HTTP),
        ),
        of("AWS-LBC-ATTRS", OLD, Info, "aws/lbc", aws("cross-zone-load-balancing-enabled", "true", HTTP)),
        of("GCP-OLD-TYPE-KEY", OLD, Info, "", one("cloud.google.com/load-balancer-type", "Internal", HTTP)),
        of("GCP-OLD-SUBNET-KEY", OLD, Info, "", one("networking.gke.io/internal-load-balancer-subnet", "a", HTTP)),
        of("GCP-NETWORK-TIER", MISREAD, Error, "", one("cloud.google.com/network-tier", "standard", HTTP)),
        of("GCP-MIXED", CANNOT, Warning, "gke", plain(MIXED)),
        of("AZ-MODE", IGNORED, Warning, "", az("mode", "auto", HTTP)),
        of("AZ-SHARED-SG", IGNORED, Warning, "", one("service.beta.kubernetes.io/azure-shared-securityrule", "true", HTTP)),
        of("AZ-INTERNAL-VALUE", MISREAD, Warning, "", az("internal", "yes", HTTP)),
        of("AZ-HA-PORTS-PUBLIC", IGNORED, Error, "", az("enable-high-availability-ports", "true", HTTP)),
        of("AZ-SCTP", CANNOT, Error, "aks", plain(SCTP)),
        of("AZ-PORT-CONFLICT", CLASH, Error, "", two(&[(&format!("{AZURE}ipv4"), "192.0.2.7")], HTTP, HTTP)),
        of("DO-SIZE-SLUG", OLD, Info, "", one(&format!("{DO}size-slug"), "lb-small", HTTP)),
        of("DO-ALGORITHM", IGNORED, Info, "", one(&format!("{DO}algorithm"), "least_connections", HTTP)),
        of("DO-NLB-PORT", DROPPED, Warning, "", one(&format!("{DO}type"), "REGIONAL_NETWORK", "ports: [{port: 80, targetPort: 8080}]")),
        of("DO-UDP-ONLY", CANNOT, Error, "", one(&format!("{DO}type"), "REGIONAL", UDP)),
        of("HCLOUD-UDP", DROPPED, Error, "hetzner", plain(MIXED)),
        of(
            "HCLOUD-PORTS",
            CANNOT,
            Warning,
            "hetzner",
            plain(&format!("ports: [{}]", (1..7).map(|n| format!("{{name: p{n}, port: {n}}}")).collect::<Vec<_>>().join(", "))),
        ),
        of(
            "HCLOUD-LOCATION",
            CANNOT,
            Error,
            "",
            service(
                "web",
                &[("load-balancer.hetzner.cloud/location", "fsn1"), ("load-balancer.hetzner.cloud/network-zone", "eu-central")],
                HTTP,
            ),
        ),
        of("HCLOUD-SAME-NAME", CLASH, Error, "", two(&[("load-balancer.hetzner.cloud/name", "a")], HTTP, "ports: [{port: 81}]")),
        of("SCW-UDP", DROPPED, Error, "scaleway", plain(UDP)),
        of("OCI-UDP", CANNOT, Error, "oci", plain(UDP)),
        of("OCI-AFFINITY", CANNOT, Error, "oci", plain(STICKY)),
        of("OCI-FLEX", CANNOT, Error, "", one("service.beta.kubernetes.io/oci-load-balancer-shape", "flexible", HTTP)),
        of(
            "OCI-PRESERVE",
            CANNOT,
            Error,
            "",
            service(
                "web",
                &[
                    ("oci.oraclecloud.com/load-balancer-type", "nlb"),
                    ("oci-network-load-balancer.oraclecloud.com/is-preserve-source", "true"),
                ],
                HTTP,
            ),
        ),
        of(
            "LINODE-SAME-NB",
            CLASH,
            Error,
            "",
            two(&[("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-id", "7")], HTTP, "ports: [{port: 81}]"),
        ),
        of("VULTR-UDP", DROPPED, Warning, "vultr", plain(UDP)),
        of("VULTR-PRIVATE", OLD, Info, "", one("service.beta.kubernetes.io/vultr-loadbalancer-private-network", "true", HTTP)),
        of("EXO-SCTP", CANNOT, Error, "exoscale", plain(SCTP)),
        of("OS-SHARED", CLASH, Error, "", two(&octavia, HTTP, HTTP)),
        of(
            "OS-SHARED",
            CLASH,
            Warning,
            "",
            two(&octavia, HTTP, "ports: [{port: 81}]") + &service("three", &octavia, "ports: [{port: 82}]"),
        ),
        of(
            "OS-SHARED",
            CANNOT,
            Warning,
            "",
            service("web", &[octavia[0], ("service.beta.kubernetes.io/openstack-internal-load-balancer", "true")], HTTP),
        ),
        of("METALLB-PREFIX", OLD, Info, "", one("metallb.universe.tf/address-pool", "a", HTTP)),
        of("METALLB-SHARE", CLASH, Error, "", two(&metal, HTTP, HTTP)),
        of("METALLB-SHARE", CLASH, Error, "", two(&metal, &format!("{local}{HTTP}"), &format!("{local}ports: [{{port: 81}}]"))),
        of("METALLB-SHARE", CLASH, Error, "", two(&metal[1..], HTTP, "ports: [{port: 81}]")),
        of("CILIUM-OLD-KEY", OLD, Info, "", one("io.cilium/lb-ipam-ips", "192.0.2.7", HTTP)),
        of("K3S-PORT", CLASH, Error, "k3s", two(&[], "ports: [{port: 8080}]", "ports: [{port: 8080}]")),
        of("K3S-PORT", CLASH, Warning, "k3s", plain(HTTP)),
        of("K3S-PORT", CLASH, Warning, "k3s", service("web", &[], "ports: [{port: 8080}]") + &agent("DaemonSet", 8080)),
        of("K3S-PORT", CLASH, Info, "k3s", service("web", &[], "ports: [{port: 8080}]") + &agent("Deployment", 8080)),
        of("K3D-MAP", "load-balancer-on-local-cluster", Info, "k3d", plain("ports: [{port: 8080}]")),
        of("LOCAL-NO-CONTROLLER", "load-balancer-on-local-cluster", Info, "kind", plain(HTTP)),
        of("LOCAL-NO-CONTROLLER", "load-balancer-on-local-cluster", Info, "minikube", plain(HTTP)),
        of("LOCAL-NO-CONTROLLER", "load-balancer-on-local-cluster", Info, "kubeadm", plain(HTTP)),
        of("K8S-LBIP", OLD, Info, "", plain(&format!("loadBalancerIP: 192.0.2.7\n{HTTP}"))),
        of("K8S-EXTERNALIPS", "server-warning", Info, "", plain(&format!("externalIPs: [192.0.2.7]\n{HTTP}"))),
        of(
            "K8S-TOLERATE",
            "annotation-no-longer-read",
            Warning,
            "",
            one("service.alpha.kubernetes.io/tolerate-unready-endpoints", "true", HTTP),
        ),
    ]
}

#[test]
fn each_is_told_by_its_rule_as_sure_as_the_files_are() {
    for Known { id, rule, severity, provider, text } in known() {
        assert_eq!(told(&text, provider, rule), Some(severity), "{id}:\n{text}\n{:?}", found(&text, provider));
    }
}

/// The list that the rules were made from, where it lies beside the project.
#[test]
fn the_whole_list_is_known() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/load-balancer-cost.yaml");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let data: serde_json::Value = serde_yaml::from_str(&text).unwrap();
    let listed: BTreeSet<_> = data["lint"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
    let known: BTreeSet<_> = known().iter().map(|known| known.id.to_owned()).collect();
    assert_eq!(listed, known);
}

/// What looks like one of them and is none.
#[test]
fn neighbours_of_a_fault_are_silent() {
    let one = |key: &str, value: &str, spec: &str| service("web", &[(key, value)], spec);
    let class = format!("loadBalancerClass: service.k8s.aws/nlb\n{HTTP}");
    let pools = |a: &str, b: &str| {
        let labelled = |name: &str, pool: &str| {
            service(name, &[], "ports: [{port: 8080}]")
                .replace("  name: ", &format!("  labels: {{svccontroller.k3s.cattle.io/lbpool: {pool}}}\n  name: "))
        };
        labelled("one", a) + &labelled("two", b)
    };
    let metal = |key: &str, spec: &str, name: &str| {
        service(name, &[("metallb.io/allow-shared-ip", key), ("metallb.io/loadBalancerIPs", "192.0.2.7")], spec)
    };
    let silent: Vec<(&str, &str, &str, String)> = vec![
        ("a class is enough for type external", "", CANNOT, one(&format!("{AWS}type"), "external", &class)),
        ("the controller takes all without a class", "aws/lbc", CANNOT, one(&format!("{AWS}type"), "external", HTTP)),
        ("`external` where the controller is not known is no certain fault", "gke", CANNOT, service("web", &[], HTTP)),
        ("affinity is AWS's and Oracle's trouble", "aks", CANNOT, service("web", &[], STICKY)),
        ("affinity on GKE", "gke", CANNOT, service("web", &[], STICKY)),
        ("two protocols under the AWS Load Balancer Controller", "aws/lbc", CANNOT, service("web", &[], MIXED)),
        ("one listener for both protocols", "aws/lbc", DROPPED, one(&format!("{AWS}enable-tcp-udp-listener"), "true", MIXED)),
        ("SCTP on an internal one of Azure", "", CANNOT, one(&format!("{AZURE}internal"), "TRUE", SCTP)),
        ("`True` is true on Azure", "", MISREAD, one(&format!("{AZURE}internal"), "True", HTTP)),
        ("`false` is false on AWS", "aws/ccm", MISREAD, one(&format!("{AWS}internal"), "false", HTTP)),
        ("a scheme the controller reads", "aws/lbc", IGNORED, one(&format!("{AWS}scheme"), "internal", HTTP)),
        ("a scheme is written", "aws/lbc", "load-balancer-internal-by-default", one(&format!("{AWS}scheme"), "internal", HTTP)),
        (
            "the scheme is still to be filled in",
            "aws/lbc",
            "load-balancer-internal-by-default",
            one(&format!("{AWS}scheme"), "${SCHEME}", HTTP),
        ),
        ("UDP on Oracle's network load balancer", "", CANNOT, one("oci.oraclecloud.com/load-balancer-type", "nlb", UDP)),
        ("one port of another protocol", "k3s", CLASH, service("one", &[], "ports: [{port: 53}]") + &service("two", &[], UDP)),
        ("k3s pools are other nodes", "k3s", CLASH, pools("a", "b")),
        ("MetalLB shares by key", "", CLASH, metal("door", HTTP, "one") + &metal("door", "ports: [{port: 81}]", "two")),
        (
            "the same ports on other addresses",
            "metallb",
            CLASH,
            service("one", &[], &format!("loadBalancerIP: 192.0.2.7\n{HTTP}"))
                + &service("two", &[], &format!("loadBalancerIP: 192.0.2.8\n{HTTP}")),
        ),
        ("one key without an address", "metallb", CLASH, {
            let key = [("metallb.io/allow-shared-ip", "door")];
            service("one", &key, HTTP) + &service("two", &key, HTTP)
        }),
        (
            "DigitalOcean's other type translates ports",
            "",
            DROPPED,
            one(&format!("{DO}type"), "REGIONAL", "ports: [{port: 80, targetPort: 8080}]"),
        ),
        (
            "a value that never meant anything",
            "",
            "annotation-no-longer-read",
            one("service.alpha.kubernetes.io/tolerate-unready-endpoints", "false", HTTP),
        ),
        ("source ranges name no cloud", "", CANNOT, one("service.beta.kubernetes.io/load-balancer-source-ranges", "10.0.0.0/8", STICKY)),
        ("k3s itself is no k3d", "k3s", "load-balancer-on-local-cluster", service("web", &[], HTTP)),
        ("kind, but MetalLB is named", "kind", "load-balancer-on-local-cluster", one("metallb.io/address-pool", "a", HTTP)),
    ];
    for (why, provider, rule, text) in silent {
        assert_eq!(told(&text, provider, rule), None, "{why}:\n{text}");
    }
    assert_eq!(told(&pools("a", "a"), "k3s", CLASH), Some(Severity::Error));
    let unknown = one(&format!("{AWS}type"), "external", HTTP);
    assert_eq!(told(&unknown, "", CANNOT), Some(Severity::Warning), "a webhook may give it a class");
    let controller = service("ingress-nginx-controller", &[], HTTP);
    assert_eq!(told(&controller, "k3s", CLASH), Some(Severity::Info), "who brings a controller has switched Traefik off");
}

/// With a provider the price is told with its date and its source, or not at all.
#[test]
fn a_price_in_a_finding_has_date_and_source() {
    let finding = |provider: &str| {
        let all = found(&service("web", &[], HTTP), provider);
        let finding = all.iter().find(|finding| finding.rule == "service-is-load-balancer").unwrap();
        (finding.labels[0].message.clone(), finding.help.clone().unwrap())
    };
    let (label, help) = finding("aws");
    assert!(label.contains("$29.20 a month") && label.contains("internal Network Load Balancer"), "{label}");
    for part in ["us-east-1, 2026-09-20", "from Elastic Load Balancing pricing page", "3 availability zones"] {
        assert!(help.contains(part), "{help}");
    }
    let (label, help) = finding("civo");
    assert!(label.contains("$10.00") && help.contains("no date, unverified") && help.contains("undated record"), "{label} {help}");
    for provider in ["ovh", ""] {
        let (label, help) = finding(provider);
        assert!(!format!("{label}{help}").contains(['$', '€']), "{label} {help}");
    }
    assert!(finding("metallb").0.contains("nothing is billed"));
}
