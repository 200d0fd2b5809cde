//! Real questions about Services that did not work: the explanation says what was the cause, or asks for it.
//!
//! The cases lie in `../shared/cases/questions` and are not copied here: where that folder is not present, nothing is judged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the explanation of each case has to say, as far as words can be looked for; the cause stands in the index.
const FACTS: [(&str, &[&str]); 47] = [
    ("apply-dns-tcp", &["port 53", "TCP and for UDP", "kubectl apply --server-side"]),
    (
        "cluster-ip-from-laptop",
        &["nothing leads in from outside", "NodePort, a LoadBalancer, an Ingress or, for a trial, `kubectl port-forward`"],
    ),
    ("container-port-name-camel-case", &["`gameTCP` is no name for a port", "lower-case", "makes no pods: the API server refuses it"]),
    ("dash-not-indented", &["dash-not-indented.yaml:9", "indent the dash"]),
    ("deployment-without-labels", &["has no `spec.selector`", "`template.metadata.labels`"]),
    ("docker-driver-tunnel", &["where does the client run", "use a tunnel or a port mapping"]),
    ("endpoints-port-without-name", &["is unnamed", "is named `http`", "`name: http`"]),
    ("env-rocket", &["ROCKET_PORT=tcp://", "rename the Service", "enableServiceLinks: false"]),
    ("external-name-ip-and-name", &["NXDOMAIN", "is an IP address, not a DNS name"]),
    ("four-dashes", &["exactly three dashes"]),
    ("gcp-firewall", &["may the client reach this port of the node (cloud firewall, security group, firewalld)"]),
    ("headless-endpoints-remap", &["does not map port 8200 to 32001", "`clusterIP: None`", "must dial 32001"]),
    ("headless-mesh-port", &["does not map port 8080 to 6666", "the client connects to the pod itself"]),
    ("headless-node-port", &["can't be headless", "two Services can share one selector"]),
    ("headless-selector-typo", &["matches no pod", "`app: cache`", "`cache-ss-0.cache-svc` does not resolve"]),
    ("image-listens-elsewhere", &["really listen on 80", "Nothing in these files can tell"]),
    ("ingress-names-other-service", &["Service `lesson-service`, which these files do not have", "did you mean `lesson-svc`"]),
    ("ingress-port-name-http-api", &["port `http`", "the Service's only port is named `api`"]),
    ("ingress-v1-old-fields", &["`service.name`", "pathType"]),
    ("known-image-port", &["8111", "the image `nginx:alpine` says 80"]),
    ("local-policy-by-design", &["a node without a ready one drops the packet", "2 pods serve at most 2 nodes"]),
    ("mixed-protocol-load-balancer", &["mixed protocol", "is there for TCP and for UDP", "merges ports by number"]),
    ("name-from-node", &["Pods of namespace default may say userdeployment", "Nodes, laptops and browsers ask other DNS servers"]),
    ("named-ports-undeclared", &["target port `server`", "target port `governor`", "`http` (19001)"]),
    ("named-udp-port-is-tcp", &["not a UDP port", "declares `dns` with protocol TCP"]),
    ("node-port-postgres", &["node port 35432 is outside 30000-32767"]),
    ("node-port-without-type", &["opens no port on the nodes", "only NodePort and LoadBalancer Services have node ports"]),
    ("one-label-for-all-deployments", &["selects the pods of Deployment `sequencer` and also those of Deployment `relayer`"]),
    ("pending-minikube", &["who gives out load-balancer addresses here", "MetalLB, k3s, `minikube tunnel`", "<pending>"]),
    ("pending-two-node", &["who gives out load-balancer addresses here", "MetalLB, k3s, `minikube tunnel`", "<pending>"]),
    ("pod-selector-exercise", &["selector `app: webapp`", "have `app: web-app`"]),
    ("port-name-too-long", &["has 17 characters, and 15 are allowed"]),
    ("port-name-upper-case", &["`TCP-8080` is no name for a port", "lower-case", "tcp-8080"]),
    ("probe-name-of-other-container", &["asks for port `http-wh-metrics`", "names its ports `http-webhook`"]),
    ("recommended-label-prefix", &["selector `app: tunnel`", "have `app.kubernetes.io/name: tunnel`"]),
    ("removed-apps-v1beta1", &["use `apps/v1`"]),
    ("resolver-in-image", &["resolve names by the pod's resolver", "a resolver of its own"]),
    ("selector-key-typo", &["selector `pp: seal-ui`", "have `app: seal-ui`"]),
    ("selector-name-not-app", &["selector `name: edge-proxy`", "have `app: edge-proxy`"]),
    ("selects-sidekick-deployment", &["Deployment `hub` and also those of DaemonSet `docker-api`", "8585"]),
    ("service-name-with-dot", &["must not contain dots", "`workspace-phi-3-5-mini`"]),
    ("service-port-named-9200", &["is unnamed", "is named `9200`"]),
    ("services-without-pod-namespace", &["in namespace `kube-system`", "`default`", "of its own namespace only"]),
    ("sts-service-not-headless", &["which is not headless", "`clusterIP: None`", "for a headless Service only"]),
    ("two-services-one-node-port", &["node port 30001/TCP of Service `crash-store` is taken by Service `crash-web`"]),
    ("valid-endpoints-by-hand", &["1 address written by hand answers", "198.51.100.3"]),
    ("vxlan-blocked", &["on the pod's own node only", "the pod network between nodes", "not the Service"]),
];

#[test]
fn the_explanation_says_the_cause_or_asks_for_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../shared/cases/questions");
    let Ok(index) = fs::read_to_string(folder.join("index.jsonl")) else { return println!("skipped: {} is not present", folder.display()) };
    let mut judged = BTreeSet::new();
    for line in index.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let (id, file) = (case["id"].as_str().unwrap(), case["file"].as_str().unwrap());
        let output = Command::new(env!("CARGO_BIN_EXE_svclint"))
            .current_dir(&folder)
            .args(["explain", "--context", "none", "--color", "never", file])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let flowing = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, facts) = FACTS.iter().find(|(known, _)| *known == id).unwrap_or_else(|| panic!("nothing is known of {id}"));
        for fact in *facts {
            assert!(flowing.contains(fact), "{id} does not say {fact:?} ({}):\n{text}", case["explains"]);
        }
        judged.insert(id.to_owned());
        insta::with_settings!({ snapshot_path => root.join("fixtures/questions/snapshots"), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(id, text);
        });
    }
    println!("{} explanations say the cause or ask for it", judged.len());
    assert_eq!(judged.len(), FACTS.len());
}
