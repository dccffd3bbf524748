//! Offering a coupon and issuing it, first come, first served: the count on the coupon's row is
//! the only queue, so numbers have no gaps and nobody gets a piece too many.

use contracts::events::promotion::CouponIssued;
use contracts::http::promotion::CouponStatus;
use contracts::ids::{CouponId, UserCouponId};
use contracts::time::Timestamp;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::Reply;
use crate::domain::refusal::Refusal;
use crate::input::{CloseUser, CreateCoupon, IssueCoupon, SetStatus};
use crate::store::{ClosedUser, Coupon, CouponIssue, Rows, State, Status, UserCoupon};

/// What both commands are answered with, kept beside their keys.
const CREATED: u16 = 201;

/// A piece of a coupon as it was issued.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Issued {
    pub user_coupon_id: UserCouponId,
    pub sequence_no: i64,
    pub expires_at: Timestamp,
}

pub(super) fn create_coupon(
    rows: &mut Rows,
    command: &CreateCoupon,
    at: &Moment,
) -> Decision<Reply> {
    match idempotency::seen(&rows.idempotency, &command.key, at.now) {
        Seen::New => {}
        Seen::OtherRequest => return refuse(Refusal::KeyReused),
        Seen::Before(used) => {
            return match rows.coupon.get(&CouponId::new(used.reference)) {
                Some(coupon) => created(coupon.as_created(), true),
                // A key tells of a coupon, and coupons are never taken away.
                None => refuse(Refusal::CouponNotFound),
            };
        }
    }
    let coupon = Coupon::new(command.id, &command.terms, at.now);
    rows.coupon.add(coupon.clone());
    idempotency::remember(
        &mut rows.idempotency,
        &command.key,
        command.id.get(),
        CREATED,
        at.now,
    );
    created(coupon, false)
}

/// Ends the issue, or takes it up again; what was issued stays good either way.
pub(super) fn set_status(rows: &mut Rows, command: SetStatus) -> Decision<Reply> {
    let Some(coupon) = rows.coupon.get(&command.coupon_id) else {
        return refuse(Refusal::CouponNotFound);
    };
    let status = match command.status {
        CouponStatus::Active => Status::Active,
        CouponStatus::Disabled => Status::Disabled,
    };
    let mut after = coupon.clone();
    if after.status != status {
        after.status = status;
        after.version += 1;
        rows.coupon.put(after.clone());
    }
    Decision::reply(Reply::Changed(Box::new(after)))
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
        CREATED,
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

fn created(coupon: Coupon, replayed: bool) -> Decision<Reply> {
    Decision::reply(Reply::Created {
        coupon: Box::new(coupon),
        replayed,
    })
}

fn refuse(refusal: Refusal) -> Decision<Reply> {
    Decision::reply(Reply::Refused(refusal))
}
