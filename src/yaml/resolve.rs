//! What a scalar means, by the rules of go-yaml v2 (YAML 1.1 with Go's own numbers). Knows no tree.

/// `tag:yaml.org,2002:`, which `!!` stands for.
pub(super) const LONG: &str = "tag:yaml.org,2002:";
/// The tag of `<<`.
pub(super) const MERGE: &str = "tag:yaml.org,2002:merge";
/// The tag of base64 text.
pub(super) const BINARY: &str = "tag:yaml.org,2002:binary";

/// A scalar's meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing, `~`, `null`
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites
    Bool(bool),
    /// Decimal, `0x1F`, `017`, `0o17`, `0b1`, with `_` anywhere
    Int(i64),
    /// Beyond `i64`
    Uint(u64),
    /// `1.5`, `1e3`, `08`, `.inf`
    Float(f64),
    /// All else, timestamps too
    Str(&'a str),
}

impl Scalar<'_> {
    /// The short tag that go-yaml names in its errors.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Scalar::Null => "!!null",
            Scalar::Bool(_) => "!!bool",
            Scalar::Int(_) | Scalar::Uint(_) => "!!int",
            Scalar::Float(_) => "!!float",
            Scalar::Str(_) => "!!str",
        }
    }
}

/// A plain scalar without a tag.
#[must_use]
pub fn plain(text: &str) -> Scalar<'_> {
    match text.as_bytes().first() {
        None => Scalar::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => dotted(text),
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => Scalar::Str(text),
    }
}

/// Whether a plain scalar without a tag may be anything but its text: as [`plain`] sorts them, by the first byte.
#[must_use]
#[inline]
pub fn may_be_no_text(text: &str) -> bool {
    matches!(
        text.as_bytes().first(),
        None | Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' | b'.' | b'+' | b'-' | b'0'..=b'9')
    )
}

/// How many bytes null takes at most.
pub(super) const LONGEST_NULL: u32 = 4;

/// Whether a plain scalar without a tag is null.
#[must_use]
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// A scalar that has a tag, quoted or not; the text of `!!binary` is decoded already.
///
/// # Errors
/// go-yaml's words where the text is not of the tag.
pub(super) fn tagged<'a>(tag: &str, text: &'a str) -> Result<Scalar<'a>, String> {
    let wanted = match tag.strip_prefix(LONG) {
        Some("bool") => "!!bool",
        Some("int") => "!!int",
        Some("float") => "!!float",
        Some("null") => "!!null",
        Some("timestamp") => "!!timestamp",
        _ => return Ok(Scalar::Str(text)),
    };
    let found = plain(text);
    match found {
        Scalar::Int(number) if wanted == "!!float" => Ok(Scalar::Float(number as f64)),
        Scalar::Str(_) if is_timestamp(text) && wanted == "!!timestamp" => Ok(found),
        _ if found.tag() == wanted => Ok(found),
        _ => {
            let tag = if is_timestamp(text) { "!!timestamp" } else { found.tag() };
            Err(format!("cannot decode {tag} `{text}` as a {wanted}"))
        }
    }
}

fn word(text: &str) -> Scalar<'_> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ if is_null(text) => Scalar::Null,
        _ => Scalar::Str(text),
    }
}

fn dotted(text: &str) -> Scalar<'_> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
        _ => float(text).map_or(Scalar::Str(text), Scalar::Float),
    }
}

fn number(text: &str) -> Scalar<'_> {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if is_timestamp(text) {
        return Scalar::Str(text);
    }
    let without;
    let digits = if text.contains('_') {
        without = text.replace('_', "");
        without.as_str()
    } else {
        text
    };
    match integer(digits) {
        Some(Scalar::Int(number)) => Scalar::Int(number),
        Some(Scalar::Uint(number)) => Scalar::Uint(number),
        _ => float(digits).map_or(Scalar::Str(text), Scalar::Float),
    }
}

/// Go's `ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (signed, negative) = (rest.len() < text.len(), text.starts_with('-'));
    let prefixed = |length: usize| rest.get(length..).unwrap_or("");
    let (base, digits) = match rest.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, prefixed(2)),
        [b'0', b'b' | b'B', ..] => (2, prefixed(2)),
        [b'0', b'o' | b'O', ..] => (8, prefixed(2)),
        [b'0', _, ..] => (8, prefixed(1)),
        _ => (10, rest),
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Scalar::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Scalar::Int(number)),
        Err(_) if signed => None, // ParseUint takes no sign
        Err(_) => Some(Scalar::Uint(magnitude)),
    }
}

/// go-yaml's pattern for a float, and Go's refusal of what is out of range.
fn float(text: &str) -> Option<f64> {
    let bytes = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(0);
    let mut at = whole;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole == 0 && fraction == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        let exponent = digits(at);
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    if at != bytes.len() {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The forms of time that go-yaml takes; they stay strings, and no number is looked for in them.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes.get(4) != Some(&b'-') || !bytes.iter().take(4).all(u8::is_ascii_digit) {
        return false;
    }
    // whatever begins with a year and a dash is no number either, so only a tag asks for more
    let date = text.split(['T', 't', ' ']).next().unwrap_or("");
    let mut parts = date.split('-').skip(1);
    let two =
        |part: Option<&str>, max: u8| part.is_some_and(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|n| (1..=max).contains(&n)));
    two(parts.next(), 12) && two(parts.next(), 31) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_go_yaml_says() {
        let cases = [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("y", Scalar::Bool(true)),
            ("Off", Scalar::Bool(false)),
            ("yEs", Scalar::Str("yEs")),
            ("010", Scalar::Int(8)),
            ("0o17", Scalar::Int(15)),
            ("08", Scalar::Float(8.0)),
            ("-0x1F", Scalar::Int(-31)),
            ("0b1_01", Scalar::Int(5)),
            ("1_000", Scalar::Int(1000)),
            ("9223372036854775808", Scalar::Uint(1 << 63)),
            ("+9223372036854775808", Scalar::Float(9_223_372_036_854_775_808.0)),
            ("-9223372036854775808", Scalar::Int(i64::MIN)),
            ("0x10000000000000000", Scalar::Str("0x10000000000000000")),
            (".5", Scalar::Float(0.5)),
            ("1.", Scalar::Float(1.0)),
            ("1e400", Scalar::Str("1e400")),
            ("1e", Scalar::Str("1e")),
            ("._5", Scalar::Str("._5")),
            ("12:30", Scalar::Str("12:30")),
            ("2024-01-01", Scalar::Str("2024-01-01")),
            ("+", Scalar::Str("+")),
            ("--1", Scalar::Str("--1")),
            ("0x-1", Scalar::Str("0x-1")),
            ("1.2.3", Scalar::Str("1.2.3")),
        ];
        for (text, meaning) in cases {
            assert_eq!(plain(text), meaning, "{text}");
        }
    }

    #[test]
    fn a_tag_must_fit() {
        assert_eq!(tagged("tag:yaml.org,2002:float", "1"), Ok(Scalar::Float(1.0)));
        assert_eq!(tagged("tag:yaml.org,2002:str", "1"), Ok(Scalar::Str("1")));
        assert_eq!(tagged("!mine", "1"), Ok(Scalar::Str("1")));
        assert_eq!(tagged("tag:yaml.org,2002:int", "yes"), Err("cannot decode !!bool `yes` as a !!int".to_owned()));
    }
}
