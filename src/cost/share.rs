//! What would cost less if load balancers were shared, by the mechanism their provider really has. Says nothing that saves
//! nothing. Knows no file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;

use super::Options;
use super::bill::Bill;
use super::claim::Claim;
use super::date::Date;
use super::demand::Demand;
use super::estimate::priced;
use super::money::{Money, cents};
use super::placement::{self, Charge, Placement};
use super::prices::Confidence;
use super::provider::Provider;

/// A change, and what it saves a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The annotation or the object that does it.
    pub mechanism: &'static str,
    /// What to do.
    pub change: String,
    /// How many load balancers it is about.
    pub of: usize,
    /// Total now less total then.
    pub saves: Money,
    /// What else changes with it.
    pub caveats: Vec<&'static str>,
    /// The date of the oldest price in it.
    pub as_of: Option<Date>,
    /// Who says what the prices are, each with the date.
    pub sources: Vec<String>,
}

const HTTP_ONLY: &str = "HTTP and TLS only, which is what the ports' names and numbers say; pods see the proxy's address, the client's comes in `X-Forwarded-For`";
const ONE_FAILURE: &str = "one entry for all: its changes and its failures are everybody's";

/// Every change that saves something, the one that saves most first.
#[must_use]
pub fn sharing(claims: &[Claim<'_, '_>], bill: &Bill<'_>, options: &Options) -> Vec<Sharing> {
    let members: Vec<Member<'_>> = claims
        .iter()
        .filter_map(|claim| Some(Member { claim, provider: claim.provider?, placement: priced(claim, bill)? }))
        .filter(|member| !member.placement.charges.is_empty())
        .collect();
    let members = once_each(members, bill);
    let mut found = Vec::new();
    for (group, members) in alike(&members) {
        let of = distinct(&members);
        let (mechanism, change, caveats, one) = match group.provider {
            Provider::Aws => (
                "alb.ingress.kubernetes.io/group.name",
                format!(
                    "serve the {of} HTTP ones from one Application Load Balancer, by Ingresses that name one `alb.ingress.kubernetes.io/group.name`"
                ),
                vec![
                    "the AWS Load Balancer Controller makes it: it must be installed",
                    "whoever may write an Ingress of the group can change what the others' hosts answer",
                    HTTP_ONLY,
                ],
                shared_alb(&members, options),
            ),
            Provider::Gke if group.is_edge => (
                "one Ingress, or one Gateway with many HTTPRoutes",
                format!("put the hosts of the {of} into one Ingress, or into HTTPRoutes of one Gateway"),
                vec![ONE_FAILURE],
                most(&members),
            ),
            _ => (
                "one ingress controller or Gateway",
                format!("put the {of} HTTP ones behind one ingress controller or Gateway, and make them ClusterIP Services"),
                vec![HTTP_ONLY, ONE_FAILURE],
                one_controller(&group, &members, options),
            ),
        };
        found.extend(Change { mechanism, change, of, caveats }.told(bill, &members, &one));
    }
    found.extend(network_load_balancers(&members, bill));
    found.extend(one_address(&members, bill));
    found.sort_by(|a, b| b.saves.amount.cmp(&a.saves.amount).then_with(|| a.mechanism.cmp(b.mechanism)));
    found
}

/// A change before it is known what it saves.
struct Change {
    mechanism: &'static str,
    change: String,
    of: usize,
    caveats: Vec<&'static str>,
}

impl Change {
    /// With what it saves and whose prices say so; none where it saves nothing.
    fn told(self, bill: &Bill<'_>, members: &[Member<'_>], one: &[Charge]) -> Option<Sharing> {
        let Self { mechanism, change, of, mut caveats } = self;
        let saves = saving(bill, members, one)?;
        let charges: Vec<_> = members.iter().flat_map(|member| &member.placement.charges).chain(one).cloned().collect();
        let prices = bill.prices_of(&charges);
        if prices.iter().any(|(_, price)| price.confidence == Confidence::Low) {
            caveats.push("one of the prices is unverified");
        }
        Some(Sharing {
            mechanism,
            change,
            of,
            saves,
            caveats,
            as_of: prices.iter().filter_map(|(_, price)| price.as_of).min(),
            sources: bill.sources_of(prices.iter().map(|(_, price)| *price)),
        })
    }
}

/// Each object once: of those with one name, which in one cluster are one, the cheapest.
fn once_each<'c>(mut members: Vec<Member<'c>>, bill: &Bill<'_>) -> Vec<Member<'c>> {
    let mut seen = HashSet::new();
    let name = |member: &Member<'c>| {
        let reference = &member.claim.object.reference;
        (reference.kind.as_str(), reference.namespace.as_deref(), reference.name.as_str())
    };
    members.sort_by_cached_key(|member| {
        let demand = &member.claim.demand;
        let ports: Vec<_> = demand.ports.iter().map(|port| (port.protocol, port.number, port.is_http)).collect();
        let costs = bill.alone(&member.placement.charges).map(|money| money.amount);
        (name(member), costs, member.provider, member.placement.internal, demand.source_ranges.clone(), ports, demand.annotations.clone())
    });
    members.retain(|member| seen.insert(name(member)));
    members
}

#[derive(Clone, Copy)]
struct Member<'c> {
    claim: &'c Claim<'c, 'c>,
    provider: Provider,
    placement: &'c Placement,
}

/// Load balancers that one could stand for: one owner's, with the same reach, for the same clients.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group<'c> {
    provider: Provider,
    internal: Option<bool>,
    sources: &'c [String],
    is_edge: bool,
}

fn alike<'c>(members: &[Member<'c>]) -> Vec<(Group<'c>, Vec<Member<'c>>)> {
    let mut groups: BTreeMap<Group<'c>, Vec<Member<'c>>> = BTreeMap::new();
    for member in members.iter().filter(|member| member.claim.is_edge || member.claim.demand.is_http()) {
        let group = Group {
            provider: member.provider,
            internal: member.placement.internal,
            sources: &member.claim.demand.source_ranges,
            // AWS's Ingresses and Services can share one load balancer of HTTP; GKE's kinds are charged apart.
            is_edge: member.claim.is_edge && member.provider != Provider::Aws,
        };
        groups.entry(group).or_default().push(*member);
    }
    groups.into_iter().filter(|(_, members)| distinct(members) > 1).collect()
}

/// How many load balancers they are: those of one group count once.
fn distinct(members: &[Member<'_>]) -> usize {
    let mut shared: Vec<_> = members.iter().filter_map(|member| member.placement.charges.first()?.once.as_ref()).collect();
    let own = members.len() - shared.len();
    shared.sort_unstable();
    shared.dedup();
    own + shared.len()
}

/// One Application Load Balancer in as many zones as the widest of them.
fn shared_alb(members: &[Member<'_>], options: &Options) -> Vec<Charge> {
    let zones = |member: &Member<'_>| {
        let addresses = member.placement.charges.iter().filter(|charge| charge.product == "aws-ipv4");
        addresses.map(|charge| charge.quantity).sum::<u32>()
    };
    let widest = members.iter().max_by_key(|member| zones(member));
    let internal = members.iter().all(|member| member.placement.internal == Some(true));
    let demand = widest.map_or_else(Demand::default, |member| member.claim.demand.clone());
    placement::alb("shared", &demand, internal, options).charges
}

/// The widest of them, for all.
fn most(members: &[Member<'_>]) -> Vec<Charge> {
    let rules = |member: &&Member<'_>| member.placement.charges.iter().map(|charge| charge.quantity).sum::<u32>();
    members.iter().max_by_key(rules).map(|member| member.placement.charges.clone()).unwrap_or_default()
}

/// The Service of an ingress controller, of the same reach as they.
fn one_controller(group: &Group<'_>, members: &[Member<'_>], options: &Options) -> Vec<Charge> {
    const REACH: [&str; 7] = [
        "service.beta.kubernetes.io/azure-load-balancer-internal",
        "networking.gke.io/load-balancer-type",
        "cloud.google.com/load-balancer-type",
        "service.beta.kubernetes.io/do-loadbalancer-type",
        "load-balancer.hetzner.cloud/type",
        "service.beta.kubernetes.io/scw-loadbalancer-type",
        "oci.oraclecloud.com/load-balancer-type",
    ];
    let first = members.iter().min_by_key(|member| {
        let reference = &member.claim.object.reference;
        (&reference.namespace, &reference.name)
    });
    let Some(first) = first else { return Vec::new() };
    let demand = &first.claim.demand;
    let annotations = demand.annotations_of(&REACH);
    let demand = Demand { class: demand.class.clone(), ..Demand::of_controller(annotations) };
    placement::of_service(group.provider, &demand, options).charges
}

/// On Oracle's cloud the load balancer that knows no HTTP is free.
fn network_load_balancers(members: &[Member<'_>], bill: &Bill<'_>) -> Option<Sharing> {
    let of_product = |member: &&Member<'_>| member.placement.charges.iter().all(|charge| charge.product == "oci-lb");
    let members: Vec<_> = members.iter().filter(of_product).copied().collect();
    let one = u32::try_from(members.len()).ok().filter(|count| *count > 0).map(|count| Charge::each("oci-nlb", count));
    let change = Change {
        mechanism: "oci.oraclecloud.com/load-balancer-type: nlb",
        change: format!("make the {} network load balancers, which are free: `oci.oraclecloud.com/load-balancer-type: nlb`", members.len()),
        of: members.len(),
        caveats: vec!["ends no TLS; client addresses and security lists follow other rules"],
    };
    change.told(bill, &members, &one.into_iter().collect::<Vec<_>>())
}

/// On AKS Services whose ports differ can share an address.
fn one_address(members: &[Member<'_>], bill: &Bill<'_>) -> Option<Sharing> {
    let own = |member: &&Member<'_>| member.placement.charges.iter().any(|charge| charge.product == "azure-ipv4" && charge.once.is_none());
    let mut members: Vec<_> = members.iter().filter(own).copied().collect();
    // Those with the most ports first: they are the hardest to place, and the order of the files is no matter.
    members.sort_by_cached_key(|member| {
        let mut ports: Vec<_> = member.claim.demand.ports.iter().map(|port| (port.protocol, port.number)).collect();
        ports.sort_unstable();
        (Reverse(ports.len()), ports)
    });
    let mut next: HashMap<_, u32> = HashMap::new();
    let mut addresses = 0;
    for member in &members {
        let ports = || member.claim.demand.ports.iter().map(|port| (port.protocol, port.number));
        // The first address on which none of its ports is taken yet.
        let address = ports().filter_map(|port| next.get(&port).copied()).max().unwrap_or(0);
        next.extend(ports().map(|port| (port, address + 1)));
        addresses = addresses.max(address + 1);
    }
    let rules = members.iter().flat_map(|member| &member.placement.charges).filter(|charge| charge.product == "azure-public");
    let mut charges: Vec<_> = rules.cloned().collect();
    charges.push(Charge::each("azure-ipv4", addresses));
    let change = Change {
        mechanism: "service.beta.kubernetes.io/azure-load-balancer-ipv4",
        change: format!(
            "give the {} one address where their ports differ: `service.beta.kubernetes.io/azure-load-balancer-ipv4`",
            members.len()
        ),
        of: members.len(),
        caveats: vec!["their ports must differ; the rules stay as many"],
    };
    change.told(bill, &members, &charges)
}

/// What a bill with `one` in their place has less, as a reader works it out from the two totals as they are shown.
/// None where that is nothing.
fn saving(bill: &Bill<'_>, members: &[Member<'_>], one: &[Charge]) -> Option<Money> {
    let mut then = bill.clone();
    for member in members {
        then.remove(&member.placement.charges);
    }
    then.add(one);
    let (now, then) = (bill.total(), then.total());
    let currency = bill.alone(&members.first()?.placement.charges)?.currency;
    let saves = cents(now.of(&currency)) - cents(then.of(&currency));
    (saves > Decimal::ZERO).then(|| Money::new(saves, &currency))
}
