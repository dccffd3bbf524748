//! Where an order's saga stands: what is owed after a cancellation and what is acknowledged.

use contracts::events::order::OrderStatus;
use contracts::http::saga::SagaState;
use contracts::saga::Steps;

/// Who owes an undo and who has said that it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub status: OrderStatus,
    pub owed: Steps,
    /// In any state: topics overtake each other, so an undo may be heard of before its cause.
    pub acknowledged: Steps,
}

impl Progress {
    /// Nothing was done yet, so nothing is owed.
    pub const OPEN: Self = Self {
        status: OrderStatus::Pending,
        owed: Steps::NONE,
        acknowledged: Steps::NONE,
    };

    pub fn state(self) -> SagaState {
        match self.status {
            OrderStatus::Pending => SagaState::Running,
            OrderStatus::Completed => SagaState::Completed,
            OrderStatus::Cancelled if self.missing().is_empty() => SagaState::Compensated,
            OrderStatus::Cancelled => SagaState::Compensating,
        }
    }

    /// The steps whose undo is owed and was not heard of yet.
    pub fn missing(self) -> Steps {
        self.owed.minus(self.acknowledged)
    }
}
