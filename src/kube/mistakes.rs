//! The mistake behind what the API server refuses: refusals in many words, sorted under a few. Knows no rule's wording.

use super::admission::Cause;
use super::object::Object;

/// The mistake behind a refusal.
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

/// The mistake behind a cause. The first that fits.
#[must_use]
pub fn behind(object: &Object<'_>, cause: &Cause) -> Mistake {
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
