//! Rewrites hand-written Endpoints as the EndpointSlice that says the same, where one says it all. Knows no finding.

use std::fmt::Write;

use crate::finding::Edit;
use crate::kube::place::scalar;
use crate::kube::world::SERVICE_NAME;
use crate::kube::{Object, Typed, World};
use crate::source::Source;
use crate::yaml::Style;

/// The edits, for Endpoints of one subset of ready addresses of one family, written by indentation.
pub fn edits(object: &Object<'_>, world: &World<'_>) -> Option<Vec<Edit>> {
    let (Some(Typed::Endpoints(endpoints)), Some(source)) = (&object.typed, world.source(object)) else { return None };
    let [subset] = endpoints.subsets.as_deref()? else { return None };
    let (addresses, ports) = (subset.addresses.as_deref()?, subset.ports.as_deref()?);
    if subset.not_ready_addresses.is_some() || addresses.iter().any(|address| address.target_ref.is_some()) {
        return None;
    }
    let family = |ip: &str| if ip.contains(':') { "IPv6" } else { "IPv4" };
    let family_of_all = family(&addresses.first()?.ip);
    if addresses.iter().any(|address| family(&address.ip) != family_of_all) {
        return None;
    }

    let mut text = format!("addressType: {family_of_all}\nports:\n");
    for port in ports {
        let name = port.name.as_ref().map(|name| format!("name: {}\n    ", scalar(name)));
        let _ = writeln!(text, "  - {}port: {}", name.unwrap_or_default(), port.port);
        for (key, value) in [("protocol", &port.protocol), ("appProtocol", &port.app_protocol)] {
            if let Some(value) = value {
                let _ = writeln!(text, "    {key}: {}", scalar(value));
            }
        }
    }
    text.push_str("endpoints:\n");
    for address in addresses {
        let ip = if address.ip.contains(':') { format!("\"{}\"", address.ip) } else { address.ip.clone() };
        let _ = writeln!(text, "  - addresses:\n      - {ip}");
        for (key, value) in [("hostname", &address.hostname), ("nodeName", &address.node_name)] {
            if let Some(value) = value {
                let _ = writeln!(text, "    {key}: {}", scalar(value));
            }
        }
    }

    let subsets = object.at("subsets").entry();
    let line = source.line_span(source.line_of(subsets.start));
    if subsets.start != line.start || subsets.end <= subsets.start {
        return None;
    }
    let text = text.trim_end().replace('\n', source.newline());
    Some(vec![
        object.at("apiVersion").replace("discovery.k8s.io/v1")?,
        object.at("kind").replace("EndpointSlice")?,
        label(object, source)?,
        Edit { span: subsets, replacement: text },
    ])
}

/// The label that names the Service, among those there are.
fn label(object: &Object<'_>, source: &Source) -> Option<Edit> {
    let service = scalar(object.name());
    let labels = object.at("metadata.labels");
    if let Some(first) = labels.value().and_then(|labels| labels.entries().next()) {
        let first = object.at(&format!("metadata.labels[{}]", first.key.text()));
        return first.insert_before(source, &format!("{SERVICE_NAME}: {service}"));
    }
    if let Some(none) = labels.value() {
        let braces = none.style() == Style::Flow;
        return braces.then(|| Edit { span: none.span(), replacement: format!("{{{SERVICE_NAME}: {service}}}") });
    }
    let name = object.at("metadata.name");
    let key = name.key()?;
    let indent = (key.start - source.line_span(source.line_of(key.start)).start) as usize;
    match name.insert_before(source, &format!("labels:\n{}{SERVICE_NAME}: {service}", " ".repeat(indent + 2))) {
        Some(edit) => Some(edit),
        None => name.insert_before(source, &format!("labels: {{{SERVICE_NAME}: {service}}}")),
    }
}
