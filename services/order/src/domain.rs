//! What Order knows of orders: how prices come to their lines, where their sagas stand, and why
//! a command is refused. Pure; what is kept of it is the store's matter.

use contracts::problem::Code;

mod price;
mod progress;
mod refund;

pub use price::{Frozen, Priced, asked};
pub use progress::Progress;
pub use refund::{Refunded, given_back, refund};

/// Why Order does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    #[error("the account is closed")]
    UserClosed,
    /// Nobody's, or somebody else's: a stranger cannot tell.
    #[error("there is no such order")]
    OrderNotFound,
    #[error("the order has ended already")]
    OrderNotCancellable,
    #[error("the order was not completed")]
    OrderNotRefundable,
    #[error("more than is left of the order")]
    RefundExceeds,
    #[error("the saga waits for nothing")]
    SagaNotResolvable,
}

impl Refusal {
    /// What the caller is told.
    pub const fn code(self) -> Code {
        match self {
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::UserClosed => Code::UserClosed,
            Self::OrderNotFound => Code::OrderNotFound,
            Self::OrderNotCancellable => Code::OrderNotCancellable,
            Self::OrderNotRefundable => Code::OrderNotRefundable,
            Self::RefundExceeds => Code::RefundExceeds,
            Self::SagaNotResolvable => Code::SagaNotResolvable,
        }
    }
}
