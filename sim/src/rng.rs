//! Chance, all of it drawn from one seed, or read again from the choices of an earlier schedule.
//! Not for secrets: it is fast and repeats itself.

use std::cell::RefCell;
use std::rc::Rc;

/// What was drawn, kept so that it can be read again.
pub mod choices;

use choices::{Choices, Reading};

/// Choices stand in sections, and these in parts: the wishes of the clients, the steps of the
/// schedule. A part can be taken away without moving what the others mean.
#[derive(Clone, Debug)]
pub struct Rng {
    source: Source,
    kept: Option<Kept>,
}

/// What was drawn, to be had also when the schedule ends with a panic.
pub type Kept = Rc<RefCell<Choices>>;

#[derive(Clone, Debug)]
enum Source {
    Seed(SplitMix),
    Again(Reading),
}

/// One word of state, the same numbers on every machine.
#[derive(Clone, Debug)]
struct SplitMix(u64);

impl Rng {
    pub const fn new(seed: u64) -> Self {
        Self {
            source: Source::Seed(SplitMix(seed)),
            kept: None,
        }
    }

    /// Reads choices again. One that is missing is 0: the first of those that could be, no
    /// fault.
    pub fn again(choices: Choices) -> Self {
        Self {
            source: Source::Again(Reading::new(choices)),
            kept: None,
        }
    }

    /// Keeps what is drawn from now on.
    pub fn keeping(mut self, kept: Kept) -> Self {
        self.kept = Some(kept);
        self
    }

    /// Begins a section of so many parts, or of those that are read again, and says how many.
    pub fn section(&mut self, parts: usize) -> usize {
        if let Some(kept) = &self.kept {
            kept.borrow_mut().begin_section();
        }
        match &mut self.source {
            Source::Seed(_) => parts,
            Source::Again(reading) => reading.next_section(),
        }
    }

    pub fn part(&mut self) {
        if let Some(kept) = &self.kept {
            kept.borrow_mut().begin_part();
        }
        match &mut self.source {
            Source::Seed(_) => {}
            Source::Again(reading) => reading.next_part(),
        }
    }

    /// A number from 0 up to, not including, `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let drawn = match &mut self.source {
            Source::Seed(seed) => seed.below(end),
            Source::Again(reading) => reading.next_choice().min(end.saturating_sub(1)),
        };
        if let Some(kept) = &self.kept {
            kept.borrow_mut().add(drawn);
        }
        drawn
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).expect("`low` is not above `high`");
        low + i64::try_from(self.below(width)).expect("below a width that came from an i64")
    }

    pub fn percent(&mut self, chance: u32) -> bool {
        self.below(100) + chance as usize >= 100
    }

    /// How likely, of `ODDS`.
    pub fn odds(&mut self, rate: u32) -> bool {
        self.below(ODDS as usize) + rate as usize >= ODDS as usize
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What a rate is out of.
pub const ODDS: u32 = 1_024;

impl SplitMix {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let drawn = u128::from(self.word()) * end as u128;
        usize::try_from(drawn >> 64).expect("below `end`, which is a usize")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_another_does_not() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (0..32).map(|_| rng.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn bounds_are_kept_and_reached() {
        let mut rng = Rng::new(1);
        let drawn: Vec<_> = (0..1_000).map(|_| rng.between(-2, 2)).collect();
        assert_eq!(drawn.iter().min(), Some(&-2));
        assert_eq!(drawn.iter().max(), Some(&2));
        assert!(!rng.percent(0) && rng.percent(100));
        assert!(!rng.odds(0) && rng.odds(ODDS));
    }

    /// Draws two sections: one part of two choices, and as many parts of one choice as wanted.
    fn draw(rng: &mut Rng, parts: usize) -> Vec<usize> {
        let mut drawn = Vec::new();
        rng.section(1);
        rng.part();
        drawn.extend([rng.below(100), rng.below(10)]);
        for _ in 0..rng.section(parts) {
            rng.part();
            drawn.push(rng.below(1_000));
        }
        drawn
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let kept = Kept::default();
        let drawn = draw(&mut Rng::new(3).keeping(Rc::clone(&kept)), 3);
        // How many parts there are is read, too.
        assert_eq!(draw(&mut Rng::again(kept.take()), 0), drawn);
    }

    #[test]
    fn what_is_missing_is_nothing_and_what_is_too_much_is_the_most() {
        let mut rng = Rng::again(Choices(vec![vec![vec![500]], vec![vec![]]]));
        assert_eq!(draw(&mut rng, 3), [99, 0, 0]);
        assert!(!rng.percent(99), "a missing choice is no fault");
    }
}
