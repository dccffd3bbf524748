//! What the shop offers: new coupons, and what may still change about them. Who gets a piece is
//! not decided here.

use contracts::ids::CouponId;
use runtime::idempotency::{self, Seen};
use runtime::{Decision, Moment};

use super::{Reply, refuse};
use crate::domain::refusal::Refusal;
use crate::input::{CreateCoupon, UpdateCoupon};
use crate::store::{Coupon, Rows};

/// What a creation is answered with, kept beside its key.
const CREATED: u16 = 201;

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

/// Disabling ends the issue only, and so does its end: what was issued stays good.
pub(super) fn update_coupon(rows: &mut Rows, command: &UpdateCoupon) -> Decision<Reply> {
    let Some(before) = rows.coupon.get(&command.coupon_id) else {
        return refuse(Refusal::CouponNotFound);
    };
    let after = match before.changed(&command.change) {
        Ok(after) => after,
        Err(refusal) => return refuse(refusal),
    };
    if after != *before {
        rows.coupon.put(after.clone());
    }
    Decision::reply(Reply::Changed(Box::new(after)))
}

fn created(coupon: Coupon, replayed: bool) -> Decision<Reply> {
    Decision::reply(Reply::Created {
        coupon: Box::new(coupon),
        replayed,
    })
}
