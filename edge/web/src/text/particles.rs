//! Korean particles: which of two forms follows a word depends on how its last syllable ends.

/// Whether the last letter ends in a consonant, as it is read aloud; a letter that nobody here
/// can read does not.
fn closed(word: &str) -> bool {
    match word.chars().rev().find(|letter| letter.is_alphanumeric()) {
        Some(syllable @ '가'..='힣') => !(u32::from(syllable) - 0xac00).is_multiple_of(28),
        // 영, 일, 삼, 육, 칠, 팔 end in one.
        Some(digit @ '0'..='9') => "013678".contains(digit),
        Some(letter) => "lmnrLMNR".contains(letter),
        None => false,
    }
}

/// `머그컵은`, `도마는`
pub(super) fn topic(word: &str) -> String {
    format!("{word}{}", if closed(word) { "은" } else { "는" })
}

/// `포인트가`, `쿠폰이`
pub(super) fn subject(word: &str) -> String {
    format!("{word}{}", if closed(word) { "이" } else { "가" })
}

/// `12,500원으로`, `도마로`; after ㄹ as after a vowel.
pub(super) fn towards(word: &str) -> String {
    let last = word.chars().next_back();
    let liquid = last.is_some_and(|last| matches!(last, '가'..='힣'))
        && last.is_some_and(|last| (u32::from(last) - 0xac00) % 28 == 8);
    format!(
        "{word}{}",
        if closed(word) && !liquid {
            "으로"
        } else {
            "로"
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_particle_follows_the_last_sound() {
        for (word, with) in [
            ("머그컵", "머그컵은"),
            ("도마", "도마는"),
            ("보온병 500ml", "보온병 500ml은"),
            ("건전지 AA 20개", "건전지 AA 20개는"),
            ("줄 노트 A5", "줄 노트 A5는"),
            ("현미 (5kg 3)", "현미 (5kg 3)은"),
            ("Mug", "Mug는"),
            ("", "는"),
        ] {
            assert_eq!(topic(word), with);
        }
        assert_eq!(subject("쿠폰"), "쿠폰이");
        assert_eq!(subject("1,200원"), "1,200원이");
        assert_eq!(towards("12,500원"), "12,500원으로");
        assert_eq!(towards("서울"), "서울로");
        assert_eq!(towards("도마"), "도마로");
    }
}
