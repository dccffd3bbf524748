//! The least that each part of a durable order could cost on this machine, with nothing of the
//! shop around it.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::{Deserialize, Serialize};

pub mod http;
pub mod log;
pub mod sqlite;

/// The saga's transactions of one order, each in a database of its own.
pub const STAGES: f64 = 5.0;

/// How much a floor writes.
#[derive(Args, Clone, Debug)]
pub struct Flags {
    pub folder: PathBuf,
    /// Orders in all.
    #[arg(long)]
    pub orders: u64,
    /// Orders that share a commit.
    #[arg(long)]
    pub batch: u64,
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Took {
    pub orders: u64,
    pub seconds: f64,
    pub cpu_seconds: f64,
    pub bytes: u64,
}

/// Seconds, CPU and bytes of this process from here to `end`.
struct Meter {
    begun: Instant,
    before: crate::machine::Usage,
}

impl Meter {
    fn start() -> anyhow::Result<Self> {
        Ok(Self {
            before: crate::machine::Usage::of(std::process::id())?,
            begun: crate::machine::now(),
        })
    }

    fn end(self, orders: u64) -> anyhow::Result<Took> {
        let seconds = self.begun.elapsed().as_secs_f64();
        let used = crate::machine::Usage::of(std::process::id())?.since(self.before);
        Ok(Took {
            orders,
            seconds,
            cpu_seconds: used.cpu_seconds,
            bytes: used.bytes_written,
        })
    }
}

/// A fixed sequence of numbers that look drawn: every run of a floor writes the same rows.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % bound
    }
}
