//! How many orders are under way: those accepted, less those the shop says it has ended. Keeps a
//! stream of accepted orders from running away from the loops behind it.

use std::cell::Cell;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::Notify;

use super::counters::Counters;
use super::wire::Wire;

const LOOK: Duration = Duration::from_millis(5);
/// The last orders take milliseconds; a minute of looks means that one never ends.
const LOOKS_AT_THE_END: u32 = 12_000;

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
