//! A value in Go's own syntax (`%#v`), which is how go-yaml and sigs.k8s.io/yaml name a key that they refuse.

use std::fmt::Write as _;

use super::number;
use super::resolve::Scalar;
use super::tree::{Kind, Value};

/// Levels and bytes that are printed; a key beyond them is told in part.
const LEVELS: usize = 32;
const BYTES: usize = 4096;

/// `map[interface {}]interface {}{".Values.x":interface {}(nil)}`
pub(super) fn value(value: Value<'_, '_>) -> String {
    let mut out = String::new();
    write(value, &mut out, 0);
    out
}

fn write(value: Value<'_, '_>, out: &mut String, level: usize) {
    let value = value.follow();
    if level > LEVELS || out.len() > BYTES {
        out.push('…');
        return;
    }
    match value.kind() {
        Kind::Sequence => {
            out.push_str("[]interface {}{");
            for (i, item) in value.items().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write(item, out, level + 1);
            }
            out.push('}');
        }
        Kind::Mapping => {
            out.push_str("map[interface {}]interface {}{");
            let mut pairs = value.effective();
            pairs.sort_by(|a, b| a.name.cmp(&b.name));
            for (i, pair) in pairs.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write(pair.entry.key, out, level + 1);
                out.push(':');
                write(pair.entry.value, out, level + 1);
            }
            out.push('}');
        }
        _ => scalar(value.scalar().unwrap_or(Scalar::Null), out),
    }
}

fn scalar(scalar: Scalar<'_>, out: &mut String) {
    match scalar {
        Scalar::Null => out.push_str("interface {}(nil)"),
        Scalar::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        Scalar::Int(number) => _ = write!(out, "{number}"),
        Scalar::Uint(number) => _ = write!(out, "{number:#x}"),
        Scalar::Float(number) => out.push_str(&number::verbose(number).unwrap_or_else(|| non_finite(number).to_owned())),
        Scalar::Str(text) => quote(text, out),
    }
}

/// Go's word for an infinity or not-a-number.
pub(super) fn non_finite(number: f64) -> &'static str {
    match number {
        n if n.is_nan() => "NaN",
        n if n > 0.0 => "+Inf",
        _ => "-Inf",
    }
}

/// Go's `strconv.Quote`.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7F => _ = write!(out, "\\x{:02x}", c as u32),
            c if hidden(c) && (c as u32) < 0x10000 => _ = write!(out, "\\u{:04x}", c as u32),
            c if hidden(c) => _ = write!(out, "\\U{:08x}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Characters that Go doesn't print as they are: controls, blanks other than the space, format characters.
fn hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c as u32, 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF)
}
