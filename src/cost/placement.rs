//! Which product a provider makes for what is asked, and what of it is charged. One module a cloud with rules of its own,
//! the rest in `others`. Knows no amount.

mod aks;
mod aws;
mod gke;
mod others;

use super::Options;
use super::demand::Demand;
use super::provider::Provider;

pub(super) use aws::{alb, http_scheme};
pub(super) use gke::{ingress as gke_ingress, rules as gke_rules};

/// What is charged for a load balancer: so much of a product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Charge {
    /// The product's id in the price file.
    pub product: &'static str,
    /// What shares it: with all who name the same it is charged once, else for each.
    pub once: Option<String>,
    /// How many of it; rules, where it is charged by the rule.
    pub quantity: u32,
}

/// What will stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Its name, where the product's own title is not enough.
    pub title: Option<&'static str>,
    /// Whether only the cluster's own network reaches it; none: not known.
    pub internal: Option<bool>,
    /// What is charged; nothing, where it is software.
    pub charges: Vec<Charge>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What would stand there otherwise.
    pub otherwise: Option<Box<Otherwise>>,
}

/// What stands there in a cluster that differs in what the files don't tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// When: `where the AWS Load Balancer Controller (2.5 or later) is installed`.
    pub when: &'static str,
    /// Then what.
    pub placement: Placement,
}

impl Charge {
    /// So much of a product, for itself.
    #[must_use]
    pub fn each(product: &'static str, quantity: u32) -> Self {
        Self { product, once: None, quantity }
    }

    /// A product that all who name `key` share.
    #[must_use]
    pub fn once(product: &'static str, key: impl Into<String>) -> Self {
        Self { product, once: Some(key.into()), quantity: 1 }
    }
}

/// What this provider makes of a LoadBalancer Service.
#[must_use]
pub fn of_service(provider: Provider, demand: &Demand, options: &Options) -> Placement {
    match provider {
        Provider::Aws => aws::service(demand, options),
        Provider::Gke => gke::service(demand),
        Provider::Aks => aks::service(demand),
        _ => others::service(provider, demand),
    }
}

/// The entries of a list in an annotation.
fn listed(value: &str) -> u32 {
    u32::try_from(value.split(',').filter(|entry| !entry.trim().is_empty()).count()).unwrap_or(u32::MAX)
}
