//! "apply coupon", its undo, and "return coupon". The user's coupon row holds the order that uses
//! it and so is the fence of that use; the fence table keeps what the row does not show.

use contracts::events::Fact;
use contracts::events::product::StockDeducted;
use contracts::events::promotion::{
    CouponApplied, CouponCode, CouponRejected, CouponRestored, CouponReturned, FreedCoupon,
};
use contracts::ids::UserCouponId;
use contracts::money::Money;
use contracts::saga::Step;
use contracts::time::Timestamp;
use db::Standing;
use runtime::fence::{self, Do, Undo};
use runtime::{Decision, Moment};

use super::Reply;
use crate::domain::held::Held;
use crate::input::{RestoreCoupon, ReturnCoupon, Use};
use crate::store::Rows;

/// The version said where no user's coupon changed.
const NO_COUPON: i64 = 0;

/// Takes the coupon the order names and says what comes off each line; 0 where it names none.
pub(super) fn apply_coupon(rows: &mut Rows, order: &StockDeducted, at: &Moment) -> Decision<Reply> {
    let saga = order.order_id.into();
    match fence::may_do(standing(rows, Use::by(order))) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let Some(user_coupon_id) = order.user_coupon_id else {
        fence::remember(
            &mut rows.fence,
            saga,
            Step::ApplyCoupon,
            Standing::Applied,
            at.now,
        );
        return Decision::say(NO_COUPON, undiscounted(order).into());
    };
    match take(rows, order, user_coupon_id, at.now) {
        Ok((version, applied)) => Decision::say(version, applied.into()),
        Err(code) => {
            fence::remember(
                &mut rows.fence,
                saga,
                Step::ApplyCoupon,
                Standing::Refused,
                at.now,
            );
            let (order_id, user_id) = (order.order_id, order.user_id);
            let rejected = CouponRejected {
                order_id,
                user_id,
                user_coupon_id,
                code,
            };
            Decision::say(NO_COUPON, rejected.into())
        }
    }
}

/// Frees the coupon the order used, or says once that it used none.
pub(super) fn restore_coupon(
    rows: &mut Rows,
    undo: &RestoreCoupon,
    at: &Moment,
) -> Decision<Reply> {
    let used = undo.used;
    let left = match fence::may_undo(standing(rows, used)) {
        Undo::Repeat => return Decision::repeat(),
        Undo::Void => Standing::Void,
        Undo::Now => Standing::Undone,
    };
    let freed = free(rows, used, at.now);
    // The freed row no longer shows the order, whose late "apply coupon" must find nothing to do.
    fence::remember(
        &mut rows.fence,
        used.order_id.into(),
        Step::ApplyCoupon,
        left,
        at.now,
    );
    let order_id = used.order_id;
    tell(freed, |coupon| CouponRestored { order_id, coupon }.into())
}

/// Gives the coupon of a wholly refunded order back. Order decided it, so nothing is refused.
pub(super) fn return_coupon(
    rows: &mut Rows,
    refund: &ReturnCoupon,
    at: &Moment,
) -> Decision<Reply> {
    let ReturnCoupon {
        refund_id,
        used,
        whole_order,
    } = *refund;
    let saga = refund_id.into();
    match fence::may_do(fence::standing(&rows.fence, saga, Step::ReturnCoupon)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    fence::remember(
        &mut rows.fence,
        saga,
        Step::ReturnCoupon,
        Standing::Applied,
        at.now,
    );
    let freed = if whole_order {
        free(rows, used, at.now)
    } else {
        None
    };
    if freed.is_some() {
        let order = used.order_id.into();
        fence::remember(
            &mut rows.fence,
            order,
            Step::ApplyCoupon,
            Standing::Undone,
            at.now,
        );
    }
    let order_id = used.order_id;
    tell(freed, |coupon| {
        CouponReturned {
            order_id,
            refund_id,
            coupon,
        }
        .into()
    })
}

/// Uses the coupon for the order, if it is the user's and fits.
fn take(
    rows: &mut Rows,
    order: &StockDeducted,
    user_coupon_id: UserCouponId,
    now: Timestamp,
) -> Result<(i64, CouponApplied), CouponCode> {
    let key = (order.user_id, user_coupon_id);
    let held = rows
        .user_coupon
        .get(&key)
        .ok_or(CouponCode::CouponNotOwned)?;
    let used = held
        .held()
        .used(order.order_id, order.created_at, held.valid_to)?;
    let applied = rows
        .coupon
        .get(&held.coupon_id)
        .and_then(|coupon| coupon.offer().shares(order))
        .and_then(|shares| order.discounted(&shares))
        .ok_or(CouponCode::CouponNotApplicable)?;
    let held = rows
        .user_coupon
        .get_mut(&key)
        .ok_or(CouponCode::CouponNotOwned)?;
    held.become_held(used, now);
    Ok((held.version, applied))
}

/// Takes the coupon from the order that uses it; none where that order uses none.
fn free(rows: &mut Rows, used: Use, now: Timestamp) -> Option<(i64, FreedCoupon)> {
    let key = (used.user_id, used.user_coupon_id?);
    let held = rows.user_coupon.get(&key)?;
    let (freed, valid_to) = (
        held.held().freed(used.order_id, now, held.valid_to)?,
        held.valid_to,
    );
    let held = rows.user_coupon.get_mut(&key)?;
    held.become_held(freed, now);
    let status = freed.shown(now, valid_to);
    Some((
        held.version,
        FreedCoupon {
            user_coupon_id: held.user_coupon_id,
            status,
        },
    ))
}

fn tell(
    freed: Option<(i64, FreedCoupon)>,
    fact: impl FnOnce(Option<FreedCoupon>) -> Fact,
) -> Decision<Reply> {
    match freed {
        Some((version, coupon)) => Decision::say(version, fact(Some(coupon))),
        None => Decision::say(NO_COUPON, fact(None)),
    }
}

/// What is remembered of "apply coupon". The coupon row's word comes first.
fn standing(rows: &Rows, used: Use) -> Option<Standing> {
    let held = used
        .user_coupon_id
        .and_then(|user_coupon_id| rows.user_coupon.get(&(used.user_id, user_coupon_id)));
    match held.map(|row| row.held()) {
        Some(Held::UsedBy(order)) if order == used.order_id => Some(Standing::Applied),
        Some(Held::UsedBy(_) | Held::Available | Held::Expired) | None => {
            fence::standing(&rows.fence, used.order_id.into(), Step::ApplyCoupon)
        }
    }
}

fn undiscounted(order: &StockDeducted) -> CouponApplied {
    let nothing = vec![Money::ZERO; order.lines.len()];
    order
        .discounted(&nothing)
        .expect("a zero for each line takes nothing off the total")
}

impl Use {
    fn by(order: &StockDeducted) -> Self {
        let StockDeducted {
            order_id,
            user_id,
            user_coupon_id,
            ..
        } = *order;
        Self {
            order_id,
            user_id,
            user_coupon_id,
        }
    }
}
