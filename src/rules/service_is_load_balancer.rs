//! A Service that has the cloud make a load balancer: worth knowing for its price.

use crate::cost::{self, LoadBalancer, Options, Prices};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let spec = object.service().and_then(|service| service.spec.as_ref());
    if spec.and_then(|spec| spec.type_.as_deref()) != Some("LoadBalancer") {
        return;
    }
    let made = cost::of_service(object, &Options::of(&world.profile), Prices::built_in());
    let price = made.as_ref().and_then(price).unwrap_or_else(|| "on most clouds each one is billed by the hour".to_owned());
    let terms = made.as_ref().filter(|made| !made.rates.is_empty()).map_or_else(String::new, terms);
    out.push(
        Finding::possible(format!("Service `{}` makes a load balancer of its own", object.name()))
            .field("spec.type")
            .label(object.at("spec.type").span(), price)
            .help(format!("{terms}`svclint cost` says how much; for HTTP one Ingress or Gateway can serve many Services")),
    );
}

/// What it costs where that is known, and what it would cost under another controller.
fn price(made: &LoadBalancer) -> Option<String> {
    let (product, monthly) = (made.product.as_ref()?, made.monthly.as_ref()?);
    if made.rates.is_empty() {
        return Some(format!("{product}: nothing is billed for it"));
    }
    let otherwise = made.otherwise.as_ref().and_then(|(when, product, monthly)| Some(format!("; {}, {product}, {when}", monthly.as_ref()?)));
    Some(format!("{product}, {monthly} a month where it is the only one, without traffic{}", otherwise.unwrap_or_default()))
}

/// Its prices with place, date and source, and what was taken for granted.
fn terms(made: &LoadBalancer) -> String {
    let sources: Vec<_> = made.sources.iter().map(|source| cost::title_of(source)).collect();
    let assumed = made.assumptions.iter().map(|assumption| format!("; {assumption}")).collect::<String>();
    format!("{}, from {}{assumed}; ", made.rates.join(", "), sources.join(", "))
}
