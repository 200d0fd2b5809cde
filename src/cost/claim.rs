//! Which objects of the files make a load balancer, and which one. Knows no amount.

use super::demand::Demand;
use super::detect::{self, Detected};
use super::edge::Classes;
use super::placement::{self, Placement};
use super::provider::Provider;
use super::{Options, edge};
use crate::kube::{Object, Typed};

/// A load balancer that an object makes, or shares.
#[derive(Clone, Debug)]
pub struct Claim<'o, 's> {
    /// The object.
    pub object: &'o Object<'s>,
    /// What it asks for.
    pub demand: Demand,
    /// Whose it is; none where nothing tells.
    pub provider: Option<Provider>,
    /// What will stand there; none where that is not known.
    pub placement: Option<Placement>,
    /// Why it is not known.
    pub unknown: Option<String>,
    /// Whether an Ingress or a Gateway of a cloud's own kind asks, and no Service.
    pub is_edge: bool,
}

/// All claims of the objects that count, in their order.
#[must_use]
pub fn claims<'o, 's>(objects: &'o [Object<'s>], counts: &dyn Fn(&Object<'s>) -> bool, options: &Options) -> Vec<Claim<'o, 's>> {
    let classes = Classes::read(objects);
    let counted = objects.iter().filter(|object| !object.context && counts(object));
    counted.filter_map(|object| claim(object, &classes, options)).collect()
}

fn claim<'o, 's>(object: &'o Object<'s>, classes: &Classes<'o>, options: &Options) -> Option<Claim<'o, 's>> {
    match object.typed.as_ref()? {
        Typed::Service(service) => Some(service_like(object, Demand::of_service(service)?, options)),
        Typed::Ingress(ingress) => edge::ingress(object, ingress, classes, options),
        Typed::Other(_) if object.kind() == "Gateway" => edge::gateway(object, classes, options),
        _ => None,
    }
}

/// What a Service asks, or a Gateway whose controller makes a Service for it.
pub(super) fn service_like<'o, 's>(object: &'o Object<'s>, demand: Demand, options: &Options) -> Claim<'o, 's> {
    let (provider, unknown) = match detect::provider(&demand, options.provider) {
        Detected::Provider { provider, by } => (Ok((provider, by)), None),
        Detected::Several(providers) => {
            let names: Vec<_> = providers.iter().map(|provider| provider.title()).collect();
            (Err(()), Some(format!("it carries annotations of {} (--provider)", names.join(" and "))))
        }
        Detected::ForeignClass(class) => (Err(()), Some(format!("nothing is known of load balancer class `{class}`"))),
        Detected::Unknown => (Err(()), Some("nothing in the files says whose it is (--provider)".to_owned())),
    };
    let Ok((provider, by)) = provider else {
        return Claim { object, demand, provider: None, placement: None, unknown, is_edge: false };
    };
    let mut placement = placement::of_service(provider, &demand, options);
    if let Some(by) = by {
        placement.assumptions.insert(0, format!("{} by {by}", provider.title()));
    }
    Claim { object, demand, provider: Some(provider), placement: Some(placement), unknown: None, is_edge: false }
}
