//! Why a command is refused. Orders are not refused with these: a step's refusal is an event.

use contracts::ids::ProductId;

use super::stock::Level;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no product {0}")]
    NoSuchProduct(ProductId),
    #[error("only {} pieces are left", left.quantity)]
    BelowZero { left: Level },
    #[error("a shelf holds at most {} pieces", super::stock::FULL)]
    ShelfFull,
    #[error("the idempotency key was used for another request")]
    KeyReused,
}
