use super::*;

#[test]
fn the_table_is_in_the_order_of_the_variants() {
    for (index, code) in Code::ALL.into_iter().enumerate() {
        assert_eq!(code as usize, index);
        let wire = serde_json::to_value(code).unwrap();
        assert_eq!(wire, code.as_str());
        assert_eq!(code.as_str().parse::<Code>().unwrap(), code);
        assert!((400..=504).contains(&code.status()), "{code}");
    }
    assert!("TEAPOT".parse::<Code>().is_err());
}

#[test]
fn korean_titles_speak_politely_and_english_ones_have_no_full_stop() {
    for code in Code::ALL {
        let korean = code.title(Language::Ko);
        assert!(korean.ends_with('요'), "{korean}");
        assert!(!code.title(Language::En).ends_with('.'), "{code}");
    }
}
