//! Money, counts and times as people write them. The clock of the shop is Seoul's.

use contracts::money::Money;
use contracts::problem::Language;
use contracts::time::Timestamp;

const DAYS_KO: [&str; 7] = ["일", "월", "화", "수", "목", "금", "토"];
const DAYS_EN: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// `12,500원`, or `₩12,500` for who reads English.
pub(crate) fn won(amount: Money, language: Language) -> String {
    match (language, amount.is_negative()) {
        (Language::Ko, _) => format!("{}원", count(amount.won())),
        (Language::En, false) => format!("₩{}", count(amount.won())),
        (Language::En, true) => format!("-₩{}", count(amount.won().saturating_neg())),
    }
}

/// Digits in groups of three.
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2026.11.22 (일) 14:05`
pub(crate) fn moment(at: Timestamp, language: Language) -> String {
    let (hour, minute, _) = clock(at);
    format!("{} {hour:02}:{minute:02}", day(at, language))
}

/// `2026.11.22 (일)`
pub(crate) fn day(at: Timestamp, language: Language) -> String {
    let day = at.seoul_day();
    let (year, month, date) = day.civil();
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from((i64::from(day.days()) + 4).rem_euclid(7)).unwrap_or(0);
    let weekday = match language {
        Language::Ko => DAYS_KO[weekday],
        Language::En => DAYS_EN[weekday],
    };
    format!("{year}.{month:02}.{date:02} ({weekday})")
}

/// `14:05`
pub(crate) fn hour_minute(at: Timestamp) -> String {
    let (hour, minute, _) = clock(at);
    format!("{hour:02}:{minute:02}")
}

/// `14:05:09`
pub(crate) fn second(at: Timestamp) -> String {
    let (hour, minute, second) = clock(at);
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// `14:05:09.123`, where milliseconds matter.
pub(crate) fn instant(at: Timestamp) -> String {
    let millis = at.millis().rem_euclid(1_000);
    format!("{}.{millis:03}", second(at))
}

/// A span in the unit that reads best: `850 µs`, `4.2 ms`, `4.21 s`, `3 min`.
pub(crate) fn span(micros: i64) -> String {
    let micros = micros.max(0);
    let exact = micros as f64;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", exact / 1e3),
        1_000_000..120_000_000 => format!("{:.2} s", exact / 1e6),
        120_000_000..7_200_000_000 => format!("{} min", micros / 60_000_000),
        _ => format!("{} h", micros / 3_600_000_000),
    }
}

fn clock(at: Timestamp) -> (i64, i64, i64) {
    let since_midnight = at.micros() - at.seoul_day().start().micros();
    let seconds = since_midnight.div_euclid(1_000_000);
    (seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_and_never_has_a_fraction() {
        for (amount, korean, english) in [
            (0, "0원", "₩0"),
            (999, "999원", "₩999"),
            (12_500, "12,500원", "₩12,500"),
            (-1_000_000, "-1,000,000원", "-₩1,000,000"),
        ] {
            assert_eq!(won(Money::new(amount), Language::Ko), korean);
            assert_eq!(won(Money::new(amount), Language::En), english);
        }
    }

    #[test]
    fn times_are_those_of_seoul() {
        for (at, korean, english) in [
            (
                "2026-11-22T05:05:59Z",
                "2026.11.22 (일) 14:05",
                "2026.11.22 (Sun) 14:05",
            ),
            (
                "2026-11-22T15:00:00Z",
                "2026.11.23 (월) 00:00",
                "2026.11.23 (Mon) 00:00",
            ),
            (
                "1970-01-01T00:00:00Z",
                "1970.01.01 (목) 09:00",
                "1970.01.01 (Thu) 09:00",
            ),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(moment(at, Language::Ko), korean);
            assert_eq!(moment(at, Language::En), english);
        }
        let at: Timestamp = "2026-11-22T05:05:09.0421Z".parse().unwrap();
        assert_eq!(instant(at), "14:05:09.042");
    }

    #[test]
    fn a_span_is_told_in_one_unit() {
        for (micros, told) in [
            (-5, "0 µs"),
            (850, "850 µs"),
            (4_210, "4.2 ms"),
            (4_210_000, "4.21 s"),
            (180_000_000, "3 min"),
            (7_200_000_000, "2 h"),
        ] {
            assert_eq!(span(micros), told);
        }
    }
}
