//! Finding a name by a part of it: letters folded so that they compare, their grams for an index,
//! and words that are looked for. In Korean a consonant alone stands for a syllable that begins
//! with it, as one types it: ㅁㄱㅋ and 머ㄱ컵 find 머그컵. It knows nothing of rows.

use std::collections::BTreeSet;

/// A search reads at most this many lists of the index; longer ones are told apart by the names.
const MOST_GRAMS: usize = 16;

/// What a syllable can begin with, in the order of the syllables.
const INITIALS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ',
    'ㅌ', 'ㅍ', 'ㅎ',
];
/// Two consonants that a keyboard joins into one letter.
const JOINED: [(char, [char; 2]); 11] = [
    ('ㄳ', ['ㄱ', 'ㅅ']),
    ('ㄵ', ['ㄴ', 'ㅈ']),
    ('ㄶ', ['ㄴ', 'ㅎ']),
    ('ㄺ', ['ㄹ', 'ㄱ']),
    ('ㄻ', ['ㄹ', 'ㅁ']),
    ('ㄼ', ['ㄹ', 'ㅂ']),
    ('ㄽ', ['ㄹ', 'ㅅ']),
    ('ㄾ', ['ㄹ', 'ㅌ']),
    ('ㄿ', ['ㄹ', 'ㅍ']),
    ('ㅀ', ['ㄹ', 'ㅎ']),
    ('ㅄ', ['ㅂ', 'ㅅ']),
];

/// Unicode's arithmetic of Hangul: 19 initials, 21 vowels, 28 finals of which one is none.
const SYLLABLE: u32 = 0xAC00;
const INITIAL: u32 = 0x1100;
const VOWEL: u32 = 0x1161;
const FINAL: u32 = 0x11A7;
const VOWELS: u32 = 21;
const FINALS: u32 = 28;
const SYLLABLES: u32 = 19 * VOWELS * FINALS;

/// Words that all stand in a product's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    words: Vec<Vec<char>>,
}

/// Under which grams a name stands in the index: its letters and pairs of neighbours, as they are
/// and as initial consonants. None reaches over a blank.
pub fn grams(name: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    for word in words(name) {
        let initials: Vec<char> = word.iter().copied().map(initial).collect();
        for letters in [&word, &initials] {
            grams.extend(letters.iter().map(char::to_string));
            grams.extend(letters.windows(2).map(String::from_iter));
        }
    }
    grams
}

impl Search {
    /// None when there is no word to look for.
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<_> = words(text).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Grams that every name with these words has. Having them is not enough: `matches` tells.
    pub fn grams(&self) -> Vec<String> {
        let mut grams = Vec::new();
        for word in &self.words {
            match word.as_slice() {
                [letter] => grams.push(letter.to_string()),
                letters => grams.extend(letters.windows(2).map(pair)),
            }
        }
        let mut seen = BTreeSet::new();
        grams.retain(|gram| seen.insert(gram.clone()));
        grams.truncate(MOST_GRAMS);
        grams
    }

    /// Whether each word stands in one of the names.
    pub fn matches(&self, names: [&str; 2]) -> bool {
        let names = names.map(folded);
        let stands = |word: &Vec<char>| names.iter().any(|name| has(name, word));
        self.words.iter().all(stands)
    }
}

/// A pair with a lone consonant can only be looked up among initials.
fn pair(letters: &[char]) -> String {
    match letters.iter().any(|letter| INITIALS.contains(letter)) {
        true => letters.iter().copied().map(initial).collect(),
        false => letters.iter().collect(),
    }
}

fn has(name: &[char], word: &[char]) -> bool {
    let fits = |(wanted, found): (&char, &char)| {
        wanted == found || (INITIALS.contains(wanted) && *wanted == initial(*found))
    };
    name.windows(word.len())
        .any(|part| word.iter().zip(part).all(fits))
}

fn words(text: &str) -> impl Iterator<Item = Vec<char>> {
    let letters = folded(text);
    let words: Vec<Vec<char>> = letters
        .split(|letter| letter.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(<[char]>::to_vec)
        .collect();
    words.into_iter()
}

/// Small letters; Hangul as whole syllables, however it was typed; joined consonants apart.
fn folded(text: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        let joined = JOINED.iter().find(|(joined, _)| *joined == letter);
        match (
            letters.last().and_then(|last| compose(*last, letter)),
            joined,
        ) {
            (Some(syllable), _) => {
                letters.pop();
                letters.push(syllable);
            }
            (None, Some((_, parts))) => letters.extend(parts),
            (None, None) => letters.push(letter),
        }
    }
    letters
}

/// What a syllable begins with; any other letter stands for itself.
fn initial(letter: char) -> char {
    let syllable = u32::from(letter).wrapping_sub(SYLLABLE);
    if syllable >= SYLLABLES {
        return letter;
    }
    let place = usize::try_from(syllable / (VOWELS * FINALS)).unwrap_or(usize::MAX);
    INITIALS.get(place).copied().unwrap_or(letter)
}

/// The syllable that a part of one and the next letter make, as some systems write file names.
fn compose(before: char, next: char) -> Option<char> {
    let (before, next) = (u32::from(before), u32::from(next));
    let place = |letter: u32, first: u32, count: u32| {
        let place = letter.wrapping_sub(first);
        (place < count).then_some(place)
    };
    if let (Some(initial), Some(vowel)) = (place(before, INITIAL, 19), place(next, VOWEL, VOWELS)) {
        return char::from_u32(SYLLABLE + (initial * VOWELS + vowel) * FINALS);
    }
    let syllable = place(before, SYLLABLE, SYLLABLES)?;
    let last = place(next, FINAL, FINALS)?;
    let open = syllable.is_multiple_of(FINALS) && last > 0;
    open.then(|| char::from_u32(before + last)).flatten()
}

#[cfg(test)]
mod tests;
