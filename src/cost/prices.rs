//! The price file: which product costs what, where, since when, and who says so. Knows no Service and no file system.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::OnceLock;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::date::Date;
use super::provider::Provider;

/// What is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meter {
    /// An hour of a load balancer.
    Hour,
    /// A month of a load balancer; beside an hour, the most a month may cost.
    Month,
    /// An hour of the first block of rules, however many of them there are.
    FirstRules,
    /// An hour of each rule after the first block.
    FurtherRule,
    /// An hour of an address.
    AddressHour,
    /// A gigabyte.
    Gb,
    /// A unit of use of an AWS Network Load Balancer.
    NlcuHour,
    /// A unit of use of an AWS Application Load Balancer.
    LcuHour,
}

impl Meter {
    /// What a bill calls it.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Month => "month",
            Self::FirstRules => "hour of the first rules",
            Self::FurtherRule => "hour of each further rule",
            Self::AddressHour => "address-hour",
            Self::Gb => "GB",
            Self::NlcuHour => "NLCU-hour",
            Self::LcuHour => "LCU-hour",
        }
    }

    /// Whether it counts traffic rather than time.
    #[must_use]
    pub fn is_usage(self) -> bool {
        matches!(self, Self::Gb | Self::NlcuHour | Self::LcuHour)
    }
}

/// How well a price is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Nothing was found.
    None,
    /// An undated or single weak record.
    Low,
    /// One dated record.
    Medium,
    /// The seller's own words, or two dated records.
    High,
}

impl Confidence {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A price of a product, in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// What is charged for.
    pub meter: Meter,
    /// How much; none: not known.
    pub amount: Option<Decimal>,
    /// In which currency.
    pub currency: String,
    /// Where.
    pub region: String,
    /// Other names of regions with this price.
    pub covers: Vec<String>,
    /// When it was so; none: the source has no date.
    pub as_of: Option<Date>,
    /// Who says so, by their names in `sources`.
    pub sources: Vec<String>,
    /// How well it is known.
    pub confidence: Confidence,
    /// What to know about it.
    pub note: Option<String>,
}

/// What can be bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Who sells it.
    pub provider: Provider,
    /// Its name in the seller's words.
    pub title: String,
    /// How many rules the charge for the first ones covers.
    pub block: u32,
    /// Hours a customer has free each month, over all load balancers.
    pub free_hours: u32,
    /// What its usage units mean, or what of its traffic is included.
    pub usage: Option<String>,
    /// What it costs besides, at prices that are not known.
    pub uncounted: Vec<String>,
    /// Its prices; of those of one meter the first is the default.
    pub prices: Vec<Price>,
}

/// All prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    products: BTreeMap<String, Product>,
    sources: BTreeMap<String, String>,
}

impl Prices {
    /// The prices that svclint carries.
    #[must_use]
    pub fn built_in() -> &'static Prices {
        static BUILT_IN: OnceLock<Prices> = OnceLock::new();
        BUILT_IN.get_or_init(|| Self::read(include_str!("prices.yaml")).unwrap_or_default())
    }

    /// Reads a price file; each price of it must have a region, a source, and a date or a low confidence.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != SCHEMA {
            return Err(format!("expected `schema: {SCHEMA}`, found `{}`", file.schema));
        }
        let sources = file.sources.into_iter().map(|(id, source)| source.told().map(|told| (id, told))).collect::<Result<_, String>>()?;
        let mut prices = Self { products: BTreeMap::new(), sources };
        for (id, product) in file.products {
            let product = product.checked(&prices.sources).map_err(|error| format!("`{id}`: {error}"))?;
            prices.products.insert(id, product);
        }
        Ok(prices)
    }

    /// These prices, with those of `other` taken first.
    #[must_use]
    pub fn overridden(&self, other: Prices) -> Self {
        let mut all = self.clone();
        all.sources.extend(other.sources);
        for (id, mut product) in other.products {
            if let Some(known) = all.products.remove(&id) {
                product.prices.extend(known.prices);
            }
            all.products.insert(id, product);
        }
        all
    }

    /// A product by its id.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// All products with their ids.
    pub fn products(&self) -> impl Iterator<Item = (&str, &Product)> {
        self.products.iter().map(|(id, product)| (id.as_str(), product))
    }

    /// A source as reports name it: title, date, place.
    #[must_use]
    pub fn source(&self, id: &str) -> &str {
        self.sources.get(id).map_or("", String::as_str)
    }
}

impl Product {
    /// The price of a meter in a region; where no region is asked for, the first one that is known.
    #[must_use]
    pub fn price(&self, meter: Meter, region: Option<&str>) -> Option<&Price> {
        self.prices.iter().find(|price| price.meter == meter && region.is_none_or(|region| price.is_for(region)))
    }

    /// Whether it is charged by the rule, over all load balancers.
    #[must_use]
    pub fn by_rules(&self) -> bool {
        self.prices.iter().any(|price| price.meter == Meter::FirstRules)
    }
}

impl Price {
    fn is_for(&self, region: &str) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => region.starts_with(start),
            None => pattern == region,
        };
        self.region == region || self.covers.iter().any(covers)
    }

    /// Whether it holds wherever it is asked for.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.covers.iter().any(|pattern| pattern == "*")
    }
}

const SCHEMA: &str = "svclint-prices/1";

/// No price is a million; what is dearer is a slip, and would not add up.
const MOST: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    #[serde(default)]
    sources: BTreeMap<String, SourceEntry>,
    products: BTreeMap<String, ProductEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceEntry {
    title: String,
    read: Option<String>,
    at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    provider: String,
    title: String,
    block: Option<u32>,
    #[serde(default)]
    free_hours: u32,
    usage: Option<String>,
    #[serde(default)]
    uncounted: Vec<String>,
    prices: Vec<PriceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceEntry {
    meter: Meter,
    amount: Option<String>,
    currency: String,
    region: String,
    #[serde(default)]
    covers: Vec<String>,
    as_of: Option<String>,
    sources: Vec<String>,
    confidence: Confidence,
    note: Option<String>,
}

impl SourceEntry {
    fn told(self) -> Result<String, String> {
        let date = self.read.as_deref().map(Date::from_str).transpose()?;
        let date = date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        Ok(format!("{}, {date}, {}", self.title, self.at))
    }
}

impl ProductEntry {
    fn checked(self, sources: &BTreeMap<String, String>) -> Result<Product, String> {
        let prices: Vec<Price> = self.prices.into_iter().map(|price| price.checked(sources)).collect::<Result<_, String>>()?;
        if prices.iter().any(|price| matches!(price.meter, Meter::FirstRules | Meter::FurtherRule)) && self.block.is_none() {
            return Err("charged by the rule, but `block` is missing".into());
        }
        Ok(Product {
            provider: self.provider.parse()?,
            title: self.title,
            block: self.block.unwrap_or(0),
            free_hours: self.free_hours,
            usage: self.usage,
            uncounted: self.uncounted,
            prices,
        })
    }
}

impl PriceEntry {
    fn checked(self, sources: &BTreeMap<String, String>) -> Result<Price, String> {
        let here = format!("{} in {}", self.meter.unit(), self.region);
        let amount = self.amount.as_deref().map(Decimal::from_str).transpose().map_err(|error| format!("{here}: amount: {error}"))?;
        let as_of = self.as_of.as_deref().map(Date::from_str).transpose().map_err(|error| format!("{here}: {error}"))?;
        if amount.is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero() || amount > MOST || amount.scale() > 9) {
            return Err(format!("{here}: amount out of range"));
        }
        if amount.is_none() != (self.confidence == Confidence::None) {
            return Err(format!("{here}: `amount: null` and `confidence: none` go together"));
        }
        if amount.is_some_and(|amount| !amount.is_zero()) && as_of.is_none() && self.confidence > Confidence::Low {
            return Err(format!("{here}: a price without a date is of low confidence"));
        }
        if amount.is_some() && self.sources.is_empty() {
            return Err(format!("{here}: a price needs a source"));
        }
        if let Some(unknown) = self.sources.iter().find(|source| !sources.contains_key(*source)) {
            return Err(format!("{here}: there is no source `{unknown}`"));
        }
        Ok(Price {
            meter: self.meter,
            amount,
            currency: self.currency,
            region: self.region,
            covers: self.covers,
            as_of,
            sources: self.sources,
            confidence: self.confidence,
            note: self.note,
        })
    }
}
