//! What the load balancers of a set of objects cost a month, what each of them adds, and what sharing one would save.
//! Knows no rule, no file and no clock: prices and today's date come from the caller.
//!
//! An object makes a [`claim`]: it asks for something ([`demand`]) of somebody ([`detect`]), who makes a product of it
//! ([`placement`]). A [`bill`] turns the quantities of all products into money by the price file ([`prices`]).

pub mod bill;
pub mod claim;
pub mod compare;
pub mod date;
pub mod demand;
pub mod detect;
mod edge;
mod estimate;
pub mod money;
pub mod placement;
pub mod prices;
pub mod provider;
mod share;

pub use compare::{Comparison, compare};
pub use date::Date;
pub use estimate::{Baseline, Estimate, LoadBalancer, Otherwise, estimate, of_service, of_world, saving};
pub use money::{Money, Total};
pub use prices::{Choice, Confidence, Prices, title_of};
pub use provider::{Controller, Provider};
pub use share::Sharing;

use rust_decimal::Decimal;

use crate::kube::Profile;

/// What the files don't tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whose load balancers are made where a Service does not say.
    pub provider: Option<Provider>,
    /// Which of AWS's controllers looks after Services.
    pub controller: Option<Controller>,
    /// In how many zones an AWS load balancer stands.
    pub zones: Option<u32>,
    /// Which prices count.
    pub choice: Choice,
    /// Hours of a month: 720, 730 or 744.
    pub hours: u32,
    /// What goes through each load balancer.
    pub gb_per_month: Option<Decimal>,
    /// Which day it is, for the age of prices.
    pub today: Option<Date>,
}

impl Default for Options {
    fn default() -> Self {
        Self { provider: None, controller: None, zones: None, choice: Choice::default(), hours: 730, gb_per_month: None, today: None }
    }
}

impl Options {
    /// What a cluster's profile tells; a provider or a controller that is not known counts as none.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            provider: profile.provider.as_deref().and_then(|name| name.parse().ok()),
            controller: profile.controller.as_deref().and_then(|name| name.parse().ok()),
            zones: profile.availability_zones.map(u32::from),
            choice: Choice { region: profile.region.clone(), currency: None },
            ..Self::default()
        }
    }
}

/// How old a price may be before that is said, in days.
pub const STALE_AFTER: u32 = 180;
