use super::*;

#[test]
fn arithmetic_refuses_to_leave_the_range() {
    let price = Money::new(12_900);
    assert_eq!(
        price.checked_mul(Quantity::new(3)),
        Some(Money::new(38_700))
    );
    assert_eq!(
        price.checked_sub(Money::new(13_000)),
        Some(Money::new(-100))
    );
    assert_eq!(Money::new(i64::MAX).checked_add(Money::new(1)), None);
    assert_eq!(Money::new(i64::MIN).checked_sub(Money::new(1)), None);
    assert_eq!(Money::new(i64::MAX / 2).checked_mul(Quantity::new(3)), None);
    assert_eq!(Money::new(i64::MIN).checked_neg(), None);
    assert_eq!(
        Money::checked_sum([price, price, price]),
        Some(Money::new(38_700))
    );
    assert_eq!(Money::checked_sum([Money::new(i64::MAX), price]), None);
    assert_eq!(Money::checked_sum([]), Some(Money::ZERO));
    assert_eq!(Quantity::new(u32::MAX).checked_add(Quantity::new(1)), None);
    assert_eq!(Quantity::new(1).checked_sub(Quantity::new(2)), None);
}

#[test]
fn a_line_asks_for_1_to_999_pieces() {
    assert_eq!(Quantity::of_line(0), None);
    assert_eq!(Quantity::of_line(1).map(Quantity::get), Some(1));
    assert_eq!(Quantity::of_line(999).map(Quantity::get), Some(999));
    assert_eq!(Quantity::of_line(1_000), None);
}

#[test]
fn amounts_and_counts_are_bare_integers_in_json() {
    assert_eq!(serde_json::to_string(&Money::new(-5)).unwrap(), "-5");
    assert_eq!(
        serde_json::from_str::<Money>("12900").unwrap(),
        Money::new(12_900)
    );
    for text in ["1.5", "\"1\"", "1e3", "9223372036854775808", "null"] {
        assert!(serde_json::from_str::<Money>(text).is_err(), "{text}");
    }
    for text in ["-1", "4294967296", "1.0"] {
        assert!(serde_json::from_str::<Quantity>(text).is_err(), "{text}");
    }
}
