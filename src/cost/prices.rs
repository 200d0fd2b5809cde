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

/// What is wrong with a price file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line, from 1.
    pub line: Option<usize>,
    /// What.
    pub message: String,
}

impl From<serde_yaml::Error> for Wrong {
    fn from(error: serde_yaml::Error) -> Self {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        Self { line: error.location().map(|at| at.line()), message }
    }
}

/// The line, from 1, of a key, or of one of the prices below it; none where the file is written in a way that hides it.
#[must_use]
pub fn line_of(text: &str, key: &str, price: Option<usize>) -> Option<usize> {
    let is_key = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let first = text.lines().position(is_key)?;
    let Some(price) = price else { return Some(first + 1) };
    let depth = text.lines().nth(first).map_or(0, indent);
    let own = |(number, line): &(usize, &str)| *number == first || line.trim().is_empty() || indent(line) > depth;
    let own = text.lines().enumerate().skip(first).take_while(own);
    let prices = own.flat_map(|(number, line)| std::iter::repeat_n(number + 1, line.matches("meter:").count()));
    prices.into_iter().nth(price).or(Some(first + 1))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Which of several prices counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Those of this region; none: those of the first region that has one.
    pub region: Option<String>,
    /// Those that their source gives in this currency: nothing is converted.
    pub currency: Option<String>,
}

impl Choice {
    /// ` in eu-west-1, in EUR`; nothing where nothing was asked for.
    #[must_use]
    pub fn told(&self) -> String {
        let asked = [&self.region, &self.currency].into_iter().flatten();
        asked.map(|asked| format!(" in {asked}")).collect::<Vec<_>>().join(",")
    }
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
    /// What is wrong with it, and in which line.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let file: File = serde_yaml::from_str(text).map_err(Wrong::from)?;
        let wrong = |key: &str, price: Option<usize>, message: String| Wrong { line: line_of(text, key, price), message };
        if file.schema != SCHEMA {
            return Err(wrong("schema", None, format!("expected `schema: {SCHEMA}`, found `{}`", file.schema)));
        }
        let mut prices = Self::default();
        for (id, source) in file.sources {
            let told = source.told().map_err(|error| wrong(&id, None, format!("source `{id}`: {error}")))?;
            prices.sources.insert(id, told);
        }
        for (id, product) in file.products {
            let product = product.checked(&prices.sources).map_err(|(price, error)| wrong(&id, price, format!("`{id}`: {error}")))?;
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
    /// The price of a meter, as chosen; where no region is asked for, that of the first one.
    #[must_use]
    pub fn price(&self, meter: Meter, choice: &Choice) -> Option<&Price> {
        let here = |price: &Price| choice.region.as_deref().is_none_or(|region| price.is_for(region));
        let in_it = |price: &Price| choice.currency.as_deref().is_none_or(|currency| price.currency.eq_ignore_ascii_case(currency));
        self.prices.iter().find(|price| price.meter == meter && here(price) && in_it(price))
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

/// A source without its date and its place.
#[must_use]
pub fn title_of(source: &str) -> &str {
    source.split(", ").next().unwrap_or(source)
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
    /// Title, date, place.
    fn told(self) -> Result<String, String> {
        let date = self.read.as_deref().map(Date::from_str).transpose()?;
        let date = date.map_or_else(|| "no date".to_owned(), |date| date.to_string());
        Ok(format!("{}, {date}, {}", self.title, self.at))
    }
}

impl ProductEntry {
    /// The product, or the price at fault by its place and what is wrong.
    fn checked(self, sources: &BTreeMap<String, String>) -> Result<Product, (Option<usize>, String)> {
        let checked = |(at, price): (usize, PriceEntry)| price.checked(sources).map_err(|error| (Some(at), error));
        let prices: Vec<Price> = self.prices.into_iter().enumerate().map(checked).collect::<Result<_, _>>()?;
        if prices.iter().any(|price| matches!(price.meter, Meter::FirstRules | Meter::FurtherRule)) && self.block.is_none() {
            return Err((None, "charged by the rule, but `block` is missing".into()));
        }
        Ok(Product {
            provider: self.provider.parse().map_err(|error| (None, error))?,
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
