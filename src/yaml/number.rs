//! Numbers as Go prints them. Knows no tree.

/// A float as Go's encoding/json prints it: the shortest digits, an exponent below 1e-6 and from 1e21. None if not finite.
pub(super) fn json(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        return Some(if text.contains("e-") { text } else { text.replace('e', "e+") });
    }
    Some(format!("{number}"))
}

/// A float as a mapping key: Go's `FormatFloat(f, 'g', -1, 32)`, which is how sigs.k8s.io/yaml names it.
pub(super) fn key(number: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // Go rounds the key to 32 bits, too
    let short = number as f32;
    if short.is_nan() {
        return ".nan".to_owned();
    }
    if short.is_infinite() {
        return if short > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = format!("{short:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let limit = if count > 6 && i32::try_from(count).is_ok_and(|count| count > power) { count } else { 6 };
    if power < -4 || i32::try_from(limit.max(21)).is_ok_and(|limit| power >= limit) {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", power.abs());
    }
    format!("{short}")
}

/// The integer that `number` is, if it has no fraction.
pub(super) fn whole(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[allow(clippy::cast_possible_truncation)] // in range and without a fraction
    (number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number)).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_go_prints_them() {
        let cases = [
            (3.0, "3"),
            (0.5, "0.5"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (-0.0, "-0"),
        ];
        for (number, text) in cases {
            assert_eq!(json(number).as_deref(), Some(text));
        }
        assert_eq!(json(f64::INFINITY), None);
    }

    #[test]
    fn whole_floats_are_integers() {
        assert_eq!(whole(80.0), Some(80));
        assert_eq!(whole(80.5), None);
        assert_eq!(whole(1e300), None);
    }
}
