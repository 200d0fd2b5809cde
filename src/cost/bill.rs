//! What a set of load balancers costs together: quantities of products, each turned into money by its own tariff.
//! Knows no object.
//!
//! A product's amount depends on its quantity alone, so what one more adds is the amount with it less the amount without it.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::Options;
use super::money::{Money, Total};
use super::placement::Charge;
use super::prices::{Choice, Meter, Price, Prices, Product};

/// Charges put together.
#[derive(Clone, Debug)]
pub struct Bill<'p> {
    prices: &'p Prices,
    hours: Decimal,
    choice: Choice,
    quantities: BTreeMap<&'static str, u64>,
    sharers: HashMap<(&'static str, String), u32>,
}

/// Rules that an AKS cluster pays for before its first Service: its way out to the internet, with an address.
pub const AKS_OUTBOUND: [(&str, u64); 2] = [("azure-public", 1), ("azure-ipv4", 1)];

impl<'p> Bill<'p> {
    /// An empty one.
    #[must_use]
    pub fn new(prices: &'p Prices, options: &Options) -> Self {
        Self { prices, hours: options.hours.into(), choice: options.choice.clone(), quantities: BTreeMap::new(), sharers: HashMap::new() }
    }

    /// Puts charges on it.
    pub fn add(&mut self, charges: &[Charge]) {
        for charge in charges {
            let counts = match &charge.once {
                None => u64::from(charge.quantity),
                Some(key) => {
                    let sharers = self.sharers.entry((charge.product, key.clone())).or_default();
                    *sharers += 1;
                    u64::from(*sharers == 1)
                }
            };
            *self.quantities.entry(charge.product).or_default() += counts;
        }
    }

    /// Takes charges off that were put on it.
    pub fn remove(&mut self, charges: &[Charge]) {
        for (product, quantity) in self.leaving(charges) {
            if let Some(held) = self.quantities.get_mut(product) {
                *held = held.saturating_sub(quantity);
            }
        }
        for charge in charges {
            if let Some(sharers) = charge.once.as_ref().and_then(|key| self.sharers.get_mut(&(charge.product, key.clone()))) {
                *sharers = sharers.saturating_sub(1);
            }
        }
    }

    /// How many of each product go when these charges go.
    fn leaving(&self, charges: &[Charge]) -> BTreeMap<&'static str, u64> {
        let mut leaving = BTreeMap::new();
        for charge in charges {
            let last = charge.once.as_ref().is_none_or(|key| self.sharers.get(&(charge.product, key.clone())) == Some(&1));
            let quantity = u64::from(charge.quantity);
            *leaving.entry(charge.product).or_default() += if last { quantity } else { 0 };
        }
        leaving
    }

    /// What these charges, which are on it, add to it. None where a price is not known or the currencies differ.
    #[must_use]
    pub fn marginal(&self, charges: &[Charge]) -> Option<Money> {
        let changes = self.leaving(charges).into_iter().map(|(product, leaving)| {
            let held = self.quantities.get(product).copied().unwrap_or(0);
            let (with, without) = (self.amount(product, held)?, self.amount(product, held.saturating_sub(leaving))?);
            Some(Money::new(with.amount - without.amount, &with.currency))
        });
        one_currency(changes)
    }

    /// What these charges cost where nothing else is charged.
    #[must_use]
    pub fn alone(&self, charges: &[Charge]) -> Option<Money> {
        let mut alone = Self { quantities: BTreeMap::new(), sharers: HashMap::new(), choice: self.choice.clone(), ..*self };
        alone.add(charges);
        one_currency(alone.quantities.iter().map(|(product, quantity)| alone.amount(product, *quantity)))
    }

    /// All that is on it.
    #[must_use]
    pub fn total(&self) -> Total {
        let mut total = Total::default();
        for money in self.quantities.iter().filter_map(|(product, quantity)| self.amount(product, *quantity)) {
            total.add(&money);
        }
        total
    }

    /// What an AKS cluster without a Service pays.
    #[must_use]
    pub fn aks_outbound(&self) -> Option<Money> {
        one_currency(AKS_OUTBOUND.iter().map(|(product, quantity)| self.gross(product, *quantity)))
    }

    /// A month of so many, above what is paid anyway.
    fn amount(&self, product: &str, quantity: u64) -> Option<Money> {
        let anyway = if product == "azure-public" { 1 } else { 0 };
        let (with, without) = (self.gross(product, quantity.saturating_add(anyway))?, self.gross(product, anyway)?);
        Some(Money::new(with.amount - without.amount, &with.currency))
    }

    fn gross(&self, id: &str, quantity: u64) -> Option<Money> {
        let product = self.prices.product(id)?;
        let price = |meter| self.known(product, meter);
        if product.by_rules() {
            let first = price(Meter::FirstRules)?;
            let further = quantity.saturating_sub(u64::from(product.block));
            let mut hourly = if quantity == 0 { Decimal::ZERO } else { first.0 };
            if further > 0 {
                hourly += price(Meter::FurtherRule)?.0 * Decimal::from(further);
            }
            return Some(Money::new(hourly * self.hours, &first.1.currency));
        }
        let hour = price(Meter::Hour).or_else(|| price(Meter::AddressHour));
        let month = price(Meter::Month);
        let (rate, currency) = match (hour, month) {
            (Some((hour, price)), Some((month, _))) => ((hour * self.hours).min(month), &price.currency),
            (Some((hour, price)), None) => (hour * self.hours, &price.currency),
            (None, Some((month, price))) => (month, &price.currency),
            (None, None) => return None,
        };
        let all = rate * Decimal::from(quantity);
        let free = hour.map_or(Decimal::ZERO, |(hour, _)| hour * Decimal::from(product.free_hours));
        Some(Money::new((all - free).max(Decimal::ZERO), currency))
    }

    fn known<'a>(&self, product: &'a Product, meter: Meter) -> Option<(Decimal, &'a Price)> {
        let price = product.price(meter, &self.choice)?;
        price.amount.map(|amount| (amount, price))
    }

    /// The prices that these charges are worked out from, each with its product.
    #[must_use]
    pub fn prices_of(&self, charges: &[Charge]) -> Vec<(&'p Product, &'p Price)> {
        self.known_of(charges, &[Meter::Hour, Meter::Month, Meter::FirstRules, Meter::FurtherRule, Meter::AddressHour])
    }

    /// The prices of their traffic, each with its product.
    #[must_use]
    pub fn traffic_of(&self, charges: &[Charge]) -> Vec<(&'p Product, &'p Price)> {
        self.known_of(charges, &[Meter::Gb, Meter::NlcuHour, Meter::LcuHour])
    }

    fn known_of(&self, charges: &[Charge], meters: &[Meter]) -> Vec<(&'p Product, &'p Price)> {
        let mut ids: Vec<_> = charges.iter().map(|charge| charge.product).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut known = Vec::new();
        for product in ids.into_iter().filter_map(|id| self.prices.product(id)) {
            let prices = meters.iter().filter_map(|meter| product.price(*meter, &self.choice));
            known.extend(prices.filter(|price| price.amount.is_some()).map(|price| (product, price)));
        }
        known
    }

    /// Who says what these prices are, each once.
    #[must_use]
    pub fn sources_of<'a>(&self, prices: impl Iterator<Item = &'a Price>) -> Vec<String> {
        let mut told: Vec<String> = Vec::new();
        for source in prices.flat_map(|price| &price.sources).map(|id| self.prices.source(id)) {
            if !told.iter().any(|known| known == source) {
                told.push(source.to_owned());
            }
        }
        told
    }
}

/// The sum of amounts in one currency; zero dollars where there are none.
fn one_currency(amounts: impl Iterator<Item = Option<Money>>) -> Option<Money> {
    let mut sum: Option<Money> = None;
    for money in amounts {
        let money = money?;
        match &mut sum {
            None => sum = Some(money),
            Some(sum) if sum.currency == money.currency => sum.amount += money.amount,
            Some(_) => return None,
        }
    }
    Some(sum.unwrap_or_else(|| Money::new(Decimal::ZERO, "USD")))
}
