//! Names of time zones as a CronJob takes them. Knows no time.

/// The names of the IANA time zone database (public domain), one a line, sorted.
const NAMES: &str = include_str!("time_zones.txt");

/// Whether Go's `time.LoadLocation` finds it.
#[must_use]
pub fn loads(name: &str) -> bool {
    matches!(name, "" | "Local") || NAMES.lines().any(|known| known == name)
}

/// `validateTimeZone`: what is wrong with a name that is given.
#[must_use]
pub fn faults(name: &str) -> Vec<String> {
    if name.is_empty() {
        return vec!["timeZone must be nil or non-empty string".into()];
    }
    let character = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    let is_part =
        |part: &str| !matches!(part, "." | "..") && !part.starts_with('-') && (1..=14).contains(&part.len()) && part.bytes().all(character);
    let unknown = || format!("unknown time zone {name}");
    if !name.split('/').all(is_part) {
        return vec![unknown()];
    }
    let mut faults = Vec::new();
    if name.eq_ignore_ascii_case("Local") {
        faults.push("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".into());
    }
    if name.contains("..") {
        faults.push("time: invalid location name".into());
    } else if !loads(name) {
        faults.push(unknown());
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{faults, loads};

    #[test]
    fn knows_the_database() {
        for name in ["UTC", "Etc/UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires", "EST5EDT", "Etc/GMT+5"] {
            assert!(faults(name).is_empty(), "{name}");
        }
        assert_eq!(faults("Mars/X"), ["unknown time zone Mars/X"]);
        assert_eq!(faults("europe/vienna"), ["unknown time zone europe/vienna"]);
        assert_eq!(faults("a//b"), ["unknown time zone a//b"]);
        assert_eq!(faults("Local").len(), 1);
        assert_eq!(faults("local").len(), 2);
        assert!(!loads("utc"));
    }
}
