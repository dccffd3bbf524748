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
mod user;

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

/// A bug with its name, the invariant that must see it, and what is wrong in words.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub bug: Bug,
    pub seen_by: &'static str,
    pub words: &'static str,
}

const fn entry(name: &'static str, bug: Bug, seen_by: &'static str, words: &'static str) -> Entry {
    Entry {
        name,
        bug,
        seen_by,
        words,
    }
}

#[rustfmt::skip]
pub const BUGS: &[Entry] = &[
    entry("publish-before-commit", Bug::Loop(LoopBug::PublishBeforeCommit), "I10",
          "events leave before the commit that a crash then prevents"),
    entry("no-outbox", Bug::Loop(LoopBug::NoOutbox), "I9",
          "events are published from memory after the commit"),
    entry("cursor-skips", Bug::Loop(LoopBug::CursorSkips), "I9",
          "the relay's cursor passes an event that it did not publish"),
    entry("position-before-effect", Bug::Loop(LoopBug::PositionBeforeEffect), "I7",
          "positions are committed before what was read has its effect"),
    entry("epoch-not-raised", Bug::Loop(LoopBug::EpochNotRaised), "I19",
          "a start takes the writer over without raising its epoch"),
    entry("neighbours-lost", Bug::Loop(LoopBug::NeighboursLost), "I7",
          "a batch with one bad input is dropped whole"),
    entry("reply-before-commit", Bug::Loop(LoopBug::ReplyBeforeCommit), "I1",
          "the client hears of an order before it is durable"),
    entry("scans-too-late", Bug::Loop(LoopBug::ScansTooLate), "I17",
          "a start looks for deadlines only from the newest order on"),
    entry("relay-marks-first", Bug::Loop(LoopBug::RelayMarksFirst), "I9",
          "the relay marks what it is about to publish, and dies"),
    entry("position-too-far", Bug::Loop(LoopBug::PositionTooFar), "I8",
          "the position after the last event of a topic is one too far"),
    entry("redrives-one", Bug::Loop(LoopBug::RedrivesOne), "I16",
          "of a parked key one event is taken up again, and the rest is forgotten"),
    entry("unknown-taken-for-done", Bug::Loop(LoopBug::UnknownTakenForDone), "I1",
          "a commit of unknown outcome is answered as if it stood"),
    entry("stuck-behind-poison", Bug::Loop(LoopBug::StuckBehindPoison), "I16",
          "an event that fails for good is tried again for ever, and holds all others up"),
    entry("closes-silently", Bug::User(UserBug::ClosesSilently), "I13",
          "an account is closed, and nobody is told"),
    entry("keeps-account", Bug::User(UserBug::KeepsAccount), "I1",
          "an account that was to be closed is answered closed, and stays"),
    entry("restores-twice", Bug::Product(ProductBug::RestoresTwice), "I3",
          "an undo heard again puts stock back again"),
    entry("wrong-direction", Bug::Product(ProductBug::WrongDirection), "I7",
          "an undo is written into the ledger as a return"),
    entry("forgets-refusal", Bug::Product(ProductBug::ForgetsRefusal), "I9",
          "a refused step leaves no fence and is decided anew"),
    entry("counts-lines-twice", Bug::Product(ProductBug::CountsLinesTwice), "I3",
          "two lines of one product are taken twice and written down once"),
    entry("oversells", Bug::Product(ProductBug::Oversells), "I4",
          "a shelf that is short is sold from all the same"),
    entry("takes-some", Bug::Product(ProductBug::TakesSome), "I7",
          "an order that is refused keeps the lines that could be had"),
    entry("answers-again", Bug::Product(ProductBug::AnswersAgain), "I9",
          "an undo heard again is acknowledged again"),
    entry("returns-short", Bug::Product(ProductBug::ReturnsShort), "I7",
          "a refund brings one piece less back than it says"),
    entry("ranks-refunded", Bug::Product(ProductBug::RanksRefunded), "I13",
          "what was refunded stays in the ranking"),
    entry("ranks-again", Bug::Product(ProductBug::RanksAgain), "I13",
          "an order that is heard of again counts again in the ranking"),
    entry("remembers-twice", Bug::Product(ProductBug::RemembersTwice), "I8",
          "a step is remembered by the fence beside its ledger rows"),
    entry("ignores-expected-price", Bug::Product(ProductBug::IgnoresExpectedPrice), "I18",
          "an order is sold at another price than its customer expects"),
    entry("keeps-coupon", Bug::Promotion(PromotionBug::KeepsCoupon), "I7",
          "an undo is acknowledged while the coupon stays used"),
    entry("coupon-forgets-void", Bug::Promotion(PromotionBug::ForgetsVoid), "I7",
          "an undo that comes first leaves no fence"),
    entry("shares-coupon", Bug::Promotion(PromotionBug::SharesCoupon), "I6",
          "a coupon that one order uses is taken by another"),
    entry("issues-past-cap", Bug::Promotion(PromotionBug::IssuesPastCap), "I6",
          "a coupon is issued more often than there are pieces"),
    entry("counts-refused", Bug::Promotion(PromotionBug::CountsRefused), "I6",
          "an issue that is refused uses a number up"),
    entry("retakes-returned", Bug::Promotion(PromotionBug::RetakesReturned), "I6",
          "an order whose coupon came back with a refund takes it again when it is heard again"),
    entry("forgets-closed", Bug::Promotion(PromotionBug::ForgetsClosed), "I13",
          "that a user has left is heard and not written down"),
    entry("revives-expired", Bug::Promotion(PromotionBug::RevivesExpired), "I6",
          "a coupon that expired while an order used it comes back good"),
    entry("skips-refund", Bug::Payment(PaymentBug::SkipsUndo), "I5",
          "an undo is acknowledged and gives nothing back"),
    entry("rounds-refund", Bug::Payment(PaymentBug::RoundsRefund), "I5",
          "an undo gives back hundreds only"),
    entry("forgets-discount", Bug::Payment(PaymentBug::ForgetsDiscount), "I18",
          "the price is computed anew, without the discount"),
    entry("payment-forgets-void", Bug::Payment(PaymentBug::ForgetsVoid), "I5",
          "an undo that comes first leaves no fence"),
    entry("loses-ledger-row", Bug::Payment(PaymentBug::LosesLedgerRow), "I5",
          "a charge changes the balance and leaves no row"),
    entry("loses-return", Bug::Payment(PaymentBug::LosesReturn), "I5",
          "a refund changes the balance and leaves no row"),
    entry("charge-forgets-key", Bug::Payment(PaymentBug::ForgetsKey), "I11",
          "a charge leaves no idempotency row"),
    entry("forgets-key", Bug::Order(OrderBug::ForgetsKey), "I11",
          "an order leaves no idempotency row"),
    entry("answers-other-body", Bug::Order(OrderBug::AnswersOtherBody), "I11",
          "a key used for another request gets the first one's answer"),
    entry("expires-completed", Bug::Order(OrderBug::ExpiresCompleted), "I2",
          "a deadline cancels an order that is completed"),
    entry("confirms-cancelled", Bug::Order(OrderBug::ConfirmsCancelled), "I2",
          "a payment that comes late completes a cancelled order"),
    entry("loses-early-undo", Bug::Order(OrderBug::LosesEarlyUndo), "I7",
          "an undo heard before the cancellation is not counted"),
    entry("loses-audit", Bug::Order(OrderBug::LosesAudit), "I12",
          "a step that was heard leaves no audit row"),
    entry("owes-no-coupon", Bug::Order(OrderBug::OwesNoCoupon), "I7",
          "a cancellation does not ask for the coupon back"),
    entry("refunds-too-much", Bug::Order(OrderBug::RefundsTooMuch), "I18",
          "a refund does not count what was given back before"),
    entry("forgets-return", Bug::Order(OrderBug::ForgetsReturn), "I7",
          "a return that was heard of is not counted"),
    entry("coupon-for-a-part", Bug::Order(OrderBug::CouponForAPart), "I18",
          "a refund of one line gives the coupon back"),
    entry("cancels-silently", Bug::Order(OrderBug::CancelsSilently), "I9",
          "an order is cancelled for its customer, and nobody is told"),
    entry("cancels-anyones", Bug::Order(OrderBug::CancelsAnyones), "I21",
          "a customer may cancel the order of another"),
    entry("settles-early", Bug::Order(OrderBug::SettlesEarly), "I7",
          "an order is compensated as soon as it is cancelled"),
    entry("refunded-early", Bug::Order(OrderBug::RefundedEarly), "I7",
          "a refund is done with the first return that is in"),
    entry("breaks-chain", Bug::Order(OrderBug::BreaksChain), "I12",
          "a batch of the audit is sealed as if it were the writer's first"),
    entry("leaves-unsealed", Bug::Order(OrderBug::LeavesUnsealed), "I12",
          "a batch with a single fact is left without a seal"),
];

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

pub fn named(name: &str) -> Option<&'static Entry> {
    BUGS.iter().find(|entry| entry.name == name)
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
