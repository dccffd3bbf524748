//! Planted bugs: mistakes that somebody could make, chosen by name at run time, to show that the
//! checkers see them. They are put around a service's functions or into the simulated loop; the
//! services themselves carry none, and a run without one decides as the services do.

use std::cell::Cell;
use std::marker::PhantomData;

use contracts::envelope::{Event, ServiceName};
use contracts::saga::Kinds;
use runtime::{Accept, Decision, Moment, Service};

use crate::coverage::{self, Seen};

mod order;
mod payment;
mod product;
mod promotion;
mod table;
mod user;

pub use table::{BUGS, Entry, named};

/// One planted bug, by where it sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    Loop(LoopBug),
    User(UserBug),
    Product(ProductBug),
    Promotion(PromotionBug),
    Payment(PaymentBug),
    Order(OrderBug),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopBug {
    PublishBeforeCommit,
    NoOutbox,
    CursorSkips,
    PositionBeforeEffect,
    EpochNotRaised,
    NeighboursLost,
    ReplyBeforeCommit,
    ScansTooLate,
    RelayMarksFirst,
    PositionTooFar,
    RedrivesOne,
    UnknownTakenForDone,
    StuckBehindPoison,
    DropsGate,
    NoGrace,
    DuplicateTakenForDone,
    LaterCommitWins,
    MixesPartitions,
    ParksElsewhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserBug {
    ClosesSilently,
    KeepsAccount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductBug {
    RestoresTwice,
    WrongDirection,
    ForgetsRefusal,
    CountsLinesTwice,
    Oversells,
    TakesSome,
    AnswersAgain,
    ReturnsShort,
    RanksRefunded,
    RanksAgain,
    RemembersTwice,
    IgnoresExpectedPrice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromotionBug {
    KeepsCoupon,
    ForgetsVoid,
    SharesCoupon,
    IssuesPastCap,
    CountsRefused,
    RetakesReturned,
    ForgetsClosed,
    RevivesExpired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentBug {
    SkipsUndo,
    RoundsRefund,
    ForgetsDiscount,
    ForgetsVoid,
    LosesLedgerRow,
    LosesReturn,
    ForgetsKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderBug {
    ForgetsKey,
    AnswersOtherBody,
    ExpiresCompleted,
    ConfirmsCancelled,
    LosesEarlyUndo,
    LosesAudit,
    OwesNoCoupon,
    RefundsTooMuch,
    ForgetsReturn,
    CouponForAPart,
    CancelsSilently,
    CancelsAnyones,
    SettlesEarly,
    RefundedEarly,
    BreaksChain,
    LeavesUnsealed,
}

/// A service that is watched, with a planted bug around it if one is chosen.
pub struct Planted<S>(PhantomData<fn() -> S>);

/// A service that a bug can be planted around.
pub trait Plant: Seen {
    /// Decides as the bug would. Bugs of others decide as the service does.
    fn spoil(
        bug: Bug,
        rows: &mut Self::Rows,
        input: &Self::Input,
        at: &Moment,
    ) -> Decision<Self::Reply>;

    /// Closes a batch as the bug would.
    fn spoil_close(_bug: Bug, rows: &mut Self::Rows, at: &Moment) {
        Self::close(rows, at);
    }
}

thread_local! {
    /// `Service` has no instances, so the choice cannot be a field. A schedule stays on one
    /// thread and chooses before each batch.
    static CHOSEN: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// What `Planted` does from now on, on this thread.
pub fn choose(bug: Option<Bug>) {
    CHOSEN.set(bug);
}

impl<S: Plant> Service for Planted<S> {
    const NAME: ServiceName = S::NAME;
    const CONSUMER: &'static str = S::CONSUMER;
    type Input = S::Input;
    type Rows = S::Rows;
    type Reply = S::Reply;

    fn hears() -> Kinds {
        S::hears()
    }

    fn accept(event: &Event) -> Accept<Self::Input> {
        S::accept(event)
    }

    fn ask(rows: &mut Self::Rows, input: &Self::Input) {
        S::ask(rows, input);
    }

    fn decide(rows: &mut Self::Rows, input: &Self::Input, at: &Moment) -> Decision<Self::Reply> {
        coverage::meet::<S>(rows, input);
        match CHOSEN.get() {
            Some(bug) => S::spoil(bug, rows, input, at),
            None => S::decide(rows, input, at),
        }
    }

    fn ask_close(rows: &mut Self::Rows, writer: i64) {
        S::ask_close(rows, writer);
    }

    fn close(rows: &mut Self::Rows, at: &Moment) {
        match CHOSEN.get() {
            Some(bug) => S::spoil_close(bug, rows, at),
            None => S::close(rows, at),
        }
    }
}
