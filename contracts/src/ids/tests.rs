use proptest::prelude::*;

use super::*;

#[test]
fn an_id_has_one_spelling_up_to_case() {
    let id = OrderId::new(0x0123_4567_89ab_cdef);
    assert_eq!(id.to_string(), "028T5CY4TQKFF");
    assert_eq!(format!("{id:?}"), "028T5CY4TQKFF");
    assert_eq!("028t5cy4tqkff".parse(), Ok(id));
    assert_eq!(OrderId::new(i64::MAX).to_string(), "7ZZZZZZZZZZZZ");
    assert_eq!("7ZZZZZZZZZZZZ".parse(), Ok(OrderId::new(i64::MAX)));
    assert_eq!(OrderId::new(1).to_string(), "0000000000001");
}

#[test]
fn what_is_no_id_is_refused() {
    for text in [
        "",
        "028T5CY4TQKF",
        "028T5CY4TQKFFF",
        "0000000000000",
        "8000000000000",
        "ZZZZZZZZZZZZZ",
        "O28T5CY4TQKFF",
        "I28T5CY4TQKFF",
        "028T5CY4TQKFU",
        "028T5CY4TQKL1",
        " 28T5CY4TQKFF",
        "-28T5CY4TQKFF",
        "장터장터1",
    ] {
        assert_eq!(text.parse::<OrderId>(), Err(InvalidId), "{text:?}");
    }
}

#[test]
fn an_id_is_a_string_in_json() {
    let id = ProductId::new(4_711);
    let text = serde_json::to_string(&id).unwrap();
    assert_eq!(text, "\"00000000004K7\"");
    assert_eq!(serde_json::from_str::<ProductId>(&text).unwrap(), id);
    assert!(serde_json::from_str::<ProductId>("4711").is_err());
    assert!(serde_json::from_str::<ProductId>("\"4711\"").is_err());
}

#[test]
fn an_id_knows_its_millisecond_and_nothing_spills_over() {
    let ms = TSID_EPOCH_MS + 86_400_123;
    let id = OrderId::compose(ms, 0x3ff, 0xfff);
    assert_eq!(id.at(), Timestamp::from_millis(ms));
    assert_eq!(id.get() & 0x3f_ffff, 0x3f_ffff);
    assert_eq!(OrderId::compose(ms, u16::MAX, u16::MAX), id);
    assert!(OrderId::compose(ms + 1, 0, 0) > id);
    assert_eq!(SagaId::from(id).get(), id.get());
}

#[test]
fn an_order_number_shows_the_day_in_seoul() {
    let at: Timestamp = "2025-03-01T14:59:59.999Z".parse().unwrap();
    let before_midnight = OrderNumber::of(OrderId::compose(at.millis(), 1, 2));
    let at_midnight = OrderNumber::of(OrderId::compose(at.millis() + 1, 1, 2));
    assert_eq!(before_midnight.to_string(), "20250301-A9JVZW0402");
    assert_eq!(at_midnight.to_string(), "20250302-0000000402");
    assert_eq!(at_midnight.to_string().parse(), Ok(at_midnight));
}

#[test]
fn what_is_no_order_number_is_refused() {
    for text in [
        "",
        "20250302-000000010",
        "20250302-00000004022",
        "20250302_0000000102",
        "20250229-0000000102",
        "20251301-0000000102",
        "+2025032-0000000102",
        "20250302-A9JW000000", // a day has no 86,400,000th millisecond
        "20250302-ZZZZZZZZZZ",
        "20250302-000000010U",
        "20231231-0000000102", // before the first id
        "20240101-0000000000", // the id 0 in disguise needs 09:00, this is before it
        "99991231-0000000000",
        "2025년0302-00000001",
    ] {
        assert_eq!(
            text.parse::<OrderNumber>(),
            Err(InvalidOrderNumber),
            "{text:?}"
        );
    }
    let first = OrderNumber::of(OrderId::new(1)).to_string();
    let zero = format!("{}0", &first[..18]);
    assert_eq!(
        zero.parse::<OrderNumber>(),
        Err(InvalidOrderNumber),
        "the id 0"
    );
}

proptest! {
    #[test]
    fn every_id_comes_back_from_its_text(number in 1..=i64::MAX) {
        let id = OrderId::new(number);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert_eq!(id.to_string().to_lowercase().parse(), Ok(id));
    }

    #[test]
    fn ids_sort_as_their_texts(one in 1..=i64::MAX, other in 1..=i64::MAX) {
        let (one, other) = (OrderId::new(one), OrderId::new(other));
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        let numbers = (OrderNumber::of(one).to_string(), OrderNumber::of(other).to_string());
        prop_assert_eq!(one.cmp(&other), numbers.0.cmp(&numbers.1));
    }

    #[test]
    fn every_order_number_comes_back_to_its_id(number in 1..=i64::MAX) {
        let number = OrderNumber::of(OrderId::new(number));
        let text = number.to_string();
        prop_assert_eq!(text.len(), 19);
        prop_assert_eq!(text.parse(), Ok(number));
    }

    #[test]
    fn a_text_taken_for_an_order_number_is_its_only_spelling(
        text in "20[2-9][0-9](0[1-9]|1[0-2])([0-2][0-9]|3[01])-[0-9A][0-9A-HJKMNP-TV-Z]{9}"
    ) {
        if let Ok(number) = text.parse::<OrderNumber>() {
            prop_assert_eq!(number.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
        if let Ok(id) = text.parse::<OrderId>() {
            prop_assert_eq!(id.to_string(), text.to_uppercase());
        }
        let _: Result<OrderNumber, _> = text.parse();
    }
}
