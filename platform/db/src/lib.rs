//! The write side's storage: row shapes, the rows of one batch, and one transaction over them.
//! This crate holds the only SQL of the write side, made from row shapes. It knows no business
//! word and decides nothing: what rows mean is the services' affair.

pub mod cell;
pub mod row;
pub mod table;

mod digest;
mod failed;
mod kept;
mod maps;
mod migrate;
mod sqlite;
mod store;
mod system;
mod tx;

pub use cell::{Cell, Column, Json, Unreadable};
pub use digest::Digest;
pub use failed::Failed;
pub use kept::Keep;
pub use maps::Maps;
pub use migrate::{Migration, Migrations};
pub use row::{Key, Prefix, Row, Shape};
pub use sqlite::{OpenError, Reader, Readers, Sqlite, WAL_ALARM_BYTES, WalWatch};
pub use store::Store;
pub use system::{
    Consumed, Discarded, Fence, Idempotency, Outbox, OutboxId, Parked, Standing, System, Writer,
};
pub use table::{AnyTable, Rows, Table};
pub use tx::{Db, Forgotten, Tx};
