//! Coupons given out, first come, first served.

use super::{Failure, Refusal};
use crate::locks::Locks;
use crate::pool::Pool;
use crate::repository::{coupon, member};
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct CouponService {
    pool: Pool,
    locks: Arc<Locks>,
}

impl CouponService {
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            locks: Arc::default(),
        }
    }

    /// The id of the coupon that the member holds from now on.
    pub async fn issue(&self, coupon_id: i64, member_id: i64) -> Result<i64, Failure> {
        let _held = self.locks.hold(coupon_id.to_string()).await;
        let issued = self.pool.write(move |db| {
            if member::status(db, member_id)?.as_deref() != Some("ACTIVE") {
                return Err(Refusal::UserNotFound.into());
            }
            let issue = coupon::issue(db, coupon_id)?.ok_or(Refusal::CouponNotFound)?;
            if coupon::is_issued_to(db, coupon_id, member_id)? {
                return Err(Refusal::CouponAlreadyIssued.into());
            }
            if issue.issued_quantity >= issue.total_quantity {
                return Err(Failure::from(Refusal::CouponSoldOut));
            }
            coupon::set_issued(db, coupon_id, issue.issued_quantity + 1)?;
            Ok(coupon::insert_held(db, coupon_id, member_id)?)
        });
        issued.await
    }
}
