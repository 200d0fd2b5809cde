//! Reading trees as Kubernetes types: what fits, and every fault that doesn't.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use k8s_openapi::api::core::v1::{Pod, Secret, Service};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::de::DeserializeOwned;
use svclint::source::{FileId, Source};
use svclint::yaml::{self, Fault, FaultKind};

fn with<T: DeserializeOwned>(text: &str, look: impl FnOnce(Option<T>, Vec<Fault>, &Source)) {
    let source = Source::new(FileId(0), "x.yaml".into(), text.as_bytes().to_vec());
    let chunk = yaml::documents(&source)[0];
    let tree = yaml::read(&source, &chunk).unwrap();
    let mut faults = Vec::new();
    let read = yaml::from_value::<T>(tree.root().unwrap(), &mut faults);
    look(read, faults, &source);
}

/// `path: what` of every fault, and the text at its place.
fn told(faults: &[Fault], source: &Source) -> Vec<String> {
    let what = |fault: &Fault| match &fault.kind {
        FaultKind::Unknown { .. } => "unknown".to_owned(),
        FaultKind::WrongType { wanted, got } => format!("{got} for {}", yaml::go_type(wanted)),
    };
    let mut told: Vec<_> =
        faults.iter().map(|fault| format!("{} {}: {} at {}", fault.structure, fault.path, what(fault), source.slice(fault.span))).collect();
    told.sort();
    told
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n";

#[test]
fn null_is_the_zero_value_everywhere() {
    with::<Service>(
        &format!(
            "{SERVICE}  type:\n  clusterIPs: null\n  selector:\n    app:\n    tier: ~\n  ports:\n  - port:\n    targetPort: null\n  -\n"
        ),
        |service, faults, _| {
            assert_eq!(faults, []);
            let spec = service.unwrap().spec.unwrap();
            let ports = spec.ports.unwrap();
            assert_eq!((spec.type_, spec.cluster_ips), (None, None));
            assert_eq!(spec.selector.unwrap().into_iter().collect::<Vec<_>>(), [("app".into(), "".into()), ("tier".into(), "".into())]);
            assert_eq!((ports.len(), ports[0].port, &ports[0].target_port, ports[1].port), (2, 0, &None, 0));
        },
    );
    with::<Pod>(
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    livenessProbe: {httpGet: {port: null}}\n    resources: {limits: {cpu: null}}\n",
        |pod, faults, _| {
            assert_eq!(faults, []);
            let container = pod.unwrap().spec.unwrap().containers.remove(0);
            assert_eq!(container.liveness_probe.unwrap().http_get.unwrap().port, IntOrString::Int(0));
            assert_eq!(container.resources.unwrap().limits.unwrap()["cpu"].0, "0");
        },
    );
}

#[test]
fn numbers_reach_integers_as_go_reads_them() {
    with::<Service>(&format!("{SERVICE}  ports:\n  - port: 80.0\n    nodePort: 0x7530\n    targetPort: 8e1\n"), |service, faults, _| {
        assert_eq!(faults, []);
        let port = service.unwrap().spec.unwrap().ports.unwrap().remove(0);
        assert_eq!((port.port, port.node_port, port.target_port), (80, Some(30000), Some(IntOrString::Int(80))));
    });
    with::<Service>(
        &format!("{SERVICE}  ports:\n  - port: 80.5\n    nodePort: 2147483648\n    targetPort: 2147483648\n"),
        |service, faults, source| {
            let expected = [
                "ServicePort spec.ports[0].nodePort: number 2147483648 for int32 at 2147483648",
                "ServicePort spec.ports[0].port: number 80.5 for int32 at 80.5",
                "ServicePort spec.ports[0].targetPort: number 2147483648 for IntOrString at 2147483648",
            ];
            assert_eq!(told(&faults, source), expected);
            let port = service.unwrap().spec.unwrap().ports.unwrap().remove(0);
            assert_eq!((port.port, port.node_port, port.target_port), (0, Some(0), None));
        },
    );
}

#[test]
fn all_faults_are_found_and_the_rest_is_read() {
    let text = format!(
        "{SERVICE}  typo: 1\n  type: 5\n  selector: {{app: yes, tier: web}}\n  ports:\n  - port: http\n    Port: 1\n    name: a\n    name: b\n  - 80\n  externalIPs: 10.0.0.1\n  sessionAffinityConfig: []\n"
    );
    with::<Service>(&text, |service, faults, source| {
        let expected = [
            "ServicePort spec.ports[0].Port: unknown at 1",
            "ServicePort spec.ports[0].port: string for int32 at http",
            "ServiceSpec spec.externalIPs: string for []string at 10.0.0.1",
            "ServiceSpec spec.ports[1]: number for v1.ServicePort at 80",
            "ServiceSpec spec.selector.app: bool for string at yes",
            "ServiceSpec spec.sessionAffinityConfig: array for v1.SessionAffinityConfig at []",
            "ServiceSpec spec.type: number for string at 5",
            "ServiceSpec spec.typo: unknown at 1",
        ];
        assert_eq!(told(&faults, source), expected);
        let spec = service.unwrap().spec.unwrap();
        let ports = spec.ports.unwrap();
        assert_eq!((ports[0].name.as_deref(), ports[0].port, ports.len()), (Some("b"), 0, 2));
        assert_eq!(spec.type_.as_deref(), Some("5"));
        assert_eq!(spec.selector.unwrap().get("tier").map(String::as_str), Some("web"));
    });
}

#[test]
fn go_names_types_as_the_server_does() {
    let cases = [
        ("ports: [{port: x}]", "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32"),
        ("ports: {}", "json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort"),
        ("ports: [80]", "json: cannot unmarshal number into Go struct field ServiceSpec.spec.ports of type v1.ServicePort"),
        ("selector: []", "json: cannot unmarshal array into Go struct field ServiceSpec.spec.selector of type map[string]string"),
        ("selector: {a: on}", "json: cannot unmarshal bool into Go struct field ServiceSpec.spec.selector of type string"),
        ("clusterIPs: x", "json: cannot unmarshal string into Go struct field ServiceSpec.spec.clusterIPs of type []string"),
        ("ports: [{port: 80.5}]", "json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.port of type int32"),
    ];
    for (spec, words) in cases {
        with::<Service>(&format!("{SERVICE}  {spec}\n"), |_, faults, _| {
            assert_eq!(faults[0].go_words().unwrap(), words);
        });
    }
}

#[test]
fn what_a_type_refuses_itself_is_a_fault_of_that_value_alone() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, creationTimestamp: x}\ndata: {a: '*', b: Zm9v}\n";
    with::<Secret>(text, |secret, faults, source| {
        let places: Vec<&str> = faults.iter().map(|fault| source.slice(fault.span)).collect();
        assert_eq!(places.len(), 2, "{places:?}");
        let secret = secret.unwrap();
        assert_eq!(secret.metadata.name.as_deref(), Some("a"));
        assert_eq!(secret.data.unwrap()["b"].0, b"foo");
    });
}

#[test]
fn aliases_and_merges_are_applied() {
    let text =
        format!("{SERVICE}  selector: &app {{app: web}}\n  ports:\n  - &p {{port: 80, name: a}}\n  - {{<<: *p, name: b}}\nstatus: {{}}\n");
    with::<Service>(&text, |service, faults, _| {
        assert_eq!(faults, []);
        let ports = service.unwrap().spec.unwrap().ports.unwrap();
        assert_eq!((ports[1].port, ports[1].name.as_deref()), (80, Some("b")));
    });
}

/// Faults of a document read as its kind, which the recorded cases name.
fn faults_of(kind: &str, text: &str) -> Option<Vec<Fault>> {
    use k8s_openapi::api::{apps::v1 as apps, autoscaling::v2 as autoscaling, batch::v1 as batch, core::v1 as core};
    use k8s_openapi::api::{discovery::v1 as discovery, networking::v1 as networking, policy::v1 as policy};
    let source = Source::new(FileId(0), "x.yaml".into(), text.as_bytes().to_vec());
    let tree = yaml::read(&source, yaml::documents(&source).first()?).ok()?;
    let root = tree.root()?;
    let mut faults = Vec::new();
    macro_rules! read {
        ($($name:ident $type:ty),*) => {
            match kind {
                $(stringify!($name) => _ = yaml::from_value::<$type>(root, &mut faults),)*
                _ => return None,
            }
        };
    }
    read! {
        Service core::Service, Pod core::Pod, Endpoints core::Endpoints, ReplicationController core::ReplicationController,
        EndpointSlice discovery::EndpointSlice, Deployment apps::Deployment, StatefulSet apps::StatefulSet,
        DaemonSet apps::DaemonSet, ReplicaSet apps::ReplicaSet, Job batch::Job, CronJob batch::CronJob, Ingress networking::Ingress,
        IngressClass networking::IngressClass, NetworkPolicy networking::NetworkPolicy,
        PodDisruptionBudget policy::PodDisruptionBudget, HorizontalPodAutoscaler autoscaling::HorizontalPodAutoscaler
    }
    Some(faults)
}

/// Go's words for a wrong type name embedded structs and types of their own, which k8s-openapi doesn't know; without those.
fn plainly(words: &str) -> String {
    let words = words.replace(".ProbeHandler", "").replace(".IngressRuleValue", "").replace(".LifecycleHandler", "");
    words.split(" of type ").next().unwrap().to_owned()
}

#[test]
fn faults_are_those_that_real_servers_named() {
    let Some(path) = shared("cases/apiserver/generated_create.jsonl") else { return };
    let (mut met, mut differing) = (0, Vec::new());
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let said = case["strict_error"].as_str().or_else(|| (case["code"] == 400).then(|| case["message"].as_str().unwrap()));
        let (kind, text) = (case["kind"].as_str().unwrap(), case["yaml"].as_str().unwrap());
        if case["field"] == "apiVersion" || case["field"] == "kind" || case["code"] == 0 || case["code"] == 404 {
            continue;
        }
        // quantities and times are text to the types that read them: whoever knows Kubernetes judges them
        if said.is_some_and(|said| said.contains("quantities must match") || said.contains("parsing time")) {
            continue;
        }
        let Some(faults) = faults_of(kind, text) else { continue };
        let mut faults = faults;
        faults.sort_by(|a, b| a.path.cmp(&b.path));
        let wrong = faults.iter().find(|fault| matches!(fault.kind, FaultKind::WrongType { .. }));
        let unknown: Vec<String> = faults
            .iter()
            .filter(|fault| matches!(fault.kind, FaultKind::Unknown { .. }))
            .map(|fault| format!("unknown field \"{}\"", fault.path))
            .collect();
        let got = match wrong {
            Some(fault) => fault.go_words().map(|words| plainly(&words)),
            None if unknown.is_empty() => None,
            None => Some(format!("strict decoding error: {}", unknown.join(", "))),
        };
        let wanted = said.and_then(|said| said.split_once(": ")).map(|(_, words)| plainly(words));
        if got == wanted {
            met += usize::from(got.is_some());
        } else {
            differing.push(format!("{}: want {wanted:?}\n  got  {got:?}", case["id"]));
        }
    }
    assert!(differing.is_empty(), "{} differ, {met} met\n{}", differing.len(), differing.join("\n"));
    assert!(met > 500, "{met}");
}

fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    path.exists().then_some(path)
}
