//! Cron schedules as `github.com/robfig/cron/v3` reads them: five fields or a descriptor. Knows no time.

use super::field::quote;
use super::time_zone;

/// A field's bounds, and the names that stand for its numbers from the lowest on.
struct Bounds {
    min: u64,
    max: u64,
    names: &'static [&'static str],
}

const MINUTES: Bounds = Bounds { min: 0, max: 59, names: &[] };
const HOURS: Bounds = Bounds { min: 0, max: 23, names: &[] };
const DAYS: Bounds = Bounds { min: 1, max: 31, names: &[] };
const MONTHS: Bounds =
    Bounds { min: 1, max: 12, names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const WEEKDAYS: Bounds = Bounds { min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// `ParseStandard`
///
/// # Errors
/// What is wrong, in the library's words.
pub fn parse(schedule: &str) -> Result<(), String> {
    let mut rest = schedule;
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        let zone = schedule.split_once('=').and_then(|(_, zone)| zone.split_once(' '));
        let Some((zone, after)) = zone else {
            return Err("invalid schedule format: runtime error: slice bounds out of range [:-1]".into());
        };
        if !time_zone::loads(zone) {
            return Err(format!("provided bad location {zone}: unknown time zone {zone}"));
        }
        rest = after.trim();
    }
    if rest.starts_with('@') {
        return parse_descriptor(rest);
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    };
    for (field, bounds) in [(minute, MINUTES), (hour, HOURS), (day, DAYS), (month, MONTHS), (weekday, WEEKDAYS)] {
        field.split(',').filter(|range| !range.is_empty()).try_for_each(|range| parse_range(range, &bounds))?;
    }
    Ok(())
}

/// `getRange`: `number | number "-" number [ "/" number ]`
fn parse_range(expression: &str, bounds: &Bounds) -> Result<(), String> {
    let mut with_step = expression.split('/');
    let range = with_step.next().unwrap_or_default();
    let mut ends = range.split('-');
    let low = ends.next().unwrap_or_default();
    let high = ends.next();
    let (start, mut end) = if matches!(low, "*" | "?") {
        (bounds.min, bounds.max)
    } else {
        let start = number_or_name(low, bounds)?;
        match (high, ends.next()) {
            (_, Some(_)) => return Err(format!("too many hyphens: {expression}")),
            (Some(high), None) => (start, number_or_name(high, bounds)?),
            (None, None) => (start, start),
        }
    };
    let mut step = 1;
    if let Some(given) = with_step.next() {
        if with_step.next().is_some() {
            return Err(format!("too many slashes: {expression}"));
        }
        step = number(given)?;
        if high.is_none() {
            end = bounds.max;
        }
    }
    if start < bounds.min {
        return Err(format!("beginning of range ({start}) below minimum ({}): {expression}", bounds.min));
    }
    if end > bounds.max {
        return Err(format!("end of range ({end}) above maximum ({}): {expression}", bounds.max));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {expression}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {expression}"));
    }
    Ok(())
}

/// `parseIntOrName`
fn number_or_name(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let named = bounds.names.iter().zip(bounds.min..).find(|(name, _)| text.eq_ignore_ascii_case(name));
    named.map_or_else(|| number(text), |(_, number)| Ok(number))
}

/// `mustParseInt`
fn number(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let fault = |what: &str| Err(format!("failed to parse int from {text}: strconv.Atoi: parsing {}: {what}", quote(text)));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return fault("invalid syntax");
    }
    match text.parse::<i64>() {
        Ok(number) => u64::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}")),
        Err(_) => fault("value out of range"),
    }
}

/// `parseDescriptor`
fn parse_descriptor(descriptor: &str) -> Result<(), String> {
    match descriptor {
        "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly" => Ok(()),
        _ => match descriptor.strip_prefix("@every ") {
            Some(duration) => parse_duration(duration).map_err(|fault| format!("failed to parse duration {descriptor}: {fault}")),
            None => Err(format!("unrecognized descriptor: {descriptor}")),
        },
    }
}

/// Go's `time.ParseDuration`.
fn parse_duration(text: &str) -> Result<(), String> {
    let invalid = || Err(format!("time: invalid duration {}", quote(text)));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return invalid();
    }
    let mut total = 0f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        if number.bytes().filter(|byte| *byte == b'.').count() > 1 || !number.bytes().any(|byte| byte.is_ascii_digit()) {
            return invalid();
        }
        let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let nanoseconds = match unit {
            "" => return Err(format!("time: missing unit in duration {}", quote(text))),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 6e10,
            "h" => 3.6e12,
            unit => return Err(format!("time: unknown unit {} in duration {}", quote(unit), quote(text))),
        };
        total += number.parse::<f64>().unwrap_or_default() * nanoseconds;
        if total > 9.223_372_036_854_775e18 {
            return invalid();
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn takes_what_the_library_takes() {
        for schedule in
            ["* * * * *", "0 0 31 2 *", "*/5 0-23/2 1,15 jan-DEC sun", "@hourly", "@every 1h30m", "? * * * ?", "5/15 * * * *", ", * * * *"]
        {
            assert_eq!(parse(schedule), Ok(()), "{schedule}");
        }
        assert_eq!(parse("TZ=Europe/Vienna 0 1 * * *"), Ok(()));
    }

    #[test]
    fn refuses_in_the_library_s_words() {
        for (schedule, fault) in [
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("*/2/3 * * * *", "too many slashes: */2/3"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
            ("@never", "unrecognized descriptor: @never"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("@every 5x", "failed to parse duration @every 5x: time: unknown unit \"x\" in duration \"5x\""),
            ("TZ=Mars/X * * * * *", "provided bad location Mars/X: unknown time zone Mars/X"),
        ] {
            assert_eq!(parse(schedule), Err(fault.to_owned()), "{schedule}");
        }
    }
}
