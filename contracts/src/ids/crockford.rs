//! Crockford's base 32 for numbers of a fixed width. Its look-alikes (I, L, O) are refused, so
//! that one number has one spelling, up to case.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NONE: u8 = 0xff;
const VALUES: [u8; 256] = values();

/// Writes the low bits of the number into the buffer, five a character, and gives them as text.
pub fn encode<const CHARS: usize>(number: u64, buffer: &mut [u8; CHARS]) -> &str {
    let mut rest = number;
    for slot in buffer.iter_mut().rev() {
        *slot = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    std::str::from_utf8(buffer).expect("the alphabet is ASCII")
}

/// The number that the characters spell, without its bits above the 64th.
pub fn decode(chars: &[u8]) -> Option<u64> {
    let mut number = 0;
    for &char in chars {
        number = number << 5 | u64::from(value(char)?);
    }
    Some(number)
}

pub fn value(char: u8) -> Option<u8> {
    let value = VALUES[usize::from(char)];
    (value != NONE).then_some(value)
}

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 32 {
        let char = ALPHABET[value];
        values[char as usize] = value as u8;
        values[char.to_ascii_lowercase() as usize] = value as u8;
        value += 1;
    }
    values
}
