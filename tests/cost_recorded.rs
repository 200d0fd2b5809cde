//! What load balancers cost, against what was recorded beside the code: cases, worked examples, the data the prices come from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use svclint::cost::prices::Meter;
use svclint::cost::{self, Choice, Controller, Estimate, Money, Options, Prices, Provider};
use svclint::kube::read;
use svclint::report::{Look, cost as report};
use svclint::source::{FileId, Source};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn estimate(text: &str, options: &Options) -> (Estimate, Vec<Source>) {
    let sources = vec![Source::new(FileId(0), "lb.yaml".into(), text.as_bytes().to_vec())];
    let estimate = cost::estimate(&read::objects(&sources[0], false, None), options, Prices::built_in());
    (estimate, sources)
}

fn judge(file: PathBuf) -> usize {
    let Ok(text) = fs::read_to_string(&file) else { return 0 };
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let args: Vec<_> = case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        let mut options = Options::default();
        for pair in args.chunks(2) {
            match pair[0] {
                "--provider" => options.provider = Some(pair[1].parse().unwrap()),
                "--controller" => options.controller = Some(pair[1].parse().unwrap()),
                "--hours" => options.hours = pair[1].parse().unwrap(),
                other => panic!("{other}"),
            }
        }
        let (estimate, _) = estimate(case["yaml"].as_str().unwrap(), &options);
        let amount = Money::new(estimate.total.of(case["currency"].as_str().unwrap()), "USD").rounded();
        let wanted = case["expect"].as_str().unwrap_or("0.00");
        assert!(wanted.split('|').any(|wanted| wanted == amount), "{}: {amount}, not {wanted}", case["id"]);
        assert_eq!(estimate.unknown as u64, case["unknown"].as_u64().unwrap(), "{}", case["id"]);
    }
    text.lines().count()
}

#[test]
fn recorded_cases() {
    assert!(judge(Path::new(ROOT).join("fixtures/cost/cases.jsonl")) >= 6);
    let beside = Path::new(ROOT).join("../shared/cases/cost.jsonl");
    assert!(!beside.exists() || judge(beside) >= 12);
}

fn reference() -> Option<Value> {
    let text = fs::read_to_string(Path::new(ROOT).join("../shared/reference/load-balancer-cost.yaml")).ok()?;
    Some(serde_yaml::from_str(&text).unwrap())
}

fn provider(name: &str) -> Provider {
    name.parse().unwrap()
}

/// The files that make what a worked example is about.
fn files(example: &Value) -> String {
    let number = |key: &str| usize::try_from(example[key].as_u64().unwrap_or(0)).unwrap();
    let product = example["product"].as_str().unwrap();
    let internal = number("ipv4") == 0;
    let service = |name: usize, ports: usize, annotations: &str| {
        let ports: String = (0..ports).map(|port| format!("{{name: p{port}, port: {}}}, ", 80 + port)).collect();
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: s{name}\n  annotations: {{{annotations}}}\nspec:\n  type: LoadBalancer\n  ports: [{ports}]\n---\n"
        )
    };
    let aws = "service.beta.kubernetes.io/aws-load-balancer-";
    let scheme = if internal { format!("{aws}internal: \"true\"") } else { String::new() };
    match product {
        "aws-alb" => (0..number("lbs"))
            .map(|name| {
                let scheme = if internal { "internal" } else { "internet-facing" };
                format!("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: i{name}\n  annotations: {{alb.ingress.kubernetes.io/scheme: {scheme}}}\nspec:\n  ingressClassName: alb\n---\n")
            })
            .collect(),
        "aws-nlb" => (0..number("lbs")).map(|name| service(name, 1, &format!("{aws}type: nlb, {scheme}"))).collect(),
        "aws-clb" => (0..number("lbs")).map(|name| service(name, 1, &scheme)).collect(),
        // What the cluster pays anyway is one rule and one address; the rest are Services, the first with the ports left over.
        "azure-slb" => {
            let (rules, services) = (number("rules") - 1, number("public_ips") - 1);
            let of = |name: usize| if name == 0 { 1 + rules - services } else { 1 };
            (0..services).map(|name| service(name, of(name), "")).collect()
        }
        _ => (0..number("lbs").max(number("rules"))).map(|name| service(name, 1, "")).collect(),
    }
}

#[test]
fn worked_examples_of_the_reference() {
    let Some(reference) = reference() else { return };
    let examples = reference["test_vectors"].as_array().unwrap();
    for example in examples {
        let options = Options {
            provider: Some(provider(example["provider"].as_str().unwrap())),
            controller: Some(Controller::Ccm),
            hours: u32::try_from(example["hours"].as_u64().unwrap()).unwrap(),
            ..Options::default()
        };
        let (estimate, _) = estimate(&files(example), &options);
        let currency = example["currency"].as_str().unwrap();
        let baseline = estimate.baseline.and_then(|it| it.monthly).map_or_else(Default::default, |money| money.amount);
        let amount = Money::new(estimate.total.of(currency) + baseline, currency).rounded();
        assert_eq!(amount, format!("{:.2}", example["expect"].as_f64().unwrap()), "{}", example["id"]);
    }
    assert!(examples.len() >= 20);
}

/// Every price of the reference is carried with its amount, date and confidence, under the name that is ours.
#[test]
fn prices_are_those_of_the_reference() {
    let Some(reference) = reference() else { return };
    let ours = |id: &str| -> Option<&'static str> {
        Some(match id {
            "aws-clb" => "aws-clb",
            "aws-nlb" => "aws-nlb",
            "aws-alb" => "aws-alb",
            "gcp-passthrough-external" | "gcp-passthrough-internal" => "google-regional",
            "azure-slb" => "azure-public",
            "azure-ilb" => "azure-internal",
            "do-network" => "digitalocean-network",
            "do-http" => "digitalocean-http",
            "hcloud-lb11" => "hetzner-lb11",
            "hcloud-lb21" => "hetzner-lb21",
            "hcloud-lb31" => "hetzner-lb31",
            "nodebalancer" => "linode-nodebalancer",
            "nodebalancer-premium" => "linode-premium",
            "vultr-lb" => "vultr-lb",
            "civo-lb" => "civo-lb",
            "scw-lb-s" => "scaleway-s",
            "scw-lb-m" => "scaleway-m",
            "scw-lb-l" => "scaleway-l",
            "scw-lb-xl" => "scaleway-xl",
            "oci-lb" => "oci-lb",
            "oci-nlb" => "oci-nlb",
            "ali-clb" => "alibaba-clb",
            "ali-nlb" => "alibaba-nlb",
            "ovh-octavia" => "ovh-lb",
            "octavia" => "openstack-lb",
            "exo-nlb" => "exoscale-nlb",
            "ibm-vpc-lb" => "ibm-lb",
            "tencent-clb" => "tencent-lb",
            _ => return None,
        })
    };
    let mut seen = 0;
    for (name, seller) in reference["providers"].as_object().unwrap() {
        for (id, product) in seller["products"].as_object().into_iter().flatten() {
            let carried = Prices::built_in().product(ours(id).unwrap_or_else(|| panic!("{name}: {id}"))).unwrap();
            assert_eq!(carried.provider, provider(name));
            for price in product["prices"].as_array().into_iter().flatten() {
                let meter = match price["id"].as_str().unwrap() {
                    "hour" => Meter::Hour,
                    "month" => Meter::Month,
                    "first_block" => Meter::FirstRules,
                    "extra_rule" => Meter::FurtherRule,
                    "data" | "data_in" => Meter::Gb,
                    "nlcu" => Meter::NlcuHour,
                    "lcu" => Meter::LcuHour,
                    // Named in words as not counted: its price is not known, or it is the same as the way in.
                    "bandwidth" | "data_out" => continue,
                    other => panic!("{other}"),
                };
                let amount = price["amount"].as_f64().map(|amount| amount.to_string());
                let confidence = price["confidence"].as_str().unwrap();
                let fits = carried.prices.iter().any(|it| {
                    it.meter == meter
                        && it.amount.map(|amount| amount.normalize().to_string()) == amount
                        && it.confidence.name() == confidence
                        && (amount.is_none() || it.as_of.map(|date| date.to_string()) == date(&price["as_of"], it.as_of.is_some()))
                });
                assert!(fits, "{name} {id}: {price}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}

/// A date as the reference writes it: a day, a year, or none.
fn date(value: &Value, ours_has_one: bool) -> Option<String> {
    match value {
        Value::String(day) => Some(day.clone()),
        Value::Number(year) => Some(year.to_string()),
        _ => None.filter(|_: &String| ours_has_one),
    }
}

#[test]
fn a_currency_is_a_choice_among_prices_and_never_a_conversion() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
    let of = |currency: &str| Options {
        provider: Some(Provider::Hetzner),
        choice: Choice { currency: Some(currency.into()), ..Choice::default() },
        ..Options::default()
    };
    assert_eq!(estimate(text, &of("EUR")).0.unknown, 0);
    let dollars = estimate(text, &of("USD")).0;
    assert_eq!((dollars.unknown, dollars.load_balancers[0].unknown.as_deref()), (1, Some("its price in USD is not known")));
}

/// What a reader sees of whole folders, on a terminal of 80 columns.
#[test]
fn seeds_as_they_are_read() {
    let today = Some("2026-11-21".parse().unwrap());
    let of = |provider| Options { provider, today, ..Options::default() };
    let cases = [
        ("a6-ten-load-balancers/nlb.yaml", "a6-aws", Options { controller: Some(Controller::Ccm), ..of(Some(Provider::Aws)) }),
        ("a6-ten-load-balancers/plain.yaml", "a6-aws-unknown-controller", of(Some(Provider::Aws))),
        ("a6-ten-load-balancers/one-alb/ingresses.yaml", "a6-aws-one-alb", of(None)),
        ("a6-ten-load-balancers/plain.yaml", "a6-gke", of(Some(Provider::Gke))),
        ("a6-ten-load-balancers/plain.yaml", "a6-aks", of(Some(Provider::Aks))),
        ("a6-ten-load-balancers/plain.yaml", "a6-hetzner", of(Some(Provider::Hetzner))),
        ("a6-ten-load-balancers/plain.yaml", "a6-k3s", of(Some(Provider::K3s))),
        ("d1-three-types/services.yaml", "d1-k3s", of(Some(Provider::K3s))),
    ];
    let seeds = Path::new(ROOT).join("fixtures/seeds");
    for (file, name, options) in cases {
        let (estimate, sources) = estimate(&fs::read_to_string(seeds.join(file)).unwrap(), &options);
        let mut out = Vec::new();
        report::text(&mut out, &estimate, &sources, Look { color: false, width: 80 }).unwrap();
        let text = String::from_utf8(out).unwrap();
        let wide: Vec<_> = text.lines().filter(|line| line.chars().count() > 80 && !line.contains("https://")).collect();
        assert!(wide.is_empty(), "{name}: wider than 80 columns: {wide:?}");
        assert!(!text.contains("16.20"), "{name}: ten load balancers are not the price of one");
        insta::with_settings!({ snapshot_path => seeds.join("snapshots"), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{name}-cost"), text);
        });
    }
}

/// What a plain price file may say, and where it is told that it is wrong.
#[test]
fn a_price_file_is_told_its_line() {
    let good = "schema: svclint-prices/1\nsources:\n  deal: {title: our contract, read: \"2026-10-01\", at: intranet}\nproducts:\n  aws-nlb:\n    provider: aws\n    title: Network Load Balancer\n    prices:\n      - {meter: hour, amount: \"0.02\", currency: USD, region: us-east-1, as_of: \"2026-10-01\", sources: [deal], confidence: high}\n      - {meter: nlcu-hour, amount: 0.005, currency: USD, region: us-east-1, as_of: \"2026-10-01\", sources: [deal], confidence: high}\n";
    assert!(Prices::read(good).is_ok());
    for (from, to, line, says) in [
        ("0.005, currency", "\"five\", currency", 10, "amount"),
        ("meter: nlcu-hour", "meter: nlcu", 10, "unknown variant"),
        ("\"0.02\", currency", "\"-1\", currency", 9, "out of range"),
        ("    title: Network", "    titel: Network", 7, "unknown field"),
        ("svclint-prices/1", "svclint-prices/2", 1, "expected `schema"),
        ("read: \"2026-10-01\"", "read: soon", 3, "no date"),
        ("provider: aws", "provider: awz", 5, "there is no provider `awz`"),
        (
            "as_of: \"2026-10-01\", sources: [deal], confidence: high}\n      -",
            "as_of: null, sources: [deal], confidence: high}\n      -",
            9,
            "without a date",
        ),
        ("sources: [deal]", "sources: []", 9, "needs a source"),
        ("sources: [deal]", "sources: [offer]", 9, "there is no source `offer`"),
        ("amount: \"0.02\"", "amount: null", 9, "go together"),
    ] {
        assert!(good.contains(from), "{from}");
        let wrong = Prices::read(&good.replacen(from, to, 1)).unwrap_err();
        assert!(wrong.message.contains(says), "{to}: {wrong:?}");
        assert_eq!(wrong.line, Some(line), "{to}: {wrong:?}");
    }
}
