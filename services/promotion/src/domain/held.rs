//! A coupon in a user's hands: available, used by one order, or expired. Every way between the
//! states is here; which order may ask for one is the fence's matter.

use contracts::events::promotion::{CouponCode, UserCouponStatus};
use contracts::ids::OrderId;
use contracts::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Available,
    UsedBy(OrderId),
    /// Came back to the user after its last day.
    Expired,
}

/// Whether a coupon good until `valid_to` is past at `moment`. The last instant still counts.
pub fn is_past(valid_to: Timestamp, moment: Timestamp) -> bool {
    valid_to < moment
}

impl Held {
    /// An order takes it. The order's creation decides, so that a saga that is slow, or a clock
    /// that is ahead, costs nobody a coupon; and only this end, so that one issued a moment ago
    /// by a clock ahead works.
    pub fn used(
        self,
        order: OrderId,
        created_at: Timestamp,
        valid_to: Timestamp,
    ) -> Result<Self, CouponCode> {
        match self {
            Self::UsedBy(_) => Err(CouponCode::CouponAlreadyUsed),
            Self::Expired => Err(CouponCode::CouponExpired),
            Self::Available if is_past(valid_to, created_at) => Err(CouponCode::CouponExpired),
            Self::Available => Ok(Self::UsedBy(order)),
        }
    }

    /// The order that used it gives it back; none when that order does not hold it.
    pub fn freed(self, by: OrderId, now: Timestamp, valid_to: Timestamp) -> Option<Self> {
        match self {
            Self::UsedBy(order) if order == by && is_past(valid_to, now) => Some(Self::Expired),
            Self::UsedBy(order) if order == by => Some(Self::Available),
            Self::UsedBy(_) | Self::Available | Self::Expired => None,
        }
    }

    /// As its owner sees it: nobody marks a coupon whose last day passes, so looking does.
    pub fn shown(self, now: Timestamp, valid_to: Timestamp) -> UserCouponStatus {
        match self {
            Self::UsedBy(_) => UserCouponStatus::Used,
            Self::Expired => UserCouponStatus::Expired,
            Self::Available if is_past(valid_to, now) => UserCouponStatus::Expired,
            Self::Available => UserCouponStatus::Available,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: OrderId = OrderId::new(1);
    const TWO: OrderId = OrderId::new(2);

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn an_order_takes_only_an_available_coupon_created_by_its_last_instant() {
        for (held, created, taken) in [
            (Held::Available, 9, Ok(Held::UsedBy(ONE))),
            (Held::Available, 10, Ok(Held::UsedBy(ONE))),
            (Held::Available, 11, Err(CouponCode::CouponExpired)),
            (Held::Expired, 9, Err(CouponCode::CouponExpired)),
            (Held::UsedBy(TWO), 9, Err(CouponCode::CouponAlreadyUsed)),
            (Held::UsedBy(TWO), 11, Err(CouponCode::CouponAlreadyUsed)),
        ] {
            assert_eq!(
                held.used(ONE, at(created), at(10)),
                taken,
                "{held:?} at {created}"
            );
        }
    }

    #[test]
    fn only_the_order_that_used_it_frees_it_and_past_its_last_instant_it_expires() {
        for (held, now, freed) in [
            (Held::UsedBy(ONE), 10, Some(Held::Available)),
            (Held::UsedBy(ONE), 11, Some(Held::Expired)),
            (Held::UsedBy(TWO), 10, None),
            (Held::Available, 10, None),
            (Held::Expired, 11, None),
        ] {
            assert_eq!(held.freed(ONE, at(now), at(10)), freed, "{held:?} at {now}");
        }
    }

    #[test]
    fn its_owner_sees_an_available_coupon_expire() {
        for (held, now, shown) in [
            (Held::Available, 10, UserCouponStatus::Available),
            (Held::Available, 11, UserCouponStatus::Expired),
            (Held::Expired, 9, UserCouponStatus::Expired),
            (Held::UsedBy(ONE), 11, UserCouponStatus::Used),
        ] {
            assert_eq!(held.shown(at(now), at(10)), shown, "{held:?} at {now}");
        }
    }
}
