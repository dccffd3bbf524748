//! What Promotion does: one match over its inputs. Prices come with the events; nothing is priced
//! here but the discount, and that once per order.

use runtime::{Decision, Moment};

use crate::domain::refusal::Refusal;
use crate::input::Input;
use crate::store::{Coupon, Rows};

/// The steps of the sagas and their undo.
mod coupon;

/// First come, first served.
mod issue;

/// The shop's commands.
mod offer;

pub use issue::Issued;

/// What the sender of a command gets back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The coupon as it was created, whatever became of it since.
    Created {
        coupon: Box<Coupon>,
        replayed: bool,
    },
    /// The coupon as the change left it.
    Changed(Box<Coupon>),
    Issued {
        issued: Issued,
        replayed: bool,
    },
    Refused(Refusal),
}

pub fn decide(rows: &mut Rows, input: &Input, at: &Moment) -> Decision<Reply> {
    match input {
        Input::ApplyCoupon(order) => coupon::apply_coupon(rows, order, at),
        Input::RestoreCoupon(undo) => coupon::restore_coupon(rows, undo, at),
        Input::ReturnCoupon(refund) => coupon::return_coupon(rows, refund, at),
        Input::CloseUser(closed) => issue::close_user(rows, closed),
        Input::CreateCoupon(command) => offer::create_coupon(rows, command, at),
        Input::UpdateCoupon(command) => offer::update_coupon(rows, command),
        Input::IssueCoupon(command) => issue::issue_coupon(rows, command, at),
    }
}

fn refuse(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}

#[cfg(test)]
mod tests;
