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
    general(&format!("{short:e}"), &short)
}

/// A float as Go's `%v` prints it. None if not finite.
pub(super) fn verbose(number: f64) -> Option<String> {
    number.is_finite().then(|| general(&format!("{number:e}"), &number))
}

/// Go's `g`: an exponent of two digits where it is below -4 or from 6 on.
fn general(scientific: &str, number: &dyn std::fmt::Display) -> String {
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        return format!("{number}");
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.abs())
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
    fn keys_print_as_go_prints_them() {
        for (number, text) in [(1.5, "1.5"), (8.0, "8"), (1e6, "1e+06"), (18_446_744_073_709_551_616.0, "1.8446744e+19"), (1e-5, "1e-05")] {
            assert_eq!(key(number), text);
        }
        assert_eq!(key(f64::NEG_INFINITY), "-.inf");
    }

    #[test]
    fn whole_floats_are_integers() {
        assert_eq!(whole(80.0), Some(80));
        assert_eq!(whole(80.5), None);
        assert_eq!(whole(1e300), None);
    }
}
