//! What the API server refuses, sorted by the mistake behind it, each told once. Knows no rule's wording.

use crate::finding::{Confidence, Finding, ServerSays};
use crate::kube::admission::Cause;
use crate::kube::place::Place;
use crate::kube::{Object, World, faults, template};
use crate::yaml::{Kind, Value};

/// The mistake behind a refusal; for each there is a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// Several ports of a Service or an endpoint, some without a name.
    PortsWithoutNames,
    /// A port's name, its number and protocol, or its node port, twice.
    DuplicatePort,
    /// A port's name that is no port name.
    InvalidPortName,
    /// A port below 1 or above 65535.
    PortOutOfRange,
    /// A node port outside the cluster's range.
    NodePortOutOfRange,
    /// A node port on a type that has none.
    NodePortWithoutType,
    /// A value that is none of those allowed.
    UnsupportedValue,
    /// A name that the syntax of names does not allow.
    InvalidName,
    /// A label, annotation or selector that the syntax of labels does not allow.
    InvalidLabel,
    /// A workload's selector that is missing, empty, or does not take its own pods.
    WorkloadSelector,
    /// Something required is not there.
    RequiredFieldMissing,
    /// A field that does not go with the Service's type.
    FieldNotForThisType,
    /// An address, range or host name that is none.
    InvalidAddress,
    /// Something of an Ingress' rules, paths and backends.
    InvalidIngress,
    /// A volume mount of no volume.
    VolumeMountWithoutVolume,
    /// What only a cluster may write.
    ExportedObject,
    /// Anything else.
    InvalidField,
}

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
    let any = causes.iter().any(|cause| sort(object, cause) == mistake);
    let all = if any { all(object, world) } else { Vec::new() };
    all.into_iter().filter(move |refusal| refusal.mistake == mistake)
}

/// All refusals of an object that are worth telling, in the server's order.
#[must_use]
pub fn all<'o>(object: &'o Object<'_>, world: &World<'_>) -> Vec<Refusal<'o>> {
    let causes = object.verdict.as_ref().map_or(&[][..], |verdict| verdict.causes.as_slice());
    let mut refusals: Vec<Refusal<'o>> = Vec::new();
    for cause in causes {
        let mistake = sort(object, cause);
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
    object.at("$patch").found || world.kustomize.is_patch(object.span.file) || is_called_patch(path(object, world))
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
    let selects = matches!(object.kind(), "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") && !object.at("spec.selector").found;
    let runs =
        || object.template().and_then(|template| template.spec).is_some_and(|spec| spec.containers.iter().any(|it| it.image.is_some()));
    let says = || {
        let spec = object.at("spec").value().map(Value::follow).into_iter().flat_map(Value::entries);
        let template = object.at("spec.template").value().map(Value::follow).into_iter().flat_map(Value::entries);
        spec.filter(|entry| entry.key.as_str() != Some("template")).chain(template).any(|entry| has_content(entry.value))
    };
    selects && !runs() && says()
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

/// The mistake behind a cause. The first that fits.
#[must_use]
pub fn sort(object: &Object<'_>, cause: &Cause) -> Mistake {
    let (field, reason) = (cause.field.as_str(), cause.reason);
    let says = |words: &str| cause.message.contains(words);
    let any = |list: &[&str]| list.iter().any(|words| cause.message.contains(words));
    let last = field.rsplit('.').next().unwrap_or(field);
    let service = object.kind() == "Service";
    if field.starts_with("metadata.ownerReferences.") && says("must not be empty") && !object.at("metadata.uid").found {
        return Mistake::RequiredFieldMissing;
    }
    if field.starts_with("metadata.ownerReferences") || says("auto-generated") || field.starts_with("spec.template.metadata.labels[") {
        return Mistake::ExportedObject;
    }
    if says("does not match template `labels`")
        || says("empty selector is invalid")
        || field == "spec.selector" && reason == "FieldValueRequired" && !service
    {
        return Mistake::WorkloadSelector;
    }
    if last == "nodePort" || last == "healthCheckNodePort" || says("HealthCheck NodePort") {
        return match reason {
            "FieldValueDuplicate" => Mistake::DuplicatePort,
            "FieldValueForbidden" => Mistake::NodePortWithoutType,
            _ if says("already allocated") => Mistake::DuplicatePort,
            _ if says("may only be set when") => Mistake::FieldNotForThisType,
            _ => Mistake::NodePortOutOfRange,
        };
    }
    if says("spec.parentRef.name") {
        return if says("Required") { Mistake::RequiredFieldMissing } else { Mistake::InvalidName };
    }
    let port = field.contains("orts[");
    match reason {
        "FieldValueRequired" if port && last == "name" => return Mistake::PortsWithoutNames,
        "FieldValueNotFound" if field.contains("volumeMounts[") => return Mistake::VolumeMountWithoutVolume,
        "FieldValueDuplicate" if port => return Mistake::DuplicatePort,
        "FieldValueNotSupported" => return Mistake::UnsupportedValue,
        _ => {}
    }
    if any(&["not a valid selector operator", "must be 'OrderedReady' or", "must be 'RollingUpdate' or"]) {
        return Mistake::UnsupportedValue;
    }
    if says("must be between 1 and 65535") {
        return if object.at(field).found { Mistake::PortOutOfRange } else { Mistake::RequiredFieldMissing };
    }
    let ports = port && matches!(last, "name" | "targetPort") || last == "port" && says("letter") || field.ends_with("service.port.name");
    if ports && reason == "FieldValueInvalid" {
        return Mistake::InvalidPortName;
    }
    if object.kind() == "Ingress" && field.starts_with("spec") {
        return Mistake::InvalidIngress;
    }
    if reason == "FieldValueRequired" {
        return Mistake::RequiredFieldMissing;
    }
    if is_of_labels(field, last, service) || says("invalid label selector") {
        return Mistake::InvalidLabel;
    }
    if service && (reason == "FieldValueForbidden" || any(&["may only be set", "may not be set", "may not be used"])) {
        return Mistake::FieldNotForThisType;
    }
    if is_of_addresses(field, last) || any(&["IP address", "CIDR", "failed to allocate IP"]) {
        return Mistake::InvalidAddress;
    }
    const NAMES: [&str; 8] = [
        "RFC 1123",
        "RFC-1123",
        "RFC 1035",
        "RFC-1035",
        "must not contain dots",
        "must be no more than",
        "environment variable name",
        "may not contain '/'",
    ];
    if any(&NAMES) && reason == "FieldValueInvalid" {
        return Mistake::InvalidName;
    }
    Mistake::InvalidField
}

fn is_of_labels(field: &str, last: &str, service: bool) -> bool {
    let map = last.split('[').next().unwrap_or(last);
    matches!(map, "labels" | "annotations" | "matchLabels" | "nodeSelector")
        || field.contains("matchExpressions[")
        || service && map == "selector"
        || field == "spec.selector"
}

fn is_of_addresses(field: &str, last: &str) -> bool {
    let list = last.split('[').next().unwrap_or(last);
    matches!(
        list,
        "clusterIP"
            | "clusterIPs"
            | "externalIPs"
            | "loadBalancerIP"
            | "loadBalancerSourceRanges"
            | "LoadBalancerSourceRanges"
            | "externalName"
            | "ip"
            | "cidr"
            | "except"
    ) || matches!(list, "ipFamilies" | "ipFamilyPolicy")
        || field.starts_with("endpoints[") && list == "addresses"
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
