use super::*;

fn finds(search: &str, name: &str) -> bool {
    let found = Search::of(search).unwrap().matches([name, ""]);
    if found {
        // What the index is asked for must be there, or the name is never looked at.
        let standing = grams(name);
        let wanted = Search::of(search).unwrap().grams();
        let missing: Vec<_> = wanted
            .iter()
            .filter(|gram| !standing.contains(*gram))
            .collect();
        assert!(missing.is_empty(), "{search} in {name}: {missing:?}");
    }
    found
}

#[test]
fn a_part_of_a_name_finds_it() {
    for (search, name) in [
        ("컵", "도자기 머그컵"),
        ("머그", "도자기 머그컵"),
        ("그컵", "도자기 머그컵"),
        ("도자기 머그컵", "도자기 머그컵"),
        ("머그 도자", "도자기 머그컵"),
        ("LED", "led 스탠드"),
        ("led", "LED 스탠드"),
        ("26CM", "무쇠 프라이팬 26cm"),
        ("é", "CAFÉ"),
        ("usb-c", "USB-C 케이블 2m"),
        ("2", "USB-C 케이블 2m"),
        ("%", "100% 면"),
        ("🎁", "선물 🎁 세트"),
    ] {
        assert!(finds(search, name), "{search} in {name}");
    }
    for (search, name) in [
        ("컵", "텀블러"),
        ("기머", "도자기 머그컵"),
        ("머그 접시", "도자기 머그컵"),
        ("머컵", "머그컵"),
        ("%", "면"),
        ("_", "면"),
        ("컵컵컵", "컵컵"),
    ] {
        assert!(!finds(search, name), "{search} in {name}");
    }
}

#[test]
fn initial_consonants_find_syllables_alone_and_among_others() {
    for (search, name) in [
        ("ㅁㄱㅋ", "도자기 머그컵"),
        ("ㄷㅈㄱ ㅁㄱ", "도자기 머그컵"),
        ("ㅋ", "머그컵"),
        ("머ㄱ컵", "머그컵"),
        ("머그ㅋ", "머그컵"),
        ("ㅁ그", "머그컵"),
        ("led ㅅㅌ", "LED 스탠드"),
        ("ㅋㅇㅂ", "USB-C 케이블 2m"),
        ("ㅋㅋ", "ㅋㅋ 스티커"),
        ("ㅃㄹ", "빨래 바구니"),
        // As a keyboard joins them.
        ("ㄳ", "감사 카드"),
        ("ㅄ", "보석함"),
        ("ㄺ", "라그 러그"),
    ] {
        assert!(finds(search, name), "{search} in {name}");
    }
    for (search, name) in [
        ("ㅁㄱㅋ", "머그 컵"),
        ("ㅂㄹ", "빨래 바구니"),
        ("ㄱㅁ", "머그컵"),
        ("머ㅋ", "머그컵"),
        ("ㅏ", "가나다"),
    ] {
        assert!(!finds(search, name), "{search} in {name}");
    }
}

#[test]
fn either_name_may_hold_a_word() {
    let search = Search::of("머그 ceramic").unwrap();
    assert!(search.matches(["도자기 머그컵", "Ceramic mug"]));
    assert!(!search.matches(["도자기 머그컵", "Bone china mug"]));
}

/// Every syllable is made of its parts again, and begins with the consonant that Unicode says.
#[test]
fn syllables_typed_in_parts_are_whole() {
    for syllable in SYLLABLE..SYLLABLE + SYLLABLES {
        let place = syllable - SYLLABLE;
        let parts = [
            Some(INITIAL + place / (VOWELS * FINALS)),
            Some(VOWEL + place / FINALS % VOWELS),
            Some(FINAL + place % FINALS).filter(|last| *last != FINAL),
        ];
        let parts: String = parts
            .into_iter()
            .flatten()
            .filter_map(char::from_u32)
            .collect();
        let whole = char::from_u32(syllable).unwrap();
        assert_eq!(folded(&parts), [whole]);
    }
    for (syllable, begins) in [
        ('가', 'ㄱ'),
        ('깋', 'ㄱ'),
        ('까', 'ㄲ'),
        ('뷁', 'ㅂ'),
        ('힣', 'ㅎ'),
    ] {
        assert_eq!(initial(syllable), begins);
    }
    for letter in ['a', 'ㄱ', 'ㅏ', '漢', '\u{abff}', '\u{d7a4}'] {
        assert_eq!(initial(letter), letter);
    }
    assert!(finds("컵", "머그\u{110f}\u{1165}\u{11b8}"));
    // A final has no place behind another one.
    assert_eq!(folded("\u{ac01}\u{11a8}").len(), 2);
}

#[test]
fn a_name_has_each_letter_and_pair_once_and_none_over_a_blank() {
    let expected = [
        "그", "그컵", "ㄱ", "ㄱㅋ", "ㅁ", "ㅁㄱ", "ㅋ", "머", "머그", "컵",
    ];
    assert_eq!(grams("머그  컵 그컵").len(), expected.len());
    assert_eq!(grams("머그  컵 그컵"), expected.map(str::to_owned).into());
    assert_eq!(grams("Aa"), ["a", "aa"].map(str::to_owned).into());
}

#[test]
fn a_search_without_words_is_none_and_a_long_one_is_bounded() {
    assert_eq!(Search::of(" \u{3000}\t"), None);
    let long: String = ('가'..).take(100).collect();
    assert_eq!(Search::of(&long).unwrap().grams().len(), MOST_GRAMS);
    assert!(finds(&long, &long));
    assert!(!finds(&long, &long.chars().take(99).collect::<String>()));
}
