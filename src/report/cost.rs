//! What `cost` prints: a table for people, JSON, Markdown for a pull request. Knows no price but through the estimate.

mod json;
mod markdown;
mod text;

pub use json::json;
pub use markdown::{comparison as markdown_comparison, estimate as markdown};
pub use text::{comparison as text_comparison, estimate as text};

use crate::cost::{Confidence, Estimate, LoadBalancer, Money, Otherwise, Total};

/// `AWS Network Load Balancer, public`, or why nobody knows.
fn product(it: &LoadBalancer) -> String {
    let product = it.product.as_deref().unwrap_or("unknown");
    let provider = it.provider.map_or("", |provider| provider.title());
    let provider = if product.starts_with(provider.split(' ').next().unwrap_or("")) { "" } else { provider };
    let told = ["internal", "external", "(public)"].iter().any(|word| product.contains(word));
    let reach = if it.reach().is_empty() || told { String::new() } else { format!(", {}", it.reach()) };
    format!("{provider} {product}{reach}").trim().to_owned()
}

fn amount(money: Option<&Money>, confidence: Confidence) -> String {
    let unverified = if confidence == Confidence::Low { " (unverified)" } else { "" };
    money.map_or_else(|| "unknown".to_owned(), |money| format!("{money}{unverified}"))
}

/// `$27.38 + EUR 7.49`; zero dollars where nothing is charged.
fn total(total: &Total) -> String {
    let amounts: Vec<_> = total.amounts().map(|money| money.to_string()).collect();
    if amounts.is_empty() { "$0.00".to_owned() } else { amounts.join(" + ") }
}

/// `$164.25 with internal Network Load Balancer, where …`
fn instead(other: &Otherwise) -> String {
    format!("{} with {}, {}", total(&other.total), other.products.join(" or "), other.when)
}

/// `10 load balancers`
fn count(number: usize) -> String {
    format!("{number} load balancer{}", if number == 1 { "" } else { "s" })
}

/// `10 Services`, `2 Services and 1 Ingress`: those whose price is known.
fn priced(estimate: &Estimate) -> String {
    let of = |kind: &str| match estimate.load_balancers.iter().filter(|it| it.kind == kind && it.monthly.is_some()).count() {
        0 => None,
        1 => Some(format!("1 {kind}")),
        number => Some(format!("{number} {kind}{}", if kind == "Ingress" { "es" } else { "s" })),
    };
    let kinds: Vec<_> = ["Service", "Ingress", "Gateway"].into_iter().filter_map(of).collect();
    match kinds.as_slice() {
        [first, second, third] => format!("{first}, {second} and {third}"),
        kinds => kinds.join(" and "),
    }
}

/// What several load balancers say alike, each once in the order of first mention, with how many say it.
fn said<'e>(estimates: &[&'e Estimate], of: impl Fn(&'e LoadBalancer) -> &'e [String]) -> Vec<(&'e str, usize)> {
    let mut at = std::collections::HashMap::new();
    let mut all: Vec<(&str, usize)> = Vec::new();
    for line in estimates.iter().flat_map(|estimate| &estimate.load_balancers).flat_map(of) {
        let index = *at.entry(line.as_str()).or_insert(all.len());
        match all.get_mut(index) {
            Some((_, count)) => *count += 1,
            None => all.push((line, 1)),
        }
    }
    all
}

/// How old the oldest price is, where that is too old.
fn stale(estimates: &[&Estimate]) -> Option<String> {
    let all = estimates.iter().flat_map(|estimate| &estimate.load_balancers);
    let days = all.filter_map(|it| it.stale_days).max()?;
    Some(format!("the oldest price is {days} days old: look it up, or give your own with --prices"))
}
