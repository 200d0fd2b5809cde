//! Dates of prices, as exact as their sources give them. Knows no clock: today comes from the caller.

use std::fmt;
use std::str::FromStr;

/// A day, a month or a year: `2026-09-20`, `2026-09`, `2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl Date {
    /// Days from the first day this date may mean to the one `today` means; none where `today` comes first.
    #[must_use]
    pub fn age(self, today: Date) -> Option<u32> {
        today.number().checked_sub(self.number())
    }

    /// The day, by Greenwich, of a moment given in seconds since 1970.
    #[must_use]
    pub fn of_unix(seconds: u64) -> Option<Self> {
        // Days since the first of March of the year 0; from there the leap day is the last of its year.
        let days = u32::try_from(seconds / 86_400).ok()?.checked_add(719_468)?;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let of_years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * of_years + of_years / 4 - of_years / 100);
        let march = (5 * of_year + 2) / 153;
        let (day, month) = (of_year - (153 * march + 2) / 5 + 1, (march + 2) % 12 + 1);
        let year = u16::try_from(era * 400 + of_years + u32::from(month <= 2)).ok().filter(|year| *year <= 9999)?;
        Some(Self { year, month: u8::try_from(month).ok(), day: u8::try_from(day).ok() })
    }

    /// Days since the first of March of the year 0, which makes the leap day the last of its year.
    fn number(self) -> u32 {
        let (month, day) = (u32::from(self.month.unwrap_or(1)), u32::from(self.day.unwrap_or(1)));
        let year = u32::from(self.year) - u32::from(month <= 2);
        let months = (month + 9) % 12;
        year * 365 + year / 4 - year / 100 + year / 400 + (months * 153 + 2) / 5 + day - 1
    }
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no date: expected 2026-09-20, 2026-09 or 2026");
        let mut parts = text.split('-');
        let year = parts.next().and_then(|year| year.parse().ok()).filter(|year| (1970..=9999).contains(year)).ok_or_else(wrong)?;
        let mut part = |most: u8| match parts.next() {
            None => Ok(None),
            Some(text) => text.parse().ok().filter(|number| (1..=most).contains(number)).map(Some).ok_or_else(wrong),
        };
        let (month, day) = (part(12)?, part(31)?);
        if parts.next().is_some() { Err(wrong()) } else { Ok(Self { year, month, day }) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        let age = |from: &str, to: &str| from.parse::<Date>().unwrap().age(to.parse().unwrap());
        assert_eq!(age("2024-02-28", "2024-03-01"), Some(2));
        assert_eq!(age("2023-02-28", "2023-03-01"), Some(1));
        assert_eq!(age("2025-12-31", "2026-01-01"), Some(1));
        assert_eq!(age("2026", "2026-07-01"), Some(181));
        assert_eq!(age("2026-07-01", "2026"), None);
    }

    #[test]
    fn a_clocks_seconds_are_a_day() {
        let day = |seconds: u64| Date::of_unix(seconds).unwrap().to_string();
        assert_eq!(
            [day(0), day(951_782_400), day(1_735_689_599), day(1_795_219_200)],
            ["1970-01-01", "2000-02-29", "2024-12-31", "2026-11-21"]
        );
        assert_eq!(Date::of_unix(u64::MAX), None);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "26", "2026-13", "2026-00-01", "2026-01-32", "2026-01-01-01", "soon"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
