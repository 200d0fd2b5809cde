//! Sets, maps and chains as `nft list table` lays them out. Knows no Service.

use std::collections::BTreeSet;
use std::fmt::Write;

/// A set or map.
pub struct Container {
    head: String,
    /// What it holds, in order.
    pub elements: Vec<String>,
    known: BTreeSet<String>,
}

impl Container {
    /// A set of one type.
    #[must_use]
    pub fn set(name: &str, type_: &str, comment: &str) -> Self {
        Self::new(format!("set {name} {{\n\t\ttype {type_}\n\t\tcomment \"{comment}\"\n"))
    }

    /// A map, `from : to`.
    #[must_use]
    pub fn map(name: &str, type_: &str, comment: &str) -> Self {
        Self::new(format!("map {name} {{\n\t\ttype {type_}\n\t\tcomment \"{comment}\"\n"))
    }

    /// A set that packets fill and that forgets after some seconds.
    #[must_use]
    pub fn timed(name: &str, type_: &str, seconds: i32) -> Self {
        Self::new(format!("set {name} {{\n\t\ttype {type_}\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout {}\n", span(seconds)))
    }

    fn new(head: String) -> Self {
        Self { head, elements: Vec::new(), known: BTreeSet::new() }
    }

    /// Adds what it does not hold yet.
    pub fn add(&mut self, element: String) {
        if self.known.insert(element.clone()) {
            self.elements.push(element);
        }
    }
}

/// A chain.
pub struct Chain {
    name: String,
    hook: Option<String>,
    comment: Option<String>,
    rules: Vec<String>,
}

impl Chain {
    /// A chain that others jump to.
    #[must_use]
    pub fn new(name: &str, rules: Vec<String>) -> Self {
        Self { name: name.to_owned(), hook: None, comment: None, rules }
    }

    /// The same as one that packets enter: `filter hook input priority filter`.
    #[must_use]
    pub fn hooked(self, hook: &str) -> Self {
        Self { hook: Some(hook.to_owned()), ..self }
    }

    /// The same with what it is for.
    #[must_use]
    pub fn told(self, comment: &str) -> Self {
        Self { comment: Some(comment.to_owned()), ..self }
    }
}

/// Writes the table `kube-proxy` of a family (`ip`, `ip6`).
pub fn write<'c>(text: &mut String, family: &str, sets: &[&Container], timed: &[Container], chains: impl Iterator<Item = &'c Chain>) {
    let _ = write!(text, "table {family} kube-proxy {{\n\tcomment \"rules for kube-proxy\"\n");
    for (index, set) in sets.iter().copied().chain(timed).enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        let _ = write!(text, "{gap}\t{}", set.head);
        if !set.elements.is_empty() {
            let _ = writeln!(text, "\t\telements = {{ {} }}", set.elements.join(",\n\t\t\t     "));
        }
        *text += "\t}\n";
    }
    for chain in chains {
        let _ = write!(text, "\n\tchain {} {{\n", chain.name);
        if let Some(comment) = &chain.comment {
            let _ = writeln!(text, "\t\tcomment \"{comment}\"");
        }
        if let Some(hook) = &chain.hook {
            let _ = writeln!(text, "\t\ttype {hook}; policy accept;");
        }
        for rule in &chain.rules {
            let _ = writeln!(text, "\t\t{rule}");
        }
        *text += "\t}\n";
    }
    *text += "}\n";
}

/// `10m`, `1d1h`
fn span(seconds: i32) -> String {
    let mut left = seconds.max(0);
    let mut text = String::new();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if left >= length {
            let _ = write!(text, "{}{unit}", left / length);
            left %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
