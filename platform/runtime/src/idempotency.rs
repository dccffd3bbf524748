//! Idempotency keys, kept by the service that owns the command, in the command's transaction.
//! Only an answer that changed something is kept; a refusal is decided anew.

use std::time::Duration;

use contracts::time::Timestamp;
use db::{Idempotency, Table};

/// How long a key is remembered.
pub(crate) const KEPT: Duration = Duration::from_secs(72 * 3600);

/// The key of one command, as its caller gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Caller, route and key.
    pub scope: String,
    /// Hash of method, path and body.
    pub fingerprint: Vec<u8>,
}

/// What is known of a key.
#[derive(Debug)]
pub enum Seen<'t> {
    New,
    /// The same request was answered: build that answer again.
    Before(&'t Idempotency),
    /// The key was used for another request.
    OtherRequest,
}

pub fn ask(table: &mut Table<Idempotency>, key: &KeyUse) {
    table.ask(key.scope.clone());
}

pub fn seen<'t>(table: &'t Table<Idempotency>, key: &KeyUse, now: Timestamp) -> Seen<'t> {
    match table.get(&key.scope) {
        Some(row) if now.since(row.at) > KEPT => Seen::New,
        Some(row) if row.fingerprint == key.fingerprint => Seen::Before(row),
        Some(_) => Seen::OtherRequest,
        None => Seen::New,
    }
}

/// Remembers what the command made, in the transaction that makes it.
pub fn remember(
    table: &mut Table<Idempotency>,
    key: &KeyUse,
    reference: i64,
    status: u16,
    at: Timestamp,
) {
    table.put(Idempotency {
        scope: key.scope.clone(),
        fingerprint: key.fingerprint.clone(),
        reference,
        status: i64::from(status),
        at,
    });
}
