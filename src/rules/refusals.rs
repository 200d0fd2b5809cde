//! What the API server refuses, sorted by the mistake behind it, each told once. Knows no rule's wording.

use crate::finding::{Confidence, Finding, ServerSays};
use crate::kube::admission::Cause;
pub use crate::kube::mistakes::Mistake;
use crate::kube::place::Place;
use crate::kube::{Object, World, faults, template};
use crate::yaml::{Kind, Value};

/// What the server says of one field.
#[derive(Clone, Debug)]
pub struct Refusal<'o> {
    /// The mistake behind it.
    pub mistake: Mistake,
    /// The field, as the server names it.
    pub field: &'o str,
    /// All that it says there.
    pub causes: Vec<&'o Cause>,
}

/// The refusals of an object that are due to one mistake.
pub fn of<'o>(object: &'o Object<'_>, world: &World<'_>, mistake: Mistake) -> impl Iterator<Item = Refusal<'o>> {
    let causes = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.causes.as_slice());
    // Most objects have none, and most rules ask in vain.
    let any = !causes.is_empty() && world.mistakes(object).contains(&mistake);
    let all = if any { all(object, world) } else { Vec::new() };
    all.into_iter().filter(move |refusal| refusal.mistake == mistake)
}

/// All refusals of an object that are worth telling, in the server's order.
#[must_use]
pub fn all<'o>(object: &'o Object<'_>, world: &World<'_>) -> Vec<Refusal<'o>> {
    let causes = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.causes.as_slice());
    let mut refusals: Vec<Refusal<'o>> = Vec::new();
    for (cause, mistake) in causes.iter().zip(world.mistakes(object).iter().copied()) {
        let told = Refusal { mistake, field: field_of(cause), causes: vec![cause] };
        if is_to_be_filled_in(object, cause) || is_left_to_others(object, world, &told) {
            continue;
        }
        match refusals.iter_mut().find(|refusal| refusal.mistake == mistake && refusal.field == field_of(cause)) {
            Some(refusal) => refusal.causes.push(cause),
            None => refusals.push(told),
        }
    }
    let has = |mistake: Mistake, field: &str| refusals.iter().any(|it| it.mistake == mistake && it.field.starts_with(field));
    let consequence: Vec<bool> = refusals.iter().map(|refusal| is_consequence(object, refusal, &has)).collect();
    let mut consequence = consequence.into_iter();
    refusals.retain(|_| !consequence.next().unwrap_or(false));
    refusals
}

/// Whether any of an object's refusals is due to a value that is yet to be filled in.
#[must_use]
pub fn to_be_filled_in<'o>(object: &'o Object<'_>) -> Option<&'o Cause> {
    let causes = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.causes.as_slice());
    causes.iter().find(|cause| is_to_be_filled_in(object, cause))
}

/// The value at fault, as text.
#[must_use]
pub fn text<'o>(place: &Place<'o, '_>) -> Option<&'o str> {
    place.value().map(Value::follow).map(|value| value.text())
}

/// The field a cause is about: a Service's bad name is first noticed by the allocation of its address.
fn field_of(cause: &Cause) -> &str {
    if cause.message.contains("spec.parentRef.name") { "metadata.name" } else { &cause.field }
}

fn is_to_be_filled_in(object: &Object<'_>, cause: &Cause) -> bool {
    let place = place(object, &cause.field);
    let (written, said) = (place.found.then(|| text(&place)).flatten().unwrap_or(""), quoted(&cause.message).unwrap_or(""));
    match cause.reason {
        // The server may name a place that nobody wrote.
        _ if !place.found => template::is_placeholder(said),
        // `IP` and `HOST` are slips of a known word there.
        "FieldValueNotSupported" => template::is_placeholder(written),
        // The server quotes the selector whole.
        "FieldValueInvalid" if cause.message.ends_with("label selector") && template::is_placeholder(&cause.message) => true,
        _ => template::is_to_be_filled_in(written) || template::is_to_be_filled_in(said),
    }
}

/// Whether a kustomization may mend it, or another rule tells the cause.
fn is_left_to_others(object: &Object<'_>, world: &World<'_>, refusal: &Refusal<'_>) -> bool {
    let incomplete =
        matches!(refusal.mistake, Mistake::RequiredFieldMissing | Mistake::WorkloadSelector | Mistake::VolumeMountWithoutVolume)
            || refusal.causes.iter().any(|cause| cause.reason == "FieldValueRequired");
    // Whatever a patch is called: it goes by its target.
    let named = refusal.field == "metadata.name" && is_patch(object, world);
    named || incomplete && (may_be_completed(object, world) || is_piece(object)) || faults::explain(object, refusal.field, incomplete)
}

/// Whether the object is to change another one, and is none itself.
#[must_use]
pub fn is_patch(object: &Object<'_>, world: &World<'_>) -> bool {
    world.kustomize.is_patch(object.span.file) || is_called_patch(path(object, world)) || object.at("$patch").found
}

/// Whether what the object lacks may be added before it reaches a cluster.
#[must_use]
pub fn may_be_completed(object: &Object<'_>, world: &World<'_>) -> bool {
    is_patch(object, world) || world.kustomize.may_complete(path(object, world))
}

/// Whether it is a workload with something to say, but with neither a selector nor an image: nobody forgets both, so it is
/// to be merged into a whole one, by whatever does that.
#[must_use]
pub fn is_piece(object: &Object<'_>) -> bool {
    let selects = matches!(object.kind(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet");
    let spec = object.template().and_then(|template| template.spec);
    let runs = spec.is_some_and(|spec| spec.containers.iter().any(|it| it.image.is_some()));
    let says = || {
        let spec = object.at("spec").value().map(Value::follow).into_iter().flat_map(Value::entries);
        let template = object.at("spec.template").value().map(Value::follow).into_iter().flat_map(Value::entries);
        spec.filter(|entry| entry.key.as_str() != Some("template")).chain(template).any(|entry| has_content(entry.value))
    };
    selects && !runs && !object.at("spec.selector").found && says()
}

fn has_content(value: Value<'_, '_>) -> bool {
    let value = value.follow();
    match value.kind() {
        Kind::Mapping => value.entries().next().is_some(),
        Kind::Sequence => value.items().next().is_some(),
        _ => !matches!(value.text(), "" | "null" | "~"),
    }
}

fn path<'w>(object: &Object<'_>, world: &World<'w>) -> &'w str {
    world.source(object).map_or("", |source| source.path.as_str())
}

/// Whether a file, or the directory it stands in, is called a patch: `patches/memory.yaml`, `manager_auth_proxy_patch.yaml`.
fn is_called_patch(path: &str) -> bool {
    let mut names = path.rsplit('/').take(2);
    names.any(|name| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| matches!(word, "patch" | "patches" | "Patch")))
}

/// A kind with its article.
#[must_use]
pub fn a(kind: &str) -> String {
    let article = if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{article} {kind}")
}

/// Whether another refusal of the same object says it already.
fn is_consequence(object: &Object<'_>, refusal: &Refusal<'_>, has: &dyn Fn(Mistake, &str) -> bool) -> bool {
    let field = refusal.field;
    let says = |words: &str| refusal.causes.iter().all(|cause| cause.message.contains(words));
    match refusal.mistake {
        // The selector's own faults make the server call it invalid as a whole; a label that is used twice is told once.
        Mistake::InvalidLabel => {
            (says("invalid label selector") || field.ends_with("template.labels") && has(Mistake::InvalidLabel, "spec.template.metadata"))
                && has(Mistake::InvalidLabel, "spec.")
                && !field.ends_with("metadata.labels")
                && (field != "spec.selector" || has(Mistake::InvalidLabel, "spec.selector.match"))
        }
        Mistake::WorkloadSelector => field != "spec.selector" && has(Mistake::WorkloadSelector, "spec.selector"),
        // A target port that is not written has the port's own number.
        Mistake::PortOutOfRange | Mistake::RequiredFieldMissing if field.ends_with(".targetPort") => !object.at(field).found,
        Mistake::DuplicatePort if field.ends_with(".nodePort") => {
            field.strip_suffix(".nodePort").is_some_and(|port| has(Mistake::DuplicatePort, port) && !object.at(field).found)
        }
        // The item that stands twice is told.
        Mistake::InvalidField if says("must be unique") => {
            let item = |cause: &Cause| {
                cause.reason == "FieldValueDuplicate" && cause.field.strip_prefix(field).is_some_and(|it| it.starts_with('['))
            };
            object.verdict.as_ref().is_some_and(|verdict| verdict.causes.iter().any(item))
        }
        Mistake::InvalidName if field.ends_with("generateName") => false,
        Mistake::InvalidName if field == "metadata.name" => !object.at(field).found && has(Mistake::InvalidName, "metadata.generateName"),
        _ => false,
    }
}

/// The place of a field as the server names it; it writes `spec.LoadBalancerSourceRanges`, with a capital, the list
/// `clusterIPs` where only `clusterIP` was written, and no index of an owner.
#[must_use]
pub fn place<'o, 's>(object: &'o Object<'s>, field: &str) -> Place<'o, 's> {
    let place = object.at(field);
    if place.found {
        return place;
    }
    if let Some(rest) = field.strip_prefix("spec.LoadBalancerSourceRanges") {
        return object.at(&format!("spec.loadBalancerSourceRanges{rest}"));
    }
    if let Some(leaf) = field.strip_prefix("metadata.ownerReferences.") {
        let owners = object.at("metadata.ownerReferences").value().map(Value::follow).into_iter().flat_map(Value::items);
        let empty = owners.enumerate().find(|(_, owner)| !owner.follow().get(leaf).is_some_and(has_content));
        return empty.map_or(place, |(index, _)| object.at(&format!("metadata.ownerReferences[{index}].{leaf}")));
    }
    if field.starts_with("spec.clusterIPs") && object.at("spec.clusterIP").found {
        return object.at("spec.clusterIP");
    }
    place
}

impl Refusal<'_> {
    /// A finding at the field, with the server's words; certain, for the server refuses it.
    #[must_use]
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        let said: Vec<_> = self.causes.iter().map(|cause| cause.message.as_str()).collect();
        let reason = self.causes.first().map_or("", |cause| cause.reason);
        let field = self.field.replace("spec.LoadBalancer", "spec.loadBalancer");
        Finding::new(Confidence::Certain, message).field(field).server(ServerSays {
            field: self.field.to_owned(),
            reason: reason.to_owned(),
            message: said.join("; "),
        })
    }

    /// The last step of the field's path, without an index: `nodePort`.
    #[must_use]
    pub fn last(&self) -> &str {
        let last = self.field.rsplit('.').next().unwrap_or(self.field);
        let last = last.split('[').next().unwrap_or(last);
        if last == "LoadBalancerSourceRanges" { "loadBalancerSourceRanges" } else { last }
    }

    /// The first value that the server quotes.
    #[must_use]
    pub fn quoted(&self) -> Option<&str> {
        self.causes.iter().find_map(|cause| quoted(&cause.message))
    }

    /// What the server says after the value, in fewer words where they are known.
    #[must_use]
    pub fn why(&self) -> String {
        let mut whys: Vec<_> = self.causes.iter().map(|cause| plain(detail(&cause.message))).collect();
        whys.dedup();
        whys.join("; ")
    }
}

/// The text a message quotes first, if nothing in it is escaped.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(": \"")?;
    let (value, _) = rest.split_once('"')?;
    (!value.ends_with('\\')).then_some(value)
}

/// What stands after `Invalid value: …: `.
fn detail(message: &str) -> &str {
    let (head, rest) = message.split_once(": ").unwrap_or(("", message));
    if head.starts_with("Forbidden") || head.starts_with("Required") {
        return rest;
    }
    let after_text = rest.strip_prefix('"').and_then(|value| value.split_once("\": ")).map(|(_, detail)| detail);
    after_text.or_else(|| rest.split_once(": ").map(|(_, detail)| detail)).unwrap_or(rest)
}

/// The server's longer sentences in fewer words.
fn plain(detail: &str) -> String {
    const PLAIN: [(&str, &str); 9] = [
        ("a lowercase RFC 1123 label", "only lower-case letters, digits and `-`, with a letter or digit at both ends"),
        ("a lowercase RFC 1123 subdomain", "only lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"),
        ("a DNS-1035 label", "only lower-case letters, digits and `-`, beginning with a letter and ending with a letter or digit"),
        ("a valid label must be", "only letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"),
        ("name part must consist of", "only letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"),
        ("a valid label key", "a name, or a domain and a name: `example.com/name`"),
        ("a qualified name", "a name, or a domain and a name: `example.com/name`"),
        ("must contain only alpha-numeric characters (a-z, 0-9), and hyphens", "only lower-case letters, digits and `-`"),
        ("must contain at least one letter", "at least one letter, for a number is no name"),
    ];
    match PLAIN.iter().find(|(start, _)| detail.starts_with(start)) {
        Some((_, plain)) => (*plain).to_owned(),
        None => detail.split(" (e.g.").next().unwrap_or(detail).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_apart() {
        let message = "Invalid value: \"a: b\": must be no more than 15 characters";
        assert_eq!((quoted(message), detail(message)), (Some("a: b"), "must be no more than 15 characters"));
        assert_eq!(detail("Invalid value: 0: must be between 1 and 65535, inclusive"), "must be between 1 and 65535, inclusive");
        assert_eq!(detail("Forbidden: may not be used when `type` is 'ClusterIP'"), "may not be used when `type` is 'ClusterIP'");
        assert_eq!(quoted("Required value"), None);
    }
}
