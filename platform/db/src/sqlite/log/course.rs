//! When a log is moved, and by whom: counted in pages, without a disk.

/// A log of so many pages is moved into the file: 16 MiB. A page that many batches change is moved
/// once for all of them, but all are given to the disk at once, and a commit that comes meanwhile
/// waits for them.
const LONG_PAGES: u32 = 4_096;
/// So many pages the writer moves itself, between two batches: a few milliseconds.
const SHORT_PAGES: u32 = 256;
/// What could not be moved is tried again after so many more pages.
const AGAIN_PAGES: u32 = 1_024;

/// A log from its beginning until it is begun anew. A long one is moved by a thread while batches
/// go on behind it; what they added is moved the same way, as long as it becomes less, and the
/// writer moves the rest. Then the next batch begins it anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    /// Pages in it after the last commit.
    pages: u32,
    /// Pages from its beginning that stand in the file.
    moved: u32,
    /// How many there were to move at the last turn, that it may become less.
    left: u32,
    /// It is moved when it has so many pages.
    due: u32,
}

/// What a checkpoint came to, in pages of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    /// How many from its beginning stand in the file now.
    pub pages: u32,
    /// How many it had.
    pub of: u32,
}

/// Who moves it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mover {
    Nobody,
    Thread,
    Writer,
}

impl Course {
    pub const NEW: Self = Self {
        pages: 0,
        moved: 0,
        left: u32::MAX,
        due: LONG_PAGES,
    };

    /// Takes how many pages it has. True when they are fewer than before: it was begun anew.
    pub fn has(&mut self, pages: u32) -> bool {
        let anew = pages < self.pages;
        if anew {
            *self = Self::NEW;
        }
        self.pages = pages;
        anew
    }

    /// Between two batches.
    pub fn mover(&mut self) -> Mover {
        if self.pages < self.due {
            return Mover::Nobody;
        }
        let left = self.left();
        let before = std::mem::replace(&mut self.left, left);
        // Where batches add as fast as a thread moves, the writer stops for it.
        match left > SHORT_PAGES && left <= before / 2 {
            true => Mover::Thread,
            false => Mover::Writer,
        }
    }

    /// When there is nothing else to do.
    pub fn mover_at_rest(&self) -> Mover {
        match self.left() > SHORT_PAGES {
            true => Mover::Thread,
            false => Mover::Writer,
        }
    }

    pub fn moved(&mut self, moved: Moved) {
        // Of the log before this one, which was moved whole.
        if moved.of > self.pages {
            return;
        }
        self.moved = moved.pages;
        if moved.pages < moved.of {
            // A reader needs the rest: once it is gone, all starts over.
            self.left = u32::MAX;
            self.due = self.pages.saturating_add(AGAIN_PAGES);
        }
    }

    /// What a thread could not do, for want of a descriptor or a lock, the writer tries.
    pub fn not_moved(&mut self) {
        self.left = 0;
        self.due = self.pages.saturating_add(AGAIN_PAGES);
    }

    fn left(&self) -> u32 {
        self.pages.saturating_sub(self.moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a log goes through. `Has` is a commit after which nobody is at it, and who moves it
    /// then; `Grows` is one while a thread is at it.
    enum Step {
        Has(u32, Mover),
        Grows(u32),
        Went(u32, u32),
        NotMoved,
    }
    use Mover::{Nobody, Thread, Writer};
    use Step::{Grows, Has, NotMoved, Went};

    #[test]
    fn a_long_log_is_moved_by_a_thread_and_the_rest_by_the_writer() {
        let courses: [(&str, &[Step]); 7] = [
            ("a short one waits", &[Has(1, Nobody), Has(4_095, Nobody)]),
            (
                "little came meanwhile",
                &[
                    Has(4_096, Thread),
                    Grows(4_300),
                    Went(4_096, 4_096),
                    Has(4_352, Writer),
                ],
            ),
            (
                "much came meanwhile, and less after that",
                &[
                    Has(4_096, Thread),
                    Grows(5_000),
                    Went(4_096, 4_096),
                    Has(5_600, Thread),
                    Went(5_600, 5_600),
                    Has(5_900, Thread),
                    Went(5_900, 5_900),
                    Has(5_950, Writer),
                ],
            ),
            (
                "as much comes as is moved",
                &[
                    Has(4_096, Thread),
                    Went(4_096, 4_096),
                    Has(6_500, Writer),
                    Went(6_500, 6_500),
                    Has(10, Nobody),
                    Has(4_096, Thread),
                ],
            ),
            (
                "a reader is in the way, and goes",
                &[
                    Has(4_096, Thread),
                    Grows(4_200),
                    Went(100, 4_096),
                    Has(5_223, Nobody),
                    Has(5_224, Thread),
                    Went(5_224, 5_224),
                    Has(5_300, Writer),
                ],
            ),
            (
                "it was moved whole and begun anew before anybody looked",
                &[
                    Has(4_096, Thread),
                    Grows(20),
                    Went(4_096, 4_096),
                    Has(4_095, Nobody),
                    Has(4_096, Thread),
                ],
            ),
            (
                "a thread cannot open the file",
                &[
                    Has(4_096, Thread),
                    NotMoved,
                    Has(5_119, Nobody),
                    Has(5_120, Writer),
                    Went(5_120, 5_120),
                    Has(3, Nobody),
                ],
            ),
        ];
        for (name, steps) in courses {
            let mut course = Course::NEW;
            for (nth, step) in steps.iter().enumerate() {
                match *step {
                    Has(pages, mover) => {
                        course.has(pages);
                        assert_eq!(course.mover(), mover, "{name}, step {nth}");
                    }
                    Grows(pages) => {
                        course.has(pages);
                    }
                    Went(pages, of) => course.moved(Moved { pages, of }),
                    NotMoved => course.not_moved(),
                }
            }
        }
    }

    #[test]
    fn at_rest_a_thread_moves_what_is_more_than_a_little() {
        for (pages, moved, mover) in [
            (256, 0, Writer),
            (257, 0, Thread),
            (4_095, 0, Thread),
            (5_000, 4_744, Writer),
        ] {
            let mut course = Course::NEW;
            course.has(pages);
            course.moved(Moved {
                pages: moved,
                of: moved,
            });
            assert_eq!(
                course.mover_at_rest(),
                mover,
                "{pages} pages, {moved} moved"
            );
        }
    }
}
