use super::*;

#[test]
fn a_time_shows_no_more_digits_than_it_needs() {
    let cases = [
        (1_735_689_600_000_000, "2025-01-01T00:00:00Z"),
        (1_735_689_600_500_000, "2025-01-01T00:00:00.5Z"),
        (1_735_689_600_000_001, "2025-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ];
    for (micros, text) in cases {
        let at = Timestamp::from_micros(micros);
        assert_eq!(at.to_string(), text);
        assert_eq!(text.parse(), Ok(at));
        assert_eq!(serde_json::to_value(at).unwrap(), text);
        assert_eq!(
            serde_json::from_value::<Timestamp>(text.into()).unwrap(),
            at
        );
    }
}

#[test]
fn a_time_may_come_with_an_offset_or_finer_digits() {
    let at = Timestamp::from_micros(1_735_689_600_123_456);
    assert_eq!("2025-01-01T09:00:00.123456+09:00".parse(), Ok(at));
    assert_eq!("2025-01-01T00:00:00.123456789Z".parse(), Ok(at));
    for text in [
        "",
        "2025-01-01",
        "2025-13-01T00:00:00Z",
        "2025-01-01T00:00:00",
        "1735689600",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text:?}");
    }
}

#[test]
fn arithmetic_stops_at_the_bounds() {
    let at = Timestamp::from_micros(10);
    assert_eq!(at.plus(Duration::from_micros(5)).micros(), 15);
    assert_eq!(at.minus(Duration::from_micros(15)).micros(), -5);
    assert_eq!(
        at.since(Timestamp::from_micros(4)),
        Duration::from_micros(6)
    );
    assert_eq!(at.since(Timestamp::from_micros(40)), Duration::ZERO);
    assert_eq!(at.plus(Duration::MAX), Timestamp::from_micros(i64::MAX));
    assert_eq!(
        Timestamp::from_micros(i64::MIN)
            .minus(Duration::MAX)
            .micros(),
        i64::MIN
    );
    assert_eq!(Timestamp::from_micros(-1).millis(), -1);
    for extreme in [i64::MIN, i64::MAX] {
        assert!(!Timestamp::from_micros(extreme).to_string().is_empty());
        assert!(Timestamp::from_micros(extreme).seoul_day().days() != 0);
    }
}

#[test]
fn the_day_turns_at_midnight_in_seoul() {
    let late: Timestamp = "2024-02-28T14:59:59.999999Z".parse().unwrap();
    let next = late.plus(Duration::from_micros(1));
    assert_eq!(late.seoul_day().to_string(), "2024-02-28");
    assert_eq!(next.seoul_day().civil(), (2024, 2, 29));
    assert_eq!(next.seoul_day(), late.seoul_day().next());
    assert_eq!(next.seoul_day().start(), next);
    assert_eq!(late.hour_start().to_string(), "2024-02-28T14:00:00Z");
}

#[test]
fn the_calendar_and_the_count_of_days_agree() {
    for days in (-20_000..60_000).step_by(13) {
        let day = SeoulDay::from_days(days);
        let (year, month, day_of_month) = day.civil();
        assert_eq!(SeoulDay::from_civil(year, month, day_of_month), Some(day));
        assert_eq!(day.start().seoul_day(), day);
        assert_eq!(
            day.start()
                .minus(Duration::from_micros(1))
                .seoul_day()
                .next(),
            day
        );
    }
    assert_eq!(SeoulDay::from_civil(2023, 2, 29), None);
    assert_eq!(SeoulDay::from_civil(2023, 0, 1), None);
}

#[test]
fn a_day_is_read_as_it_is_shown() {
    for days in [-1, 0, 11_016, 20_779] {
        let day = SeoulDay::from_days(days);
        assert_eq!(day.to_string().parse(), Ok(day));
    }
    for wrong in [
        "",
        "2026-11-31",
        "2026-1-01",
        "20261122",
        "2026/11/22",
        "2026-11-22T",
        "가가가1",
    ] {
        assert_eq!(wrong.parse::<SeoulDay>(), Err(InvalidDay), "{wrong}");
    }
}
