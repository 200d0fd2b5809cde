//! Quantities (`100m`, `1Gi`) as `k8s.io/apimachinery/pkg/api/resource` reads and prints them. Knows no resource.

use std::fmt;

const FORMAT_WRONG: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMERIC: &str = "unable to parse numeric part of quantity";
const SUFFIX: &str = "unable to parse quantity's suffix";
const NANO: i128 = 1_000_000_000;

/// A quantity; amounts beyond what 128 bits of billionths hold are capped.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// The amount in billionths, smaller parts rounded away from zero.
    pub nano: i128,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    DecimalSi,
    DecimalExponent,
    BinarySi,
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nano: 0, format: Format::DecimalSi };

    /// The sum, in this quantity's format.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let format = if self.nano == 0 { other.format } else { self.format };
        Self { nano: self.nano.saturating_add(other.nano), format }
    }

    /// `RoundUp(milli)`: away from zero to thousandths; none where that is what it is already.
    #[must_use]
    pub fn rounded_to_milli(self) -> Option<Self> {
        let milli = NANO / 1000;
        let rest = self.nano % milli;
        (rest != 0).then(|| Self { nano: self.nano - rest + milli * rest.signum(), ..self })
    }

    /// `ParseQuantity`
    ///
    /// # Errors
    /// In Go's words; the server then answers 400.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FORMAT_WRONG);
        }
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..).unwrap_or_default()),
            Some(b'+') => (false, text.get(1..).unwrap_or_default()),
            _ => (false, text),
        };
        let digits_end = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (whole, rest) = rest.split_at(digits_end(rest));
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits_end(rest)),
            None => ("", rest),
        };
        let letters = rest.find(|c: char| !"eEinumkKMGTP".contains(c)).unwrap_or(rest.len());
        let tail = rest.get(letters..).unwrap_or_default();
        let tail = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        if !tail.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FORMAT_WRONG);
        }
        let (format, base, exponent) = suffix(rest).ok_or(SUFFIX)?;
        if whole.is_empty() && fraction.is_empty() && !text.chars().all(|c| matches!(c, '+' | '-')) {
            return Err(NUMERIC);
        }
        let nano = scaled(whole, fraction, base, exponent);
        Ok(Self { nano: if negative { -nano } else { nano }, format })
    }

    /// The whole number, rounded up: `Value()`.
    #[must_use]
    pub fn value(self) -> i128 {
        self.nano.div_euclid(NANO) + i128::from(self.nano.rem_euclid(NANO) != 0)
    }

    /// Thousandths, rounded up: `MilliValue()`.
    #[must_use]
    pub fn milli_value(self) -> i128 {
        self.nano.div_euclid(NANO / 1000) + i128::from(self.nano.rem_euclid(NANO / 1000) != 0)
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.nano % NANO == 0
    }
}

fn suffix(suffix: &str) -> Option<(Format, i128, i32)> {
    let decimal = |exponent| Some((Format::DecimalSi, 10, exponent));
    let binary = |exponent| Some((Format::BinarySi, 2, exponent));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?;
            Some((Format::DecimalExponent, 10, i32::try_from(exponent.clamp(-1000, 1000)).unwrap_or(0)))
        }
    }
}

/// Billionths of `whole.fraction * base^exponent`, rounded up, capped.
fn scaled(whole: &str, fraction: &str, base: i128, exponent: i32) -> i128 {
    let digits = whole.bytes().chain(fraction.bytes());
    let mut mantissa: i128 = 0;
    let (mut dropped_digits, mut rest) = (0i32, false);
    for byte in digits {
        let digit = i128::from(byte - b'0');
        match mantissa.checked_mul(10).and_then(|next| next.checked_add(digit)) {
            Some(next) if dropped_digits == 0 && next < i128::MAX / (1 << 62) => mantissa = next,
            _ => {
                dropped_digits = dropped_digits.saturating_add(1);
                rest |= digit != 0;
            }
        }
    }
    let mut value = if base == 2 { mantissa.saturating_mul(1 << exponent) } else { mantissa };
    let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    let power = 9 + dropped_digits - places + if base == 10 { exponent } else { 0 };
    for _ in 0..power.clamp(0, 40) {
        value = value.saturating_mul(10);
    }
    for _ in 0..(-power).clamp(0, 60) {
        rest |= value % 10 != 0;
        value /= 10;
    }
    value.saturating_add(i128::from(rest))
}

impl fmt::Display for Quantity {
    /// The canonical form: the largest suffix that leaves a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano == 0 {
            return f.write_str("0");
        }
        let binary = self.format == Format::BinarySi && self.nano.unsigned_abs() >= (1024 * NANO).unsigned_abs() && self.is_whole();
        let (mut number, mut step) = if binary { (self.nano / NANO, 0) } else { (self.nano, -3) };
        let factor = if binary { 1024 } else { 1000 };
        let last = if self.format == Format::DecimalExponent { i32::MAX } else { 6 };
        while number % factor == 0 && step < last {
            number /= factor;
            step += 1;
        }
        write!(f, "{number}")?;
        if self.format == Format::DecimalExponent && !binary {
            return if step == 0 { Ok(()) } else { write!(f, "e{}", step * 3) };
        }
        let suffixes = if binary { ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] } else { ["", "k", "M", "G", "T", "P", "E"] };
        f.write_str(match step {
            -3 => "n",
            -2 => "u",
            -1 => "m",
            step => usize::try_from(step).ok().and_then(|step| suffixes.get(step)).copied().unwrap_or(""),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Quantity::parse(text).unwrap().to_string()
    }

    #[test]
    fn prints_the_canonical_form() {
        for (text, want) in [
            ("1.5", "1500m"),
            ("1.5Gi", "1536Mi"),
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1024", "1024"),
            ("1024Ki", "1Mi"),
            ("0.1Ki", "102400m"),
            ("1e3", "1e3"),
            ("12E6", "12e6"),
            ("100", "100"),
            ("1000", "1k"),
            ("-2", "-2"),
            (".5", "500m"),
            ("5.", "5"),
            ("0", "0"),
            ("0.0000000001", "1n"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
        }
    }

    #[test]
    fn refuses_in_go_s_words() {
        assert_eq!(Quantity::parse("x"), Err(FORMAT_WRONG));
        assert_eq!(Quantity::parse(""), Err(FORMAT_WRONG));
        assert_eq!(Quantity::parse("1 Gi"), Err(FORMAT_WRONG));
        assert_eq!(Quantity::parse("1gb"), Err(FORMAT_WRONG));
        assert_eq!(Quantity::parse("1mi"), Err(SUFFIX));
        assert_eq!(Quantity::parse("m"), Err(NUMERIC));
    }

    #[test]
    fn compares_and_caps() {
        assert!(Quantity::parse("1").unwrap() > Quantity::parse("999m").unwrap());
        assert_eq!(Quantity::parse("1Gi").unwrap().value(), 1 << 30);
        assert_eq!(Quantity::parse("1.0001").unwrap().milli_value(), 1001);
        assert!(Quantity::parse(&"9".repeat(5000)).unwrap().nano > 0);
        assert!(Quantity::parse("1e999999").unwrap().nano > 0);
    }
}
