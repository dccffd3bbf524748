//! Issuing coupons, first come, first served: the count on the coupon's row is the only queue, so
//! numbers have no gaps and nobody gets a piece too many.

use contracts::events::promotion::CouponIssued;
use contracts::ids::UserCouponId;
use contracts::time::Timestamp;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::{Reply, refuse};
use crate::domain::refusal::Refusal;
use crate::input::{CloseUser, IssueCoupon};
use crate::store::{ClosedUser, Coupon, CouponIssue, Rows, State, Status, UserCoupon};

/// What an issue is answered with, kept beside its key.
const ISSUED: u16 = 201;

/// A piece of a coupon as it was issued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Issued {
    pub user_coupon_id: UserCouponId,
    pub sequence_no: i64,
    pub expires_at: Timestamp,
}

/// A key that was answered comes first: whatever holds now, the first answer stands.
pub(super) fn issue_coupon(rows: &mut Rows, command: &IssueCoupon, at: &Moment) -> Decision<Reply> {
    match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::New => {}
        Seen::OtherRequest => return refuse(Refusal::KeyReused),
        Seen::Before(used) => {
            let made = UserCouponId::new(used.reference);
            return match issued_before(rows, command, made) {
                Some(issued) => Decision::reply(Reply::Issued {
                    issued,
                    replayed: true,
                }),
                None => refuse(Refusal::CouponNotFound),
            };
        }
    }
    let sequence_no = match next_number(rows, command, at.now) {
        Ok(sequence_no) => sequence_no,
        Err(refusal) => return refuse(refusal),
    };
    let Some(coupon) = rows.coupon.get_mut(&command.coupon_id) else {
        return refuse(Refusal::CouponNotFound);
    };
    coupon.issued = sequence_no;
    coupon.version += 1;
    let held = fresh(coupon, command, at.now);
    let issued = Issued {
        user_coupon_id: held.user_coupon_id,
        sequence_no,
        expires_at: held.valid_to,
    };
    rows.coupon_issue.put(CouponIssue {
        coupon_id: command.coupon_id,
        user_id: command.user_id,
        user_coupon_id: held.user_coupon_id,
        sequence_no,
        at: at.now,
    });
    let said = CouponIssued {
        coupon_id: command.coupon_id,
        user_coupon_id: held.user_coupon_id,
        user_id: command.user_id,
        sequence_no,
        expires_at: held.valid_to,
    };
    let version = held.version;
    let reference = held.user_coupon_id.get();
    rows.user_coupon.add(held);
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        reference,
        ISSUED,
        at.now,
    );
    Decision::say(version, said.into()).and_reply(Reply::Issued {
        issued,
        replayed: false,
    })
}

pub(super) fn close_user(rows: &mut Rows, closed: &CloseUser) -> Decision<Reply> {
    if rows.closed_user.get(&closed.user_id).is_some() {
        return Decision::repeat();
    }
    rows.closed_user.put(ClosedUser {
        user_id: closed.user_id,
        at: closed.at,
    });
    Decision::quiet()
}

/// The number the next piece has, if this user may have it now.
fn next_number(rows: &Rows, command: &IssueCoupon, now: Timestamp) -> Result<i64, Refusal> {
    if rows.closed_user.get(&command.user_id).is_some() {
        return Err(Refusal::UserClosed);
    }
    let coupon = rows
        .coupon
        .get(&command.coupon_id)
        .ok_or(Refusal::CouponNotFound)?;
    let open = match coupon.status {
        Status::Active => coupon.issue_from <= now && now <= coupon.issue_to,
        Status::Disabled => false,
    };
    if !open {
        return Err(Refusal::NotIssuePeriod);
    }
    if rows
        .coupon_issue
        .get(&(command.coupon_id, command.user_id))
        .is_some()
    {
        return Err(Refusal::AlreadyIssued);
    }
    if coupon.issued >= coupon.total_quantity {
        return Err(Refusal::SoldOut);
    }
    Ok(coupon.issued + 1)
}

fn fresh(coupon: &Coupon, command: &IssueCoupon, now: Timestamp) -> UserCoupon {
    UserCoupon {
        user_id: command.user_id,
        user_coupon_id: command.user_coupon_id,
        coupon_id: command.coupon_id,
        state: State::Available,
        order_id: None,
        valid_from: coupon.valid_from,
        valid_to: coupon.good_until(now),
        issued_at: now,
        used_at: None,
        version: 1,
    }
}

/// The first answer to a key, from the rows that the command made.
fn issued_before(rows: &Rows, command: &IssueCoupon, made: UserCouponId) -> Option<Issued> {
    let issue = rows
        .coupon_issue
        .get(&(command.coupon_id, command.user_id))?;
    let held = rows.user_coupon.get(&(command.user_id, made))?;
    Some(Issued {
        user_coupon_id: made,
        sequence_no: issue.sequence_no,
        expires_at: held.valid_to,
    })
}
