//! The contract of `cost -o json`. Knows no table.

use std::io::{self, Write};

use serde::Serialize;

use crate::cost::{Baseline, Comparison, Estimate, LoadBalancer, Money, Sharing, Total};
use crate::report::safe;
use crate::source::Source;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: u32,
    hours_per_month: u32,
    prices_as_of: Option<String>,
    load_balancers: Vec<Row<'a>>,
    total: Vec<Amount>,
    unknown: usize,
    sharing: Vec<Shared<'a>>,
    baseline: Option<Base<'a>>,
    otherwise: Vec<Other<'a>>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<Compared>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    path: &'a str,
    document: u32,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    provider: Option<&'static str>,
    product: Option<&'a str>,
    internal: Option<bool>,
    monthly: Option<Amount>,
    marginal: Option<Amount>,
    usage: Option<&'a str>,
    usage_monthly: Option<Amount>,
    assumptions: &'a [String],
    not_counted: &'a [String],
    unknown: Option<&'a str>,
    prices: &'a [String],
    source: String,
    confidence: &'static str,
    as_of: Option<String>,
    stale_days: Option<u32>,
    otherwise: Option<Instead<'a>>,
}

#[derive(Serialize)]
struct Instead<'a> {
    when: &'static str,
    product: &'a str,
    monthly: Option<Amount>,
}

#[derive(Serialize)]
struct Amount {
    amount: String,
    currency: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shared<'a> {
    mechanism: &'static str,
    change: &'a str,
    of: usize,
    saves: Amount,
    caveats: &'a [&'static str],
    prices_as_of: Option<String>,
    source: String,
}

#[derive(Serialize)]
struct Base<'a> {
    what: &'a str,
    amount: Option<String>,
    currency: Option<String>,
}

#[derive(Serialize)]
struct Other<'a> {
    when: &'static str,
    products: &'a [String],
    total: Vec<Amount>,
}

#[derive(Serialize)]
struct Compared {
    before: Vec<Amount>,
    after: Vec<Amount>,
    difference: Vec<Amount>,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

impl From<&Money> for Amount {
    fn from(money: &Money) -> Self {
        Self { amount: money.rounded(), currency: money.currency.clone() }
    }
}

fn amounts(total: &Total) -> Vec<Amount> {
    total.amounts().map(|money| Amount::from(&money)).collect()
}

fn row<'a>(it: &'a LoadBalancer, sources: &'a [Source]) -> Row<'a> {
    Row {
        path: sources.get(it.span.file.0 as usize).map_or("", |source| &source.path),
        document: it.document,
        kind: &it.kind,
        namespace: it.namespace.as_deref(),
        name: &it.name,
        provider: it.provider.map(|provider| provider.name()),
        product: it.product.as_deref(),
        internal: it.internal,
        monthly: it.monthly.as_ref().map(Amount::from),
        marginal: it.marginal.as_ref().map(Amount::from),
        usage: it.usage.as_deref(),
        usage_monthly: it.usage_monthly.as_ref().map(Amount::from),
        assumptions: &it.assumptions,
        not_counted: &it.uncounted,
        unknown: it.unknown.as_deref(),
        prices: &it.rates,
        source: it.sources.join("; "),
        confidence: it.confidence.name(),
        as_of: it.as_of.map(|date| date.to_string()),
        stale_days: it.stale_days,
        otherwise: it.otherwise.as_ref().map(|(when, product, monthly)| Instead {
            when,
            product,
            monthly: monthly.as_ref().map(Amount::from),
        }),
    }
}

fn shared(it: &Sharing) -> Shared<'_> {
    Shared {
        mechanism: it.mechanism,
        change: &it.change,
        of: it.of,
        saves: Amount::from(&it.saves),
        caveats: &it.caveats,
        prices_as_of: it.as_of.map(|date| date.to_string()),
        source: it.sources.join("; "),
    }
}

fn base(it: &Baseline) -> Base<'_> {
    let monthly = it.monthly.as_ref();
    Base { what: it.what, amount: monthly.map(Money::rounded), currency: monthly.map(|money| money.currency.clone()) }
}

fn compared(it: &Comparison) -> Compared {
    let titles = |list: &[LoadBalancer]| list.iter().map(LoadBalancer::title).collect();
    Compared {
        before: amounts(&it.totals.0),
        after: amounts(&it.totals.1),
        difference: it.difference().iter().map(Amount::from).collect(),
        added: titles(&it.added),
        removed: titles(&it.removed),
        changed: it.changed.iter().map(|(_, after)| after.title()).collect(),
    }
}

/// Writes one JSON value.
///
/// # Errors
/// What the writer answers.
pub fn json(out: &mut dyn Write, estimate: &Estimate, comparison: Option<&Comparison>, sources: &[Source]) -> io::Result<()> {
    let document = Document {
        version: 1,
        hours_per_month: estimate.hours,
        prices_as_of: estimate.prices_as_of.map(|date| date.to_string()),
        load_balancers: estimate.load_balancers.iter().map(|it| row(it, sources)).collect(),
        total: amounts(&estimate.total),
        unknown: estimate.unknown,
        sharing: estimate.sharing.iter().map(shared).collect(),
        baseline: estimate.baseline.as_ref().map(base),
        otherwise: estimate.otherwise.iter().map(|it| Other { when: it.when, products: &it.products, total: amounts(&it.total) }).collect(),
        notes: &estimate.notes,
        comparison: comparison.map(compared),
    };
    safe::pretty(out, &document)?;
    out.write_all(b"\n")
}
