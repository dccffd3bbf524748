//! What a schedule did, in numbers.

/// What a schedule did at one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub batches: u64,
    pub inputs: u64,
    pub repeats: u64,
    pub parked: u64,
    pub crashes: u64,
    /// Writers that were taken over from while they ran.
    pub taken_over: u64,
    /// Commands that such a writer took.
    pub late_commands: u64,
    /// Batches of such a writer, each of them refused.
    pub refused: u64,
    /// And those that were not, which must never be.
    pub stale_commits: u64,
    /// Batches that found a position where they did not expect it.
    pub moved: u64,
    /// Open timers that a start did not find.
    pub timers_lost: u64,
}

impl Counted {
    pub fn add(&mut self, other: Self) {
        self.batches += other.batches;
        self.inputs += other.inputs;
        self.repeats += other.repeats;
        self.parked += other.parked;
        self.crashes += other.crashes;
        self.taken_over += other.taken_over;
        self.late_commands += other.late_commands;
        self.refused += other.refused;
        self.moved += other.moved;
        self.stale_commits += other.stale_commits;
        self.timers_lost += other.timers_lost;
    }
}
