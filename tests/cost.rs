//! What load balancers cost: worked cases, properties, recorded cases, and the real manifests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use svclint::cost::{self, Choice, Confidence, Controller, Estimate, LoadBalancer, Money, Options, Prices, Provider};
use svclint::kube::{Object, Profile, World, read};
use svclint::report::Look;
use svclint::report::cost as report;
use svclint::source::{FileId, Source};

fn source(text: &str) -> Source {
    Source::new(FileId(0), "k8s/lb.yaml".into(), text.as_bytes().to_vec())
}

fn estimate_with(text: &str, options: &Options, prices: &Prices) -> Estimate {
    let source = source(text);
    cost::estimate(&read::objects(&source, false, None), options, prices)
}

fn estimate(text: &str, options: &Options) -> Estimate {
    estimate_with(text, options, Prices::built_in())
}

fn at(provider: Provider) -> Options {
    Options { provider: Some(provider), controller: Some(Controller::Ccm), ..Options::default() }
}

fn service(name: &str, annotations: &[(&str, &str)], ports: &[(u16, &str)]) -> String {
    let mut text = format!("apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n");
    if !annotations.is_empty() {
        text += "  annotations:\n";
    }
    for (key, value) in annotations {
        writeln!(text, "    {key}: \"{value}\"").unwrap();
    }
    text += "spec:\n  type: LoadBalancer\n  ports:\n";
    for (port, protocol) in ports {
        writeln!(text, "    - {{name: p{port}-{}, port: {port}, protocol: {protocol}}}", protocol.to_lowercase()).unwrap();
    }
    text + "---\n"
}

fn services(count: usize, annotations: &[(&str, &str)], ports: &[(u16, &str)]) -> String {
    (0..count).map(|number| service(&format!("svc{number}"), annotations, ports)).collect()
}

fn ingress(name: &str, group: Option<&str>, scheme: &str) -> String {
    let group = group.map_or_else(String::new, |group| format!("    alb.ingress.kubernetes.io/group.name: {group}\n"));
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  annotations:\n    alb.ingress.kubernetes.io/scheme: {scheme}\n{group}spec:\n  ingressClassName: alb\n---\n"
    )
}

fn ingresses(count: usize, group: Option<&str>, scheme: &str) -> String {
    (0..count).map(|number| ingress(&format!("in{number}"), group, scheme)).collect()
}

fn total(estimate: &Estimate) -> String {
    estimate.total.amounts().map(|money| money.to_string()).collect::<Vec<_>>().join(" + ")
}

const NLB: (&str, &str) = ("service.beta.kubernetes.io/aws-load-balancer-type", "nlb");
const INTERNAL: (&str, &str) = ("service.beta.kubernetes.io/aws-load-balancer-internal", "true");
const HTTP: &[(u16, &str)] = &[(80, "TCP")];

/// The worked cases, each through the files that make it.
#[test]
fn the_worked_cases_come_out_to_the_cent() {
    use Provider::{Aks, Aws, DigitalOcean, Gke, Hetzner, Linode, Oci, Scaleway};
    let of_720 = Options { hours: 720, ..at(Aws) };
    let cases: [(&str, Options, String, &str); 20] = [
        ("one ALB at 720 hours", of_720.clone(), ingresses(1, None, "internal"), "$16.20"),
        ("ten ALBs at 720 hours", of_720, ingresses(10, None, "internal"), "$162.00"),
        ("one internal NLB", at(Aws), services(1, &[NLB, INTERNAL], HTTP), "$16.43"),
        ("one internal Classic", at(Aws), services(1, &[INTERNAL], HTTP), "$18.25"),
        ("ten public NLBs", at(Aws), services(10, &[NLB], HTTP), "$273.75"),
        ("ten public Classics", at(Aws), services(10, &[], HTTP), "$292.00"),
        ("one public ALB", at(Aws), ingresses(1, None, "internet-facing"), "$27.38"),
        ("GKE, one rule", at(Gke), services(1, &[], HTTP), "$18.25"),
        ("GKE, five rules", at(Gke), services(5, &[], HTTP), "$18.25"),
        ("GKE, six rules", at(Gke), services(6, &[], HTTP), "$25.55"),
        ("GKE, ten rules", at(Gke), services(10, &[], HTTP), "$54.75"),
        ("AKS, no Service", at(Aks), String::new(), ""),
        ("AKS, ten Services", at(Aks), services(10, &[], HTTP), "$80.30"),
        ("AKS, one ingress controller", at(Aks), services(1, &[], &[(80, "TCP"), (443, "TCP")]), "$3.65"),
        ("Hetzner, the cap", at(Hetzner), services(10, &[], HTTP), "EUR 74.90"),
        ("Linode, the cap", at(Linode), services(10, &[], HTTP), "$100.00"),
        ("DigitalOcean", at(DigitalOcean), services(10, &[], HTTP), "$150.00"),
        ("Scaleway", at(Scaleway), services(10, &[], HTTP), "EUR 167.90"),
        ("OCI, inside the free hours", at(Oci), services(1, &[], HTTP), "$0.00"),
        ("OCI, beyond them", at(Oci), services(10, &[], HTTP), "$74.08"),
    ];
    for (name, options, text, expected) in cases {
        let estimate = estimate(&text, &options);
        assert_eq!(total(&estimate), expected, "{name}");
        assert_eq!(estimate.unknown, 0, "{name}");
        let baseline = estimate.baseline.map(|baseline| baseline.monthly.unwrap().to_string());
        assert_eq!(baseline, (options.provider == Some(Aks)).then(|| "$21.90".to_owned()), "{name}");
    }
}

#[test]
fn software_costs_nothing_and_an_unknown_price_is_not_nothing() {
    let free = estimate(&services(2, &[], HTTP), &at(Provider::K3s));
    assert_eq!((total(&free).as_str(), free.unknown, free.load_balancers.len()), ("", 0, 2));
    assert!(free.load_balancers.iter().all(|it| it.monthly.as_ref().is_some_and(|money| money.rounded() == "0.00")));
    let unknown = estimate(&services(1, &[], HTTP), &at(Provider::Ovh));
    assert_eq!((total(&unknown).as_str(), unknown.unknown), ("", 1));
    assert!(unknown.load_balancers[0].monthly.is_none() && unknown.load_balancers[0].unknown.is_some());
    let elsewhere = Options { choice: Choice { region: Some("eu-west-1".into()), ..Choice::default() }, ..at(Provider::Aws) };
    assert_eq!(estimate(&services(1, &[], HTTP), &elsewhere).unknown, 1, "no record of a Classic one in Ireland");
    assert_eq!(total(&estimate(&services(1, &[NLB, INTERNAL], HTTP), &elsewhere)), "$18.40");
    let nobody = estimate(&services(3, &[], HTTP), &Options::default());
    assert_eq!((total(&nobody).as_str(), nobody.unknown), ("", 3));
}

#[test]
fn where_the_controller_is_not_known_both_products_are_shown() {
    let options = Options { provider: Some(Provider::Aws), ..Options::default() };
    let estimate = estimate(&services(10, &[], HTTP), &options);
    assert_eq!(total(&estimate), "$292.00");
    let other: Vec<_> = estimate.otherwise.iter().flat_map(|it| it.total.amounts()).map(|it| it.to_string()).collect();
    assert_eq!(other, ["$164.25"], "ten internal NLBs");
    assert!(estimate.load_balancers[0].otherwise.is_some());
}

#[test]
fn the_same_file_is_another_product_under_another_controller() {
    let made = |controller: Controller, annotations: &[(&str, &str)]| {
        let options = Options { controller: Some(controller), ..at(Provider::Aws) };
        let it = estimate(&services(1, annotations, HTTP), &options).load_balancers.remove(0);
        (it.product.unwrap(), it.internal.unwrap())
    };
    let key = |name: &str| format!("service.beta.kubernetes.io/aws-load-balancer-{name}");
    let classic = |internal| ("Classic Load Balancer".to_owned(), internal);
    let network = |internal| ("Network Load Balancer".to_owned(), internal);
    assert_eq!(made(Controller::Ccm, &[]), classic(false));
    assert_eq!(made(Controller::Lbc, &[]), network(true));
    assert_eq!(made(Controller::Auto, &[(&key("scheme"), "internet-facing")]), network(false));
    assert_eq!(made(Controller::Ccm, &[(&key("type"), "alb")]), classic(false), "`alb` is no type of a Service");
    assert_eq!(made(Controller::Ccm, &[(&key("scheme"), "internal")]), classic(false), "not read by this controller");
    assert_eq!(made(Controller::Ccm, &[(&key("internal"), "False")]), classic(true), "only `false` is no");
    assert_eq!(made(Controller::Ccm, &[(&key("internal"), "false")]), classic(false));
    assert_eq!(made(Controller::Ccm, &[(&key("type"), "external"), (&key("nlb-target-type"), "ip")]), network(true));
    let azure = |value: &str| {
        let annotation = [("service.beta.kubernetes.io/azure-load-balancer-internal", value)];
        estimate(&services(1, &annotation, HTTP), &at(Provider::Aks)).load_balancers.remove(0).internal.unwrap()
    };
    assert_eq!((azure("True"), azure("yes")), (true, false), "the opposite of AWS");
}

#[test]
fn zones_are_counted_where_the_files_name_them() {
    let subnets = ("service.beta.kubernetes.io/aws-load-balancer-subnets", "subnet-a, subnet-b");
    let estimate_of = |annotations: &[(&str, &str)], options: &Options| total(&estimate(&services(1, annotations, HTTP), options));
    assert_eq!(estimate_of(&[NLB, subnets], &at(Provider::Aws)), "$23.73");
    assert_eq!(estimate_of(&[NLB], &Options { zones: Some(2), ..at(Provider::Aws) }), "$23.73");
}

#[test]
fn rules_are_counted_as_each_cloud_counts_them() {
    let rules =
        |provider, annotations: &[(&str, &str)], ports: &[(u16, &str)]| total(&estimate(&services(6, annotations, ports), &at(provider)));
    assert_eq!(rules(Provider::Gke, &[], &[(53, "TCP"), (53, "UDP")]), "$69.35", "twelve rules");
    assert_eq!(rules(Provider::Gke, &[], &[(80, "TCP"), (443, "TCP"), (8443, "TCP")]), "$25.55", "six rules");
    assert_eq!(rules(Provider::Aks, &[], &[(80, "TCP"), (443, "TCP")]), "$80.30", "twelve rules, one more, six addresses");
    let ruleless = ("service.beta.kubernetes.io/port_443_no_lb_rule", "true");
    assert_eq!(rules(Provider::Aks, &[ruleless], &[(80, "TCP"), (443, "TCP")]), "$36.50", "six rules, one more, six addresses");
    let all_ports = [
        ("service.beta.kubernetes.io/azure-load-balancer-internal", "true"),
        ("service.beta.kubernetes.io/azure-load-balancer-enable-high-availability-ports", "true"),
    ];
    assert_eq!(rules(Provider::Aks, &all_ports, &[(80, "TCP"), (443, "TCP")]), "$25.55", "six rules of an internal one");
}

fn saves(estimate: &Estimate) -> Vec<(&'static str, usize, String)> {
    estimate.sharing.iter().map(|it| (it.mechanism, it.of, it.saves.to_string())).collect()
}

#[test]
fn sharing_is_told_in_money_or_not_at_all() {
    let group = "alb.ingress.kubernetes.io/group.name";
    let controller = "one ingress controller or Gateway";
    assert_eq!(saves(&estimate(&services(10, &[NLB], HTTP), &at(Provider::Aws))), [(group, 10, "$246.37".into())]);
    assert_eq!(saves(&estimate(&services(10, &[], HTTP), &at(Provider::Gke))), [(controller, 10, "$36.50".into())]);
    assert_eq!(saves(&estimate(&services(5, &[], HTTP), &at(Provider::Gke))), [], "the first five rules cost what one does");
    let aks = saves(&estimate(&services(10, &[], HTTP), &at(Provider::Aks)));
    assert_eq!(aks, [(controller, 10, "$76.65".into())], "equal ports leave ten addresses");
    assert_eq!(saves(&estimate(&services(10, &[], HTTP), &at(Provider::Hetzner))), [(controller, 10, "EUR 67.41".into())]);
    assert_eq!(saves(&estimate(&services(10, &[], HTTP), &at(Provider::K3s))), []);
    assert_eq!(saves(&estimate(&services(10, &[], &[(5432, "TCP")]), &at(Provider::Aws))), [], "no HTTP");
    assert_eq!(saves(&estimate(&services(10, &[], &[(53, "UDP")]), &at(Provider::Hetzner))), []);
    let free = saves(&estimate(&services(10, &[], &[(5432, "TCP")]), &at(Provider::Oci)));
    assert_eq!(free, [("oci.oraclecloud.com/load-balancer-type: nlb", 10, "$74.08".into())]);
}

#[test]
fn ingresses_without_a_group_are_a_load_balancer_each() {
    let apart = estimate(&ingresses(10, None, "internet-facing"), &at(Provider::Aws));
    assert_eq!(total(&apart), "$273.75");
    assert_eq!(saves(&apart), [("alb.ingress.kubernetes.io/group.name", 10, "$246.37".into())]);
    let together = estimate(&ingresses(10, Some("web"), "internet-facing"), &at(Provider::Aws));
    assert_eq!((total(&together).as_str(), together.sharing.len()), ("$27.38", 0));
    assert!(together.load_balancers.iter().all(|it| it.marginal.as_ref().unwrap().rounded() == "0.00"));
}

#[test]
fn services_on_aks_share_an_address_where_their_ports_differ() {
    let text: String = (0..4).map(|number| service(&format!("db{number}"), &[], &[(5432 + number, "TCP")])).collect();
    let estimate = estimate(&text, &at(Provider::Aks));
    assert_eq!(total(&estimate), "$14.60");
    assert_eq!(saves(&estimate), [("service.beta.kubernetes.io/azure-load-balancer-ipv4", 4, "$10.95".into())]);
}

#[test]
fn several_providers_in_one_directory_are_added_by_currency() {
    let text = service("a", &[NLB], HTTP)
        + &service("b", &[("load-balancer.hetzner.cloud/location", "fsn1")], HTTP)
        + &service("c", &[("metallb.io/address-pool", "x")], HTTP)
        + &service("d", &[NLB, ("load-balancer.hetzner.cloud/location", "fsn1")], HTTP);
    let estimate = estimate(&text, &Options::default());
    assert_eq!(total(&estimate), "EUR 7.49 + $27.38");
    assert_eq!(estimate.unknown, 1);
    assert!(estimate.load_balancers[3].unknown.as_ref().unwrap().contains("AWS and Hetzner Cloud"));
}

#[test]
fn an_old_price_says_how_old_it_is() {
    let today = |day: &str| Options { today: Some(day.parse().unwrap()), ..at(Provider::DigitalOcean) };
    let days = |day: &str| estimate(&services(1, &[], HTTP), &today(day)).load_balancers[0].stale_days;
    assert_eq!((days("2026-07-06"), days("2026-07-07")), (None, Some(181)));
}

#[test]
fn a_price_file_wins_over_the_built_in_one() {
    let text = "schema: svclint-prices/1\nsources:\n  deal: {title: our contract, read: \"2026-10-01\", at: intranet}\nproducts:\n  aws-nlb:\n    provider: aws\n    title: Network Load Balancer\n    prices:\n      - {meter: hour, amount: \"0.02\", currency: USD, region: us-east-1, as_of: \"2026-10-01\", sources: [deal], confidence: high}\n";
    let prices = Prices::built_in().overridden(Prices::read(text).unwrap());
    let estimate = estimate_with(&services(1, &[NLB, INTERNAL], HTTP), &at(Provider::Aws), &prices);
    assert_eq!(total(&estimate), "$14.60");
    assert_eq!(estimate.load_balancers[0].sources[0], "our contract, 2026-10-01, intranet");
    for (wrong, right) in [("sources: [deal]", "sources: [other]"), ("as_of: \"2026-10-01\"", "as_of: null")] {
        assert!(Prices::read(&text.replace(wrong, right)).is_err(), "{right}");
    }
    assert!(Prices::read(&text.replace("amount: \"0.02\"", "amount: \"1e30\"")).is_err());
}

#[test]
fn every_built_in_price_has_a_region_and_a_source_and_every_product_is_whole() {
    let prices = Prices::read(include_str!("../src/cost/prices.yaml")).unwrap();
    assert_eq!(&prices, Prices::built_in());
    let mut count = 0;
    for (id, product) in prices.products() {
        assert!(!product.title.is_empty() && !product.prices.is_empty(), "{id}");
        for price in &product.prices {
            count += 1;
            assert!(!price.region.is_empty() && price.currency.len() == 3, "{id}");
            assert!(price.sources.iter().all(|source| !prices.source(source).is_empty()), "{id}");
        }
    }
    assert!(count > 40);
}

#[test]
fn a_pull_requests_effect_is_a_comparison() {
    let before = estimate(&(service("a", &[NLB], HTTP) + &service("b", &[NLB], HTTP) + &service("c", &[], HTTP)), &at(Provider::Aws));
    let after = estimate(&(service("a", &[NLB, INTERNAL], HTTP) + &service("c", &[], HTTP) + &service("d", &[], HTTP)), &at(Provider::Aws));
    let comparison = cost::compare(&before, &after);
    let names = |list: &[LoadBalancer]| list.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&comparison.added), names(&comparison.removed)), (vec!["d".into()], vec!["b".into()]));
    assert_eq!(comparison.changed.len(), 1);
    let difference: Vec<_> = comparison.difference().iter().map(Money::to_string).collect();
    assert_eq!(difference, ["-$9.12"]);
    assert!(cost::compare(&before, &before).is_empty());
}

#[test]
fn a_kustomizations_patch_is_no_load_balancer_of_its_own() {
    let files = [
        ("app/kustomization.yaml", "resources: [web.yaml]\npatches:\n  - path: patch.yaml\n".to_owned()),
        ("app/web.yaml", service("web", &[], HTTP)),
        ("app/patch.yaml", service("web", &[], &[(443, "TCP")])),
    ];
    let source = |(id, (path, text)): (usize, &(&str, String))| {
        Source::new(FileId(u32::try_from(id).unwrap()), (*path).to_owned(), text.clone().into_bytes())
    };
    let sources: Vec<_> = files.iter().enumerate().map(source).collect();
    let objects = sources.iter().flat_map(|source| read::objects(source, false, None)).collect();
    let world = World::new(&sources, Profile::default(), objects);
    let estimate = cost::of_world(&world, &at(Provider::Civo), Prices::built_in());
    assert_eq!((total(&estimate).as_str(), estimate.load_balancers.len()), ("$10.00", 1));
}

/// One of each: a price, software, an unknown price, several clouds at once, an Ingress in a group.
const MIXED: &str = include_str!("../fixtures/cost/mixed.yaml");

#[test]
fn the_table_says_what_is_known_and_what_is_not() {
    let options = Options { today: Some("2026-11-21".parse().unwrap()), ..at(Provider::Aws) };
    let source = source(MIXED);
    let estimate = cost::estimate(&read::objects(&source, false, None), &options, Prices::built_in());
    let (mut text, mut markdown, mut json) = (Vec::new(), Vec::new(), Vec::new());
    let look = Look { color: false, width: Look::PIPED };
    let sources = [source];
    report::text(&mut text, &estimate, &sources, look).unwrap();
    report::markdown(&mut markdown, &estimate).unwrap();
    report::json(&mut json, &estimate, None, &sources).unwrap();
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    insta::assert_snapshot!("text", told(text));
    insta::assert_snapshot!("markdown", told(markdown));
    insta::assert_snapshot!("json", told(json));
    let changed = estimate_with(MIXED.split_once("---").unwrap().1, &options, Prices::built_in());
    let (mut text, mut markdown) = (Vec::new(), Vec::new());
    let comparison = cost::compare(&estimate, &changed);
    report::text_comparison(&mut text, &comparison, [&estimate, &changed], look).unwrap();
    report::markdown_comparison(&mut markdown, &comparison, [&estimate, &changed]).unwrap();
    insta::assert_snapshot!("comparison", told(text) + "\n\n" + &told(markdown));
}

/// What a Service of a property may carry: as many clouds' keys as there are mechanisms.
fn any_service() -> impl Strategy<Value = String> {
    let annotations = prop::sample::select(vec![
        vec![],
        vec![NLB],
        vec![NLB, INTERNAL],
        vec![("networking.gke.io/load-balancer-type", "Internal")],
        vec![("cloud.google.com/network-tier", "Standard")],
        vec![("service.beta.kubernetes.io/azure-load-balancer-internal", "true")],
        vec![("service.beta.kubernetes.io/azure-pip-name", "shared")],
        vec![("service.beta.kubernetes.io/azure-dns-label-name", "own")],
        vec![("load-balancer.hetzner.cloud/type", "lb11")],
        vec![("load-balancer.hetzner.cloud/type", "lb21")],
        vec![("oci.oraclecloud.com/load-balancer-type", "lb")],
        vec![("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-id", "7")],
        vec![("service.beta.kubernetes.io/do-loadbalancer-size-unit", "3")],
        vec![("metallb.io/address-pool", "x")],
    ]);
    let ports = prop::sample::subsequence(vec![(53u16, "UDP"), (80, "TCP"), (443, "TCP"), (5432, "TCP")], 1..4);
    let edge = prop::sample::select(vec![None, Some("web"), Some("api")]);
    // Few names, so that some meet.
    (annotations, ports, prop::bool::weighted(0.2), edge, 0..30u32).prop_map(|(annotations, ports, is_ingress, group, name)| {
        let name = format!("n{name}");
        if is_ingress { ingress(&name, group, "internet-facing") } else { service(&name, &annotations, &ports) }
    })
}

fn any_options() -> impl Strategy<Value = Options> {
    prop::sample::select(vec![
        None,
        Some(Provider::Aws),
        Some(Provider::Gke),
        Some(Provider::Aks),
        Some(Provider::Oci),
        Some(Provider::Hetzner),
    ])
    .prop_map(|provider| Options { provider, ..Options::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_marginal_of_each_is_the_total_with_it_less_the_total_without_it(
        documents in prop::collection::vec(any_service(), 1..14), options in any_options(),
    ) {
        let whole = estimate(&documents.concat(), &options);
        for (number, it) in whole.load_balancers.iter().enumerate() {
            let mut others = documents.clone();
            others.remove(number);
            let without = estimate(&others.concat(), &options);
            let Some(marginal) = &it.marginal else { continue };
            prop_assert_eq!(marginal.amount, whole.total.of(&marginal.currency) - without.total.of(&marginal.currency));
        }
    }

    #[test]
    fn a_further_service_never_lowers_the_total(
        documents in prop::collection::vec(any_service(), 1..14), further in any_service(), options in any_options(),
    ) {
        let before = estimate(&documents.concat(), &options);
        let after = estimate(&(documents.concat() + &further), &options);
        for money in before.total.amounts() {
            prop_assert!(after.total.of(&money.currency) >= money.amount);
        }
        prop_assert!(after.unknown >= before.unknown);
    }

    #[test]
    fn the_order_of_documents_changes_nothing(
        documents in prop::collection::vec(any_service(), 1..14).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        options in any_options(),
    ) {
        let (a, b) = (estimate(&documents.0.concat(), &options), estimate(&documents.1.concat(), &options));
        prop_assert_eq!(&a.total, &b.total);
        prop_assert_eq!(&a.sharing, &b.sharing);
        prop_assert_eq!(&a.otherwise, &b.otherwise);
        let told = |estimate: &Estimate| {
            let mut told: Vec<_> = estimate.load_balancers.iter().map(|it| format!("{:?} {:?} {:?}", it.product, it.monthly, it.marginal)).collect();
            told.sort();
            told
        };
        prop_assert_eq!(told(&a), told(&b));
    }
}

/// Where each cloud differs from what one would think.
#[test]
fn traps() {
    use Provider::{Aks, Alibaba, Aws, Gke, Hetzner, Linode, Oci, Vultr};
    let with = |key: &str, value: &str| service("a", &[(key, value)], HTTP);
    let ended = |hostname: &str| {
        service("a", &[], HTTP).replace("---\n", &format!("status: {{loadBalancer: {{ingress: [{{hostname: {hostname}}}]}}}}\n"))
    };
    let two = |annotations: &[(&str, &str)]| service("a", annotations, HTTP) + &service("b", annotations, &[(81, "TCP")]);
    let alb = |more: &str| ingress("a", None, "internet-facing").replace("spec:", &format!("    {more}\nspec:"));
    let gce = |more: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations: {{kubernetes.io/ingress.class: gce{more}}}\nspec:\n  tls: [{{secretName: a}}]\n---\n"
        )
    };
    let gke_keys = [("networking.gke.io/load-balancer-type", "External"), ("cloud.google.com/load-balancer-type", "Internal")];
    let none = Options::default();
    let cases: Vec<(&str, Options, String, &str)> = vec![
        ("status of a Classic one", none.clone(), ended("a-1.eu.us-east-1.elb.amazonaws.com"), "$29.20"),
        ("status of an internal Classic one", none.clone(), ended("internal-a-1.us-east-1.elb.amazonaws.com"), "$18.25"),
        ("status of a network one", none.clone(), ended("a-1.elb.us-east-1.amazonaws.com"), "$16.43"),
        (
            "an address for each allocation",
            at(Aws),
            service("a", &[NLB, ("service.beta.kubernetes.io/aws-load-balancer-eip-allocations", "e1,e2")], HTTP),
            "$23.73",
        ),
        ("no public IPv4", at(Aws), alb("alb.ingress.kubernetes.io/ip-address-type: dualstack-without-public-ipv4"), "$16.43"),
        ("AKS, one address by name", at(Aks), two(&[("service.beta.kubernetes.io/azure-pip-name", "door")]), "$3.65"),
        ("AKS, `yes` is no", at(Aks), with("service.beta.kubernetes.io/azure-load-balancer-internal", "yes"), "$3.65"),
        ("GKE, TCP and UDP are two rules", at(Gke), services(3, &[], &[(53, "TCP"), (53, "UDP")]), "$25.55"),
        ("GCE, HTTP switched off", at(Gke), gce(", kubernetes.io/ingress.allow-http: \"false\"").repeat(5), "$18.25"),
        ("GCE, six rules of three Ingresses", at(Gke), gce("").repeat(3), "$25.55"),
        ("DigitalOcean, nodes", none.clone(), with("service.beta.kubernetes.io/do-loadbalancer-size-unit", "3"), "$45.00"),
        ("DigitalOcean, the cheaper type", none.clone(), with("service.beta.kubernetes.io/do-loadbalancer-type", "REGIONAL"), "$12.00"),
        ("Vultr, nodes", at(Vultr), with("service.beta.kubernetes.io/vultr-loadbalancer-node-count", "3"), "$30.00"),
        ("OCI's free kind", at(Oci), with("oci.oraclecloud.com/load-balancer-type", "nlb"), "$0.00"),
        ("Scaleway by size", none.clone(), with("service.beta.kubernetes.io/scw-loadbalancer-type", "lb-gp-l"), "EUR 68.62"),
        ("Alibaba, yuan", at(Alibaba), service("a", &[], HTTP), "CNY 107.31"),
        (
            "Alibaba, dollars by class",
            none.clone(),
            service("a", &[], HTTP).replace("type: LoadBalancer", "type: LoadBalancer\n  loadBalancerClass: alibabacloud.com/nlb"),
            "$14.60",
        ),
        (
            "Hetzner at 720 hours is under no cap but by the month",
            Options { hours: 720, ..at(Hetzner) },
            services(1, &[], HTTP),
            "EUR 7.49",
        ),
        (
            "Linode, one load balancer made elsewhere",
            at(Linode),
            two(&[("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-id", "7")]),
            "$10.00",
        ),
        ("Linode, by contract", at(Linode), with("service.beta.kubernetes.io/linode-loadbalancer-nodebalancer-type", "premium"), ""),
    ];
    for (name, options, text, expected) in cases {
        assert_eq!(total(&estimate(&text, &options)), expected, "{name}:\n{text}");
    }
    let reach = estimate(&service("a", &gke_keys, HTTP), &none).load_balancers.remove(0).internal;
    assert_eq!(reach, Some(false), "the new key wins over the old one");
    for (region, month) in [("us-ord", "10.00"), ("id-cgk", "12.00"), ("br-gru", "14.00")] {
        let options = Options { choice: Choice { region: Some(region.into()), ..Choice::default() }, ..at(Linode) };
        let it = estimate(&services(1, &[], HTTP), &options).load_balancers.remove(0);
        assert_eq!(it.monthly.unwrap().rounded(), month, "{region}");
        assert_eq!(it.confidence == Confidence::Low, region != "us-ord", "{region}: undated prices are marked");
    }
}

#[test]
fn what_has_one_name_is_one_object_and_shares_with_nobody() {
    let staged = service("web", &[NLB], HTTP) + &service("web", &[NLB], &[(443, "TCP")]);
    let estimate = estimate(&staged, &at(Provider::Aws));
    assert_eq!(saves(&estimate), []);
    assert_eq!(estimate.notes.len(), 1, "both are counted, and that is said");
}

/// Every LoadBalancer Service of the real manifests has a product or a reason why not.
#[test]
fn real_manifests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !root.exists() {
        return;
    }
    let mut table = std::collections::BTreeMap::<String, usize>::new();
    let mut services = 0;
    for file in walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap).filter(|file| file.file_type().is_file()) {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        let source = Source::new(FileId(0), file.path().display().to_string(), text.into_bytes());
        let objects: Vec<Object<'_>> = read::objects(&source, false, None);
        services += objects
            .iter()
            .filter(|it| it.service().is_some_and(|it| it.spec.as_ref().is_some_and(|it| it.type_.as_deref() == Some("LoadBalancer"))))
            .count();
        for it in cost::estimate(&objects, &Options::default(), Prices::built_in()).load_balancers {
            assert!(it.product.is_some() || it.unknown.is_some(), "{}: {}", file.path().display(), it.name);
            assert!(it.monthly.is_some() || it.unknown.is_some(), "{}: {}", file.path().display(), it.name);
            let provider = it.provider.map_or("?", Provider::title);
            let price = it.monthly.map_or_else(|| it.unknown.unwrap(), |money| money.to_string());
            *table.entry(format!("{:8} {provider:18} {:45} {price}", it.kind, it.product.unwrap_or_default())).or_default() += 1;
        }
    }
    for (line, count) in &table {
        println!("{count:4} {line}");
    }
    let told: usize = table.iter().filter(|(line, _)| line.starts_with("Service")).map(|(_, count)| count).sum();
    assert_eq!(told, services);
    assert!(services > 100);
}
