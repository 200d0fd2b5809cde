//! Amounts of money, exact to the last digit and in the currency of their source. Knows no exchange rate.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// An amount in a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Exact; rounded only when shown.
    pub amount: Decimal,
    /// `USD`, `EUR`, `CNY`
    pub currency: String,
}

/// Amounts by currency, never added across.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Total(pub BTreeMap<String, Decimal>);

impl Money {
    /// An amount in a currency.
    #[must_use]
    pub fn new(amount: Decimal, currency: &str) -> Self {
        Self { amount, currency: currency.to_owned() }
    }

    /// Two digits, halves up: `27.38`.
    #[must_use]
    pub fn rounded(&self) -> String {
        format!("{:.2}", cents(self.amount))
    }
}

/// An amount in whole cents, halves up.
#[must_use]
pub fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = self.rounded();
        match (self.currency.as_str(), rounded.strip_prefix('-')) {
            ("USD", Some(rounded)) => write!(f, "-${rounded}"),
            ("USD", None) => write!(f, "${rounded}"),
            (currency, _) => write!(f, "{currency} {rounded}"),
        }
    }
}

impl Total {
    /// Adds an amount to those of its currency.
    pub fn add(&mut self, money: &Money) {
        *self.0.entry(money.currency.clone()).or_default() += money.amount;
    }

    /// The amounts, a currency each.
    pub fn amounts(&self) -> impl Iterator<Item = Money> {
        self.0.iter().map(|(currency, amount)| Money::new(*amount, currency))
    }

    /// The amount in one currency.
    #[must_use]
    pub fn of(&self, currency: &str) -> Decimal {
        self.0.get(currency).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_zero_has_its_cents() {
        let shown = |amount: Decimal, currency| Money::new(amount, currency).to_string();
        assert_eq!(shown(Decimal::new(27_375, 3), "USD"), "$27.38");
        assert_eq!(shown(Decimal::new(-27_375, 3), "USD"), "-$27.38");
        assert_eq!(shown(Decimal::ZERO, "EUR"), "EUR 0.00");
        assert_eq!(shown(Decimal::new(749, 1), "EUR"), "EUR 74.90");
    }
}
