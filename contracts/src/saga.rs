//! The sagas in one place: who hears what, does what and says what. The runtime subscribes and
//! checks services by this table; the tests, the simulator and the drawings read it too. How a
//! step is done is its service's matter.

use std::sync::LazyLock;

use crate::envelope::ServiceName;
use crate::events::Kind;

mod check;
mod draw;
mod kinds;
mod step;
mod table;
mod wiring;

pub use check::{Defect, check};
pub use draw::{mermaid, readme_lines};
pub use kinds::Kinds;
pub use step::{Direction, Step, Steps};
pub use table::{Announcement, Command, Follow, Form, Row, Saga, Table};
use wiring::Wiring;

/// Reads rows as they are said. A row that lists several events says one of them: the first when
/// its step is done, another when it is refused. An undo's causes are derived, not written.
macro_rules! saga {
    (
        $(saga $saga:ident {
            $($service:ident $verb:ident $first:tt $(=> $then:tt)+ ;)*
        })*
        $(follow $($follower:ident),+ on [$($followed:ident),*] => $effect:literal ;)*
        $(announce $publisher:ident [$($news:ident),*] ;)*
    ) => {
        /// The table as a value, so that a test can break a copy of it.
        pub fn table() -> Table {
            Table {
                sagas: vec![$(Saga {
                    name: stringify!($saga),
                    rows: vec![$(saga!(@row $service $verb $first $($then)+)),*],
                }),*],
                follows: vec![$(Follow {
                    services: vec![$(ServiceName::$follower),+],
                    hears: vec![$(Kind::$followed),*],
                    step: Step::named($effect),
                }),*],
                announcements: vec![$(Announcement {
                    service: ServiceName::$publisher,
                    says: vec![$(Kind::$news),*],
                }),*],
            }
        }
    };
    (@row $service:ident command $command:literal [$($said:ident),*]) => {
        saga!(@form $service Form::Command(Command::named($command)), $($said)*)
    };
    (@row $service:ident on [$($heard:ident),*] $step:literal [$($said:ident),*]) => {
        saga!(@form $service Form::On {
            hears: vec![$(Kind::$heard),*],
            step: Step::named($step),
        }, $($said)*)
    };
    (@row $service:ident undo $step:literal [$($said:ident),*]) => {
        saga!(@form $service Form::Undo(Step::named($step)), $($said)*)
    };
    (@form $service:ident $form:expr, $($said:ident)*) => {
        Row { service: ServiceName::$service, form: $form, says: vec![$(Kind::$said),*] }
    };
}

saga! {
    // Its id is the order's.
    saga order {
        Order     command "place"           => [OrderCreated];
        Order     command "cancel"          => [OrderCancelled];
        Order     command "deadline"        => [OrderCancelled];
        Order     command "operator cancel" => [OrderCancelled];

        Product   on [OrderCreated]     => "deduct stock"  => [StockDeducted, StockDeductionFailed];
        // Without a coupon: applied, with discount 0.
        Promotion on [StockDeducted]    => "apply coupon"  => [CouponApplied, CouponRejected];
        // With 0 won to pay: completed, without a ledger row.
        Payment   on [CouponApplied]    => "pay points"    => [PaymentCompleted, PaymentFailed];
        Order     on [PaymentCompleted] => "confirm order" => [OrderConfirmed];
        Order     on [StockDeducted, CouponApplied] => "record step" => [];

        Order     on [StockDeductionFailed, CouponRejected, PaymentFailed]
                                        => "cancel order"  => [OrderCancelled];
        Product   undo "deduct stock"   => [StockRestored];
        Promotion undo "apply coupon"   => [CouponRestored];
        Payment   undo "pay points"     => [PaymentRefunded];
        Order     on [StockRestored, CouponRestored, PaymentRefunded] => "record undo" => [];
    }

    // Its id is the refund's, its key the order's. Decided whole by Order and never refused
    // afterwards, so it has no undo; it is finished when the last return owed is in.
    saga refund {
        Order     command "refund"      => [RefundRequested];
        // An operator's word instead of a return that never comes.
        Order     command "resolve"     => [OrderRefunded];

        Product   on [RefundRequested]  => "return stock"  => [StockReturned];
        Promotion on [RefundRequested]  => "return coupon" => [CouponReturned];
        Payment   on [RefundRequested]  => "return points" => [PointsReturned];
        Order     on [StockReturned, CouponReturned, PointsReturned]
                                        => "finish refund" => [OrderRefunded];
    }

    // Followers say nothing and owe nothing.
    follow Order, Payment, Promotion on [UserDeactivated] => "close user";
    follow Product on [OrderConfirmed, OrderRefunded] => "rank";
    follow Order on [
        ProductChanged, StockDeducted, StockDeductionFailed, StockRestored, StockReturned
    ] => "remember stock";

    // Said on a command, outside any saga.
    announce User      [UserRegistered, UserDeactivated];
    announce Product   [ProductChanged];
    announce Payment   [PointCharged];
    announce Promotion [CouponIssued];
}

static WIRING: LazyLock<Wiring> = LazyLock::new(|| Wiring::of(&table()));

/// What a service subscribes to.
pub fn hears(service: ServiceName) -> Kinds {
    WIRING.hears[service.index()]
}

/// Everything that a service ever says.
pub fn says(service: ServiceName) -> Kinds {
    WIRING.says[service.index()]
}

/// What a service may say in answer to an event; to none, in answer to a command or a timer.
pub fn allowed(service: ServiceName, heard: Option<Kind>) -> Kinds {
    match heard {
        Some(heard) => WIRING.answers[service.index()][heard.index()],
        None => WIRING.unprompted[service.index()],
    }
}

/// The step that a service takes or undoes when it hears an event, for labels; a saga's step goes
/// before a follower's.
pub fn step_on(service: ServiceName, heard: Kind) -> Option<(Step, Direction)> {
    WIRING.taken[service.index()][heard.index()]
}

/// The events that make a step's service undo it: the failures of every later step, and the
/// cancellation.
pub fn undo_causes(step: Step) -> Kinds {
    WIRING.undo_causes[step.index()]
}

/// The steps that may stand after this event and must then be undone. Without a coupon nothing
/// was applied, so nobody owes its return.
pub fn owed_after(cause: Kind, has_coupon: bool) -> Steps {
    let owed = WIRING.owed[cause.index()];
    if has_coupon {
        owed
    } else {
        owed.without(Step::ApplyCoupon)
    }
}

/// What is said when a step is done.
pub fn done_by(step: Step) -> Option<Kind> {
    WIRING.done_by[step.index()]
}

/// What is said when a step is undone.
pub fn undone_by(step: Step) -> Option<Kind> {
    WIRING.undone_by[step.index()]
}

/// The step that a fact answers, done or refused (do) or taken back (undo); none for a fact that
/// opens a saga or stands outside.
pub fn fact_step(kind: Kind) -> Option<(Step, Direction)> {
    WIRING.fact_step[kind.index()]
}

/// The failures, which cancel the order and undo what stands.
pub fn failures() -> Kinds {
    WIRING.failures
}

/// The events that end a saga.
pub fn ends() -> Kinds {
    WIRING.ends
}

/// The steps still ahead after this event, if nothing fails; after a failure, the cancelling.
pub fn remaining_steps(after: Kind) -> Steps {
    WIRING.remaining[after.index()]
}

#[cfg(test)]
mod tests;
