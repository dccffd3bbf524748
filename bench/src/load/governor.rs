//! How many orders are under way: those accepted, less those the shop says it has ended. Keeps a
//! stream of accepted orders from running away from the loops behind it.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::Notify;

use super::wire::Wire;

const METRICS: &[u8] = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LOOK: Duration = Duration::from_millis(5);
/// The last orders take milliseconds; a minute of looks means that one never ends.
const LOOKS_AT_THE_END: u32 = 12_000;

/// What the shop counts of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    pub transactions: f64,
    pub completed: f64,
    /// Events that a loop has not read yet.
    pub lag: f64,
}

impl Counters {
    pub async fn read(wire: &mut Wire) -> anyhow::Result<Self> {
        let reply = wire.exchange(METRICS).await?;
        let text = std::str::from_utf8(reply.body).context("metrics are text")?;
        let mut counters = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                continue;
            };
            if name.starts_with("jangteo_batches_total") {
                counters.transactions += value;
            } else if name.starts_with("jangteo_consumer_lag{") {
                counters.lag += value;
            } else if name.contains("step=\"confirm order\",direction=\"do\"") {
                counters.completed += value;
            }
        }
        Ok(counters)
    }

    pub fn since(self, before: Self) -> Self {
        Self {
            transactions: self.transactions - before.transactions,
            completed: self.completed - before.completed,
            lag: self.lag,
        }
    }
}

/// Lets senders go on while fewer orders than its window are under way.
pub struct Governor {
    window: u64,
    /// What had ended before the first of these orders was sent.
    before: f64,
    accepted: Cell<u64>,
    completed: Cell<u64>,
    room: Notify,
}

impl Governor {
    pub async fn begin(port: u16, window: u64) -> anyhow::Result<Self> {
        let mut wire = Wire::connect(port).await?;
        Ok(Self {
            window,
            before: Counters::read(&mut wire).await?.completed,
            accepted: Cell::new(0),
            completed: Cell::new(0),
            room: Notify::new(),
        })
    }

    pub fn accept(&self, orders: u64) {
        self.accepted.set(self.accepted.get() + orders);
    }

    pub fn accepted(&self) -> u64 {
        self.accepted.get()
    }

    pub async fn until_room(&self) {
        while self.under_way() >= self.window {
            self.room.notified().await;
        }
    }

    /// Looks again and again at what has ended, until `is_over` and everything has.
    pub async fn watch(&self, port: u16, is_over: impl Fn() -> bool) -> anyhow::Result<()> {
        let mut wire = Wire::connect(port).await?;
        let (mut tick, mut looks) = (tokio::time::interval(LOOK), 0);
        while looks < LOOKS_AT_THE_END {
            tick.tick().await;
            let completed = Counters::read(&mut wire).await?.completed - self.before;
            self.completed.set(completed as u64);
            self.room.notify_waiters();
            looks += u32::from(is_over());
            if is_over() && self.under_way() == 0 {
                return Ok(());
            }
        }
        bail!("{} accepted orders did not end", self.under_way())
    }

    fn under_way(&self) -> u64 {
        self.accepted.get().saturating_sub(self.completed.get())
    }
}
