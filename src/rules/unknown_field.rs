//! A field that the kind does not have: misspelt, in the wrong place, or of another version.

use super::refusals;
use crate::finding::{Confidence, Edit, Finding, ServerSays};
use crate::kube::shape::{self, Elsewhere};
use crate::kube::place::{self, Step};
use crate::kube::{Object, World, faults, near};
use crate::source::{Source, Span};
use crate::yaml::{Entry, Fault, Got, Style, Value};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for (fault, known) in faults::unknown(object) {
        // In a patch a null takes the field away.
        let is_null = || object.at(&fault.path).value().is_some_and(|value| value.follow().is_null());
        if refusals::is_patch(object, world) && is_null() {
            continue;
        }
        match old_backend(object, world, fault) {
            Old::No => out.push(unknown(object, fault, known)),
            Old::Told => {}
            Old::Backend(finding) => out.push(*finding),
        }
    }
    for (fault, _, got) in faults::wrong_type(object) {
        out.extend(match_labels(object, fault, got));
    }
    for path in faults::newer(object) {
        let place = object.at(path);
        let key = faults::last(path);
        out.push(
            Finding::certain(format!("Kubernetes {} has no field `{key}` here yet", world.profile.version))
                .field(path)
                .label(place.key().unwrap_or(place.span()), format!("a {} server refuses it", world.profile.version))
                .help(format!("take `{key}` out, or say with `--kube-version` that the cluster is newer"))
                .server(server(object, path)),
        );
    }
}

fn server(object: &Object<'_>, path: &str) -> ServerSays {
    ServerSays { field: path.to_owned(), reason: "BadRequest".into(), message: faults::strict(object, path) }
}

fn unknown(object: &Object<'_>, fault: &Fault, known: &[&'static str]) -> Finding {
    let key = faults::last(&fault.path);
    let parent = faults::parent(&fault.path);
    let span = fault.key.unwrap_or(fault.span);
    let whose = whose(object, parent);
    let finding = |message: String, label: String| {
        Finding::certain(message).field(fault.path.as_str()).label(span, label).server(server(object, &fault.path))
    };
    let place = object.at(parent);
    let siblings = place.value().map(|value| value.follow());
    let is_free = |name: &str| siblings.is_none_or(|value| value.get(name).is_none());
    let message = format!("{whose} has no field `{key}`");
    let meant = near::did_you_mean(key, known.iter().copied());
    let certain = |meant| near::is_certain(key, meant, known.iter().copied());
    let elsewhere = shape::elsewhere(&object.reference.api_version, object.kind(), &place::steps(parent).collect::<Vec<_>>(), key);
    if let Some(meant) = meant.filter(|meant| is_free(meant) && (elsewhere.is_none() || meant.eq_ignore_ascii_case(key))) {
        let label = if meant.eq_ignore_ascii_case(key) { "fields are case-sensitive" } else { "kubectl refuses unknown fields" };
        let finding = finding(message, label.into()).help(format!("did you mean `{meant}`?"));
        let written = siblings.and_then(|value| value.entries().find(|entry| entry.key.span() == span)).map(|entry| entry.key);
        let Some(written) = written else { return finding };
        let (title, edits) = (format!("write `{meant}`"), vec![place::rename(written, meant)]);
        return if certain(meant) { finding.safe_fix(title, edits) } else { finding.unsafe_fix(title, edits) };
    }
    if let Some((why, help)) = another_version(object, &fault.path, key) {
        return finding(message, why.into()).help(help);
    }
    if known.contains(&"matchLabels") {
        return finding(format!("label `{key}` stands beside `matchLabels`, not under it"), "no field of a selector".into())
            .help(format!("put `{key}` under `{parent}.matchLabels`"));
    }
    if parent.ends_with("metadata") && matches!(key, "app" | "tier" | "version" | "component" | "role" | "env" | "environment") {
        return finding(message, "looks like a label".into()).help(format!("put it under `{parent}.labels`"));
    }
    match elsewhere {
        Some(Elsewhere::Down { field, list }) => {
            let to = if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") };
            let to = if list { format!("an item of `{to}`") } else { format!("`{to}`") };
            finding(message, format!("one level too high: it belongs in {to}")).help(format!("move `{key}` into {to}"))
        }
        Some(Elsewhere::Up(levels)) => {
            let to = above(parent, levels);
            let to = if to.is_empty() { "the top level, beside `spec`".to_owned() } else { format!("`{to}`") };
            finding(message, format!("too deep: it belongs in {to}")).help(format!("move `{key}` to {to}: indent it less"))
        }
        None => finding(message, "kubectl refuses unknown fields".into()).help(match key.trim() == key && !key.contains('\u{a0}') {
            true => format!("take `{key}` out, or look up its name: `kubectl explain {}`", explained(object, parent)),
            false => "a space that is none, copied along, stands in this key".to_owned(),
        }),
    }
}

/// What an unknown field has to do with an Ingress backend of `networking.k8s.io/v1beta1`.
enum Old {
    No,
    /// Its other half tells both.
    Told,
    Backend(Box<Finding>),
}

/// `serviceName` and `servicePort` together, told and mended as one.
fn old_backend(object: &Object<'_>, world: &World<'_>, fault: &Fault) -> Old {
    let parent = faults::parent(&fault.path);
    let (name, port) = (object.at(&format!("{parent}.serviceName")), object.at(&format!("{parent}.servicePort")));
    let key = faults::last(&fault.path);
    if object.kind() != "Ingress" || !(name.found && port.found) || !matches!(key, "serviceName" | "servicePort") {
        return Old::No;
    }
    let (Some(name_key), Some(port_key), Some(number), true) = (name.key(), port.key(), port.value(), key == "serviceName") else {
        return Old::Told;
    };
    let by = if number.as_i64().is_some() { "number" } else { "name" };
    let (service, target) = (name.value().map_or("", |value| value.text()), number.text());
    let finding = Finding::certain("this backend is written as in `networking.k8s.io/v1beta1`, and this is `networking.k8s.io/v1`")
        .field(fault.path.as_str())
        .label(name_key, "now `service.name`")
        .label(port_key, format!("now `service.port.{by}`"))
        .help(format!("write `service: {{name: {service}, port: {{{by}: {target}}}}}`"))
        .server(server(object, &fault.path));
    let backend = object.at(parent).value();
    Old::Backend(Box::new(match backend.zip(world.source(object)).and_then(|(backend, source)| rewrite(backend, source, by)) {
        Some(edits) => finding.safe_fix("write it as in `networking.k8s.io/v1`", edits),
        None => finding,
    }))
}

/// The two old keys in the new form, where they are all there is; the values and their comments stay as they are.
fn rewrite(backend: Value<'_, '_>, source: &Source, by: &str) -> Option<Vec<Edit>> {
    let entries: Vec<_> = backend.follow().entries().collect();
    let [first, second] = entries.as_slice() else { return None };
    let quote = |key: Value<'_, '_>| match key.style() {
        Style::DoubleQuoted => "\"",
        Style::SingleQuoted => "'",
        _ => "",
    };
    if backend.follow().style() == Style::Flow {
        let write = |entry: &Entry<'_, '_>, before: &str, after: &str| {
            let q = quote(entry.key);
            let key = if entry.key.text() == "serviceName" { format!("{q}name{q}") } else { format!("{q}port{q}: {{{q}{by}{q}") };
            let closed = if entry.key.text() == "serviceName" { after.to_owned() } else { format!("}}{after}") };
            let end = entry.value.span().end;
            let opened = if before.is_empty() { key } else { format!("{q}{before}{q}: {{{key}") };
            [
                Edit { span: entry.key.span(), replacement: opened },
                Edit { span: Span { start: end, ..entry.value.span() }, replacement: closed },
            ]
        };
        let edits = write(first, "service", "").into_iter().chain(write(second, "", "}"));
        return Some(edits.filter(|edit| edit.span.start < edit.span.end || !edit.replacement.is_empty()).collect());
    }
    let start = first.key.span();
    let indent = source.slice(Span { end: start.start, ..source.line_span(source.line_of(start.start)) });
    if !indent.bytes().all(|c| c == b' ') {
        return None;
    }
    let newline = source.newline();
    let write = |entry: &Entry<'_, '_>, before: &str| {
        let q = quote(entry.key);
        let key = match entry.key.text() {
            "serviceName" => format!("{q}name{q}"),
            _ => format!("{q}port{q}:{newline}{indent}    {q}{by}{q}"),
        };
        Edit { span: entry.key.span(), replacement: format!("{before}{key}") }
    };
    let q = quote(first.key);
    Some(vec![write(first, &format!("{q}service{q}:{newline}{indent}  ")), write(second, "  ")])
}

/// The path so many levels up.
fn above(path: &str, levels: usize) -> String {
    let all: Vec<_> = place::steps(path).collect();
    let kept = all.len().saturating_sub(levels);
    let mut above = String::new();
    for step in all.into_iter().take(kept) {
        match step {
            Step::Index(index) => above.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                above.push_str(if above.is_empty() { "" } else { "." });
                above.push_str(key);
            }
        }
    }
    above
}

/// What has no such field, as a reader calls it.
fn whose(object: &Object<'_>, parent: &str) -> String {
    match parent {
        "" => refusals::a(object.kind()),
        "spec" => format!("the spec of {}", refusals::a(object.kind())),
        parent => format!("`{}`", without_indices(parent)),
    }
}

fn without_indices(path: &str) -> String {
    let mut depth = 0;
    let kept = path.chars().filter(|c| {
        let keep = depth == 0 && *c != '[';
        depth += i32::from(*c == '[') - i32::from(*c == ']');
        keep
    });
    kept.collect()
}

/// The path as `kubectl explain` wants it.
fn explained(object: &Object<'_>, parent: &str) -> String {
    let path = without_indices(parent);
    let kind = object.kind().to_lowercase();
    if path.is_empty() { kind } else { format!("{kind}.{path}") }
}

/// Fields of older versions of the kind.
fn another_version(object: &Object<'_>, path: &str, key: &str) -> Option<(&'static str, &'static str)> {
    match (object.kind(), key) {
        ("Ingress", "serviceName") => Some(("of `networking.k8s.io/v1beta1`", "write `service: {name: …, port: {number: …}}`")),
        ("Ingress", "servicePort") => {
            Some(("of `networking.k8s.io/v1beta1`", "write `service: {port: {number: …}}`, or `name` in place of `number`"))
        }
        ("Ingress", "backend") if path == "spec.backend" => Some(("of `networking.k8s.io/v1beta1`", "write `defaultBackend`")),
        ("HorizontalPodAutoscaler", "targetCPUUtilizationPercentage") => Some((
            "of `autoscaling/v1`",
            "write `metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: …}}}]`",
        )),
        ("HorizontalPodAutoscaler", "targetAverageUtilization" | "targetAverageValue") => {
            Some(("of `autoscaling/v2beta1`", "write `target: {type: …}` with the number in it"))
        }
        ("EndpointSlice", "topology") => Some(("of `discovery.k8s.io/v1beta1`", "write `nodeName` and `zone`")),
        ("DaemonSet", "replicas") if path == "spec.replicas" => {
            Some(("a DaemonSet runs one pod on each node", "take `replicas` out, or make it a Deployment"))
        }
        _ => None,
    }
}

/// `matchLabels` in the selector of a Service, which is a plain map.
fn match_labels(object: &Object<'_>, fault: &Fault, got: &Got) -> Option<Finding> {
    if !faults::is_match_labels(object, fault) || *got != Got::Map {
        return None;
    }
    let key = faults::last(&fault.path);
    let finding = Finding::new(Confidence::Certain, format!("the selector of a {} has no `{key}`", object.kind()))
        .field(fault.path.as_str())
        .label(fault.key.unwrap_or(fault.span), "labels stand directly under `selector`")
        .help("take this line out and indent the labels like it");
    let finding = finding.server(ServerSays {
        field: fault.path.clone(),
        reason: "BadRequest".into(),
        message: faults::undecodable(object, fault).unwrap_or_default(),
    });
    Some(finding)
}
