//! What would cost less if load balancers were shared, by the mechanism their provider really has. Says nothing that saves
//! nothing. Knows no file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::Options;
use super::bill::Bill;
use super::claim::Claim;
use super::demand::Demand;
use super::estimate::priced;
use super::money::{Money, cents};
use super::placement::{self, Charge, Placement};
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
}

const HTTP_ONLY: &str = "HTTP and TLS only; pods see the proxy's address, the client's comes in `X-Forwarded-For`";
const ONE_FAILURE: &str = "one entry for all: its changes and its failures are everybody's";

/// Every change that saves something, the one that saves most first.
#[must_use]
pub fn sharing(claims: &[Claim<'_, '_>], bill: &Bill<'_>, options: &Options) -> Vec<Sharing> {
    let members: Vec<Member<'_>> = claims
        .iter()
        .filter_map(|claim| Some(Member { claim, provider: claim.provider?, placement: priced(claim, bill)? }))
        .filter(|member| !member.placement.charges.is_empty())
        .collect();
    let mut found = Vec::new();
    for (group, members) in alike(&members) {
        let (mechanism, mut caveats, one) = match group.provider {
            Provider::Aws => {
                let caveats = vec!["whoever may write an Ingress of the group can change what the others' hosts answer", HTTP_ONLY];
                ("alb.ingress.kubernetes.io/group.name", caveats, shared_alb(&members, options))
            }
            Provider::Gke if group.is_edge => ("one Ingress, or one Gateway with many HTTPRoutes", vec![ONE_FAILURE], most(&members)),
            _ => ("one ingress controller or Gateway", vec![HTTP_ONLY, ONE_FAILURE], one_controller(&group, &members, options)),
        };
        caveats.dedup();
        let change = format!("put the {} {} behind one", members.len(), if group.is_edge { "Ingresses" } else { "HTTP ones" });
        found.extend(saving(bill, &members, &one).map(|saves| Sharing { mechanism, change, of: distinct(&members), saves, caveats }));
    }
    found.extend(network_load_balancers(&members, bill));
    found.extend(one_address(&members, bill));
    found.sort_by(|a, b| b.saves.amount.cmp(&a.saves.amount).then_with(|| a.mechanism.cmp(b.mechanism)));
    found
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
    let saves = saving(bill, &members, &one.into_iter().collect::<Vec<_>>())?;
    let mechanism = "oci.oraclecloud.com/load-balancer-type: nlb";
    let change = format!("make the {} network load balancers, which are free", members.len());
    let caveats = vec!["ends no TLS; client addresses and security lists follow other rules"];
    Some(Sharing { mechanism, change, of: members.len(), saves, caveats })
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
    let saves = saving(bill, &members, &charges)?;
    let mechanism = "service.beta.kubernetes.io/azure-load-balancer-ipv4";
    let change = format!("give the {} one address where their ports differ", members.len());
    Some(Sharing { mechanism, change, of: members.len(), saves, caveats: vec!["their ports must differ; the rules stay as many"] })
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
