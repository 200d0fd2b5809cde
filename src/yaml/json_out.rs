//! A tree as the JSON that sigs.k8s.io/yaml makes of it. Knows no scanner.

use std::fmt::{self, Write};

use super::entries::Pair;
use super::gosyntax;
use super::number;
use super::refuse::Refusal;
use super::resolve::Scalar;
use super::tree::{Kind, NodeId, Value};
use super::value::Items;

enum Frame<'t, 's> {
    Items(Items<'t, 's>, bool),
    /// The pairs from here on in the shared list, and how far it is.
    Pairs(usize, usize),
}

/// Writes `value` as JSON, aliases and merges applied, of equal keys the last.
///
/// # Errors
/// What sigs.k8s.io/yaml refuses: a key that is null or too large, an infinity. (A tree that `read` gave has none.)
pub(super) fn write<W: Write>(value: Value<'_, '_>, out: &mut W) -> Result<(), Refusal> {
    let mut pairs: Vec<Pair<'_, '_>> = Vec::new();
    let mut frames = Vec::new();
    open(value, out, &mut frames, &mut pairs)?;
    while let Some(frame) = frames.last_mut() {
        let next = match frame {
            Frame::Items(items, first) => {
                let next = items.next();
                put(
                    out,
                    if next.is_none() {
                        "]"
                    } else if *first {
                        ""
                    } else {
                        ","
                    },
                );
                *first = false;
                next
            }
            Frame::Pairs(base, at) => match pairs.get(*at) {
                Some(pair) => {
                    put(out, if at == base { "" } else { "," });
                    _ = string(&pair.name, out);
                    put(out, ":");
                    *at += 1;
                    Some(pair.entry.value)
                }
                None => {
                    put(out, "}");
                    let base = *base;
                    pairs.truncate(base);
                    None
                }
            },
        };
        match next {
            Some(value) => open(value, out, &mut frames, &mut pairs)?,
            None => _ = frames.pop(),
        }
    }
    Ok(())
}

fn put<W: Write>(out: &mut W, text: &str) {
    _ = out.write_str(text); // writing to a text in memory does not fail
}

/// Writes a scalar, or opens a collection.
fn open<'t, 's, W: Write>(
    value: Value<'t, 's>,
    out: &mut W,
    frames: &mut Vec<Frame<'t, 's>>,
    pairs: &mut Vec<Pair<'t, 's>>,
) -> Result<(), Refusal> {
    let value = value.follow();
    match value.kind() {
        Kind::Sequence => {
            put(out, "[");
            frames.push(Frame::Items(value.items(), true));
        }
        Kind::Mapping => {
            put(out, "{");
            let base = pairs.len();
            value.effective_into(pairs, |_| ());
            unnamed(value)?;
            frames.push(Frame::Pairs(base, base));
        }
        _ => scalar(value, out)?,
    }
    Ok(())
}

/// Refuses a key that has no name in JSON.
fn unnamed(mapping: Value<'_, '_>) -> Result<(), Refusal> {
    for entry in mapping.entries() {
        let kind = match entry.key.scalar() {
            Some(Scalar::Null) => ("%!s(<nil>)", "<nil>".to_owned()),
            Some(Scalar::Uint(number)) => ("uint64", format!("{number:#x}")),
            _ => continue,
        };
        let value = match entry.value.is_null() {
            true => "interface {}(nil)".to_owned(),
            false => gosyntax::value(entry.value),
        };
        let message = format!("unsupported map key of type: {}, key: {}, value: {value}", kind.0, kind.1);
        return Err(Refusal { message, node: entry.key.id });
    }
    Ok(())
}

fn scalar<W: Write>(value: Value<'_, '_>, out: &mut W) -> Result<(), Refusal> {
    match value.scalar().unwrap_or(Scalar::Null) {
        Scalar::Null => put(out, "null"),
        Scalar::Bool(truth) => put(out, if truth { "true" } else { "false" }),
        Scalar::Int(number) => _ = write!(out, "{number}"),
        Scalar::Uint(number) => _ = write!(out, "{number}"),
        Scalar::Float(number) => match number::json(number) {
            Some(text) => put(out, &text),
            None => return Err(infinite(number, value.id)),
        },
        Scalar::Str(text) => _ = string(text, out),
    }
    Ok(())
}

fn infinite(number: f64, node: NodeId) -> Refusal {
    Refusal { message: format!("json: unsupported value: {}", gosyntax::non_finite(number)), node }
}

fn string<W: Write>(text: &str, out: &mut W) -> fmt::Result {
    out.write_char('"')?;
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.write_str(text.get(from..at).unwrap_or(""))?;
        from = at + 1;
        match byte {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            _ => write!(out, "\\u{byte:04x}")?,
        }
    }
    out.write_str(text.get(from..).unwrap_or(""))?;
    out.write_char('"')
}

/// Takes text and forgets it, for asking whether something can be written at all.
pub(super) struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}
