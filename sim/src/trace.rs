//! What happened in a schedule: always as a hash, on demand as a numbered timeline in words.

use std::fmt::Display;

use contracts::time::Timestamp;
use db::Digest;

#[derive(Debug, Default)]
pub struct Trace {
    hash: Digest,
    steps: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// With `words`, the timeline is kept too.
    pub fn new(words: bool) -> Self {
        Self {
            lines: words.then(Vec::new),
            ..Self::default()
        }
    }

    /// Notes something that happened: numbers for the hash, words for the reader.
    pub fn note<W: Display>(&mut self, now: Timestamp, facts: &[i64], words: impl FnOnce() -> W) {
        self.steps += 1;
        self.hash.bytes(&now.micros().to_le_bytes());
        for fact in facts {
            self.hash.bytes(&fact.to_le_bytes());
        }
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{:>5}  {now}  {}", self.steps, words()));
        }
    }

    pub fn hash(&self) -> u64 {
        self.hash.value()
    }

    pub fn steps(&self) -> u64 {
        self.steps
    }

    pub fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
