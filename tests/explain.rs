//! What `explain` computes, judged by what real controllers and a real kube-proxy did, and by the NetworkPolicy specification.
//!
//! The whole records lie in `../shared`; where those are not present, the selections in `fixtures/` speak for them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use svclint::explain::model::Service;
use svclint::explain::rules::{Mode, Node, rules};
use svclint::explain::{Start, Wanted, explain};
use svclint::kube::profile::IpFamily;
use svclint::kube::version::Version;
use svclint::kube::{Profile, World, read};
use svclint::source::{FileId, Source};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The selection and, where it is present, the whole record.
fn recorded(name: &str) -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    [root.join("fixtures").join(name), root.join("../shared/cases").join(name)].into_iter().filter(|dir| dir.exists()).collect()
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap_or_default().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn world<T>(files: Vec<(String, Vec<u8>)>, profile: Profile, then: impl FnOnce(&World<'_>) -> T) -> T {
    let sources: Vec<_> = files.into_iter().zip(0..).map(|((path, bytes), id)| Source::new(FileId(id), path, bytes)).collect();
    let objects = sources.iter().flat_map(|source| read::objects(source, false, None)).collect();
    then(&World::new(&sources, profile, objects))
}

fn dual_stack() -> Profile {
    Profile {
        ip_families: vec![IpFamily::V4, IpFamily::V6],
        service_cidrs: vec!["10.96.0.0/16".into(), "fd00:10:96::/112".into()],
        ..Profile::default()
    }
}

type Ports = BTreeSet<(String, i64, String)>;
type Slices = BTreeSet<(String, Ports, BTreeSet<String>)>;

fn wanted_slices(service: &Value) -> Slices {
    let slices = service["slices"].as_array().unwrap().iter();
    slices
        .map(|slice| {
            let ports = slice["ports"].as_array().unwrap().iter();
            let ports = ports.map(|port| (text(port, "name").into(), port["port"].as_i64().unwrap_or(0), text(port, "protocol").into()));
            let endpoints = slice["endpoints"].as_array().unwrap().iter();
            let owners = endpoints.map(|endpoint| text(endpoint, "owner").trim_start_matches("address:").into());
            (text(slice, "addressType").into(), ports.collect(), owners.collect::<BTreeSet<String>>())
        })
        .filter(|(.., owners)| !owners.is_empty())
        .collect()
}

fn built_slices(service: &Service) -> Slices {
    let slices = service.endpoint_slices.iter();
    slices
        .map(|slice| {
            let ports = slice.ports.iter().map(|port| (port.name.clone(), port.port.unwrap_or(0).into(), port.protocol.clone()));
            let live = slice.endpoints.iter().filter(|endpoint| endpoint.replicas != Some(0));
            let owners = live.map(|endpoint| match &endpoint.address {
                Some(address) => address.clone(),
                None => format!("{}/{}", endpoint.kind.as_deref().unwrap_or_default(), endpoint.name.as_deref().unwrap_or_default()),
            });
            (slice.address_type.clone(), ports.collect(), owners.collect::<BTreeSet<String>>())
        })
        .filter(|(.., owners)| !owners.is_empty())
        .collect()
}

/// The hostnames by owner, where the record has any.
fn hostnames(service: &Value) -> BTreeSet<String> {
    let slices = service["slices"].as_array().unwrap().iter();
    slices.flat_map(|slice| slice["endpoints"].as_array().unwrap()).filter_map(|it| it["hostname"].as_str().map(str::to_owned)).collect()
}

/// One Service of one file, asked from one start.
fn asked(yaml: &str, from: &str) -> svclint::explain::model::Path {
    let wanted = Wanted { from: vec![from.parse().unwrap()], ..Wanted::default() };
    let services = world(vec![("made.yaml".to_owned(), yaml.as_bytes().to_vec())], dual_stack(), |world| explain(world, &wanted));
    services.into_iter().next().unwrap().paths.into_iter().next().unwrap()
}

const WEB: &str = "
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
";

fn web(spec: &str) -> String {
    let head = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {app: web}\n  ports: [{port: 80, targetPort: 8080}]\n";
    format!("{head}{spec}{WEB}")
}

#[test]
fn a_load_balancer_takes_clients_of_its_source_ranges_only() {
    let yaml = web("  type: LoadBalancer\n  loadBalancerSourceRanges: [203.0.113.0/24, ' 10.0.0.0/8 ']\n");
    let left_out = asked(&yaml, "outside/198.51.100.99");
    assert!(left_out.client_sees.contains("time-out"), "{}", left_out.client_sees);
    assert_eq!(left_out.blocked_at, ["source-ranges"]);
    assert_eq!(asked(&yaml, "outside/10.1.2.3").client_sees, "answered");
    assert_eq!(asked(&yaml, "pod").client_sees, "answered");
    // Ranges of one family say nothing about clients of the other.
    assert_eq!(asked(&yaml, "outside/2001:db8::9").client_sees, "answered");
}

#[test]
fn addresses_are_of_the_family_of_the_service() {
    let yaml = web("  ipFamilyPolicy: SingleStack\n  ipFamilies: [IPv6]\n  type: NodePort\n");
    for from in ["pod", "node", "outside", "shop/Deployment/web"] {
        let path = asked(&yaml, from);
        for address in path.hops.iter().flat_map(|hop| hop.source.iter().chain(&hop.destination)) {
            assert!(address.matches(':').count() > 1, "{from}: {address}");
        }
    }
}

#[test]
fn a_pod_that_meets_itself_sees_its_node() {
    let from = "shop/Deployment/web";
    assert_eq!(asked(&web(""), from).client_address_kept, None);
    assert_eq!(asked(&web("").replace("replicas: 2", "replicas: 1"), from).client_address_kept, Some(false));
    assert_eq!(asked(&web("  clusterIP: None\n"), from).client_address_kept, Some(true));
    assert_eq!(asked(&web(""), "pod").client_address_kept, Some(true));
}

#[test]
fn a_policy_that_drops_is_found_and_mended() {
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: in, namespace: shop}\nspec:\n  podSelector: {}\n  ingress: [{ports: [{port: 80}]}]\n";
    let path = asked(&format!("{}{policy}", web("")), "pod");
    assert!(path.client_sees.contains("time-out"));
    let why = path.why.unwrap();
    assert!(why.contains("made.yaml:") && why.contains("write 8080"), "{why}");
    let right = policy.replace("port: 80", "port: 8080");
    assert_eq!(asked(&format!("{}{right}", web("")), "pod").client_sees, "answered");
}

#[test]
fn slices_are_those_of_the_real_controllers() {
    let (mut all, mut good, mut differing) = (0, 0, Vec::new());
    for folder in recorded("endpoints") {
        let shared = folder.parent().and_then(Path::parent).unwrap().to_owned();
        let mut cases = lines(&folder.join("made.jsonl"));
        cases.retain(|case| case["pod_state"].as_object().is_none_or(serde_json::Map::is_empty));
        cases.retain(|case| ["actions", "rejected"].iter().all(|key| case[*key].as_array().is_none_or(Vec::is_empty)));
        let mut corpus = lines(&folder.join("corpus.jsonl"));
        corpus.retain(|case| {
            case["settled"] == true && ["rejected", "duplicates"].iter().all(|key| case[*key].as_array().is_none_or(Vec::is_empty))
        });
        cases.extend(corpus);
        for case in cases {
            let files = match case["yaml"].as_str() {
                Some(yaml) => vec![("made.yaml".to_owned(), yaml.as_bytes().to_vec())],
                None => {
                    let named = case["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap());
                    named.map(|file| (file.to_owned(), fs::read(shared.join(file)).unwrap())).collect()
                }
            };
            let services = world(files, dual_stack(), |world| explain(world, &Wanted::default()));
            for namespace in case["namespaces"].as_array().unwrap() {
                for wanted in namespace["services"].as_array().unwrap() {
                    let own = |service: &&Service| {
                        let written = service.namespace.as_deref().unwrap_or("default");
                        let recorded = Some(text(namespace, "namespace")).filter(|name| !name.is_empty()).unwrap_or("default");
                        service.name == text(wanted, "name") && written == recorded
                    };
                    let built = services.iter().find(own);
                    let same_hosts = built.is_some_and(|service| {
                        let built = service.endpoint_slices.iter().flat_map(|slice| &slice.endpoints).filter_map(|it| it.hostname.clone());
                        // The record lowers replicas to two.
                        hostnames(wanted).is_subset(&built.collect())
                    });
                    all += 1;
                    if same_hosts && built.map(built_slices) == Some(wanted_slices(wanted)) {
                        good += 1;
                    } else {
                        let id = if case["id"].is_null() { text(&case, "dir") } else { text(&case, "id") };
                        differing.push(format!(
                            "{id} {}: want {:?}, got {:?}",
                            text(wanted, "name"),
                            wanted_slices(wanted),
                            built.map(built_slices)
                        ));
                    }
                }
            }
        }
    }
    println!("{good}/{all} Services with the slices of the real controllers");
    assert!(all > 20 && good * 100 >= all * 99, "{good}/{all}\n{}", differing.join("\n"));
}

#[test]
fn policies_say_what_the_specification_says() {
    let (mut all, mut good, mut differing) = (0, 0, Vec::new());
    for folder in recorded("network-policy") {
        for case in lines(&folder.join("cases.jsonl")) {
            let file = text(&case, "file");
            let bytes = fs::read(folder.join(file)).unwrap();
            let queries: Vec<_> = case["queries"].as_array().unwrap().iter().filter(|query| query["policy_only"] != true).collect();
            let from: Vec<Start> = queries.iter().map(|query| text(query, "from").parse().unwrap()).collect();
            let wanted = Wanted { from, ..Wanted::default() };
            let services = world(vec![(file.to_owned(), bytes)], Profile::default(), |world| explain(world, &wanted));
            for query in queries {
                let to = |service: &&Service| {
                    format!("{}/{}", service.namespace.as_deref().unwrap_or("default"), service.name) == text(query, "to")
                };
                let path = services.iter().find(to).and_then(|service| {
                    service.paths.iter().find(|path| {
                        path.from == text(query, "from")
                            && i64::from(path.port.port) == query["port"]
                            && path.port.protocol == text(query, "protocol")
                    })
                });
                let expected = text(query, "expected");
                let names = |key: &str| {
                    query[key].as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
                };
                let fine = path.is_some_and(|path| {
                    let by: BTreeSet<_> = path.policies.iter().cloned().collect();
                    let at: BTreeSet<_> = path.blocked_at.iter().map(|end| (*end).to_owned()).collect();
                    path.verdict.name() == expected
                        && (!["allowed", "blocked"].contains(&expected) || by == names("by"))
                        && (expected != "blocked" || at == names("at"))
                });
                all += 1;
                good += usize::from(fine);
                if !fine {
                    differing.push(format!("{}: {query} got {path:?}", text(&case, "id")));
                }
            }
        }
    }
    println!("{good}/{all} NetworkPolicy questions answered as the specification");
    assert!(all > 40 && good * 100 >= all * 99, "{good}/{all}\n{}", differing.join("\n"));
}

/// A rule without what iptables adds and reorders: the names of matches, and the bits of whole addresses.
fn parts(rule: &str) -> BTreeMap<String, usize> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quoted) = (String::new(), false);
    for c in rule.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    words.push(word);
    let mut parts = BTreeMap::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "-m" {
            words.next();
            continue;
        }
        let word = word.strip_suffix("/32").or(word.strip_suffix("/128")).unwrap_or(&word).to_owned();
        *parts.entry(word).or_default() += 1;
    }
    parts
}

type Rules = Vec<BTreeMap<String, usize>>;

/// Chains by table and name, those that every node has left out. The order counts where one Service has the chain to itself.
fn chains(text: &str) -> BTreeMap<(String, String), Rules> {
    const OF_ALL: [&str; 5] = ["KUBE-MARK-MASQ", "KUBE-POSTROUTING", "KUBE-FIREWALL", "KUBE-FORWARD", "KUBE-PROXY-CANARY"];
    let mut table = String::new();
    let mut chains: BTreeMap<_, Rules> = BTreeMap::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('*') {
            table = name.to_owned();
        }
        let foreign = ["default/kubernetes", "nfacct", "NOTE: this must be the last rule"].iter().any(|word| line.contains(word));
        let Some(chain) = line.strip_prefix("-A ").and_then(|rest| rest.split(' ').next()) else { continue };
        if chain.starts_with("KUBE-") && !OF_ALL.contains(&chain) && !foreign {
            chains.entry((table.clone(), chain.to_owned())).or_default().push(parts(line));
        }
    }
    let own = |chain: &str| ["SVC", "SVL", "EXT", "SEP", "FW"].iter().any(|kind| chain.starts_with(&format!("KUBE-{kind}-")));
    for ((_, chain), rules) in &mut chains {
        if !own(chain) {
            rules.sort();
        }
    }
    chains
}

/// The Services for which rules were recorded, and the rules.
fn proxied(mode: &str) -> Vec<(PathBuf, String)> {
    let folders = recorded("kube-proxy").into_iter();
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let manifests = files.filter(|file| file.extension().is_some_and(|it| it == "yaml"));
    manifests.filter_map(|file| fs::read_to_string(file.with_extension(mode)).ok().map(|recorded| (file, recorded))).collect()
}

/// The rules for the node on which they were recorded.
fn proxy_rules(file: &Path, mode: Mode, profile: Profile) -> String {
    let node = Node {
        name: "node-1".into(),
        ip: Some("192.168.0.1".into()),
        zone: Some("zone-a".into()),
        cluster_cidr: Some("10.244.0.0/16,fd00:244::/64".into()),
    };
    world(vec![("it.yaml".into(), fs::read(file).unwrap())], profile, |world| rules(world, &Wanted::default(), &node, mode))
}

#[test]
fn rules_are_those_of_a_real_kube_proxy() {
    let mut all = 0;
    for (file, recorded) in proxied("iptables") {
        let written = proxy_rules(&file, Mode::Iptables, Profile::default());
        assert_eq!(chains(&written), chains(&recorded), "{}", file.display());
        all += 1;
    }
    println!("{all} scenarios with the rules of a real kube-proxy");
    assert!(all >= 9, "only {all} scenarios");
}

/// A table by what it holds: the lines of each set, map and chain. Sets and maps have no order; what the default Service
/// `kubernetes` adds is left out.
fn nft_objects(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')).map(str::trim) {
        if ["table", "set", "map", "chain"].iter().any(|kind| line.starts_with(&format!("{kind} "))) && line.ends_with('{') {
            name = line.to_owned();
            objects.insert(name.clone(), Vec::new());
        } else if line != "}" && !line.is_empty() {
            let elements = if name.starts_with("chain") { vec![line] } else { line.split(", ").collect() };
            let bare = |it: &str| it.trim_start_matches("elements = {").trim_end_matches([',', '}']).trim().to_owned();
            let of_all = |it: &String| it.contains("default/kubernetes") || it == "10.96.0.1" || it.is_empty();
            let kept = elements.into_iter().map(|it| if name.starts_with("chain") { it.to_owned() } else { bare(it) });
            objects.get_mut(&name).unwrap().extend(kept.filter(|it| !of_all(it)));
        }
    }
    objects.retain(|name, _| !name.contains("default/kubernetes"));
    for (_, lines) in objects.iter_mut().filter(|(name, _)| !name.starts_with("chain")) {
        lines.sort();
    }
    objects
}

#[test]
fn nftables_are_those_of_a_real_kube_proxy() {
    let mut all = 0;
    for (file, recorded) in proxied("nft") {
        let written = proxy_rules(&file, Mode::Nftables, dual_stack());
        assert_eq!(nft_objects(&written), nft_objects(&recorded), "{}", file.display());
        all += 1;
    }
    println!("{all} scenarios with the nftables of a real kube-proxy");
    assert!(all >= 9, "only {all} scenarios");
}

/// How many endpoints a table sends to, by what it says of each.
fn sent_to(rules: &str) -> usize {
    rules.matches("DNAT --to-destination").count()
}

#[test]
fn rules_are_those_of_the_version() {
    let rules = |name: &str, mode, minor| {
        let file = Path::new(ROOT).join("fixtures/kube-proxy").join(name);
        proxy_rules(&file, mode, Profile { version: Version { minor }, ..Profile::default() })
    };
    // Hints counted only for Services that asked for it, those for nodes from 1.34 on.
    let told = [30, 31, 36].map(|minor| sent_to(&rules("hints-this-zone.yaml", Mode::Iptables, minor)));
    assert_eq!(told[1..], [1, 1]);
    assert!(told[0] > 1, "{told:?}");
    // An address that the balancer keeps for itself was none of kube-proxy's business from 1.30 on.
    let taken = [29, 30].map(|minor| rules("loadbalancer-ipmode-proxy.yaml", Mode::Iptables, minor).contains("loadbalancer IP"));
    assert_eq!(taken, [true, false]);
    // nftables: none, a chain for each endpoint, one rule for all.
    assert!(!rules("clusterip-three.yaml", Mode::Nftables, 28).contains("table ip"));
    assert_eq!(rules("clusterip-three.yaml", Mode::Nftables, 35).matches("chain endpoint-").count(), 3);
    assert!(!rules("clusterip-three.yaml", Mode::Nftables, 36).contains("chain endpoint-"));
}

#[test]
fn each_family_has_rules_of_its_own() {
    let yaml = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ipFamilyPolicy: RequireDualStack, selector: {app: a}, ports: [{port: 80}]}\n---\n\
                apiVersion: v1\nkind: Service\nmetadata: {name: six}\nspec: {ipFamilies: [IPv6], ipFamilyPolicy: SingleStack, selector: {app: a}, \
                ports: [{port: 81}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2, \
                selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}\n";
    let node = Node { name: "node-1".into(), ip: None, zone: None, cluster_cidr: None };
    let rules = |mode| world(vec![("a.yaml".into(), yaml.into())], dual_stack(), |world| rules(world, &Wanted::default(), &node, mode));
    let (four, six, both) = (rules(Mode::Iptables), rules(Mode::Ip6tables), rules(Mode::Nftables));
    assert!(four.contains("-d 192.0.2.10/32") && !four.contains("2001:db8") && !four.contains("default/six"), "{four}");
    assert!(six.contains("-d 2001:db8:1::10/128") && six.contains("--to-destination [2001:db8:2::10]:80"), "{six}");
    assert!(six.contains("-d 2001:db8:1::11/128") && six.contains("default/six") && six.contains("! -s 2001:db8:2::/48"), "{six}");
    assert!(!six.contains("192.0.2."), "{six}");
    assert!(both.contains("table ip kube-proxy") && both.contains("table ip6 kube-proxy"), "{both}");
    assert!(both.contains("dnat ip6 to numgen random mod 2 map { 0 : 2001:db8:2::10 . 80, 1 : 2001:db8:2::11 . 80 }"), "{both}");
    assert_eq!(both, rules(Mode::Nftables), "the same for the same input");
}

/// Nothing of a real kube-proxy in this mode is recorded: its source is what this is read against.
#[test]
fn ipvs_is_what_its_source_says() {
    for name in ["loadbalancer-source-ranges", "nodeport-etp-local", "affinity-clientip"] {
        let file = Path::new(ROOT).join("fixtures/kube-proxy").join(name).with_extension("yaml");
        let script = proxy_rules(&file, Mode::Ipvs, Profile::default());
        insta::with_settings!({ snapshot_path => "../fixtures/kube-proxy/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}.ipvs"), script);
        });
    }
}

#[test]
fn nothing_grows_with_the_square_of_the_replicas() {
    let yaml = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {clusterIP: None, selector: {app: a}, ports: [{port: 80}]}\n---\n\
                apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {replicas: 2000000000, serviceName: a, \
                selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}\n";
    let services = world(vec![("a.yaml".into(), yaml.into())], Profile::default(), |world| explain(world, &Wanted::default()));
    assert_eq!(services[0].endpoint_slices[0].endpoints.len(), 1);
    assert_eq!(services[0].endpoint_slices[0].endpoints[0].replicas, Some(2_000_000_000));
}

/// The way from outside to the one Service of a file that is called so.
fn from_outside(file: &str, service: &str) -> svclint::explain::model::Path {
    let file = Path::new(ROOT).join("fixtures/routes").join(file);
    let wanted = Wanted { services: vec![service.into()], from: vec![Start::Outside(None)], ..Wanted::default() };
    let services = world(vec![("it.yaml".into(), fs::read(file).unwrap())], Profile::default(), |world| explain(world, &wanted));
    services[0].paths[0].clone()
}

#[test]
fn an_ingress_or_an_attached_route_is_a_way_in() {
    for (file, at) in [("ingress-number-ok.yaml", "ingress"), ("attach-all.yaml", "gateway"), ("http-grant.yaml", "gateway")] {
        let service = if file == "http-grant.yaml" { "api" } else { "web" };
        let path = from_outside(file, service);
        assert_eq!(path.verdict.name(), "allowed", "{file}: {path:?}");
        let hops: Vec<_> = path.hops.iter().map(|hop| hop.at).collect();
        assert_eq!(hops, ["dns", at, "proxy", "pod"], "{file}");
        assert_eq!(path.client_address_kept, Some(false), "{file}");
    }
}

#[test]
fn a_route_that_hangs_on_nothing_leads_nowhere() {
    for (file, service, why) in [
        ("attach-selector-misses.yaml", "web", "lets no route of this namespace in"),
        ("attach-section-missing.yaml", "web", "no such listener"),
        ("http-no-grant.yaml", "api", "no ReferenceGrant"),
        ("ingress-port-missing.yaml", "web", "which the Service does not have"),
    ] {
        let path = from_outside(file, service);
        assert_eq!(path.verdict.name(), "blocked", "{file}: {path:?}");
        assert_eq!(path.blocked_at, ["address"], "{file}");
        assert!(path.why.as_deref().unwrap().contains(why), "{file}: {path:?}");
    }
}

#[test]
fn pods_of_a_folder_far_off_are_not_said_to_answer() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, \
                      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}\n";
    // Each folder has both, so that they are no layers of one application.
    let other = |name: &str, yaml: &str| format!("---\n{}", yaml.replace("web", name));
    let explained = |folder: &str| {
        let files = vec![
            ("shop/front/svc.yaml".to_owned(), (service.to_owned() + &other("cart", service) + &other("cart", deployment)).into()),
            (format!("{folder}/web.yaml"), (deployment.to_owned() + &other("lab", service) + &other("lab", deployment)).into()),
        ];
        world(files, Profile::default(), |world| explain(world, &Wanted::default())).remove(0)
    };
    let near = explained("shop/front");
    assert_eq!((near.paths[0].verdict.name(), near.endpoint_slices.len()), ("allowed", 1));
    let far = explained("lab/old/trial/one");
    assert_eq!((far.paths[0].verdict.name(), far.endpoint_slices.len()), ("unknown", 0));
    assert!(
        far.summary.says.contains("Deployment `web` in web.yaml:3") && far.summary.says.contains("can't be told"),
        "{}",
        far.summary.says
    );
    assert!(far.unknowns.iter().any(|unknown| unknown.contains("stands in a folder of its own")), "{:?}", far.unknowns);
}
