//! A value of another type than its field has: a number in quotes, a label that YAML reads as true.

use crate::finding::{Edit, Finding, ServerSays};
use crate::kube::{Object, World, faults};
use crate::yaml::{Fault, Got, Kind, Style, Value, go_type};

pub fn check(object: &Object<'_>, _: &World<'_>, out: &mut Vec<Finding>) {
    for (fault, wanted, got) in faults::wrong_type(object) {
        if faults::is_match_labels(object, fault) || faults::is_to_be_filled_in(object, fault) {
            continue;
        }
        out.push(wrong(object, fault, &go_type(wanted), got));
    }
}

fn wrong(object: &Object<'_>, fault: &Fault, wanted: &str, got: &Got) -> Finding {
    let place = object.at(&fault.path);
    let value = place.value().filter(|value| value.span() == fault.span || place.found);
    let text = value.map_or("", Value::text);
    let key = faults::last(&fault.path);
    let (want, one) = wanted_words(wanted, &fault.path);
    let shown = if text.is_empty() || text.len() > 40 || text.contains('\n') { String::new() } else { quoted(value, text) };
    let is = match got {
        Got::Text => "text",
        Got::Number(_) => "a number",
        Got::Bool => "true or false",
        Got::List => "a list",
        Got::Map => "a mapping",
    };
    let label = match got {
        Got::Bool if value.is_some_and(|value| !matches!(value.text(), "true" | "false")) => {
            format!("YAML reads `{text}` without quotes as {}", value.and_then(Value::as_bool).unwrap_or_default())
        }
        Got::Number(_) if one == "number" => "not a whole number, or too large".to_owned(),
        _ if shown.is_empty() => format!("this is {is}"),
        _ => format!("{shown} is {is}"),
    };
    let what = if key.parse::<usize>().is_ok() { format!("an item of `{}`", faults::last(faults::parent(&fault.path))) } else { format!("`{key}`") };
    let finding = Finding::certain(format!("{what} must be {want}, and {} is {is}", if shown.is_empty() { "this".to_owned() } else { shown }))
        .field(fault.path.as_str())
        .label(place.span(), label)
        .server(ServerSays {
            field: fault.path.clone(),
            reason: "BadRequest".into(),
            message: faults::undecodable(object, fault).unwrap_or_default(),
        });
    mend(finding, value, text, one, got)
}

/// With the way out, and the mend where only one is possible.
fn mend(finding: Finding, value: Option<Value<'_, '_>>, text: &str, one: &str, got: &Got) -> Finding {
    // What an alias stands for is told, and mended, where it is written.
    let Some(value) = value.filter(|value| !matches!(value.kind(), Kind::Alias(_))) else { return finding };
    let plain = value.style() == Style::Plain;
    let edit = |replacement: String| vec![Edit { span: value.span(), replacement }];
    match (one, got) {
        ("text", Got::Number(_) | Got::Bool) if plain => {
            finding.help("put quotes around it").safe_fix("put quotes around it", edit(format!("\"{text}\"")))
        }
        ("number", Got::Text) if !plain && !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit()) => {
            finding.help("take the quotes off").safe_fix("take the quotes off", edit(text.to_owned()))
        }
        ("bool", Got::Text) if !plain && matches!(text, "true" | "false") => {
            finding.help("take the quotes off").safe_fix("take the quotes off", edit(text.to_owned()))
        }
        ("number", Got::Text) => {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            if digits.is_empty() { finding.help("write a number") } else { finding.help(format!("write `{digits}` alone")) }
        }
        ("list", _) => finding.help("put `- ` before each item, on a line of its own"),
        ("mapping", Got::List) => finding.help("take the `- ` out: this is one mapping, not a list"),
        ("mapping", _) => finding.help("write `key: value` lines below it"),
        ("text", Got::Map | Got::List) => finding.help("write one value, in quotes if it holds `: `"),
        _ => finding,
    }
}

fn quoted(value: Option<Value<'_, '_>>, text: &str) -> String {
    match value.map(Value::style) {
        Some(Style::DoubleQuoted | Style::SingleQuoted) => format!("`\"{text}\"`"),
        _ => format!("`{text}`"),
    }
}

/// The wanted type in the reader's words, and its sort.
fn wanted_words(wanted: &str, path: &str) -> (String, &'static str) {
    let plain = |words: &str, sort: &'static str| (words.to_owned(), sort);
    match wanted {
        "int32" | "int64" => plain("a number", "number"),
        "float64" => plain("a number", "number"),
        "string" => plain("text", "text"),
        "bool" => plain("true or false", "bool"),
        wanted if wanted.starts_with("[]") => plain("a list", "list"),
        wanted if wanted.contains("IntOrString") => plain("a number or a name", "either"),
        wanted if wanted.contains("Quantity") => plain("a quantity such as `500m` or `1Gi`", "either"),
        wanted if wanted.contains("Time") => plain("a time such as `2024-05-02T09:13:44Z`", "either"),
        wanted if wanted.contains("ByteString") || path.contains("binaryData") => plain("base64", "either"),
        _ => plain("a mapping", "mapping"),
    }
}
