//! The shipped loop, its handles and the event log, in many orders of their threads' steps: shuttle
//! runs one thread at a time and chooses at each lock, atomic, channel and wake-up who goes next.
//! No timer runs (see platform/sync), so that whoever waits is woken by what it waits for, or the
//! run ends as a deadlock. `cargo xtask interleave` builds and runs this.

mod commands;
mod explore;
mod killed;
mod pausing;
mod relay;
mod services;
mod set_aside;
mod stage;
mod waiting;
