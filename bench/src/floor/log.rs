//! A log in one file: five events an order, one write and one fdatasync a batch.

use std::fs::File;
use std::io::Write;

use super::{Drawn, Flags, Meter, Took};

const EVENTS: usize = 5;
/// An event with integer ids, as a compact encoding writes it, and its length and checksum.
const EVENT_BYTES: usize = 33;

pub fn run(flags: &Flags) -> anyhow::Result<Took> {
    let mut file = File::create(flags.folder.join("floor.log"))?;
    let (mut drawn, mut batch) = (Drawn(7), Vec::new());
    let meter = Meter::start()?;
    let mut left = flags.orders;
    while left > 0 {
        let orders = left.min(flags.batch);
        batch.clear();
        for _ in 0..orders {
            for _ in 0..EVENTS {
                let id = drawn.below(u64::MAX).to_le_bytes();
                batch.extend(id.iter().cycle().take(EVENT_BYTES));
            }
        }
        file.write_all(&batch)?;
        file.sync_data()?;
        left -= orders;
    }
    meter.end(flags.orders)
}
