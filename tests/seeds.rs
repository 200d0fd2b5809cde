//! The situations that people are taught and stumble over, each a small application in `fixtures/seeds`: what every command
//! says of it, and the sentences that must be there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds")
}

/// 2026-11-21: prices age from day to day.
const TODAY: &str = "1795219200";

/// What a command writes, both streams.
fn run(seed: &str, command: &str, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_svclint"))
        .current_dir(seeds())
        .env_remove("CLICOLOR_FORCE")
        .env("SOURCE_DATE_EPOCH", TODAY)
        .args([command, seed, "--color", "never"])
        .args(options)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

/// The JSON with each field of a Service on a line of its own.
fn fields(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut lines = Vec::new();
    for service in value["services"].as_array().unwrap() {
        for (key, value) in service.as_object().unwrap() {
            match value.as_array().filter(|items| items.len() > 1) {
                Some(items) => {
                    lines.push(format!("{key}:"));
                    lines.extend(items.iter().map(|item| format!("  {item}")));
                }
                None => lines.push(format!("{key}: {value}")),
            }
        }
        lines.push(String::new());
    }
    lines.push(format!("findings: {}", value["findings"]));
    lines.join("\n")
}

fn all() -> Vec<String> {
    let files = walkdir::WalkDir::new(seeds()).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|it| it == "yaml"));
    files.map(|file| file.path().strip_prefix(seeds()).unwrap().to_str().unwrap().replace('\\', "/")).collect()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => seeds().join("snapshots"), prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn every_command_says_what_it_said() {
    let all = all();
    for seed in &all {
        let name = seed.trim_end_matches(".yaml").trim_end_matches("/app").replace('/', "-");
        let context = ["--context", "none"];
        let check = run(seed, "check", &["-o", "concise", "--context", "none"]);
        let answers = run(seed, "dry-run", &[]);
        let text = run(seed, "explain", &context);
        let wide = |line: &&str| {
            line.chars().count() > 80 && line.contains(' ') && !["kubectl ", "nc "].iter().any(|tool| line.trim_start().starts_with(tool))
        };
        assert_eq!(text.lines().find(wide), None, "{seed} is wider than 80 columns");
        snapshot(&name, &format!("{}\n$ dry-run\n{answers}\n$ explain\n{text}", format_args!("$ check\n{check}")));
        snapshot(&format!("{name}.json"), &fields(&run(seed, "explain", &["-o", "json", "--context", "none"])));
    }
    assert!(all.len() > 35, "only {} seeds", all.len());
}

#[test]
fn options_say_what_they_said() {
    let explain = ["--context", "none"];
    for (name, seed, options) in [
        ("a2-aws", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "aws"][..]),
        ("a2-gke", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "gke"]),
        ("a2-k3s", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "k3s"]),
        ("a2-k3d", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "k3d"]),
        ("a2-kind", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "kind"]),
        ("a2-none", "a2/app.yaml", &["--service", "game-lobby-lb", "--from", "outside", "--provider", "none"]),
        ("b1-verbose", "b1/app.yaml", &["-v"]),
        ("b3-verbose", "b3/app.yaml", &["--from", "pod", "-v"]),
        ("b3-rules", "b3/app.yaml", &["--rules", "iptables"]),
        ("d3-verbose", "d3/app.yaml", &["-v"]),
        ("d4-client", "d4/app.yaml", &["--from", "web/Deployment/client"]),
        ("e11-shares", "e11/app.yaml", &["--from", "outside", "--provider", "gke", "--pods-per-node", "1,2,0"]),
    ] {
        snapshot(name, &run(seed, "explain", &[options, &explain[..]].concat()));
    }
    snapshot("a6-cost", &run("a6/app.yaml", "cost", &["--provider", "aws"]));
    for (provider, total) in [("aws", "$292.00"), ("gke", "$54.75"), ("aks", "$80.30"), ("hetzner", "74.90"), ("k3s", "$0.00 a month")] {
        let cost = run("a6/plain.yaml", "cost", &["--provider", provider]);
        assert!(cost.contains(total), "{provider}: {total} is not in {cost}");
        snapshot(&format!("a6-plain-cost-{provider}"), &cost);
    }
    snapshot("d1-cost-k3s", &run("d1/app.yaml", "cost", &["--provider", "k3s"]));
    snapshot("d1-check-k3s", &run("d1/app.yaml", "check", &["-o", "concise", "--context", "none", "--provider", "k3s"]));
    snapshot("e9-other-range", &run("e9/app.yaml", "check", &["-o", "concise", "--context", "none", "--node-port-range", "31000-31999"]));
}

/// Text without line breaks, as a reader takes it in.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_was_pasted_together_is_mended_in_one_go() {
    let file = std::env::temp_dir().join(format!("svclint-e5-{}.yaml", std::process::id()));
    std::fs::copy(seeds().join("e5/app.yaml"), &file).unwrap();
    let told = run(file.to_str().unwrap(), "check", &["--fix", "--context", "none"]);
    let mended = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(told.starts_with("nothing found in 1 file (2 documents)"), "{told}");
    let heads: Vec<&str> = mended.lines().filter(|line| line.starts_with(['a', 'k', '-'])).collect();
    assert_eq!(heads, ["apiVersion: v1", "kind: Pod", "---", "apiVersion: v1", "kind: Service"]);
}

#[test]
fn the_sentences_that_matter_are_there() {
    for (seed, options, sentences) in [
        (
            "a1/app.yaml",
            &[][..],
            &[
                "game-lobby.game-prod.svc.cluster.local A the cluster IP",
                "Pods of namespace game-prod may say game-lobby, pods of other namespaces game-lobby.game-prod",
                "(3 pods) :80",
                "nothing leads in from outside",
            ][..],
        ),
        (
            "a2/app.yaml",
            &["--provider", "k3d"],
            &["on the docker network only", "-p 8081:80@loadbalancer", "without `-p` no port of the host leads in"],
        ),
        ("a2/app.yaml", &["--provider", "kind"], &["unless cloud-provider-kind runs", "<pending>"]),
        ("a2/app.yaml", &["--provider", "none"], &["nobody makes the load balancer", "for ever", "what is left is the node port"]),
        ("a2/app.yaml", &["--provider", "gke"], &["an IP address of its own", "no node port is crossed"]),
        (
            "a2/app.yaml",
            &["--provider", "aws"],
            &["a host name under amazonaws.com", "never an ALB, which comes from an Ingress or a Gateway"],
        ),
        ("a3/app.yaml", &[], &["every node listens on node port 30080, also those without a pod", "is the cluster IP"]),
        (
            "a4/app.yaml",
            &[],
            &["Broken: nobody answers", "`connection refused` at once", "have `app: game-lobby`", "=> select `app: game-lobby`"],
        ),
        (
            "a5/app.yaml",
            &[],
            &["sends to port 8080", "container port 80 is the one that is declared", "or declare 8080 if the program does listen there"],
        ),
        ("a7/app.yaml", &[], &["at random for each connection (1/3 each, no round robin)", "until 10800 s pass"]),
        ("a7/app.yaml", &["-v"], &["only IPVS has round robin (rr)"]),
        (
            "b1/app.yaml",
            &["-v"],
            &[
                "API server decodes it, fills in what is missing (spec.internalTrafficPolicy: Cluster",
                "allots a cluster IP, stores it in etcd",
                "(in kube-controller-manager) watches Services and Pods through the API server, not etcd",
                "kube-proxy on every node watches Services and EndpointSlices",
                "CoreDNS answers the name",
                "Endpoints are the deprecated view of them (1.33)",
                "kubectl get endpointslices -n default -l kubernetes.io/service-name=my-service",
            ],
        ),
        ("b1/app.yaml", &[], &["After apply API server fills in 5 fields", "watches the API server (not etcd)"]),
        ("b2/app.yaml", &["-v"], &["--> 10.244.1.10 :8080", "--> 10.244.2.15 :8080"]),
        (
            "b3/app.yaml",
            &["--from", "pod", "-v"],
            &["KUBE-SVC-FXIYY6OHUSNBITIX", "statistic --mode random --probability 0.3333333333", "KUBE-SEP-"],
        ),
        ("b4/app.yaml", &[], &["to the target port of one pod that kubectl picks, past the cluster IP"]),
        ("c1/app.yaml", &[], &["In these files", "`yaml` is the edge of a Markdown code block, not YAML"]),
        ("c4/app.yaml", &[], &["Not known: no workload is in the files"]),
        ("d1/app.yaml", &["--provider", "k3s"], &["holds host port 8080 on every node", "as by another LoadBalancer Service of that port"]),
        ("d2/app.yaml", &[], &["CNAME my.database.example.com.", "maps no port", "Host header", "TLS"]),
        (
            "d3/app.yaml",
            &["-v"],
            &[
                "FOO_SERVICE_HOST=",
                "FOO_SERVICE_PORT=80",
                "FOO_SERVICE_PORT_HTTP=80",
                "FOO_SERVICE_PORT_ADMIN=9000",
                "FOO_PORT_9000_TCP_ADDR=",
                "Only containers of its namespace that start after it get them",
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are there always",
            ],
        ),
        (
            "d4/app.yaml",
            &["--from", "web/Deployment/client"],
            &[
                "Broken: nothing gets through",
                "web/deny-all",
                "policies see the pod's port, 80, never the Service's 8080",
                "flannel alone does not",
            ],
        ),
        ("d5/app.yaml", &[], &["Broken: nobody answers", "readinessProbe asks for port `http`", "none of these pods becomes ready"]),
        ("e1/app.yaml", &[], &["3 pods of ReplicationController kubia answer"]),
        (
            "e2/app.yaml",
            &[],
            &["the same source address gets the same endpoint of this Service until 10800 s", "clients behind one SNAT count as one"],
        ),
        ("e3/app.yaml", &[], &["_http._tcp.kubia.default.svc.cluster.local SRV", "_https._tcp.kubia.default.svc.cluster.local SRV"]),
        ("e3/without-names.yaml", &[], &["Refused:", "each of them needs a name"]),
        ("e4/app.yaml", &[], &[":8080", ":8443"]),
        ("e4/misspelt.yaml", &[], &["target port `http`", "htpp"]),
        ("e6/app.yaml", &[], &["11.11.11.11", "22.22.22.22", "is the cluster IP", "one of 2 endpoints"]),
        ("e7/other-name.yaml", &[], &["nobody", "`external-servce`"]),
        ("e7/other-port-name.yaml", &[], &["named `web`", "named `http`"]),
        ("e7/other-protocol.yaml", &[], &["is UDP", "is TCP"]),
        ("e8/app.yaml", &[], &["have no effect"]),
        (
            "e10/app.yaml",
            &[],
            &[
                "the load balancer listens",
                "the node port the cluster allots",
                "SNAT, masquerade",
                "the pod does not see the client's address",
            ],
        ),
        (
            "e11/app.yaml",
            &["--pods-per-node", "1,2,0"],
            &["50 %", "25 %", "fails the balancer's health check", "no second hop", "healthCheckNodePort"],
        ),
        ("e11/app.yaml", &["-v"], &["so nodes without one get nothing", "source the balancer's own address where it is a proxy"]),
        ("e11/cluster-ip.yaml", &[], &["Refused:", "`externalTrafficPolicy` does not go with a Service of type ClusterIP"]),
        ("e12/cluster.yaml", &[], &["the node puts its own address in place of the client's", "the pod does not see the client's address"]),
        ("e12/local.yaml", &[], &["the pod sees the client's own address", "3 pods serve at most 3 nodes"]),
        ("e13/app.yaml", &[], &["nothing maps 80 to 5432, so it must dial 5432", "pg-0.pg.default.svc.cluster.local"]),
    ] {
        let text = flowing(&run(seed, "explain", &[options, &["--context", "none"]].concat()));
        for sentence in sentences {
            assert!(text.contains(sentence), "{seed} {options:?} does not say {sentence:?}:\n{text}");
        }
        for folk in ["round-robins", "round robin between", "etcd is watched", "kube-proxy forwards the packet"] {
            assert!(!text.contains(folk), "{seed} says {folk:?}");
        }
    }
}
