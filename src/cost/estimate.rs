//! The whole picture: every load balancer with its share, the total, and what was taken for granted.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::bill::Bill;
use super::claim::{Claim, claims};
use super::date::Date;
use super::money::{Money, Total};
use super::placement::Placement;
use super::prices::{Confidence, Price, Prices};
use super::provider::Provider;
use super::share::{Sharing, sharing};
use super::{Options, STALE_AFTER};
use crate::kube::{Object, World};
use crate::source::Span;

/// What the files cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Hours of the month.
    pub hours: u32,
    /// The date of the oldest price used.
    pub prices_as_of: Option<Date>,
    /// One for each object that makes or shares one.
    pub load_balancers: Vec<LoadBalancer>,
    /// The fixed part of all whose price is known, above any baseline.
    pub total: Total,
    /// How many have no known price.
    pub unknown: usize,
    /// The total in clusters that differ in what the files don't tell.
    pub otherwise: Vec<Otherwise>,
    /// What would cost less, the most first.
    pub sharing: Vec<Sharing>,
    /// What the cluster pays before its first Service.
    pub baseline: Option<Baseline>,
    /// What to know about the whole.
    pub notes: Vec<String>,
}

/// One object's load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancer {
    /// The object's text, and with it its file.
    pub span: Span,
    /// Its document in the file.
    pub document: u32,
    /// `Service`, `Ingress` or `Gateway`
    pub kind: String,
    /// As written.
    pub namespace: Option<String>,
    /// As written.
    pub name: String,
    /// Whose it is.
    pub provider: Option<Provider>,
    /// What it is.
    pub product: Option<String>,
    /// Whether only the cluster's own network reaches it.
    pub internal: Option<bool>,
    /// What it costs where it is the only one.
    pub monthly: Option<Money>,
    /// The total with it less the total without it.
    pub marginal: Option<Money>,
    /// What its traffic costs: `$0.006 per NLCU-hour`.
    pub usage: Option<String>,
    /// What the traffic given costs at least.
    pub usage_monthly: Option<Money>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What it costs besides, at prices that are not known.
    pub uncounted: Vec<String>,
    /// Why its product or its price is not known.
    pub unknown: Option<String>,
    /// Its prices by the unit, each with region, date and how well it is known.
    pub rates: Vec<String>,
    /// Who says what its prices are, each with the date.
    pub sources: Vec<String>,
    /// How well its least known price is known.
    pub confidence: Confidence,
    /// The date of its oldest price.
    pub as_of: Option<Date>,
    /// How many days old that price is, where that is too many.
    pub stale_days: Option<u32>,
    /// What it is in a cluster that differs in what the files don't tell: when, what, and its price.
    pub otherwise: Option<(&'static str, String, Option<Money>)>,
}

/// The total in a cluster that differs in what the files don't tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// When.
    pub when: &'static str,
    /// Then what, for those that differ.
    pub products: Vec<String>,
    /// Then how much.
    pub total: Total,
}

/// What is paid before the first Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// What it is.
    pub what: &'static str,
    /// How much; none: not known.
    pub monthly: Option<Money>,
}

impl Estimate {
    /// Adds those of another cluster: what is counted over a whole cluster has been counted apart.
    pub fn join(&mut self, other: Estimate) {
        self.prices_as_of = [self.prices_as_of, other.prices_as_of].into_iter().flatten().min();
        self.load_balancers.extend(other.load_balancers);
        other.total.amounts().for_each(|money| self.total.add(&money));
        self.unknown += other.unknown;
        self.otherwise.extend(other.otherwise);
        self.sharing.extend(other.sharing);
        self.sharing.sort_by_key(|it| std::cmp::Reverse(it.saves.amount));
        self.baseline = match (self.baseline.take(), other.baseline) {
            (Some(ours), Some(theirs)) => Some(ours.and(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
        self.notes.extend(other.notes);
    }
}

impl Baseline {
    /// Of two clusters; not known where either is not, or where they differ in currency.
    fn and(self, other: Baseline) -> Baseline {
        let monthly = self.monthly.zip(other.monthly).filter(|(ours, theirs)| ours.currency == theirs.currency);
        Baseline { what: self.what, monthly: monthly.map(|(ours, theirs)| Money::new(ours.amount + theirs.amount, &ours.currency)) }
    }
}

/// Works out what these objects cost.
#[must_use]
pub fn estimate(objects: &[Object<'_>], options: &Options, prices: &Prices) -> Estimate {
    of_claims(&claims(objects, &|_| true, options), options, prices)
}

/// Works out what the objects of a world cost. A kustomization's patch is no object of its own.
#[must_use]
pub fn of_world(world: &World<'_>, options: &Options, prices: &Prices) -> Estimate {
    let counts = |object: &Object<'_>| !world.kustomize.is_patch(object.span.file);
    of_claims(&claims(world.objects(), &counts, options), options, prices)
}

fn of_claims(claims: &[Claim<'_, '_>], options: &Options, prices: &Prices) -> Estimate {
    let bill = billed(claims, options, prices);
    let load_balancers: Vec<_> = claims.iter().map(|claim| load_balancer(claim, &bill, options, prices)).collect();
    let of_aks = options.provider == Some(Provider::Aks) || claims.iter().any(|claim| claim.provider == Some(Provider::Aks));
    let baseline = of_aks.then(|| Baseline {
        what: "the rule and the address of an AKS cluster's way out (outbound type loadBalancer)",
        monthly: bill.aks_outbound(),
    });
    Estimate {
        hours: options.hours,
        prices_as_of: load_balancers.iter().filter_map(|it| it.as_of).min(),
        total: bill.total(),
        unknown: load_balancers.iter().filter(|it| it.monthly.is_none()).count(),
        otherwise: otherwise(claims, &bill, prices),
        sharing: sharing(claims, &bill, options),
        baseline,
        notes: twice(&load_balancers).into_iter().collect(),
        load_balancers,
    }
}

/// What one Service, Ingress or Gateway costs where it is the only one; none where it makes no load balancer.
#[must_use]
pub fn of_service(object: &Object<'_>, options: &Options, prices: &Prices) -> Option<LoadBalancer> {
    let claims = claims(std::slice::from_ref(object), &|_| true, options);
    let claim = claims.first()?;
    let bill = billed(std::slice::from_ref(claim), options, prices);
    Some(load_balancer(claim, &bill, options, prices))
}

/// The change that saves most of what the objects of a world cost, where one saves anything.
#[must_use]
pub fn saving(world: &World<'_>, options: &Options) -> Option<Sharing> {
    let counts = |object: &Object<'_>| !world.kustomize.is_patch(object.span.file);
    let claims = claims(world.objects(), &counts, options);
    if claims.iter().all(|claim| claim.provider.is_none_or(Provider::is_free)) {
        return None;
    }
    sharing(&claims, &billed(&claims, options, Prices::built_in()), options).into_iter().next()
}

fn billed<'p>(claims: &[Claim<'_, '_>], options: &Options, prices: &'p Prices) -> Bill<'p> {
    let mut bill = Bill::new(prices, options);
    for claim in claims {
        bill.add(priced(claim, &bill).map_or(&[], |placement| &placement.charges));
    }
    bill
}

/// Its placement, where all that is charged for it has a known price.
pub(super) fn priced<'c>(claim: &'c Claim<'_, '_>, bill: &Bill<'_>) -> Option<&'c Placement> {
    claim.placement.as_ref().filter(|placement| bill.alone(&placement.charges).is_some())
}

fn load_balancer(claim: &Claim<'_, '_>, bill: &Bill<'_>, options: &Options, prices: &Prices) -> LoadBalancer {
    let reference = &claim.object.reference;
    let mut it = LoadBalancer {
        span: claim.object.span,
        document: reference.document,
        kind: reference.kind.clone(),
        namespace: reference.namespace.clone(),
        name: reference.name.clone(),
        provider: claim.provider,
        product: None,
        internal: None,
        monthly: None,
        marginal: None,
        usage: None,
        usage_monthly: None,
        assumptions: Vec::new(),
        uncounted: Vec::new(),
        unknown: claim.unknown.clone(),
        rates: Vec::new(),
        sources: Vec::new(),
        confidence: Confidence::None,
        as_of: None,
        stale_days: None,
        otherwise: None,
    };
    let Some(placement) = &claim.placement else { return it };
    it.product = Some(title(placement, prices));
    it.internal = placement.internal;
    it.assumptions.clone_from(&placement.assumptions);
    it.monthly = bill.alone(&placement.charges);
    it.marginal = it.monthly.as_ref().and_then(|_| bill.marginal(&placement.charges));
    if it.monthly.is_none() {
        it.unknown = Some(format!("its price{} is not known", options.choice.told()));
    }
    let rates = bill.prices_of(&placement.charges);
    let traffic = bill.traffic_of(&placement.charges);
    let used: Vec<&Price> = rates.iter().map(|(_, price)| *price).collect();
    let ids: BTreeSet<_> = placement.charges.iter().map(|charge| charge.product).collect();
    for (_, price) in &traffic {
        let Some(amount) = price.amount else { continue };
        it.usage = Some(format!("{} per {}", per_unit(amount, &price.currency), price.meter.unit()));
        it.usage_monthly = options.gb_per_month.map(|gb| Money::new(amount * gb, &price.currency));
    }
    for product in ids.into_iter().filter_map(|id| prices.product(id)) {
        it.uncounted.extend(product.uncounted.iter().cloned());
        if let Some(told) = &product.usage {
            it.usage = Some(it.usage.as_ref().map_or_else(|| told.clone(), |usage| format!("{usage}; {told}")));
        }
    }
    if it.monthly.is_some() && !placement.charges.is_empty() {
        it.confidence = used.iter().map(|price| price.confidence).min().unwrap_or(Confidence::None);
        it.as_of = used.iter().filter_map(|price| price.as_of).min();
        it.rates = rates.iter().chain(&traffic).filter_map(|(product, price)| rate(&product.title, price)).collect();
        it.stale_days = it.as_of.and_then(|date| date.age(options.today?)).filter(|days| *days > STALE_AFTER);
        it.sources = bill.sources_of(rates.iter().chain(&traffic).map(|(_, price)| *price));
        let regional = used.iter().find(|price| !price.is_everywhere()).filter(|_| options.choice.region.is_none());
        it.assumptions.extend(regional.map(|price| format!("prices of {} (--region)", price.region)));
        it.assumptions.extend(used.iter().filter(|price| price.confidence == Confidence::Low).filter_map(|price| price.note.clone()));
    } else if it.monthly.is_some() {
        it.confidence = Confidence::High;
    }
    it.otherwise =
        placement.otherwise.as_ref().map(|other| (other.when, full_title(&other.placement, prices), bill.alone(&other.placement.charges)));
    it
}

/// `Network Load Balancer $0.0225 per hour (us-east-1, 2026-07-22, high)`
fn rate(product: &str, price: &Price) -> Option<String> {
    let amount = per_unit(price.amount?, &price.currency);
    let date = price.as_of.map_or_else(|| "no date".to_owned(), |date| date.to_string());
    let known = if price.confidence == Confidence::Low { "unverified" } else { price.confidence.name() };
    Some(format!("{product} {amount} per {} ({}, {date}, {known})", price.meter.unit(), price.region))
}

/// A price of a unit in full: `$0.006`.
fn per_unit(amount: Decimal, currency: &str) -> String {
    let amount = amount.normalize();
    if currency == "USD" { format!("${amount}") } else { format!("{currency} {amount}") }
}

fn title(placement: &Placement, prices: &Prices) -> String {
    let product = placement.charges.first().and_then(|charge| prices.product(charge.product));
    placement.title.map(str::to_owned).or_else(|| product.map(|product| product.title.clone())).unwrap_or_default()
}

/// With its reach, where that is the cluster's own network.
fn full_title(placement: &Placement, prices: &Prices) -> String {
    let scheme = if placement.internal == Some(true) { "internal " } else { "" };
    format!("{scheme}{}", title(placement, prices))
}

fn otherwise(claims: &[Claim<'_, '_>], bill: &Bill<'_>, prices: &Prices) -> Vec<Otherwise> {
    let mut totals: BTreeMap<&'static str, (Bill<'_>, BTreeSet<String>)> = BTreeMap::new();
    for claim in claims {
        let Some((placement, other)) = priced(claim, bill).and_then(|it| Some((it, it.otherwise.as_ref()?))) else { continue };
        let (changed, products) = totals.entry(other.when).or_insert_with(|| (bill.clone(), BTreeSet::new()));
        changed.remove(&placement.charges);
        changed.add(&other.placement.charges);
        products.insert(full_title(&other.placement, prices));
    }
    let told = |(when, (bill, products)): (_, (Bill<'_>, BTreeSet<String>))| Otherwise {
        when,
        products: products.into_iter().collect(),
        total: bill.total(),
    };
    totals.into_iter().map(told).collect()
}

/// Base and overlay, or one directory for each stage: one name, many files.
fn twice(load_balancers: &[LoadBalancer]) -> Option<String> {
    let mut seen: BTreeMap<(&str, Option<&str>, &str), usize> = BTreeMap::new();
    for it in load_balancers {
        *seen.entry((&it.kind, it.namespace.as_deref(), &it.name)).or_default() += 1;
    }
    let repeated: usize = seen.values().map(|count| count - 1).sum();
    (repeated > 0)
        .then(|| format!("{repeated} of them have the name of another and are counted all the same: in one cluster they are one object"))
}

impl LoadBalancer {
    /// `shop/web`, or `web` where no namespace is written.
    #[must_use]
    pub fn title(&self) -> String {
        self.namespace.as_ref().map_or_else(|| self.name.clone(), |namespace| format!("{namespace}/{}", self.name))
    }

    /// `public`, `internal`, or nothing where that is not known.
    #[must_use]
    pub fn reach(&self) -> &'static str {
        match self.internal {
            Some(true) => "internal",
            Some(false) => "public",
            None => "",
        }
    }
}
