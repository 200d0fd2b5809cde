//! Two estimates side by side: what a change of the files changes of the cost. Knows no file.

use std::collections::{HashMap, VecDeque};

use super::estimate::{Estimate, LoadBalancer};
use super::money::{Money, Total, cents};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Those of the second alone.
    pub added: Vec<LoadBalancer>,
    /// Those of the first alone.
    pub removed: Vec<LoadBalancer>,
    /// Those of both whose product, reach or price differs: before, after.
    pub changed: Vec<(LoadBalancer, LoadBalancer)>,
    /// The totals: before, after.
    pub totals: (Total, Total),
    /// How many have no known price: before, after.
    pub unknown: (usize, usize),
}

impl Comparison {
    /// After less before, for every currency of either, as a reader works it out from the two totals as they are shown.
    #[must_use]
    pub fn difference(&self) -> Vec<Money> {
        let (before, after) = &self.totals;
        let mut currencies: Vec<_> = before.0.keys().chain(after.0.keys()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies.into_iter().map(|currency| Money::new(cents(after.of(currency)) - cents(before.of(currency)), currency)).collect()
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Compares; of several objects with one name the first goes with the first, the second with the second.
#[must_use]
pub fn compare(before: &Estimate, after: &Estimate) -> Comparison {
    let mut known: HashMap<_, VecDeque<&LoadBalancer>> = HashMap::new();
    for it in &before.load_balancers {
        known.entry(key(it)).or_default().push_back(it);
    }
    let mut comparison = Comparison {
        totals: (before.total.clone(), after.total.clone()),
        unknown: (before.unknown, after.unknown),
        ..Comparison::default()
    };
    for it in &after.load_balancers {
        match known.get_mut(&key(it)).and_then(VecDeque::pop_front) {
            None => comparison.added.push(it.clone()),
            Some(old) if told(old) != told(it) => comparison.changed.push((old.clone(), it.clone())),
            Some(_) => {}
        }
    }
    let mut removed: Vec<_> = known.into_values().flatten().collect();
    removed.sort_by_key(|it| it.span);
    comparison.removed = removed.into_iter().cloned().collect();
    comparison
}

fn key(it: &LoadBalancer) -> (&str, Option<&str>, &str) {
    (&it.kind, it.namespace.as_deref(), &it.name)
}

fn told(it: &LoadBalancer) -> (Option<super::Provider>, Option<&str>, Option<bool>, Option<&Money>) {
    (it.provider, it.product.as_deref(), it.internal, it.monthly.as_ref())
}
